/** JSON commands in process: an engine without a door, one command after another. */
import { UNRESTRICTED_USER } from "../src/core/authority.ts";
import { commandTables } from "../src/commands/registry.ts";
import { systemEnvironment } from "../src/core/environment.ts";
import type { Reply } from "../src/core/reply.ts";
import { Engine } from "../src/engine/engine.ts";

/** A row of the table. */
export interface BenchRow {
  readonly name: string;
  readonly opsPerSecond: number;
}

const MEASURE_MS = 1000;

/** Runs everything once to warm up and then for a second each. */
export function jsonBench(): BenchRow[] {
  const engine = new Engine({ environment: systemEnvironment, commands: commandTables });
  const session = engine.openSession("internal", UNRESTRICTED_USER);
  const send = (...words: string[]): Reply => engine.execute(session, words);
  const small = JSON.stringify(catalogue(100 * 1024));
  const large = JSON.stringify(catalogue(1024 * 1024));
  send("JSON.SET", "small", "$", small);
  send("JSON.SET", "large", "$", large);
  const parsed: unknown = JSON.parse(small);
  let turn = 0;
  return [
    measure("JSON.GET one member of 100 KB", () => send("JSON.GET", "small", "$.products[50].price")),
    measure("JSON.GET one member of 100 KB, legacy path", () => send("JSON.GET", "small", ".products[50].price")),
    measure("JSON.SET one member of 100 KB", () => send("JSON.SET", "small", "$.products[50].price", `${turn++}.5`)),
    measure("JSON.NUMINCRBY in 1 MB", () => send("JSON.NUMINCRBY", "large", "$.products[500].stock", "1")),
    measure("JSON.GET all of 100 KB", () => flat(send("JSON.GET", "small"))),
    measure("JSON.stringify of 100 KB, to compare", () => flat(JSON.stringify(parsed))),
    measure("JSON.SET all of 100 KB", () => send("JSON.SET", "other", "$", small)),
    measure("JSON.parse of 100 KB, to compare", () => JSON.parse(small)),
    measure("JSON.GET $..price of 100 KB", () => send("JSON.GET", "small", "$..price")),
    measure("JSON.GET by a filter in 100 KB", () => send("JSON.GET", "small", "$.products[?(@.price > 900)].id")),
  ];
}

/** A document of about this many bytes, of the kind that a shop would keep. */
function catalogue(bytes: number): unknown {
  const products: unknown[] = [];
  const text = "Wireless headphones with noise cancelling, a soft case, a cable and thirty hours of play.";
  for (let size = 0, id = 0; size < bytes; id++) {
    const product = {
      id,
      name: `Product number ${id}`,
      description: text,
      price: ((id * 7919) % 100_000) / 100,
      stock: (id * 31) % 500,
      available: id % 3 !== 0,
      tags: ["audio", "wireless", `series-${id % 10}`],
      size: { width: 18.5, height: 20, depth: 8 },
    };
    products.push(product);
    size += JSON.stringify(product).length + 1;
  }
  return { version: 1, products };
}

/** A reply of many parts is joined only when it is read, as sending it would. */
function flat(text: unknown): number {
  return Buffer.from(String(text), "latin1").length;
}

function measure(name: string, work: () => unknown): BenchRow {
  const end = performance.now() + MEASURE_MS / 5;
  while (performance.now() < end) work();
  const start = performance.now();
  let operations = 0;
  let elapsed = 0;
  do {
    for (let i = 0; i < 20; i++) work();
    operations += 20;
    elapsed = performance.now() - start;
  } while (elapsed < MEASURE_MS);
  return { name, opsPerSecond: Math.round((operations / elapsed) * 1000) };
}
