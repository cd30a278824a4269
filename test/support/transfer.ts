/** Engines with every kind of value for the tests of import and export, and an engine as a server to move keys from or to. */
import assert from "node:assert/strict";
import { parseInt64 } from "../../src/core/numbers.ts";
import { encodeResp2 } from "../../src/protocol/resp2.ts";
import { Deadlines, engineEntries, Filter } from "../../src/transfer/entry.ts";
import type { Entry } from "../../src/transfer/entry.ts";
import { RemoteError } from "../../src/transfer/remote.ts";
import type { RemoteClient, RemoteReply } from "../../src/transfer/remote.ts";
import { datasetEngine } from "./datasets.ts";
import { TestEngine } from "./engine.ts";
import { readFrame } from "./resp.ts";
import { SHAPES } from "./value-shapes.ts";
import type { Frame } from "./resp.ts";

/** Every shape of value, and what the shapes leave out. */
export function fullEngine(): TestEngine {
  const ours = datasetEngine();
  // Small sorted sets hold -0 as 0, as Redis does: a large one that grows from a small one has lost its sign.
  const zero = SHAPES.findIndex(({ name }) => name.includes("negative zero, large"));
  ours.send("SELECT", String(zero % 3));
  assert.equal(ours.send("DEL", `key:${zero}`), 1);
  ours.send("SELECT", "0");
  ours.line("HSET mortal a 1 b 2 __proto__ 3");
  ours.line("HPEXPIREAT mortal 4000000000123 FIELDS 2 a __proto__");
  ours.line('HSET "bin\\xff" "\\xff\\x00" 1 plain "\\xfe"');
  ours.line('HSET "bin\\xffmortal" "\\xff\\x00" 1 plain "\\xfe"');
  ours.line('HPEXPIREAT "bin\\xffmortal" 4000000000123 FIELDS 1 "\\xff\\x00"');
  ours.send("JSON.SET", "doc", "$", '{"a":[1,2,{"b":null}],"big":9223372036854775807,"d":3.0,"\xc3\xa9":"\\u0000"}');
  ours.line("SET edge v PXAT 9007199254740993");
  ours.line("ZADD scores inf a -inf b 0.1 c -0 d 1e300 e");
  ours.line("XGROUP CREATE fresh g 0 MKSTREAM");
  ours.line("XADD events 1-1 a 1");
  ours.line("XADD events 2-1 a 2 b 3");
  ours.line("XADD events 3-1 a 3");
  ours.line("XGROUP CREATE events workers 0 ENTRIESREAD 0");
  ours.line("XREADGROUP GROUP workers ann COUNT 2 STREAMS events >");
  ours.line("XCLAIM events workers bob 0 2-1 TIME 1600000000000 RETRYCOUNT 7 JUSTID");
  ours.line("XDEL events 3-1");
  return ours;
}

export const EVERYTHING = new Filter({ match: undefined, databases: undefined });

/** All entries of an engine. */
export function entriesOf({ engine }: TestEngine, filter = EVERYTHING): Entry[] {
  const nowMs = engine.environment.now();
  return [...engineEntries(engine, filter, new Deadlines(nowMs, nowMs))];
}

/** An engine as a running server. `refuses` are commands that it does not know. */
export class EngineClient implements RemoteClient {
  readonly ours: TestEngine;
  private readonly refuses: ReadonlySet<string>;

  constructor(ours: TestEngine, refuses: readonly string[] = []) {
    this.ours = ours;
    this.refuses = new Set(refuses);
  }

  async call(...words: readonly string[]): Promise<RemoteReply> {
    if (this.refuses.has(words[0]!)) return new RemoteError(`ERR unknown command '${words[0]!}'`);
    return fromFrame(readFrame(encodeResp2(this.ours.send(...words)), 0)!.frame);
  }
}

function fromFrame(frame: Frame): RemoteReply {
  if (frame.kind === "array") return frame.items === null ? null : frame.items.map(fromFrame);
  if (frame.kind === "error") return new RemoteError(frame.text);
  if (frame.kind === "integer") return parseInt64(frame.text)!;
  return "text" in frame ? frame.text : null;
}

/** An engine that is empty and has the same clock. */
export function emptyLike({ engine }: TestEngine): TestEngine {
  return new TestEngine(engine.environment);
}
