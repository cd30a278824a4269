/**
 * Rounds of kill -9 at random moments, while REST and RESP clients write, transactions and scripts run, clients block, and
 * the files are rewritten. Some kills come while the server starts. `KILLS` sets the number of rounds over all policies;
 * `SEED` repeats them.
 */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, watch } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { Dice } from "../oracle/random.ts";
import { oracleSkipReason, RedisServer } from "../support/redis.ts";
import { RawConnection } from "../support/resp-client.ts";
import { chooseSeed } from "../support/world.ts";
import { Ledger } from "./ledger.ts";
import type { Kept } from "./ledger.ts";
import { PLAYERS, readKept, TOKEN } from "./players.ts";
import type { Ports } from "./players.ts";
import type { FsyncPolicy } from "../../src/core/policies.ts";

/** Rounds of one policy, in two tracks beside one another. */
const ROUNDS = Math.ceil(Number(process.env["KILLS"] ?? 60) / 2);
const TRACKS = 2;

/** Rounds on one directory, so that what is checked stays small. */
const ROUNDS_OF_DIRECTORY = 10;

/** Every so many rounds the kill comes later than a second after the first reply, or before the server is ready. */
const LONG_EVERY = 25;
const EARLY_EVERY = 5;

const running = new Set<ChildProcess>();

let folder: string;
/** The executable in one file, which starts in half the time. */
let program: string;

function launch(data: string, fsync: FsyncPolicy): ChildProcess {
  const args = [program, "--port", "0", "--redis-port", "0", "--token", TOKEN, "--data", data, "--fsync", fsync];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  running.add(child);
  child.once("close", () => running.delete(child));
  return child;
}

function ended(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve) => child.once("close", resolve));
}

interface Server extends Ports {
  readonly child: ChildProcess;
  readonly admin: RawConnection;
}

async function start(data: string, fsync: FsyncPolicy): Promise<Server> {
  const child = launch(data, fsync);
  const text = await new Promise<string>((resolve, reject) => {
    let out = "";
    child.stdout!.on("data", (chunk: Buffer) => {
      out += chunk.toString();
      if (/\ncurl .*\n/.test(out)) resolve(out);
    });
    child.once("close", () => reject(new Error(`it ended: ${out}`)));
  });
  const [, port] = /REST_URL=".*?:(\d+)"/.exec(text)!;
  const [, redisPort] = /REDIS_URL="redis:\/\/.*:(\d+)"/.exec(text)!;
  const admin = await RawConnection.open({ port: Number(redisPort), host: "127.0.0.1" });
  await admin.send("AUTH", TOKEN);
  return { child, port: Number(port), redisPort: Number(redisPort), admin };
}

/** Kills a server some turns of the event loop after it has taken the directory: perhaps in the middle of loading. */
async function killEarly(data: string, fsync: FsyncPolicy, turns: number): Promise<void> {
  const lock = join(data, "stashd.lock");
  const child = launch(data, fsync);
  const gone = ended(child);
  const isTaken = (): boolean => existsSync(lock) && readFileSync(lock, "utf8").includes(`"pid":${child.pid},`);
  const watcher = watch(data);
  const taken = new Promise<void>((resolve) => {
    watcher.on("change", () => {
      if (isTaken()) resolve();
    });
  });
  await Promise.race([taken, gone]);
  watcher.close();
  await pass(turns);
  child.kill("SIGKILL");
  await gone;
}

/** Lets some turns of the event loop pass. */
async function pass(turns: number): Promise<void> {
  for (let i = 0; i < turns; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** Lets clients write until the moment has come, and kills the server. Answers what the clients know. */
async function play(server: Server, from: Kept, dice: Dice, isLong: boolean): Promise<Ledger> {
  const ledger = new Ledger(from);
  let isKilled = false;
  // A client may try to connect when the server is gone already.
  const endUnlessKilled = (error: unknown): void => {
    if (!isKilled || !(error instanceof Error && "code" in error && String(error.code).startsWith("ECONN")))
      throw error;
  };
  const ends = PLAYERS.map((player) => player(server, ledger).catch(endUnlessKilled));
  let rewrites: Promise<string> | undefined;
  let nextWork = dice.between(0, 60);
  ledger.onAcknowledged = (total) => {
    if (total < nextWork) return;
    nextWork += dice.between(20, 150);
    rewrites = server.admin.send(dice.pick(["BGREWRITEAOF", "BGREWRITEAOF", "BGSAVE"]));
  };
  await (isLong ? ledger.hasLasted(1100) : ledger.reached(dice.between(1, 500)));
  // A reply has just come; what the server does then is not all that it does.
  await pass(dice.between(0, 400));
  server.child.kill("SIGKILL");
  isKilled = true;
  ledger.end();
  await Promise.all([...ends, rewrites, ended(server.child)]);
  server.admin.close();
  return ledger;
}

/** What Redis's own tools say of a directory that no server has, and what redis-server finds in it. */
async function checkWithRedis(data: string, kept: Kept): Promise<void> {
  if (oracleSkipReason() !== false) return;
  const tool = (name: string, path: string): void => {
    const { status, stdout } = spawnSync(name, [join(data, path)]);
    assert.equal(status, 0, stdout.toString());
  };
  tool("redis-check-aof", "appendonlydir/appendonly.aof.manifest");
  if (existsSync(join(data, "dump.rdb"))) tool("redis-check-rdb", "dump.rdb");
  const redis = await RedisServer.start(["--dir", data, "--appendonly", "yes"]);
  const connection = await RawConnection.open({ path: redis.path });
  try {
    assert.deepEqual(await readKept(connection), kept);
  } finally {
    connection.close();
    await redis.stop();
  }
}

/** Rounds on one directory, each of which ends in a kill; then a start after the last. */
async function playOn(data: string, fsync: FsyncPolicy, dice: Dice, first: number, rounds: number): Promise<void> {
  let ledger: Ledger | undefined;
  for (let round = first; ; round++) {
    if (round % EARLY_EVERY === 0) await killEarly(data, fsync, dice.between(0, 3000));
    const server = await start(data, fsync);
    const kept = await readKept(server.admin);
    ledger?.compare(kept, fsync === "always");
    if (round === first + rounds) {
      server.admin.close();
      server.child.kill("SIGTERM");
      await ended(server.child);
      return checkWithRedis(data, kept);
    }
    ledger = await play(server, kept, dice, round % LONG_EVERY === 0);
  }
}

/** Declares the tests of one policy. */
export function describeKills(fsync: FsyncPolicy, promise: string): void {
  describe(`kill -9 under fsync ${fsync}`, { concurrency: TRACKS }, () => {
    before(async () => {
      folder = mkdtempSync(join(tmpdir(), "stashd-kill-"));
      program = join(folder, "stashd.mjs");
      const entryPoints = [fileURLToPath(new URL("../../src/cli/main.js", import.meta.url))];
      // Packages that are CommonJS ask for Node's modules.
      const js = 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';
      const options = { bundle: true, minify: true, platform: "node", format: "esm", logLevel: "error" } as const;
      await build({ ...options, entryPoints, outfile: program, banner: { js } });
    });
    after(() => {
      for (const child of running) child.kill("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    });

    for (let track = 1; track <= TRACKS; track++) {
      const seed = chooseSeed() + track;
      test(`${promise}, track ${track}: SEED=${seed - track}`, async () => {
        const dice = new Dice(seed);
        const rounds = Math.ceil(ROUNDS / TRACKS);
        for (let first = 0; first < rounds; first += ROUNDS_OF_DIRECTORY) {
          const data = join(folder, `${track} ${first}`);
          mkdirSync(data);
          await playOn(data, fsync, dice, first, Math.min(ROUNDS_OF_DIRECTORY, rounds - first));
          rmSync(data, { recursive: true });
        }
      });
    }
  });
}
