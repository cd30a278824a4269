/** Clients that write numbers until their server is gone, each in its own way, and what is read of them afterwards. */
import assert from "node:assert/strict";
import { Agent, request } from "node:http";
import { encodeCommand, readFrame } from "../support/resp.ts";
import { RawConnection } from "../support/resp-client.ts";
import type { Kept, Ledger } from "./ledger.ts";

export const TOKEN = "kill-test";

export interface Ports {
  readonly port: number;
  readonly redisPort: number;
}

/** Writes until the server is gone. */
type Player = (server: Ports, ledger: Ledger) => Promise<void>;

async function connect({ redisPort }: Ports): Promise<RawConnection> {
  const connection = await RawConnection.open({ port: redisPort, host: "127.0.0.1" });
  await connection.send("AUTH", TOKEN);
  return connection;
}

/** Whether a reply has come and is as it has to be; false when the server has gone instead. */
function isReply(reply: string, form: RegExp): boolean {
  if (reply === "") return false;
  assert.match(reply, form);
  return true;
}

/** Appends a number to two lists, which are to be equal. */
const twins = (trail: string, number: number): string[][] =>
  ["a", "b"].map((twin) => ["RPUSH", `${trail}:${twin}`, String(number)]);

/** A transaction in one write; answers the reply to EXEC. */
async function exec(connection: RawConnection, commands: readonly (readonly string[])[]): Promise<string> {
  connection.write([["MULTI"], ...commands, ["EXEC"]].map(encodeCommand).join(""));
  for (let i = 0; i <= commands.length; i++) await connection.next();
  return connection.next();
}

const transactions: Player = async (server, ledger) => {
  const connection = await connect(server);
  for (;;) {
    const number = ledger.issue("exec");
    if (!isReply(await exec(connection, twins("exec", number)), /^\*2/)) return;
    ledger.acknowledge("exec", number);
  }
};

const SCRIPT = "redis.call('RPUSH', KEYS[1], ARGV[1]) return redis.call('RPUSH', KEYS[2], ARGV[1])";

const scripts: Player = async (server, ledger) => {
  const connection = await connect(server);
  for (;;) {
    const number = ledger.issue("script");
    const reply = await connection.send("EVAL", SCRIPT, "2", "script:a", "script:b", String(number));
    if (!isReply(reply, /^:/)) return;
    ledger.acknowledge("script", number);
  }
};

const PIPELINE = 16;

const pipelines: Player = async (server, ledger) => {
  const connection = await connect(server);
  for (;;) {
    const numbers = Array.from({ length: PIPELINE }, () => ledger.issue("pipeline"));
    connection.write(numbers.map((number) => encodeCommand(["RPUSH", "pipeline:a", String(number)])).join(""));
    for (const number of numbers) {
      if (!isReply(await connection.next(), /^:/)) return;
      ledger.acknowledge("pipeline", number);
    }
  }
};

/** Over REST: a body to a path, for the next number. */
function rest(trail: string, path: string, body: (number: number) => unknown): Player {
  return async ({ port }, ledger) => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (;;) {
      const number = ledger.issue(trail);
      const answer = await post(agent, port, path, JSON.stringify(body(number)));
      if (!isReply(answer, /^\[?\{"result":/)) break;
      ledger.acknowledge(trail, number);
    }
    agent.destroy();
  };
}

/** The body of an answer; empty when the server has gone. */
function post(agent: Agent, port: number, path: string, body: string): Promise<string> {
  return new Promise((resolve) => {
    const headers = { Authorization: `Bearer ${TOKEN}` };
    const outgoing = request({ port, host: "127.0.0.1", agent, method: "POST", path, headers }, (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => (text += chunk.latin1Slice()));
      response.on("error", () => resolve(""));
      response.on("end", () => resolve(text));
    });
    outgoing.on("error", () => resolve(""));
    outgoing.end(body);
  });
}

/**
 * One client blocks, and another pushes what it waits for. `given` is the trail of what is pushed, `taken` of what the
 * first client gets.
 */
function blocking(taken: string, given: string, wait: readonly string[], form: RegExp, push: Push): Player {
  return async (server, ledger) => {
    const [waiter, pusher] = [await connect(server), await connect(server)];
    const take = async (): Promise<boolean> => {
      const number = ledger.issue(taken);
      const reply = await waiter.send(...wait);
      if (!isReply(reply, form)) return false;
      assert.equal(form.exec(reply)![1], String(number), "elements are taken in order");
      ledger.acknowledge(taken, number);
      return true;
    };
    // What a former round has left.
    for (let left = ledger.backlog(given, taken); left > 0; left--) if (!(await take())) return;
    for (;;) {
      const taking = take();
      const number = ledger.issue(given);
      if (!isReply(await push(pusher, String(number)), /^[:*]/)) return;
      ledger.acknowledge(given, number);
      if (!(await taking)) return;
    }
  };
}

type Push = (connection: RawConnection, number: string) => Promise<string>;

const move = blocking(
  "moved",
  "to move",
  ["BLMOVE", "move:from", "move:to", "LEFT", "RIGHT", "0"],
  /^\$\d+\r\n(\d+)/,
  (connection, number) => connection.send("RPUSH", "move:from", number),
);

/** What is popped leaves nothing, so pushes are counted, in one group with them. */
const pop = blocking(
  "popped",
  "to pop",
  ["BLPOP", "pop:from", "0"],
  /^\*2\r\n\$8\r\npop:from\r\n\$\d+\r\n(\d+)/,
  (connection, number) =>
    exec(connection, [
      ["RPUSH", "pop:from", number],
      ["INCR", "pop:count"],
    ]),
);

export const PLAYERS: readonly Player[] = [
  transactions,
  scripts,
  pipelines,
  rest("multi-exec", "/multi-exec", (number) => twins("multi-exec", number)),
  rest("post", "/", (number) => ["RPUSH", "post:a", String(number)]),
  move,
  pop,
];

/** Reads how far each trail has come, and fails for what no moment of the clients' can have left. */
export async function readKept(connection: RawConnection): Promise<Kept> {
  const list = async (key: string): Promise<number[]> => {
    const { frame } = readFrame(await connection.send("LRANGE", key, "0", "-1"), 0)!;
    assert.ok(frame.kind === "array");
    return frame.items!.map((item) => Number((item as { text: string }).text));
  };
  const count = async (key: string): Promise<number> => assertNumbers(key, 0, await list(key));
  const twinCount = async (trail: string): Promise<number> => {
    const [a, b] = [await count(`${trail}:a`), await count(`${trail}:b`)];
    assert.equal(a, b, `${trail}: a group is whole`);
    return a;
  };
  const moved = await count("move:to");
  const toMove = assertNumbers("move:from", moved, await list("move:from"));
  const toPop = Number(/^\$\d+\r\n(\d+)/.exec(await connection.send("GET", "pop:count"))?.[1] ?? 0);
  const unpopped = await list("pop:from");
  const popped = toPop - unpopped.length;
  assert.equal(assertNumbers("pop:from", popped, unpopped), toPop);
  return {
    exec: await twinCount("exec"),
    script: await twinCount("script"),
    "multi-exec": await twinCount("multi-exec"),
    pipeline: await count("pipeline:a"),
    post: await count("post:a"),
    moved,
    "to move": toMove,
    popped,
    "to pop": toPop,
  };
}

/** Numbers that follow one another; answers the one after the last. */
function assertNumbers(key: string, first: number, numbers: readonly number[]): number {
  const expected = numbers.map((_, i) => first + i);
  assert.deepEqual(numbers, expected, `${key}: nothing is missing in the middle, nothing is there twice`);
  return first + numbers.length;
}
