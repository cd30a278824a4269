/** The streams of the screen Live, without a page: lines of MONITOR, messages, patterns, bounded logs, streams that end. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { ReplyError } from "../../console/src/client/reply.ts";
import type { Reply } from "../../console/src/client/reply.ts";
import { parseReplies } from "../../console/src/client/resp2-reader.ts";
import { repliesOf } from "../../console/src/client/resp2-stream.ts";
import { Follower } from "../../console/src/live/follower.ts";
import { matches } from "../../console/src/live/glob.ts";
import { Log } from "../../console/src/live/log.ts";
import { keyEventOf, messageOf, publishedEvents, streamPath, withEvents } from "../../console/src/live/messages.ts";
import { isWanted, parseLine, showLine, wordsOf } from "../../console/src/live/monitor-line.ts";
import { Glob } from "../../src/core/glob.ts";
import { encodeResp2 } from "../../src/protocol/resp2.ts";

const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));
/** A promise, and what resolves it. */
function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}

const byteString = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) });

describe("replies of a stream", () => {
  test("are the same wherever the stream is cut", async () => {
    const messages = fc.array(fc.array(byteString, { maxLength: 4 }), { maxLength: 6 });
    const cuts = fc.array(fc.nat({ max: 200 }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(messages, cuts, async (lists, places) => {
        const bytes = bytesOf(lists.map((list) => encodeResp2(list)).join(""));
        const ends = [...new Set([...places.filter((at) => at < bytes.length), bytes.length])].sort((a, b) => a - b);
        const parts = ends.map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end));
        const read: Reply[] = [];
        for await (const some of repliesOf(ReadableStream.from(parts))) read.push(...some);
        assert.deepEqual(read, parseReplies(bytes));
      }),
    );
  });

  test("become messages of any bytes, and a sign of life becomes none", () => {
    const message = (words: string[]): ReturnType<typeof messageOf> =>
      messageOf(parseReplies(bytesOf(encodeResp2(words)))[0]!, 7);
    const facts = { atMs: 7, channel: "a,b\r\n\xff\0", payload: "", payloadBytes: 0 };
    assert.deepEqual(message(["message", facts.channel, ""]), { ...facts, pattern: undefined });
    assert.deepEqual(message(["pmessage", "*", facts.channel, ""]), { ...facts, pattern: "*" });
    assert.equal(message(["subscribe", "c", "1"]), undefined);
    assert.equal(message(["pong", ""]), undefined);
    const event = { atMs: 7, database: "3", event: "expired", key: "a:__keyspace@0__:b\n" };
    assert.deepEqual(keyEventOf(message(["message", "__keyevent@3__:expired", event.key])!), event);
    assert.deepEqual(keyEventOf(message(["message", `__keyspace@3__:${event.key}`, "expired"])!), event);
    assert.equal(keyEventOf(message(["message", "keyevent", "x"])!), undefined);
  });

  test("a path names every channel that a URL can name", () => {
    fc.assert(
      fc.property(
        byteString.filter((name) => name !== "" && !/^\.{1,2}$/.test(name)),
        (name) => {
          const { pathname } = new URL(streamPath("subscribe", name), "http://localhost/");
          const words = pathname.slice("/subscribe/".length);
          assert.equal(
            words.replace(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
            name,
          );
        },
      ),
    );
    assert.equal(streamPath("subscribe", ".."), "psubscribe/%5c%2e%5c%2e");
  });

  test("flags of events: none without a class or without a kind of channel", () => {
    assert.deepEqual(publishedEvents(""), { byEvent: false, byKey: false });
    assert.deepEqual(publishedEvents("KE"), { byEvent: false, byKey: false });
    assert.deepEqual(publishedEvents("K$"), { byEvent: false, byKey: true });
    assert.deepEqual(publishedEvents(withEvents("K$")), { byEvent: true, byKey: true });
  });
});

describe("lines of MONITOR", () => {
  const line = parseLine('1339518083.107412 [15 [::1]:60866] "set" "k\\"1" "a b\\\\\\x00\\xff\\n"')!;

  test("are parsed, and shown as they were", () => {
    assert.deepEqual(line, {
      atS: 1339518083.107412,
      database: "15",
      client: "[::1]:60866",
      command: "SET",
      rest: '"k\\"1" "a b\\\\\\x00\\xff\\n"',
    });
    assert.deepEqual(wordsOf(line), ['k"1', "a b\\\0\xff\n"]);
    assert.equal(showLine(line), '1339518083.107412 [15 [::1]:60866] "SET" "k\\"1" "a b\\\\\\x00\\xff\\n"');
    assert.equal(parseLine('1.5 [0 lua] "PING"')!.client, "lua");
    assert.equal(parseLine('1.5 [0 0.0.0.0:0] "\\x00] \\"" "x"')!.rest, '"x"');
    for (const text of ["", "OK", "1.5 [0 a]", '[0 a] "x"']) assert.equal(parseLine(text), undefined);
  });

  test("are filtered by command, key, client and text, all at once", () => {
    const all = { command: "", key: "", client: "", text: "" };
    assert.ok(isWanted(line, all));
    assert.ok(isWanted(line, { command: "se", key: 'k"?', client: "60866", text: "A B" }));
    for (const other of [{ command: "get" }, { key: "k" }, { client: "1.2" }, { text: "zz" }]) {
      assert.ok(!isWanted(line, { ...all, ...other }));
    }
  });

  test("patterns match as the server's do", () => {
    const alphabet = fc.constantFrom("a", "b", "*", "?", "[", "]", "^", "-", "\\", "\0", "\xff");
    const text = fc.string({ unit: alphabet, maxLength: 10 });
    fc.assert(
      fc.property(text, text, (pattern, subject) => {
        assert.equal(matches(pattern, subject), new Glob(pattern).matches(subject), JSON.stringify([pattern, subject]));
      }),
      { numRuns: 20_000 },
    );
    // Work grows with the product of the lengths, not exponentially: this would take for ever.
    assert.equal(matches(`${"*a".repeat(500)}b`, "a".repeat(5000)), false);
  });
});

describe("a log", () => {
  const make = (): Log<string> => new Log({ entriesMax: 100, bytesMax: 1000, bytesOf: ({ length }) => length });

  test("keeps the latest, within its bounds", () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.nat({ max: 300 }), { maxLength: 50 }), { maxLength: 20 }), (batches) => {
        const log = make();
        const all: string[] = [];
        for (const batch of batches) {
          const added = batch.map((size, i) => String(all.length + i).padEnd(size, "."));
          all.push(...added);
          log.add(added);
        }
        const { shown } = log;
        assert.deepEqual(shown, shown.length === 0 ? [] : all.slice(-shown.length));
        assert.equal(log.total, all.length);
        assert.ok(shown.length <= 100);
        assert.ok(shown.length <= 1 || shown.join("").length <= 1000);
        assert.ok(all.length === 0 || shown.length > 0);
      }),
    );
  });

  test("holds still while it is paused, and counts what comes meanwhile", () => {
    const log = make();
    log.add(["a", "b"]);
    log.pause(true);
    log.add(Array.from({ length: 500 }, String));
    assert.deepEqual(log.shown, ["a", "b"]);
    assert.equal(log.missed, 500);
    log.pause(false);
    assert.equal(log.missed, 0);
    assert.equal(log.shown.length, 100);
    log.clear();
    assert.deepEqual([log.shown, log.total], [[], 0]);
  });
});

describe("a stream that is followed", () => {
  const ok: Reply = { kind: "status", text: "OK" };

  test("is opened again after it ended or failed, later each time, until it is refused", async () => {
    const waits: number[] = [];
    const states: string[] = [];
    let opened = 0;
    let taken = 0;
    const refused = deferred();
    const follower = new Follower({
      open: async () => {
        opened++;
        if (opened === 5) throw new ReplyError("NOPERM this user has no permissions");
        if (opened === 3) throw new ReplyError("ERR the backend cannot be reached");
        if (opened !== 1) throw new TypeError("the network is away");
        return {
          id: "7",
          replies: (async function* () {
            yield [ok];
          })(),
        };
      },
      onReplies: ({ length }) => (taken += length),
      breathe: async () => {},
      wait: async (ms) => void waits.push(ms),
    });
    follower.state.subscribe((state) => {
      states.push(state);
      if (state === "refused") refused.resolve();
    });
    follower.start();
    follower.start();
    await refused.promise;
    assert.deepEqual(states, ["stopped", "opening", "open", "away", "refused"]);
    assert.deepEqual(waits, [500, 1000, 2000, 4000]);
    assert.deepEqual([opened, taken], [5, 1]);
    assert.match(follower.refusal.value!, /^NOPERM/);
    assert.equal(follower.isRunning, false);
  });

  test("that is stopped ends, whatever it waits for", async () => {
    const ended = deferred();
    const follower = new Follower({
      open: (signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => {
            reject(signal.reason as Error);
            ended.resolve();
          });
        }),
      onReplies: () => assert.fail(),
      breathe: async () => assert.fail(),
      wait: async () => assert.fail(),
    });
    follower.start();
    follower.stop();
    await ended.promise;
    assert.equal(follower.state.value, "stopped");
  });
});
