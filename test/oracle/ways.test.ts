/**
 * Every line of every contract suite through every way of running a command, against a real redis-server: alone in RESP3,
 * in a transaction, by a script and by a function, each with both protocols and with what `setresp` chooses. What a line
 * answers alone in RESP2 is held in `suites.test.ts`, what it answers over REST in `test/contract/doors.test.ts`, and what
 * it answers when it has waited in `blocking.test.ts`.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { systemEnvironment } from "../../src/core/environment.ts";
import type { Session } from "../../src/engine/session.ts";
import { encodeResp2 } from "../../src/protocol/resp2.ts";
import { encodeResp3 } from "../../src/protocol/resp3.ts";
import type { Line, Mode, Script } from "../contract/suite.ts";
import { suites } from "../contract/suites.ts";
import { agrees, show } from "../support/compare.ts";
import { EVERYONE, TestEngine } from "../support/engine.ts";
import { oracleSkipReason, RedisServer } from "../support/redis.ts";
import { readFrame, restShapeOf } from "../support/resp.ts";
import type { Frame } from "../support/resp.ts";

type Protocol = 2 | 3;

/** A way of running a command: what is sent for it, in order, and which of these commands has its reply. */
interface Way {
  readonly name: string;
  /** The protocol of the connection. */
  readonly protocol: Protocol;
  /** Commands that decide how a connection or a transaction continues cannot be part of another. */
  readonly skips: RegExp;
  wrap(words: readonly string[]): readonly (readonly string[])[];
  /** Hardly anything that outlasts the data can be changed in this way, so all scripts may run on one engine. */
  readonly isScript?: boolean;
  /** Replies have the shape that they have alone in RESP2, so that a line that is not for redis-server can be held to what it says. */
  readonly keepsShape?: boolean;
  /** What both sides are sent before each script. */
  readonly prepare?: readonly (readonly string[])[];
  /** What may differ between the two sides beyond what the line's mark says. */
  readonly mode?: Mode;
}

const CHOOSES_PROTOCOL = /^(?:hello|reset|quit)$/i;
const ENDS_TRANSACTION = /^(?:hello|reset|quit|multi|exec|discard|watch|monitor|subscribe|psubscribe|ssubscribe)$/i;

const SCRIPT = "redis.setresp(tonumber(table.remove(ARGV, 1))) return redis.pcall(unpack(ARGV))";
const LIBRARY = `#!lua name=ways
redis.register_function('way', function(keys, args)
  redis.setresp(tonumber(table.remove(args, 1))) return redis.pcall(unpack(args))
end)`;

const PROTOCOLS = [2, 3] as const;

const WAYS: readonly Way[] = [
  { name: "alone", protocol: 3, skips: CHOOSES_PROTOCOL, wrap: (words) => [words] },
  ...PROTOCOLS.map((protocol) => ({
    name: "in MULTI",
    protocol,
    skips: ENDS_TRANSACTION,
    keepsShape: protocol === 2,
    wrap: (words: readonly string[]) => [["MULTI"], words, ["EXEC"]],
  })),
  ...PROTOCOLS.flatMap((protocol) =>
    PROTOCOLS.map((resp) => ({
      name: `through EVAL, setresp(${resp})`,
      protocol,
      isScript: true,
      keepsShape: protocol === 2 && resp === 2,
      skips: CHOOSES_PROTOCOL,
      wrap: (words: readonly string[]) => [["EVAL", SCRIPT, "0", String(resp), ...words]],
      // Where a map or a set of Lua becomes an array, its order is that of Lua's table.
      ...(resp === 3 && protocol === 2 ? { mode: "unordered" as const } : {}),
    })),
  ),
  ...PROTOCOLS.map((protocol) => ({
    name: `through FCALL, setresp(${protocol})`,
    protocol,
    isScript: true,
    keepsShape: protocol === 2,
    skips: CHOOSES_PROTOCOL,
    prepare: [["FUNCTION", "LOAD", "REPLACE", LIBRARY]],
    wrap: (words: readonly string[]) => [["FCALL", "way", "0", String(protocol), ...words]],
  })),
];

/** Suites and lines that are left out, and why: a suite's name, or what a line begins with. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  memory: "what a process takes differs, and so does when it is too much",
  "COPY k k DB 0": "the hosted service takes a copy to itself for one to a key that exists",
  "ZRANK z a WITHSCORE x": "WITHSCORE came with Redis 7.2",
  "ZREVRANK z a WITHSCORE x": "WITHSCORE came with Redis 7.2",
};

/** Suites and lines that are left out where a script runs them. */
const LEFT_OUT_OF_SCRIPTS: Readonly<Record<string, string>> = {
  blocking: "from Redis 7.2 on scripts may run commands that block, and they answer as after their time-out",
  WAIT: "as above",
  "XREAD BLOCK": "as above, from Redis 7.4 on",
  "XREADGROUP GROUP g c BLOCK": "as above, from Redis 7.4 on",
  "OBJECT ENCODING": "CONFIG SET, which a script may not run, has not made ours and Redis 7.0's bounds alike",
};

function isLeftOut(way: Way, { text }: Line): boolean {
  const starts = Object.keys(way.isScript === true ? { ...LEFT_OUT, ...LEFT_OUT_OF_SCRIPTS } : LEFT_OUT);
  return starts.some((start) => text.startsWith(start));
}

describe("every way of running a command agrees with redis-server", { skip: oracleSkipReason() }, () => {
  let redis: RedisServer;
  before(async () => {
    redis = await RedisServer.start();
  });
  after(() => redis.stop());

  for (const way of WAYS) {
    describe(`${way.name}, RESP${way.protocol}`, () => {
      const shared = new TestEngine(systemEnvironment);
      for (const [group, scripts] of Object.entries(suites)) {
        if (group in LEFT_OUT || (way.isScript === true && group in LEFT_OUT_OF_SCRIPTS)) continue;
        test(group, async () => {
          for (const script of scripts) {
            await compare(way, way.isScript ? shared : new TestEngine(systemEnvironment), redis, script);
          }
        });
      }
    });
  }
});

async function compare(way: Way, { engine }: TestEngine, redis: RedisServer, script: Script): Promise<void> {
  const session = engine.openSession("internal", EVERYONE);
  const start = [["RESET"], ["HELLO", String(way.protocol)], ["FLUSHALL"], ...(way.prepare ?? [])];
  for (const words of start) engine.execute(session, words);
  const lines = script.lines.filter(({ words }) => !way.skips.test(words[0]!));
  const theirs = lines.filter(({ expected }) => expected === undefined).flatMap(({ words }) => way.wrap(words));
  const mine = lines.map(({ words }) => way.wrap(words).map((command) => run(engine, session, command, way.protocol)));
  const frames = (await redis.sendAll([...start, ...theirs])).slice(start.length);
  for (const [i, line] of lines.entries()) {
    if (line.expected !== undefined) {
      if (way.keepsShape === true && !isLeftOut(way, line)) assertExpected(line, mine[i]!);
      continue;
    }
    for (const frame of mine[i]!) assertAgree(way, line, frame, frames.shift()!);
  }
  engine.closeSession(session);
}

function assertAgree(way: Way, line: Line, ours: Frame, theirs: Frame): void {
  const mode = line.mode === "exact" ? (way.mode ?? line.mode) : line.mode;
  if (isLeftOut(way, line) || agrees(ours, theirs, mode)) return;
  assert.fail(`${line.text}\n  ours:  ${show(ours)}\n  redis: ${show(theirs)}`);
}

/** What a script says where a command is not run, whatever the command would say. */
const SCRIPTS_OWN = /^ERR (?:Wrong number of args|Unknown Redis command|This Redis command is not allowed from script)/;

/** The line itself says what it answers alone. */
function assertExpected({ expected, text }: Line, frames: readonly Frame[]): void {
  const [first, second, third] = frames as [Frame, Frame | undefined, Frame | undefined];
  // In a transaction a command is refused when it is queued, or answers as the only one.
  const answer = third?.kind === "array" && second?.kind !== "error" ? third.items![0]! : (second ?? first);
  if (answer.kind === "error" && SCRIPTS_OWN.test(answer.text)) return;
  assert.deepEqual(restShapeOf(answer), "json" in expected! ? { result: expected.json } : expected, text);
}

function run(engine: TestEngine["engine"], session: Session, words: readonly string[], protocol: Protocol): Frame {
  const reply = engine.execute(session, words);
  return readFrame(protocol === 3 ? encodeResp3(reply) : encodeResp2(reply), 0)!.frame;
}
