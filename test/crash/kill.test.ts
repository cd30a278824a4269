/**
 * kill -9 at random moments, while REST and RESP clients write, transactions and scripts run, and the log is rewritten:
 * under `always` nothing acknowledged is lost, nothing is invented, and no group is split; under `everysec` what is lost is
 * the end and never a middle. `KILLS` sets the number of rounds, `SEED` repeats them.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { nodeDisk } from "../../src/persistence/node-disk.ts";
import { recover } from "../../src/persistence/recovery.ts";
import { Dice } from "../oracle/random.ts";
import { TestEngine } from "../support/engine.ts";
import { RawConnection } from "../support/resp-client.ts";
import { chooseSeed } from "../support/world.ts";

const PROGRAM = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));
const ROUNDS = Number(process.env["KILLS"] ?? 3);
const TOKEN = "kill-test";

/** Ways to append a number to a list and, as one group, to its twin. */
const WAYS = ["exec", "script", "rest"] as const;
type Way = (typeof WAYS)[number];

const running = new Set<ChildProcess>();

async function start(data: string, fsync: string) {
  const args = [PROGRAM, "--port", "0", "--redis-port", "0", "--token", TOKEN, "--data", data, "--fsync", fsync];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  running.add(child);
  child.once("close", () => running.delete(child));
  const text = await new Promise<string>((resolve, reject) => {
    let out = "";
    child.stdout!.on("data", (chunk: Buffer) => {
      out += chunk.toString();
      if (/\ncurl .*\n/.test(out)) resolve(out);
    });
    child.once("close", () => reject(new Error(`it ended: ${out}`)));
  });
  const [, url] = /REST_URL="(.*?)"/.exec(text)!;
  const [, port] = /REDIS_URL="redis:\/\/.*:(\d+)"/.exec(text)!;
  return { child, url: url!, port: Number(port) };
}

/** One client, which writes one number after another in its own way until its server is gone. */
class Writer {
  readonly way: Way;
  issued: number;
  acknowledged: number;
  private readonly server: { url: string; port: number };

  constructor(way: Way, server: { url: string; port: number }, from: number) {
    this.way = way;
    this.server = server;
    this.issued = this.acknowledged = from;
  }

  async run(): Promise<void> {
    const connection = await RawConnection.open({ port: this.server.port, host: "127.0.0.1" });
    await connection.send("AUTH", TOKEN);
    const gone = connection.closed.then(() => true).catch(() => true);
    for (;;) {
      const number = this.issued++;
      const isDone = await Promise.race([this.write(connection, number).catch(() => false), gone.then(() => false)]);
      if (!isDone) return;
      this.acknowledged = number + 1;
    }
  }

  /** Answers whether it was acknowledged. */
  private async write(connection: RawConnection, number: number): Promise<boolean> {
    const [a, b, text] = [`${this.way}:a`, `${this.way}:b`, String(number)];
    if (this.way === "exec") {
      for (const words of [["MULTI"], ["RPUSH", a, text], ["RPUSH", b, text]]) await connection.send(...words);
      return (await connection.send("EXEC")).startsWith("*2");
    }
    if (this.way === "script") {
      const script = "redis.call('RPUSH', KEYS[1], ARGV[1]) return redis.call('RPUSH', KEYS[2], ARGV[1])";
      return (await connection.send("EVAL", script, "2", a, b, text)).startsWith(":");
    }
    const answer = await fetch(`${this.server.url}/multi-exec`, {
      method: "POST",
      headers: { Authorization: `Bearer ${TOKEN}` },
      body: JSON.stringify([
        ["RPUSH", a, text],
        ["RPUSH", b, text],
      ]),
    });
    return answer.status === 200 && (await answer.text()).includes('"result"');
  }
}

async function kept(data: string): Promise<ReadonlyMap<Way, number>> {
  const ours = new TestEngine();
  await recover({ disk: nodeDisk, engine: ours.engine, directory: data, sliceMs: 100 });
  return new Map(
    WAYS.map((way) => {
      const [a, b] = [ours.send("LRANGE", `${way}:a`, "0", "-1"), ours.send("LRANGE", `${way}:b`, "0", "-1")] as [
        string[],
        string[],
      ];
      assert.deepEqual(a, b, `${way}: a group is whole`);
      assert.deepEqual(
        a,
        a.map((_, i) => String(i)),
        `${way}: nothing is missing in the middle, nothing is there twice`,
      );
      return [way, a.length];
    }),
  );
}

describe("kill -9", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "stashd-kill-"));
  });
  afterEach(() => running.forEach((child) => child.kill("SIGKILL")));
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const fsync of ["always", "everysec"]) {
    const seed = chooseSeed();
    test(`under fsync ${fsync}: SEED=${seed}`, async () => {
      const dice = new Dice(seed);
      const data = join(folder, fsync);
      let counts: ReadonlyMap<Way, number> = new Map();
      for (let round = 0; round < ROUNDS; round++) {
        const server = await start(data, fsync);
        const writers = WAYS.map((way) => new Writer(way, server, counts.get(way) ?? 0));
        const admin = await RawConnection.open({ port: server.port, host: "127.0.0.1" });
        await admin.send("AUTH", TOKEN);
        const ends = writers.map((writer) => writer.run());
        // The moment is a number of acknowledged writes, so that it does not depend on the machine.
        const moment = dice.between(1, 400);
        const total = (): number =>
          writers.reduce((sum, { acknowledged, way }) => sum + acknowledged - (counts.get(way) ?? 0), 0);
        let rewrites = 0;
        while (total() < moment) {
          if (total() > rewrites * 100) {
            rewrites++;
            await admin.send(dice.pick(["BGREWRITEAOF", "BGSAVE"]));
          }
          await admin.send("PING");
        }
        server.child.kill("SIGKILL");
        await Promise.all(ends);
        admin.close();
        const after = await kept(data);
        for (const { acknowledged, issued, way } of writers) {
          const count = after.get(way)!;
          assert.ok(count <= issued, `${way}, round ${round}: ${count} kept, ${issued} issued`);
          if (fsync === "always") {
            assert.ok(count >= acknowledged, `${way}, round ${round}: ${count} kept, ${acknowledged} acknowledged`);
          }
        }
        counts = after;
      }
    });
  }
});
