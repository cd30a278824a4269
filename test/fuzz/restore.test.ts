/**
 * Payloads that are nearly right, with checksums that are: RESTORE takes them or refuses them, and whatever it takes is a
 * value that every command can work with. `SEED` repeats a run, `FUZZ_RUNS` sets its length.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CommandError } from "../../src/core/reply.ts";
import { TestEngine } from "../support/engine.ts";
import { payload, sealed } from "../support/rdb-bytes.ts";
import { FORMS } from "../support/rdb-forms.ts";
import { SHAPES } from "../support/value-shapes.ts";
import { chooseSeed, seededRandom } from "../support/world.ts";

const RUNS = Number(process.env["FUZZ_RUNS"] ?? 400) * 50;

/** A longer one would be changed at too few of its places. */
const PAYLOAD_BYTES_MAX = 1500;

const REFUSALS =
  /^ERR (?:Bad data format|DUMP payload version or checksum are wrong|Values of the module type \S+ are .*)$/;

/** What commands do with a value of each type. */
const WORK: Readonly<Record<string, readonly string[]>> = {
  string: ["GET k", "APPEND k x", "SETBIT k 9 1", "STRLEN k"],
  list: ["LRANGE k 0 -1", "LPUSH k a", "LINSERT k BEFORE a b", "LREM k 0 b", "LPOP k", "RPOP k"],
  set: ["SMEMBERS k", "SADD k a b 1", "SPOP k", "SRANDMEMBER k -5", "SREM k a", "SSCAN k 0"],
  hash: ["HGETALL k", "HSET k f v", "HRANDFIELD k -5 WITHVALUES", "HDEL k f", "HSCAN k 0", "HTTL k FIELDS 1 f"],
  zset: ["ZRANGE k 0 -1 WITHSCORES", "ZADD k 1 a", "ZINCRBY k 1 b", "ZRANK k a", "ZPOPMIN k", "ZRANGEBYSCORE k -inf 5"],
  stream: [
    "XRANGE k - +",
    "XLEN k",
    "XADD k * f v",
    "XINFO STREAM k FULL",
    "XINFO GROUPS k",
    "XPENDING k g - + 10",
    "XREADGROUP GROUP g c STREAMS k >",
    "XACK k g 5-0",
    "XAUTOCLAIM k g d 0 0",
    "XDEL k 5-0",
    "XTRIM k MAXLEN 1",
  ],
  json: ["JSON.GET k", "JSON.SET k $ [1]", "JSON.ARRAPPEND k $ 2"],
};

/** Values as they lie in payloads: a type and a body. */
function bodies(): string[] {
  const found = Object.values(FORMS).map(([type, body]) => payload(type, body).slice(0, -10));
  const engine = new TestEngine();
  for (const { commands } of SHAPES) {
    engine.send("FLUSHALL");
    for (const command of commands) engine.send(...command);
    found.push((engine.send("DUMP", "k") as string).slice(0, -10));
  }
  engine.line('JSON.SET j $ {"a":[1,2.5,null,"x"]}');
  engine.line("HSET e f v g w");
  engine.line("HPEXPIRE e 100000 FIELDS 1 f");
  for (const key of ["j", "e"]) found.push((engine.send("DUMP", key) as string).slice(0, -10));
  return found.filter(({ length }) => length <= PAYLOAD_BYTES_MAX);
}

/** Bytes at which something begins or ends. */
const TELLING = [0, 1, 2, 3, 0x3f, 0x40, 0x7f, 0x80, 0x81, 0xc0, 0xc3, 0xe0, 0xf0, 0xf1, 0xf4, 0xfe, 0xff];

class Mutator {
  private readonly random: () => number;
  private readonly bodies: readonly string[];

  constructor(seed: number, all: readonly string[]) {
    this.random = seededRandom(seed);
    this.bodies = all;
  }

  below(limit: number): number {
    return Math.floor(this.random() * limit);
  }

  /** A body with one to three things wrong. */
  next(): string {
    let body = this.bodies[this.below(this.bodies.length)]!;
    for (let changes = 1 + this.below(3); changes > 0; changes--) body = this.change(body);
    return body;
  }

  private change(body: string): string {
    const at = this.below(body.length);
    const byte = this.random() < 0.5 ? this.below(256) : TELLING[this.below(TELLING.length)]!;
    const char = String.fromCharCode(byte);
    switch (this.below(7)) {
      case 0:
        return body.slice(0, at);
      case 1:
        return body.slice(0, at) + body.slice(at + 1 + this.below(4));
      case 2:
        return body.slice(0, at) + char.repeat(1 + this.below(4)) + body.slice(at);
      case 3:
        return char + body.slice(1);
      case 4: {
        const other = this.bodies[this.below(this.bodies.length)]!;
        return body.slice(0, at) + other.slice(this.below(other.length));
      }
      default:
        return body.slice(0, at) + char + body.slice(at + 1);
    }
  }
}

describe("RESTORE of broken payloads", () => {
  test("takes a sound value or nothing", () => {
    const seed = chooseSeed();
    const mutator = new Mutator(seed, bodies());
    let taken = 0;
    for (let run = 0; run < RUNS; run++) {
      const body = mutator.next();
      const version = mutator.below(20) === 0 ? "\x0f\x00" : "\x0a\x00";
      const bytes = sealed(body + version);
      try {
        if (takes(bytes)) taken++;
      } catch (error) {
        assert.fail(`SEED=${seed}, run ${run}, ${Buffer.from(bytes, "latin1").toString("base64")}\n${String(error)}`);
      }
    }
    console.log(`RESTORE: SEED=${seed}, ${RUNS} payloads, ${taken} of them taken`);
    assert.ok(taken > RUNS / 100);
  });
});

/** Whether RESTORE has taken it. Fails when it answers anything else, or leaves a key that commands stumble over. */
function takes(bytes: string): boolean {
  const engine = new TestEngine();
  const reply = engine.send("RESTORE", "k", "0", bytes);
  if (reply instanceof CommandError) {
    assert.match(reply.text, REFUSALS);
    assert.equal(engine.engine.dataset.databases[0]!.size, 0);
    return false;
  }
  const type = (engine.line("TYPE k") as { text: string }).text;
  // A hash whose fields have all expired meanwhile is gone.
  if (type === "none") return true;
  const again = engine.send("DUMP", "k") as string;
  assert.equal(engine.send("RESTORE", "copy", "0", again) instanceof CommandError, false, "DUMP of what was taken");
  engine.line("COPY k other");
  engine.line("OBJECT ENCODING k");
  engine.line("MEMORY USAGE k");
  for (const command of WORK[type]!) engine.line(command);
  engine.engine.tick();
  engine.line("DEL k");
  return true;
}
