/**
 * An append-only file gets the same bytes from what a client has sent as from the words, whatever the commands, the chunks
 * that they come in, and what holds them up.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { respCommand } from "../../src/core/resp-command.ts";
import type { SentBytes } from "../../src/core/sent-bytes.ts";
import type { Effect, Sink } from "../../src/engine/journal.ts";
import { AofEncoder } from "../../src/persistence/aof-encoder.ts";
import { Dice } from "../oracle/random.ts";
import { TestServer, TOKEN } from "../support/server.ts";
import { until } from "../support/until.ts";
import { chooseSeed } from "../support/world.ts";

/** Encodes every effect in both ways. */
class BothWays implements Sink {
  readonly kind = "file";
  copied = 0;
  private readonly ofBytes = new AofEncoder();
  private readonly ofWords = new AofEncoder();

  append(group: readonly Effect[]): void {
    for (const { database, words } of group) this.appendOne(database, words, undefined);
  }

  appendOne(database: number, words: readonly string[], sent: SentBytes | undefined): void {
    if (sent?.words === words) this.copied++;
    this.ofBytes.append(database, words, sent);
    this.ofWords.append(database, words);
    assert.equal(textOf(this.ofBytes), textOf(this.ofWords));
  }
}

function textOf(encoder: AofEncoder): string {
  return Buffer.concat(encoder.take().map(({ bytes }) => bytes)).latin1Slice();
}

const seed = chooseSeed();
const dice = new Dice(seed);

/** Lengths of values: short ones, those of two to four digits, and such as are not copied. */
const LENGTHS = [0, 1, 3, 9, 10, 42, 99, 100, 480, 600, 1000, 9999, 20_000];

function command(): string {
  const value = String.fromCharCode(dice.between(0, 255)).repeat(dice.pick(LENGTHS));
  const key = dice.pick(["a", "k", "user:1", "a key of more than twelve chars"]);
  const send = (...words: string[]): string => [...respCommand(words)].join("");
  const lines = [
    () => send(dice.pick(["SET", "set", "APPEND"]), key, value),
    // Any two bytes may end a word, and are none of its own.
    () => send("SET", key, "value").slice(0, -2) + "XY",
    () => `SET ${key.replaceAll(" ", "_")} inline\r\n`,
    () => send("SET", key, value, "EX", "100"),
    () => send("MULTI") + send("SET", key, value) + send("DEL", key) + send("EXEC"),
    () => send("EVAL", "return redis.call('SET', KEYS[1], ARGV[1])", "1", key, value),
    () => send("RPUSH", "list", ...Array.from({ length: dice.between(1, 12) }, () => value.slice(0, 20))),
    () => send("SELECT", String(dice.between(0, 2))),
    () => send("BLPOP", "list", "queue", "0"),
  ];
  return dice.pick(lines)();
}

test(`an append-only file has what clients sent as if it were encoded: SEED=${seed}`, async (t) => {
  const server = await TestServer.start({ redisPort: 0 });
  t.after(() => server.stop());
  const sink = new BothWays();
  const { journal } = server.server.engine;
  const losses: unknown[] = [];
  journal.onLoss = (error) => losses.push(error);
  journal.attach(sink);
  const [other, ...clients] = await Promise.all([1, 2, 3, 4].map(() => server.connect()));
  for (const client of [other!, ...clients]) assert.equal(await client.send("AUTH", TOKEN), "+OK\r\n");
  const received = clients.map((client) => {
    const own = { text: "" };
    client.socket.on("data", (chunk: Buffer) => (own.text = (own.text + chunk.latin1Slice()).slice(-20)));
    return own;
  });
  for (let round = 0; round < 60; round++) {
    const isPaused = dice.chance(0.3);
    if (isPaused) await other!.send("CLIENT", "PAUSE", "1000000", "WRITE");
    for (const client of clients) {
      const text = Array.from({ length: dice.between(1, 12) }, command).join("");
      const cuts = [0, ...Array.from({ length: dice.between(0, 3) }, () => dice.between(0, text.length)), text.length];
      cuts.sort((a, b) => a - b);
      for (const [i, from] of cuts.slice(0, -1).entries()) {
        client.write(text.slice(from, cuts[i + 1]));
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    if (isPaused) await other!.send("CLIENT", "UNPAUSE");
    // Serves those that wait.
    for (let i = 0; i < 40; i++) await other!.send("RPUSH", "queue", "element");
    for (const number of ["1", "2", "0"]) {
      await other!.send("SELECT", number);
      for (let i = 0; i < 40; i++) await other!.send("RPUSH", "queue", "element");
    }
  }
  for (const client of clients) client.write([...respCommand(["ECHO", "done"])].join(""));
  await until(() => received.every(({ text }) => text.endsWith("$4\r\ndone\r\n")));
  assert.deepEqual(losses.slice(0, 2), []);
  assert.ok(sink.copied > 100, `${sink.copied} commands were copied`);
});
