/** Random stream commands against redis-server. */
import { after, before, describe, test } from "node:test";
import { oracleSkipReason, RedisServer } from "../support/redis.ts";
import { runRandom } from "./random.ts";
import type { Dice, Draw } from "./random.ts";

const KEYS = ["a", "b", "c"];
const GROUPS = ["g", "h"];
const CONSUMERS = ["x", "y"];
const VALUES = ["", "0", "value", "\x00\xff", "18446744073709551616"];
/** Either nothing or everything has been idle for so long, so the time that the test takes makes no difference. */
const IDLE_MINS = ["0", "0", "40000000"];
const RETRIES = ["0", "1", "9", "9007199254740993", "9223372036854770000"];

/** Draws commands whose IDs move on slowly, so that most are there and some are gone or still to come. */
class StreamCommands {
  private clock = 10;
  /** Commands that must follow the one that was drawn last. */
  private readonly next: Draw[] = [];
  /** A run either deletes entries or asks for the lag, which Redis 7.0 computes otherwise once some are gone. */
  private readonly deletes: boolean;

  constructor(deletes: boolean) {
    this.deletes = deletes;
  }

  draw(dice: Dice): Draw {
    const queued = this.next.shift();
    if (queued !== undefined) return queued;
    if (dice.chance(0.02)) this.clock++;
    const key = dice.pick(KEYS);
    if (dice.chance(0.3)) return this.add(dice, key);
    const forms = [...this.reads(dice, key), ...this.writes(dice, key), ...this.groups(dice, key)];
    return dice.pick(forms)();
  }

  private id(dice: Dice): string {
    const ms = Math.max(0, this.clock - dice.between(-1, 8));
    return dice.pick([`${ms}`, `${ms}-${dice.between(0, 60)}`, `${ms}-${dice.between(0, 5)}`]);
  }

  private bound(dice: Dice): string {
    return dice.pick(["-", "+", this.id(dice), `(${this.id(dice)}`]);
  }

  private add(dice: Dice, key: string): Draw {
    const seq = dice.pick(["*", "*", "*", String(dice.between(0, 50))]);
    const fields = Array.from({ length: dice.pick([1, 1, 1, 2]) }, () => [dice.pick(["f", "g"]), dice.pick(VALUES)]);
    const trim = dice.pick([[], [], [], [], this.trim(dice)]);
    const option = dice.pick([[], [], [], ["NOMKSTREAM"]]);
    return { words: ["XADD", key, ...trim, ...option, `${this.clock}-${seq}`, ...fields.flat()] };
  }

  /** Never approximate: once a node goes, Redis leaves what is above the limit in the next, and we do not. */
  private trim(dice: Dice): string[] {
    const length = String(dice.chance(0.05) ? dice.between(0, 80) : dice.pick([150, 180, 250, 310]));
    const ms = String(Math.max(0, this.clock - dice.between(30, 100)));
    if (!this.deletes) return [];
    return dice.pick([
      ["MINID", "=", ms],
      ["MAXLEN", length],
      ["MAXLEN", "=", length],
    ]);
  }

  private reads(dice: Dice, key: string): (() => Draw)[] {
    const count = dice.pick([[], ["COUNT", String(dice.between(-1, 200))]]);
    const after = () => dice.pick([this.id(dice), "0", "$"]);
    return [
      () => ({ words: ["XLEN", key] }),
      () => ({ words: ["XRANGE", key, this.bound(dice), this.bound(dice), ...count] }),
      () => ({ words: ["XRANGE", key, "-", "+", ...count] }),
      () => ({ words: ["XREVRANGE", key, this.bound(dice), this.bound(dice), ...count] }),
      () => ({ words: ["XREAD", ...count, "STREAMS", key, after()] }),
      () => ({ words: ["XREAD", ...count, "STREAMS", key, dice.pick(KEYS), after(), after()] }),
      () => ({ words: ["XINFO", "STREAM", key], mode: "shape" }),
    ];
  }

  private writes(dice: Dice, key: string): (() => Draw)[] {
    const ids = Array.from({ length: dice.between(1, 5) }, () => this.id(dice));
    const writes: (() => Draw)[] = [];
    if (this.deletes) writes.push(() => ({ words: ["XTRIM", key, ...this.trim(dice)] }));
    if (this.deletes) writes.push(() => ({ words: ["XDEL", key, ...ids] }));
    if (!this.deletes && dice.chance(0.05)) writes.push(() => ({ words: ["DEL", key] }));
    if (this.deletes) writes.push(() => ({ words: ["XSETID", key, `${++this.clock}`] }));
    if (!dice.chance(0.01)) return writes;
    return [...writes, () => this.followed({ words: ["SET", key, "v"] }, ["XLEN", key], ["GETDEL", key])];
  }

  private groups(dice: Dice, key: string): (() => Draw)[] {
    const group = dice.pick(GROUPS);
    const consumer = dice.pick(CONSUMERS);
    const ids = Array.from({ length: dice.between(1, 5) }, () => this.id(dice));
    const count = dice.pick([[], ["COUNT", String(dice.between(1, 60))]]);
    // The client that reads with NOACK and a consumer that is not there is told apart; see the contract suite.
    const consumers = CONSUMERS.map((name) => ["XGROUP", "CREATECONSUMER", key, group, name]);
    const start = dice.pick(["0", "$", this.id(dice)]);
    const range = [this.bound(dice), this.bound(dice), String(dice.between(0, 80))];
    const noAck = dice.pick([[], [], [], ["NOACK"]]);
    const read = ["XREADGROUP", "GROUP", group, consumer, ...noAck, ...count, "STREAMS"];
    const claim = [key, group, consumer, dice.pick(IDLE_MINS)];
    return [
      () => this.followed({ words: ["XGROUP", "CREATE", key, group, start, "MKSTREAM"] }, ...consumers),
      () => (dice.chance(0.1) ? this.followed({ words: ["XGROUP", "SETID", key, group, start] }) : this.lag(key)),
      () => (dice.chance(0.1) ? { words: ["XGROUP", "DESTROY", key, group] } : this.lag(key)),
      () => this.followed({ words: ["XGROUP", "DELCONSUMER", key, group, consumer] }, ...consumers),
      () => ({ words: [...read, key, ">"] }),
      () => ({ words: [...read, key, ">"] }),
      () => ({ words: [...read, key, dice.pick(["0", this.id(dice)])] }),
      () => ({ words: [...read, key, dice.pick(KEYS), ">", ">"] }),
      () => ({ words: ["XACK", key, group, ...ids] }),
      () => ({ words: ["XPENDING", key, group] }),
      () => ({ words: ["XPENDING", key, group, ...range], mode: "near" }),
      () => ({ words: ["XPENDING", key, group, "IDLE", dice.pick(IDLE_MINS), ...range, consumer], mode: "near" }),
      () => ({ words: ["XCLAIM", ...claim, ...ids, ...dice.picks(["FORCE", "JUSTID"], dice.between(0, 2))] }),
      () => ({ words: ["XCLAIM", ...claim, ...ids, "IDLE", "50000000", "RETRYCOUNT", dice.pick(RETRIES)] }),
      () => ({ words: ["XAUTOCLAIM", ...claim, this.id(dice), ...count, ...dice.pick([[], ["JUSTID"]])] }),
      () => this.lag(key),
    ];
  }

  private lag(key: string): Draw {
    return { words: this.deletes ? ["XLEN", key] : ["XINFO", "GROUPS", key] };
  }

  private followed(first: Draw, ...commands: string[][]): Draw {
    this.next.push(...commands.map((words) => ({ words })));
    return first;
  }
}

describe("random stream commands", { skip: oracleSkipReason() }, () => {
  let redis: RedisServer;
  before(async () => {
    redis = await RedisServer.start();
  });
  after(() => redis.stop());

  for (const deletes of [true, false]) {
    test(`agree with redis-server, ${deletes ? "entries deleted" : "the lag asked for"}`, () => {
      const commands = new StreamCommands(deletes);
      return runRandom(redis, "stream", (dice) => commands.draw(dice));
    });
  }
});
