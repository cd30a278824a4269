/**
 * Two servers under their loads all the time, which are stopped and continued in turns of a fraction of a second: for what
 * costs less than the machine changes from one second to the next. Linux only, since the loads are stopped by signals.
 */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { CLIENT_CORE, pinned } from "./child.ts";
import type { Run } from "./pairs.ts";
import { cpuUs } from "./peers.ts";
import type { Peer } from "./peers.ts";

const TURN_MS = 80;

/** Time after a load is continued that does not count. */
const SETTLE_MS = 20;

/** Turns that do not count, while the servers' code is compiled. */
const WARM_UP = 4;

/** A server, what counts its commands, and its load. */
interface Loaded {
  readonly peer: Peer;
  readonly counter: Counter;
  readonly load: ChildProcess;
}

/** Measures two servers in turns, each first in every second pair. `commandOf` answers the command line of a load. */
export async function inTurns(
  turns: number,
  peers: readonly [Peer, Peer],
  token: string,
  commandOf: (peer: Peer) => readonly string[],
): Promise<[Run, Run][]> {
  const loaded: Loaded[] = [];
  try {
    for (const peer of peers) {
      const counter = await Counter.open(peer, token);
      const [program = "", ...args] = pinned(CLIENT_CORE, commandOf(peer));
      const load = spawn(program, args, { stdio: "ignore" });
      loaded.push({ peer, counter, load });
      await sleep(TURN_MS);
      load.kill("SIGSTOP");
    }
    const pairs: [Run, Run][] = [];
    for (let turn = -WARM_UP; turn < turns; turn++) {
      const pair: Run[] = [];
      for (const i of turn % 2 === 0 ? [0, 1] : [1, 0]) pair[i] = await takeTurn(loaded[i]!);
      if (turn >= 0) pairs.push(pair as [Run, Run]);
    }
    return pairs;
  } finally {
    for (const { counter, load } of loaded) {
      load.kill("SIGKILL");
      counter.close();
    }
  }
}

async function takeTurn({ counter, load, peer }: Loaded): Promise<Run> {
  load.kill("SIGCONT");
  await sleep(SETTLE_MS);
  const [commands, cpu, startMs] = [await counter.commands(), cpuUs(peer), performance.now()];
  await sleep(TURN_MS);
  const [end, endCpu, endMs] = [await counter.commands(), cpuUs(peer), performance.now()];
  load.kill("SIGSTOP");
  const count = end - commands;
  return { perSecond: (count / (endMs - startMs)) * 1000, p99Ms: Number.NaN, cpuUs: (endCpu - cpu) / count };
}

/** Asks a server how many commands it has run, over a connection that stays open. */
class Counter {
  private readonly socket: Socket;

  private constructor(socket: Socket) {
    this.socket = socket;
  }

  static async open({ respPort }: Peer, token: string): Promise<Counter> {
    const counter = new Counter(connect(respPort!, "127.0.0.1"));
    await counter.ask(`AUTH ${token}`, /^\+OK\r\n/);
    return counter;
  }

  async commands(): Promise<number> {
    return Number(await this.ask("INFO stats", /^\$[^]*total_commands_processed:(\d+)[^]*\r\n$/));
  }

  private ask(command: string, pattern: RegExp): Promise<string | undefined> {
    return new Promise((resolve) => {
      let text = "";
      const receive = (chunk: Buffer): void => {
        text += chunk.latin1Slice();
        const match = pattern.exec(text);
        if (match === null) return;
        this.socket.off("data", receive);
        resolve(match[1]);
      };
      this.socket.on("data", receive).write(`${command}\r\n`);
    });
  }

  close(): void {
    this.socket.destroy();
  }
}
