/**
 * What a rewrite of two million keys does to a server under load: how long its event loop pauses, how long its clients wait,
 * and what it takes beside the data. The same load without a rewrite comes before each, to compare with, and the same load
 * on a listener that answers a constant tells what the machine and the client add to the waits.
 *
 * The client is the one in Node, on connections that are open before it measures: a server accepts one new connection in
 * a turn of its loop, so the last of 64 that are opened at once waits 64 turns.
 */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { pinned, SERVER_CORE } from "./child.ts";
import { runNode } from "./load.ts";
import type { LoadResult } from "./load.ts";
import { startBare, TOKEN } from "./peers.ts";
import type { Finding } from "./pairs.ts";
import type { Activity, Figures } from "./rewriting-server.ts";
import { median } from "./table.ts";

const KEYS = 2_000_000;
const CONNECTIONS = 64;

const SETTLE_MS = 1000;

/** A rewrite takes longer than a round of the other parts. */
const SECONDS_MIN = 10;

interface Measured {
  readonly load: LoadResult;
  readonly figures: Figures;
}

export async function measureRewriting(folder: string, rounds: number, seconds: number): Promise<Finding[]> {
  const program = new URL("rewriting-server.js", import.meta.url).pathname;
  const command = [process.execPath, "--expose-gc", program, join(folder, "rewriting"), String(KEYS)];
  const [file = "", ...args] = pinned(SERVER_CORE, command);
  const server = spawn(file, args, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const bare = await startBare("bare-listener");
  try {
    const { port } = (await message(server)) as { port: number };
    const headers = { Authorization: `Bearer ${TOKEN}` };
    const load = { port, method: "GET", path: "/", headers, body: "", keys: KEYS, settleMs: SETTLE_MS };
    const measure = async (activity: Activity): Promise<Measured> => {
      server.send(activity);
      await message(server);
      const result = await runNode(load, CONNECTIONS, Math.max(SECONDS_MIN, seconds));
      server.send("end");
      return { load: result, figures: (await message(server)) as Figures };
    };
    await measure("rewrites");
    const pairs: [plain: Measured, rewriting: Measured][] = [];
    const snapshots: Measured[] = [];
    const constant: LoadResult[] = [];
    for (let round = 0; round < rounds; round++) {
      pairs.push([await measure("nothing"), await measure("rewrites")]);
      snapshots.push(await measure("snapshots"));
      constant.push(await runNode({ ...load, port: bare.port }, CONNECTIONS, SECONDS_MIN));
    }
    return [...findings(pairs, constant), ...sliceFindings(snapshots)];
  } finally {
    await bare.stop();
    server.kill("SIGKILL");
  }
}

function message(server: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const fail = (): void => reject(new Error("the server has ended"));
    server.once("exit", fail);
    server.once("message", (text) => {
      server.off("exit", fail);
      resolve(text);
    });
  });
}

/** What a rewrite itself adds to the pauses: its slices under the same load, with the collections that fall into them. */
function sliceFindings(snapshots: readonly Measured[]): Finding[] {
  const of = (name: "longest" | "p99"): string =>
    `${median(snapshots.map(({ figures }) => figures.slicesMs![name])).toFixed(2)} ms`;
  const count = snapshots.reduce((sum, { figures }) => sum + figures.slicesMs!.count, 0);
  return [
    {
      what: "rewriting 2M keys under load: longest slice of the rewrite itself, CPU time",
      figure: of("longest"),
      beside: "",
      ratio: "",
      aim: "≤ 10 ms",
    },
    {
      what: `rewriting 2M keys under load: 99 % of ${count} slices`,
      figure: of("p99"),
      beside: "",
      ratio: "",
      aim: "",
    },
  ];
}

function findings(
  pairs: readonly [plain: Measured, rewriting: Measured][],
  constant: readonly LoadResult[],
): Finding[] {
  const line = (what: string, of: (measured: Measured) => number, unit: string, aim: string): Finding => {
    const [beside, figure] = [0, 1].map((i) => median(pairs.map((pair) => of(pair[i]!))));
    const ratio = `${(figure! / beside!).toFixed(2)}×`;
    return { what, figure: `${figure!.toFixed(1)} ${unit}`, beside: `${beside!.toFixed(1)} ${unit}`, ratio, aim };
  };
  const megabytes = 2 ** 20;
  const beyond = median(
    pairs.map(([plain, rewriting]) => rewriting.figures.residentBytes - plain.figures.residentBytes),
  );
  const count = pairs.reduce((sum, [, { figures }]) => sum + figures.rewrites, 0);
  const what = "rewriting 2M keys under load, beside the same load";
  return [
    line(`${what}: longest pause of the loop, CPU time`, ({ figures }) => figures.longestMs, "ms", "≤ 10 ms"),
    line(`${what}: the same without collections of garbage`, ({ figures }) => figures.ownLongestMs, "ms", ""),
    line(`${what}: longest collection`, ({ figures }) => figures.collectionMs, "ms", ""),
    line(`${what}: 99.9 % of its pauses`, ({ figures }) => figures.p999Ms, "ms", ""),
    line(`${what}: p99.9 of the clients`, ({ load }) => load.tailMs!["p99.9"]!, "ms", "≤ 25 ms"),
    {
      what: "the same: p99.9 of the clients of a listener that answers a constant",
      figure: `${median(constant.map(({ tailMs }) => tailMs!["p99.9"]!)).toFixed(1)} ms`,
      beside: "",
      ratio: "",
      aim: "",
    },
    line(`${what}: p50 of the clients`, ({ load }) => load.p50Ms, "ms", ""),
    line(`${what}: buffers at their highest`, ({ figures }) => figures.bufferBytes / megabytes, "MB", ""),
    {
      ...line(`${what}: resident memory at its highest`, ({ figures }) => figures.residentBytes / megabytes, "MB", ""),
      ratio: `+${(beyond / megabytes).toFixed(1)} MB`,
      aim: `≤ +64 MB`,
    },
    { what: "rewrites that were begun meanwhile", figure: String(count), beside: "", ratio: "", aim: "" },
  ];
}
