/**
 * Anything at all, sent to the HTTP door: whatever comes, the answer is one that a client can read, and the server lives.
 */
import assert from "node:assert/strict";
import { isUtf8 } from "node:buffer";
import { after, before, describe, test } from "node:test";
import * as fc from "fast-check";
import { suites } from "../contract/suites.ts";
import { anyText, budget, byteString } from "../support/arbitraries.ts";
import { readFrame } from "../support/resp.ts";
import { TestServer } from "../support/server.ts";
import type { Answer } from "../support/server.ts";

const RUNS = Number(process.env["FUZZ_RUNS"] ?? 400);
const BODY_MAX = 100_000;

let server: TestServer;
const faults: string[] = [];
before(async () => {
  const error = (fields: object): void => void faults.push(JSON.stringify(fields));
  const log = { info() {}, warn() {}, error };
  server = await TestServer.start({ log, limits: { requestBytesMax: BODY_MAX, localFailedLoginsMax: 0 } });
});
after(() => server.stop());

const ENDPOINTS = ["/", "/pipeline", "/multi-exec"];

/** The answer is of a kind that clients know, and nothing of it was a fault of the server's. */
function readable(answer: Answer, method = "POST"): void {
  assert.deepEqual(faults, []);
  assert.ok([200, 204, 400, 401, 403, 405, 413].includes(answer.status), `status ${answer.status}`);
  if (method === "HEAD" || answer.status === 204) return assert.equal(answer.body, "");
  if (answer.headers["content-type"] === "application/octet-stream") return isResp2(answer.body);
  assert.equal(answer.headers["content-type"], "application/json");
  assert.ok(isUtf8(Buffer.from(answer.body, "latin1")));
  if (answer.status === 200 && Array.isArray(answer.json)) return answer.json.forEach(isItem);
  isItem(answer.json);
  assert.equal(Object.keys(answer.json as object)[0], answer.status === 200 ? "result" : "error");
}

function isItem(item: unknown): void {
  assert.ok(typeof item === "object" && item !== null);
  const entries = Object.entries(item);
  assert.equal(entries.length, 1);
  const [name, value] = entries[0] as [string, unknown];
  if (name === "error") assert.match(value as string, /^[A-Z]+ [^\r\n]*$/);
  else assert.ok(name === "result" && isResult(value), JSON.stringify(item));
}

/** Results have no booleans and no objects in them: decoders of clients stumble over both. */
function isResult(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isResult);
  return value === null || typeof value === "string" || Number.isInteger(value);
}

function isResp2(body: string): void {
  for (let at = 0; at < body.length;) {
    const read = readFrame(body, at);
    assert.ok(read !== undefined);
    at = read.end;
  }
}

async function holds(property: fc.IAsyncProperty<unknown>, runs = RUNS): Promise<void> {
  await fc.assert(property, budget(runs));
  assert.deepEqual((await server.command(["PING"])).json, { result: "PONG" });
}

/** JSON of every kind: commands, lists of them, anything nested, numbers of any size, and all that cut and spliced. */
const jsonBody: fc.Arbitrary<string> = fc.oneof(
  fc.json({ maxDepth: 4 }),
  fc.array(fc.oneof(anyText, fc.double(), fc.boolean()), { maxLength: 6 }).map((words) => JSON.stringify(words)),
  fc.array(fc.array(fc.oneof(anyText, fc.integer()), { maxLength: 4 }), { maxLength: 4 }).map((l) => JSON.stringify(l)),
  fc.bigInt().map((digits) => `["ECHO",${digits}]`),
  fc.stringMatching(/^\["ECHO",-?\d{1,40}(\.\d{1,40})?([eE][+-]?\d{1,4})?\]$/),
  fc.stringMatching(/^\["ECHO","(\\u[0-9a-fA-F]{4}|\\["\\/bfnrt]|[ -!#-[\]-~]|\\u[dD][89a-fA-F][0-9]{2}){0,8}"\]$/),
  fc.tuple(fc.constantFrom("[", "{", '["', '[{"a":'), fc.nat({ max: 20_000 })).map(([open, n]) => open.repeat(n)),
);

const body: fc.Arbitrary<Buffer> = fc.oneof(
  jsonBody.map((json) => Buffer.from(json, "utf8")),
  fc
    .tuple(jsonBody, fc.nat(), byteString)
    .map(([json, at, splice]) =>
      Buffer.from(json.slice(0, at % (json.length + 1)) + splice + json.slice(at), "latin1"),
    ),
  byteString.map((bytes) => Buffer.from(bytes, "latin1")),
  fc.integer({ min: BODY_MAX - 2, max: BODY_MAX + 2 }).map((length) => Buffer.alloc(length, "[")),
);

/** What may stand in a request line. */
const asciiTarget = fc.oneof(
  fc.constantFrom("/", "?", "&", "=", "%", "+", "%2F", "%00", "%ff", "%zz", "..", "_token", "_token=", "#", "pipeline"),
  fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
);
/** Bytes beyond ASCII must be escaped, and a request line that has them is refused. */
const anyTarget = fc.oneof(
  { weight: 30, arbitrary: asciiTarget },
  { weight: 1, arbitrary: fc.integer({ min: 0x7f, max: 0xff }).map((code) => String.fromCharCode(code)) },
);

const headerValue = fc.oneof(
  fc.constantFrom("base64", "BASE64 ", "resp2", "json", "", "gzip", "base64, base64", "100-continue", "*"),
  fc.string({ unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)), maxLength: 60 }),
  fc.string({ unit: fc.integer({ min: 0x80, max: 0xff }).map((code) => String.fromCharCode(code)), maxLength: 10 }),
  fc.nat({ max: 8000 }).map((length) => "x".repeat(length)),
);
const headerName = fc.constantFrom(
  ..."Upstash-Encoding Upstash-Response-Format Upstash-Reponse-Format Upstash-Sync-Token Content-Type Accept".split(
    " ",
  ),
  ..."Upstash-Telemetry-Sdk Upstash-Telemetry-Runtime Accept-Encoding Content-Encoding Origin Cookie Expect".split(" "),
  ..."Access-Control-Request-Headers Cache-Control If-None-Match Range X-Forwarded-For Host".split(" "),
);
const headers = fc.dictionary(headerName, headerValue, { maxKeys: 4, noNullPrototype: true });
const method = fc.constantFrom("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "PROPFIND");

describe("the HTTP door", () => {
  test("any body", async () => {
    const endpoint = fc.constantFrom(...ENDPOINTS, "/set/k", "/echo");
    await holds(
      fc.asyncProperty(endpoint, body, async (path, bytes) =>
        readable(await server.call("POST", path, { body: bytes })),
      ),
    );
  });

  test("any path and query, by any method", async () => {
    await holds(
      fc.asyncProperty(method, fc.string({ unit: anyTarget }), fc.boolean(), async (name, text, hasBody) => {
        // Node's client states no length of its own accord where a body is unusual.
        const options = hasBody ? { body: '["PING"]', headers: { "Content-Length": "8" } } : {};
        readable(await server.call(name, `/${text}`, options), name);
      }),
    );
  });

  test("any headers", async () => {
    const lists = fc.constantFrom(
      ["/", '["MGET","a","b"]'],
      ["/pipeline", '[["PING"],["ECHO","é"]]'],
      ["/multi-exec", "[]"],
    );
    await holds(
      fc.asyncProperty(lists, headers, async ([path, text], given) => {
        readable(await server.call("POST", path!, { body: text!, headers: given }));
      }),
    );
  });

  test("any credentials but the right ones", async () => {
    await holds(
      fc.asyncProperty(headerValue, fc.string({ unit: asciiTarget }), async (authorization, text) => {
        const target = `/${text.replaceAll("_token", "")}`;
        const given = { Authorization: authorization };
        const answer = await server.call("POST", target, { token: null, headers: given, body: "[" });
        assert.equal(answer.status, 401);
        readable(answer);
      }),
    );
  });

  test("text comes back to the byte", async () => {
    const base64 = { headers: { "Upstash-Encoding": "base64" } };
    await holds(
      fc.asyncProperty(anyText, async (text) => {
        const bytes = Buffer.from(text, "utf8").toString("base64");
        assert.deepEqual((await server.command(["ECHO", text], base64)).json, { result: bytes });
        const utf8 = Buffer.from(text, "utf8").toString("utf8");
        assert.deepEqual((await server.command(["ECHO", text])).json, { result: utf8 });
      }),
    );
  });

  test("bytes come back in base64, from the path and from the body", async () => {
    await holds(
      fc.asyncProperty(byteString, async (bytes) => {
        const buffer = Buffer.from(bytes, "latin1");
        const options = { headers: { "Upstash-Encoding": "base64" } };
        const expected = { result: buffer.toString("base64") };
        const path = buffer.toString("hex").replace(/../g, "%$&");
        // An empty last segment is dropped, an empty body is none.
        if (bytes === "") return;
        assert.deepEqual((await server.call("GET", `/echo/${path}`, options)).json, expected);
        assert.deepEqual((await server.call("POST", "/echo", { ...options, body: buffer })).json, expected);
      }),
    );
  });
});

/** Scripts of the contract suites. Sizes above the first are within the limits, and too much for many runs. */
const SIZE_MAX = 100_000;
const SIZE_LIMIT = 2 ** 33;
const scripts = Object.values(suites)
  .flat()
  .map(({ lines }) => lines.map(({ words }) => words).filter(isModest))
  .filter((script) => script.length > 0);
const vocabulary = [...new Set(scripts.flat(2))].filter((word) => word.length < 1000);

function isModest(words: readonly string[]): boolean {
  const isLarge = (word: string): boolean => /^\d+$/.test(word) && Number(word) > SIZE_MAX && Number(word) < SIZE_LIMIT;
  return !/^PFSELFTEST$/i.test(words[0]!) && !words.some(isLarge);
}

/** A script in which some commands have lost words, have one more, or have another's in the place of one of theirs. */
const changedScript = fc
  .tuple(
    fc.constantFrom(...scripts),
    fc.array(
      fc.record({ line: fc.nat(), at: fc.nat(), lost: fc.nat({ max: 2 }), word: fc.constantFrom("", ...vocabulary) }),
      { maxLength: 30, size: "max" },
    ),
  )
  .map(([script, changes]) => {
    const commands = script.map((words) => [...words]);
    for (const { line, at, lost, word } of changes) {
      const words = commands[line % commands.length]!;
      words.splice(at % (words.length + 1), lost, ...(lost === 2 ? [] : [word]));
    }
    return [["FLUSHALL"], ...commands.filter((words) => words.length > 0)];
  });

describe("commands", () => {
  test("answer whatever becomes of their words", async () => {
    await holds(
      fc.asyncProperty(changedScript, async (commands) => {
        const answer = await server.call("POST", "/pipeline", { body: JSON.stringify(commands) });
        readable(answer);
        if (answer.status === 200) assert.equal((answer.json as unknown[]).length, commands.length);
        else assert.equal(answer.status, 413);
      }),
    );
  });
});
