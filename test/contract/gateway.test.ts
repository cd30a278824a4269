/**
 * The contract in front of a Redis: every suite goes through the doors of a server that stands in front of one redis-server,
 * and to another one directly. Over the Redis protocol the replies must be the same bytes, over REST what they are in JSON.
 * So a gateway that changes, loses or reorders anything is found out, whatever the command.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { blockingMs } from "../../src/core/command-spec.ts";
import { agrees, show } from "../support/compare.ts";
import { oracleSkipReason, RedisServer } from "../support/redis.ts";
import { readFrame, restShapeOf } from "../support/resp.ts";
import type { Frame } from "../support/resp.ts";
import { RawConnection, splitFrames } from "../support/resp-client.ts";
import { utf8 } from "../support/rest-shape.ts";
import { TestServer, TOKEN } from "../support/server.ts";
import type { Answer } from "../support/server.ts";
import { check, isLeftOut, isOwn, OWN_GROUPS, registry } from "./backend-lines.ts";
import type { Line, Script } from "./suite.ts";
import { suites } from "./suites.ts";

const skip = oracleSkipReason();

for (const protocol of [2, 3] as const) {
  describe(`the contract in front of redis-server, RESP${protocol}`, { skip }, () => {
    let behind: RedisServer;
    let reference: RedisServer;
    let server: TestServer;
    before(async () => {
      [behind, reference] = await Promise.all([RedisServer.start(), RedisServer.start()]);
      server = await TestServer.start({ redis: `unix:${behind.path}`, redisPort: 0 });
    });
    after(async () => {
      await server.stop();
      await Promise.all([behind.stop(), reference.stop()]);
    });

    async function compare(script: Script): Promise<void> {
      const [ours, theirs] = await Promise.all([server.connect(), RawConnection.open({ path: reference.path })]);
      await ours.send("AUTH", TOKEN);
      await Promise.all([ours.send("HELLO", String(protocol)), theirs.send("HELLO", String(protocol))]);
      for (const one of [ours, theirs]) await one.send("FLUSHALL");
      for (const line of script.lines.filter((one) => !isLeftOut(one))) {
        const [received, expected] = await Promise.all([ours.send(...line.words), theirs.send(...line.words)]);
        if (line.words[0] === "RESET") await ours.send("AUTH", TOKEN);
        if (!isOwn(line)) check(line, received, expected, protocol);
        if (received === "" || expected === "") break;
      }
      ours.close();
      theirs.close();
    }

    for (const [group, scripts] of Object.entries(suites)) {
      if (OWN_GROUPS.has(group)) continue;
      for (const script of scripts) test(`${group}: ${script.name}`, () => compare(script));
    }
  });
}

/** A form of REST's answers, and how its replies are read as frames. */
interface Format {
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The replies of an answer to a list of commands. */
  list(answer: Answer): readonly Frame[];
  /** The reference's reply as it is expected in this form. */
  expected(frame: Frame): Frame;
}

const FORMATS = {
  json: { name: "JSON", headers: {}, list: ({ json }) => asList(json).map(frameOf), expected: asJson },
  base64: {
    name: "base64",
    headers: { "Upstash-Encoding": "base64" },
    list: ({ json }) => asList(json).map((item) => decoded(frameOf(item))),
    expected: asJson,
  },
  resp2: {
    name: "RESP2",
    headers: { "Upstash-Response-Format": "resp2" },
    list: ({ body }) => splitFrames(body).frames.map((bytes) => readFrame(bytes, 0)!.frame),
    expected: (frame) => frame,
  },
} satisfies Record<string, Format>;

const asList = (json: unknown): readonly unknown[] => (Array.isArray(json) ? json : [json]);

/** What JSON keeps of a reply: strings, numbers, lists, errors. */
function asJson(frame: Frame): Frame {
  return frameOf(restShapeOf(frame));
}

function frameOf(shape: unknown): Frame {
  const { error, result } = shape as { error?: string; result?: unknown };
  return error === undefined ? frameOfValue(result) : { kind: "error", text: error };
}

function frameOfValue(value: unknown): Frame {
  if (Array.isArray(value)) return { kind: "array", items: value.map(frameOfValue) };
  return typeof value === "number" ? { kind: "integer", text: String(value) } : { kind: "bulk", text: value as string };
}

/** As the published client decodes: every string but a plain OK at the top. */
function decoded(frame: Frame, isTop = true): Frame {
  if ("items" in frame) return { kind: "array", items: frame.items!.map((item) => decoded(item, false)) };
  if (frame.kind !== "bulk" || frame.text === null || (isTop && frame.text === "OK")) return frame;
  return { kind: "bulk", text: utf8(Buffer.from(frame.text, "base64").latin1Slice()) };
}

/** Ways to send commands over REST. Each sends all lines of a script, and answers their replies. */
const WAYS: readonly { readonly name: string; readonly format: Format; readonly send: Send }[] = [
  { name: "commands", format: FORMATS.json, send: oneByOne((words) => ["POST", "/", jsonBody(words)]) },
  { name: "paths", format: FORMATS.resp2, send: oneByOne((words) => ["GET", pathOf(words)]) },
  { name: "one pipeline", format: FORMATS.base64, send: asBatch("/pipeline") },
  { name: "one pipeline", format: FORMATS.resp2, send: asBatch("/pipeline") },
  { name: "one transaction", format: FORMATS.json, send: asBatch("/multi-exec") },
];

type Commands = readonly (readonly string[])[];
type Send = (server: TestServer, commands: Commands, format: Format) => Promise<readonly Frame[]>;

function oneByOne(request: (words: readonly string[]) => [method: string, path: string, body?: Buffer]): Send {
  return async (server, commands, format) => {
    const replies: Frame[] = [];
    for (const words of commands) {
      const [method, path, body] = request(words);
      const answer = await server.call(method, path, { headers: format.headers, ...(body && { body }) });
      const [reply] = format.list(answer);
      assert.equal(answer.status, reply!.kind === "error" ? 400 : 200, words.join(" "));
      replies.push(reply!);
    }
    return replies;
  };
}

function asBatch(path: string): Send {
  return async (server, commands, { headers, list }) => {
    const answer = await server.call("POST", path, { body: jsonBody(commands), headers });
    assert.equal(answer.status, 200, answer.body);
    return list(answer);
  };
}

/** Words in JSON whose strings are their bytes, which need not be UTF-8. */
function jsonBody(words: readonly unknown[]): Buffer {
  return Buffer.from(JSON.stringify(words), "latin1");
}

function pathOf(words: readonly string[]): string {
  const escaped = words.map((word) =>
    word.replace(/[^\w.-]/g, (char) => `%${Buffer.from(char, "latin1").toString("hex")}`),
  );
  // One slash at the end means nothing.
  return `/${escaped.join("/")}/`;
}

/** Whether REST serves a line, in the backend's words. */
function isServed(line: Line): boolean {
  if (isOwn(line)) return false;
  const entry = registry.find(line.words);
  if (entry === undefined || !("command" in entry)) return false;
  const { command } = entry;
  return command.rest === "yes" || (command.rest === "nonblocking" && blockingMs(command, line.words) === undefined);
}

for (const { format, name, send } of WAYS) {
  describe(`the contract in front of redis-server, over REST as ${name} in ${format.name}`, { skip }, () => {
    let behind: RedisServer;
    let reference: RedisServer;
    let server: TestServer;
    before(async () => {
      [behind, reference] = await Promise.all([RedisServer.start(), RedisServer.start()]);
      server = await TestServer.start({ redis: `unix:${behind.path}` });
    });
    after(async () => {
      await server.stop();
      await Promise.all([behind.stop(), reference.stop()]);
    });

    /** The lines that can be sent, with the reference's replies. */
    async function expectedOf({ lines }: Script): Promise<{ lines: readonly Line[]; replies: readonly Frame[] }> {
      await reference.send(["FLUSHALL"]);
      if (name !== "one transaction") {
        const sent = lines.filter((line) => isServed(line) && !isLeftOut(line));
        return { lines: sent, replies: await reference.sendAll(sent.map(({ words }) => words)) };
      }
      const candidates = lines.filter((line) => isServed(line) && line.expected === undefined);
      // One that is not queued discards a transaction.
      const queued = await reference.sendAll([["MULTI"], ...candidates.map(({ words }) => words), ["DISCARD"]]);
      const sent = candidates.filter((_, i) => queued[i + 1]!.kind === "status");
      const replies = await reference.sendAll([["MULTI"], ...sent.map(({ words }) => words), ["EXEC"]]);
      const exec = replies.at(-1)!;
      return { lines: sent, replies: "items" in exec ? exec.items! : [] };
    }

    for (const [group, scripts] of Object.entries(suites)) {
      if (OWN_GROUPS.has(group)) continue;
      test(group, async () => {
        for (const script of scripts) {
          const { lines, replies } = await expectedOf(script);
          if (lines.length === 0) continue;
          const commands = lines.map(({ words }) => words);
          await server.command(["FLUSHALL"]);
          const received = await send(server, commands, format);
          assert.equal(received.length, lines.length, script.name);
          for (const [i, { mode, text }] of lines.entries()) {
            const expected = format.expected(replies[i]!);
            const isRight = agrees(received[i]!, expected, mode);
            assert.ok(isRight, `${text}\n  gateway: ${show(received[i]!)}\n  redis:   ${show(expected)}`);
          }
        }
      });
    }
  });
}
