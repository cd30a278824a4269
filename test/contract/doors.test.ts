/**
 * One contract, many doors: every suite runs in process, over HTTP as JSON, as base64 and as RESP2, each also as one
 * pipeline and as one transaction, and over the Redis protocol as RESP2 and as RESP3; each door must answer what the engine
 * answered. Both sides have the same clock and the same chance, so even random replies agree.
 *
 * What the REST doors do not serve is in the rows (`rest`), with the reason in the refusal; both sides refuse it alike.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { CommandError } from "../../src/core/reply.ts";
import type { Reply } from "../../src/core/reply.ts";
import type { Session } from "../../src/engine/session.ts";
import { encodeResp2 } from "../../src/protocol/resp2.ts";
import { encodeResp3 } from "../../src/protocol/resp3.ts";
import { EVERYONE, TestEngine } from "../support/engine.ts";
import { splitFrames } from "../support/resp-client.ts";
import type { RawConnection } from "../support/resp-client.ts";
import { restShape, utf8 } from "../support/rest-shape.ts";
import { TestServer, TOKEN } from "../support/server.ts";
import type { Answer } from "../support/server.ts";
import { TestWorld } from "../support/world.ts";
import type { Line, Script } from "./suite.ts";
import { suites } from "./suites.ts";

/** A way to ask the server, and what it must answer where the engine answers `reply`. */
interface Door {
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The answer's body in the form of {@link Door.expected}. */
  read(answer: Answer): unknown;
  expected(reply: Reply): unknown;
}

const DOORS: readonly Door[] = [
  { name: "JSON", headers: {}, read: ({ json }) => json, expected: restShape },
  {
    name: "base64",
    headers: { "Upstash-Encoding": "base64" },
    read: ({ json }) => decodeBase64(json as { result: unknown } | { error: string }),
    expected: restShape,
  },
  {
    name: "RESP2",
    headers: { "Upstash-Response-Format": "resp2" },
    read: ({ body }) => body,
    expected: encodeResp2,
  },
];

/** As the published client decodes: every string but a plain OK at the top. */
function decodeBase64(json: { result: unknown } | { error: string }): unknown {
  if ("error" in json || json.result === "OK") return json;
  return { result: decode(json.result) };
}

function decode(value: unknown): unknown {
  if (typeof value === "string") return utf8(Buffer.from(value, "base64").latin1Slice());
  return Array.isArray(value) ? value.map(decode) : value;
}

const SEED = 7;
const NOW_MS = 1_800_000_000_000;

for (const door of DOORS) {
  describe(`the contract through ${door.name}`, () => {
    let server: TestServer;
    let engine: TestEngine;
    before(async () => {
      server = await TestServer.start({ environment: new TestWorld(SEED, NOW_MS) });
      engine = new TestEngine(new TestWorld(SEED, NOW_MS), "rest");
    });
    after(() => server.stop());

    for (const [group, scripts] of Object.entries(suites)) {
      for (const script of scripts) test(`${group}: ${script.name}`, () => compare(door, server, engine, script));
    }
  });
}

const BATCHES = DOORS.flatMap((door) => [
  { door, path: "/pipeline" as const },
  // A transaction is always answered in JSON.
  ...(door.name === "RESP2" ? [] : [{ door, path: "/multi-exec" as const }]),
]);

/** A whole script as one `/pipeline`, and what may stand in it as one `/multi-exec`. */
for (const { door, path } of BATCHES) {
  describe(`the contract through ${path} as ${door.name}`, () => {
    let server: TestServer;
    let engine: TestEngine;
    before(async () => {
      server = await TestServer.start({ environment: new TestWorld(SEED, NOW_MS) });
      engine = new TestEngine(new TestWorld(SEED, NOW_MS), "rest");
    });
    after(() => server.stop());

    for (const [group, scripts] of Object.entries(suites)) {
      // Whether there is room is asked once for a transaction, before it begins.
      if (path === "/multi-exec" && group === "memory") continue;
      test(group, async () => {
        for (const script of scripts) await compareBatch(door, server, engine, path, script);
      });
    }
  });
}

async function compareBatch(
  door: Door,
  server: TestServer,
  { engine, session }: TestEngine,
  path: "/pipeline" | "/multi-exec",
  script: Script,
): Promise<void> {
  // One command that is refused before it runs refuses a transaction.
  const isTaken = (words: readonly string[]): boolean =>
    !(engine.admission.admit(session, words) instanceof CommandError);
  const lines = withFlush(script).filter(({ words }) => path === "/pipeline" || isTaken(words));
  const replies = lines.map(({ words }) => engine.execute(session, words));
  const body = Buffer.from(JSON.stringify(lines.map(({ words }) => words)), "latin1");
  const answer = await server.call("POST", path, { body, headers: door.headers });
  assert.equal(answer.status, 200, script.name);
  const parts = door.name === "RESP2" ? splitFrames(answer.body).frames : (answer.json as unknown[]);
  assert.equal(parts.length, lines.length);
  for (const [i, { mode, text }] of lines.entries()) {
    const part = door.read({ ...answer, body: String(parts[i]), json: parts[i] });
    if (mode !== "shape") assert.deepEqual(part, door.expected(replies[i]!), text);
  }
}

async function compare(door: Door, server: TestServer, engine: TestEngine, script: Script): Promise<void> {
  for (const { words, text, mode } of withFlush(script)) {
    const reply = engine.send(...words);
    const answer = await server.call("POST", "/", { body: jsonBody(words), headers: door.headers });
    assert.equal(answer.status, reply instanceof CommandError ? 400 : 200, text);
    // What depends on the process, such as INFO, cannot be the same on both sides.
    if (mode !== "shape") assert.deepEqual(door.read(answer), door.expected(reply), text);
  }
}

function withFlush({ lines }: Script): readonly Omit<Line, "expected">[] {
  return [{ words: ["FLUSHALL"], text: "FLUSHALL", mode: "exact" }, ...lines];
}

/** Words as a JSON body whose strings are their bytes, which need not be UTF-8. */
function jsonBody(words: readonly string[]): Buffer {
  return Buffer.from(JSON.stringify(words), "latin1");
}

for (const protocol of [2, 3] as const) {
  describe(`the contract through the Redis protocol, RESP${protocol}`, () => {
    let server: TestServer;
    let engine: TestEngine;
    before(async () => {
      server = await TestServer.start({ environment: new TestWorld(SEED, NOW_MS), redisPort: 0 });
      engine = new TestEngine(new TestWorld(SEED, NOW_MS));
    });
    after(() => server.stop());

    /** A conversation on each side, both in the same state. */
    async function open(): Promise<{ connection: RawConnection; session: Session }> {
      const connection = await server.connect();
      const session = engine.engine.openSession("resp", EVERYONE);
      await connection.send("HELLO", String(protocol), "AUTH", "default", TOKEN);
      session.protocol = protocol;
      return { connection, session };
    }

    async function compareRaw(script: Script): Promise<void> {
      let { connection, session } = await open();
      for (const { words, text, mode } of withFlush(script)) {
        const reply = engine.engine.execute(session, words);
        // HELLO and RESET choose the protocol of their own reply, and of those that follow.
        const expected = session.protocol === 3 ? encodeResp3(reply) : encodeResp2(reply);
        const received = await connection.send(...words);
        if (words[0] === "RESET") await connection.send("AUTH", TOKEN);
        if (mode === "shape") assert.equal(received[0], expected[0], text);
        else assert.equal(received, expected, text);
        if (session.isClosing) ({ connection, session } = await open());
      }
      connection.close();
      engine.engine.closeSession(session);
    }

    for (const [group, scripts] of Object.entries(suites)) {
      for (const script of scripts) test(`${group}: ${script.name}`, () => compareRaw(script));
    }
  });
}
