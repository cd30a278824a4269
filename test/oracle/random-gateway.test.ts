/**
 * Several clients of a server in front of a redis-server, and as many directly at another one: the same interleaving of
 * commands that make a connection different (SELECT, MULTI, WATCH, SUBSCRIBE, HELLO, CLIENT REPLY, RESET, a lost connection),
 * and all bytes compared. So nothing that one client chooses reaches another. The scripts about transactions run so, too.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { oracleSkipReason, RedisServer } from "../support/redis.ts";
import { encodeCommand } from "../support/resp.ts";
import { RawConnection } from "../support/resp-client.ts";
import { TestServer } from "../support/server.ts";
import { chooseSeed } from "../support/world.ts";
import { Dice } from "./random.ts";

const skip = oracleSkipReason();

if (skip === false) {
  process.env["TEST_BACKEND"] = "redis";
  await import("./transactions.test.ts");
}

/** `ORACLE_COMMANDS` lengthens it. */
const STEPS = Number(process.env["ORACLE_COMMANDS"] ?? 1500);
const CLIENTS = 4;

const KEYS = ["k", "j", "l"];
const CHANNELS = ["c", "d"];

/** A client of both servers, and what the test has to know of it to tell replies from messages. */
class Client {
  ours!: RawConnection;
  theirs!: RawConnection;
  isInMulti = false;
  isSilent = false;
  isSubscribed = false;

  private readonly server: TestServer;
  private readonly reference: RedisServer;

  constructor(server: TestServer, reference: RedisServer) {
    this.server = server;
    this.reference = reference;
  }

  async open(): Promise<void> {
    [this.ours, this.theirs] = await Promise.all([
      this.server.connect(),
      RawConnection.open({ path: this.reference.path }),
    ]);
    this.isInMulti = this.isSilent = this.isSubscribed = false;
  }

  close(): void {
    this.ours.close();
    this.theirs.close();
  }

  /** Sends words to both; answers the frames that come until the reply to a PING after them. */
  async send(words: readonly string[]): Promise<{ ours: string[]; theirs: string[] }> {
    if (words[0] === "MULTI" || (this.isInMulti && !ENDS_MULTI.test(words[0]!))) {
      const [ours, theirs] = await Promise.all([this.ours.send(...words), this.theirs.send(...words)]);
      return { ours: [ours], theirs: [theirs] };
    }
    const theirs = await framesUntilPong(this.theirs, words, 0);
    return { theirs, ours: await framesUntilPong(this.ours, words, theirs.length) };
  }
}

const ENDS_MULTI = /^(?:EXEC|DISCARD|RESET)$/;
const PONG = "after";

/** Messages of another connection's PUBLISH may come after the pong: as many frames are read as are `expected`. */
async function framesUntilPong(
  connection: RawConnection,
  words: readonly string[],
  expected: number,
): Promise<string[]> {
  if (words.length > 0) connection.write(encodeCommand(words));
  connection.write(encodeCommand(["PING", PONG]));
  const frames: string[] = [];
  let isPongThere = false;
  while (!isPongThere || frames.length < expected) {
    const frame = await connection.next();
    if (frame === "") break;
    if (frame.endsWith(`$${PONG.length}\r\n${PONG}\r\n`) && !frame.includes("message")) isPongThere = true;
    else frames.push(frame);
  }
  return frames;
}

/** The reply to HELLO without the number of the connection. */
function withoutId(frame: string): string {
  return frame.replace(/(?<=\r\nid\r\n):\d+/, "");
}

/** What any client may send, and what only one that is not in MULTI and has no subscriptions. */
function draw(dice: Dice, { isInMulti, isSubscribed }: Client): string {
  const key = (): string => dice.pick(KEYS);
  const data = (): string =>
    dice.pick([
      `SET ${key()} ${dice.between(0, 9)}`,
      `GET ${key()}`,
      `INCR ${key()}`,
      `DEL ${key()}`,
      `HSET h ${key()} 1`,
      "HGETALL h",
      `RPUSH q ${dice.between(0, 9)}`,
      "LRANGE q 0 -1",
      "LTRIM q 0 3",
      "DBSIZE",
      "NOPE",
      "GET",
      `EVAL ${dice.pick(["return{1,2}", "return'x'", "return{err='E'}"])} 0`,
      `PUBLISH ${dice.pick(CHANNELS)} ${dice.between(0, 9)}`,
    ]);
  if (isInMulti) return dice.chance(0.3) ? dice.pick(["EXEC", "EXEC", "DISCARD", "MULTI", "WATCH k"]) : data();
  if (isSubscribed)
    return dice.pick([
      `UNSUBSCRIBE ${CHANNELS.join(" ")}`,
      "PUNSUBSCRIBE",
      `SUBSCRIBE ${dice.pick(CHANNELS)}`,
      data(),
      "RESET",
    ]);
  return dice.chance(0.4)
    ? data()
    : dice.pick([
        "MULTI",
        "MULTI",
        "EXEC",
        "DISCARD",
        `WATCH ${key()} ${key()}`,
        "UNWATCH",
        `SELECT ${dice.between(0, 2)}`,
        `MOVE ${key()} 1`,
        "SWAPDB 0 1",
        `HELLO ${dice.pick(["2", "3"])}`,
        "RESET",
        "CLIENT GETNAME",
        `CLIENT SETNAME ${key()}`,
        "CLIENT NO-EVICT ON",
        "CLIENT REPLY OFF",
        "CLIENT REPLY SKIP",
        `BLPOP q none 0.01`,
        `LMPOP 1 q LEFT`,
        `SUBSCRIBE ${CHANNELS.join(" ")}`,
        `PSUBSCRIBE *`,
        "leave",
      ]);
}

describe("clients of a gateway beside clients of redis-server", { skip }, () => {
  let behind: RedisServer;
  let reference: RedisServer;
  let server: TestServer;
  before(async () => {
    [behind, reference] = await Promise.all([RedisServer.start(), RedisServer.start()]);
    server = await TestServer.start({ redis: `unix:${behind.path}`, redisPort: 0, redisAuth: false });
  });
  after(async () => {
    await server.stop();
    await Promise.all([behind.stop(), reference.stop()]);
  });

  test("a random interleaving", async () => {
    const seed = chooseSeed();
    console.log(`random gateway: SEED=${seed}, ${STEPS} commands`);
    const dice = new Dice(seed);
    const clients = Array.from({ length: CLIENTS }, () => new Client(server, reference));
    for (const client of clients) await client.open();
    const history: string[] = [];
    const compare = ({ ours, theirs }: { ours: string[]; theirs: string[] }): void => {
      // A message that a client publishes to itself may come before the reply or after it.
      const cut = (frames: string[]): string[] => frames.map(withoutId).toSorted();
      assert.deepEqual(cut(ours), cut(theirs), `SEED=${seed}\n${history.slice(-40).join("\n")}`);
    };
    for (let step = 0; step < STEPS; step++) {
      const index = dice.between(0, CLIENTS - 1);
      const client = clients[index]!;
      const line = client.isSilent ? "CLIENT REPLY ON" : draw(dice, client);
      history.push(`${index}: ${line}`);
      const words = line.split(" ");
      if (line === "leave") {
        client.close();
        await client.open();
      } else if (line === "CLIENT REPLY OFF") {
        client.ours.write(encodeCommand(words));
        client.theirs.write(encodeCommand(words));
        client.isSilent = true;
      } else if (line === "CLIENT REPLY SKIP") {
        for (const connection of [client.ours, client.theirs])
          connection.write(encodeCommand(words) + encodeCommand(["ECHO", "unsaid"]));
        compare(await client.send(["ECHO", "said"]));
      } else {
        const frames = await client.send(words);
        compare(frames);
        const said = frames.theirs[0] ?? "";
        if (line === "CLIENT REPLY ON") client.isSilent = false;
        if (ENDS_MULTI.test(line)) client.isInMulti = false;
        else if (line === "MULTI" && said === "+OK\r\n") client.isInMulti = true;
        if (/SUBSCRIBE/.test(line)) client.isSubscribed = !frames.theirs.at(-1)!.endsWith(":0\r\n");
        if (line === "RESET") client.isSubscribed = false;
      }
      // Messages to the others.
      for (const other of clients)
        if (other !== client && other.isSubscribed && !other.isInMulti) compare(await other.send([]));
    }
    for (const client of clients) client.close();
    assert.deepEqual(await behind.send(["DEBUG", "DIGEST"]), await reference.send(["DEBUG", "DIGEST"]));
  });
});
