/**
 * Client-side caching against a real redis-server: several connections on both sides, through our Redis port, and the
 * bytes that each of them has received after every step. A step is a client's letter and commands, separated by ` ; `,
 * which go out in one write; `{b}` stands for the id of client b. Clients speak RESP3, those in capitals RESP2.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { RawConnection } from "../support/resp-client.ts";
import { oracleSkipReason, RedisServer } from "../support/redis.ts";
import { encodeCommand } from "../support/resp.ts";
import { TestServer, TOKEN } from "../support/server.ts";
import { splitWords } from "../support/words.ts";

const SCRIPTS: Readonly<Record<string, string>> = {
  "keys that were read are told of once": `
    a CLIENT TRACKING on
    a GET k
    b SET k 1
    b SET k 2
    a GET k
    a GET k
    b INCR k
    a MGET k l m
    b MSET k 1 l 2
    b DEL m
    b SET m 1
    b DEL m
    a EXISTS k ; STRLEN k ; TTL k
    b EXPIRE k 1000
    a HGETALL h ; LRANGE list 0 -1 ; ZRANGE z 0 -1 ; XRANGE stream - +
    b HSET h f v ; RPUSH list v ; ZADD z 1 m ; XADD stream 1-1 f v
    a TYPE list ; DUMP list
    b RENAME list list2
    a GET list2 ; GET k
    b COPY k k2
    a GET k ; GET k2
    b SELECT 3 ; SET k other
    a CLIENT TRACKING off
    a GET k
    b SET k 1
    a CLIENT TRACKINGINFO`,
  "writes are not reads": `
    a CLIENT TRACKING on
    a SET k 1 ; GETSET k 2 ; INCR k ; GETDEL k
    b SET k 1
    a SORT list ; BITFIELD bits GET u8 0 ; GETEX k
    b RPUSH list 1 ; SETBIT bits 1 1 ; DEL k
    a BITFIELD_RO bits GET u8 0 ; SORT_RO list
    b RPUSH list 2 ; SETBIT bits 2 1`,
  "errors and commands without keys": `
    a CLIENT TRACKING on
    b LPUSH l 1
    a GET l ; PING ; DBSIZE ; KEYS * ; SCAN 0 COUNT 100
    b LPUSH l 2
    a GET
    b LPUSH l 3`,
  "a session's own changes come after the reply": `
    a CLIENT TRACKING on
    a GET k ; SET k 1 ; GET k
    a GET k ; SET k 2
    a GET l ; GET k
    a MSET k 1 l 2 x 3
    a GET k ; GET l ; DEL k l
    a GET k ; FLUSHALL
    a GET k ; SET k 1 ; FLUSHDB ; SET k 2
    a GET k ; GET l ; MULTI ; SET k 3 ; SET l 3 ; GET k ; EXEC
    a INCR k`,
  NOLOOP: `
    a CLIENT TRACKING on NOLOOP
    a GET k ; SET k 1 ; GET k ; DEL k
    a GET k
    b SET k 2
    a GET k ; FLUSHALL
    a GET k ; MULTI ; SET k 1 ; EXEC
    b SET k 3
    a CLIENT TRACKINGINFO`,
  "a key that is evicted is told of before the reply to the command that needs the memory": `
    a CLIENT TRACKING on
    c CLIENT TRACKING on BCAST
    a CONFIG SET maxmemory-policy volatile-random ; SETEX k 1000 v ; GET k
    a CONFIG SET maxmemory 1 ; GET other
    a CONFIG SET maxmemory 0 ; SETEX k 1000 v ; GET k
    b CONFIG SET maxmemory 1 ; GET other
    a CONFIG SET maxmemory 0 ; CLIENT TRACKING off ; CLIENT TRACKING on NOLOOP ; SETEX k 1000 v ; GET k
    a CONFIG SET maxmemory 1 ; GET other
    a CONFIG SET maxmemory 0 ; CONFIG SET maxmemory-policy noeviction`,
  "FLUSHALL and FLUSHDB invalidate every tracking client": `
    a CLIENT TRACKING on
    c CLIENT TRACKING on BCAST PREFIX x
    b FLUSHALL
    b FLUSHDB
    b SET k 1 ; FLUSHDB
    a GET k
    b FLUSHALL ASYNC ; SET k 1
    b SWAPDB 0 1`,
  "two clients that read one key": `
    a CLIENT TRACKING on
    c CLIENT TRACKING on
    a GET k
    c GET k
    b SET k 1
    c GET k
    a GET k
    a SET k 2
    c GET k
    c close
    b SET k 3`,
  "BCAST tells once for each turn, in order": `
    a CLIENT TRACKING on BCAST
    b SET k 1
    b SET z 1 ; SET b 1 ; SET a 1 ; SET b 2
    b MULTI ; SET z 2 ; DEL a ; DEL none ; EXEC
    a SET own 1
    a SET own 1 ; SET own2 2 ; PING
    a GET k
    b DEL k`,
  "BCAST with prefixes": `
    a CLIENT TRACKING on BCAST PREFIX user: PREFIX post:
    c CLIENT TRACKING on BCAST PREFIX user:1
    b SET user:1 x ; SET post:9 y ; SET other z ; SET user:2 q
    b SET use x ; SET user: y
    a CLIENT TRACKING on BCAST PREFIX item:
    a CLIENT TRACKINGINFO
    b SET item:1 x
    a CLIENT TRACKING on BCAST PREFIX user
    a CLIENT TRACKING on BCAST PREFIX user:123
    a CLIENT TRACKING on BCAST PREFIX ab PREFIX abc
    a CLIENT TRACKING off
    a CLIENT TRACKINGINFO
    b SET user:1 x
    c CLIENT TRACKING off
    b SET user:1 x`,
  "BCAST with NOLOOP": `
    a CLIENT TRACKING on BCAST NOLOOP
    a SET k 1
    b SET k 2
    a SET k 3 ; SET l 1
    c CLIENT TRACKING on BCAST
    a SET k 4
    a MULTI ; SET k 5 ; EXEC
    a CLIENT TRACKINGINFO`,
  "OPTIN, OPTOUT and CLIENT CACHING": `
    a CLIENT TRACKING on OPTIN
    a GET k
    b SET k 1
    a CLIENT CACHING yes ; GET k
    b SET k 2
    a CLIENT CACHING yes ; GET k ; GET l
    b MSET k 1 l 2
    a CLIENT CACHING yes ; PING ; GET k
    b SET k 2
    a CLIENT CACHING yes ; CLIENT TRACKINGINFO ; GET k
    b SET k 3
    a CLIENT CACHING yes ; MULTI ; GET k ; GET l ; EXEC ; GET m
    b MSET k 1 l 2 m 3
    a CLIENT CACHING yes ; nosuch ; GET k
    b SET k 1
    a CLIENT CACHING no
    a CLIENT TRACKING off
    a CLIENT TRACKING on OPTOUT
    a CLIENT CACHING no ; GET k ; GET l
    b MSET k 1 l 2
    a CLIENT CACHING no ; CLIENT TRACKINGINFO
    a CLIENT CACHING yes
    a CLIENT CACHING maybe
    a CLIENT TRACKING on OPTIN`,
  "a redirection to a client that listens over RESP2": `
    A CLIENT TRACKING on REDIRECT {B}
    A CLIENT GETREDIR ; CLIENT TRACKINGINFO
    A GET k
    b SET k 1
    B SUBSCRIBE __redis__:invalidate
    A GET k ; GET l
    b SET k 1
    b MSET l 1 m 2
    A GET k ; SET k 2
    b FLUSHALL
    A CLIENT TRACKING on REDIRECT {B} NOLOOP
    A GET k ; SET k 2
    A CLIENT TRACKING off
    A GET k ; CLIENT GETREDIR
    b SET k 1
    A CLIENT TRACKING on BCAST PREFIX x REDIRECT {B}
    b MSET x1 1 x2 2 y 3
    B UNSUBSCRIBE
    b SET x1 2`,
  "a redirection to a client that speaks RESP3": `
    a CLIENT TRACKING on REDIRECT {c}
    a GET k
    b SET k 1
    a GET k ; SET k 2
    a CLIENT GETREDIR
    c close
    a GET k
    b SET k 3
    a CLIENT TRACKINGINFO ; CLIENT GETREDIR
    a GET k
    b SET k 3
    a CLIENT TRACKING on
    a CLIENT TRACKINGINFO`,
  "RESP2 without a redirection hears nothing": `
    A CLIENT TRACKING on
    A GET k
    b SET k 1
    A CLIENT TRACKINGINFO
    A RESET ; HELLO 2 AUTH default {token}
    A CLIENT GETREDIR`,
  "RESET ends it": `
    a CLIENT TRACKING on
    a GET k
    a RESET ; HELLO 3 AUTH default {token}
    b SET k 1
    a CLIENT TRACKINGINFO
    c CLIENT TRACKING on BCAST
    c RESET ; HELLO 3 AUTH default {token}
    b SET k 1`,
  "scripts read for their caller": `
    a CLIENT TRACKING on
    a EVAL "return redis.call('get', KEYS[1])" 1 k
    b SET k 1
    a EVAL_RO "return redis.call('get', KEYS[1])" 1 k
    b SET k 2
    a GET k ; EVAL "redis.call('set', KEYS[1], 1) return redis.call('get', KEYS[1])" 1 k
    b SET k 3
    a GET k
    b EVAL "redis.call('set', KEYS[1], 1) redis.call('del', KEYS[1])" 1 k
    a CLIENT TRACKING off
    a CLIENT TRACKING on BCAST
    b EVAL "redis.call('set', KEYS[1], 1) redis.call('set', KEYS[2], 1)" 2 k l
    a EVAL "redis.call('set', KEYS[1], 2)" 1 k`,
  "what time removes": `
    b DEBUG SET-ACTIVE-EXPIRE 0
    a CLIENT TRACKING on
    c CLIENT TRACKING on BCAST NOLOOP
    b SET k v PX 300
    a GET k
    b DEBUG SLEEP 0.301
    b GET k
    b SET k v PX 300
    a GET k
    c DEBUG SLEEP 0.301
    c GET k
    b SET k v PX 300
    a GET k ; DEBUG SLEEP 0.301 ; GET k
    b SET k v
    b DEBUG SET-ACTIVE-EXPIRE 1`,
  "wrong words": `
    a CLIENT TRACKING
    a CLIENT TRACKING maybe
    a CLIENT TRACKING on nope
    a CLIENT TRACKING on REDIRECT
    a CLIENT TRACKING on REDIRECT x
    a CLIENT TRACKING on REDIRECT 999999
    a CLIENT TRACKING on REDIRECT 0
    a CLIENT TRACKING on REDIRECT {b} REDIRECT {c}
    a CLIENT TRACKING on PREFIX
    a CLIENT TRACKING on PREFIX x
    a CLIENT TRACKING off PREFIX x
    a CLIENT TRACKING on BCAST OPTIN
    a CLIENT TRACKING on BCAST OPTOUT
    a CLIENT TRACKING on OPTIN OPTOUT
    a CLIENT TRACKING on BCAST PREFIX ab PREFIX abc
    a CLIENT TRACKING on BCAST PREFIX abc PREFIX ab
    a CLIENT CACHING
    a CLIENT CACHING yes
    a CLIENT CACHING nope
    a CLIENT GETREDIR
    a CLIENT GETREDIR x
    a CLIENT TRACKINGINFO x
    a CLIENT TRACKINGINFO
    a CLIENT TRACKING on
    a CLIENT CACHING yes
    a CLIENT CACHING no
    a CLIENT CACHING maybe
    a CLIENT TRACKING on BCAST
    a CLIENT TRACKING on OPTIN
    a CLIENT TRACKING on OPTOUT
    a CLIENT TRACKING on
    a CLIENT TRACKING off
    a CLIENT TRACKING on BCAST
    a CLIENT TRACKING on
    a CLIENT TRACKING on BCAST PREFIX x
    a CLIENT TRACKING off nope
    a CLIENT TRACKING off`,
};

/** What no script sends. */
const FENCE = "fence:7c1f";

/** A connection whose frames are told apart into replies and what was not asked for. */
class Client {
  private readonly connection: RawConnection;
  /** Its number on its server. */
  readonly id: string;

  private constructor(connection: RawConnection, id: string) {
    this.connection = connection;
    this.id = id;
  }

  static async open(connection: RawConnection, resp: string): Promise<Client> {
    await connection.send("HELLO", resp);
    return new Client(connection, (await connection.send("CLIENT", "ID")).slice(1).trim());
  }

  /** Sends commands in one write, and waits for their replies. Answers all frames that came before the last of them. */
  async send(commands: readonly (readonly string[])[]): Promise<string[]> {
    this.connection.write(commands.map(encodeCommand).join(""));
    const frames: string[] = [];
    for (let replies = 0; replies < commands.length;) {
      const frame = await this.connection.next();
      frames.push(frame);
      if (!UNASKED.test(frame)) replies++;
    }
    return frames;
  }

  /** Frames that have come since. */
  async rest(): Promise<string[]> {
    this.connection.write(encodeCommand(["PING", FENCE]));
    const frames: string[] = [];
    for (;;) {
      const frame = await this.connection.next();
      assert.ok(frame !== "" && !frame.startsWith("-NOAUTH"), `${frame} in place of an echo`);
      if (frame.includes(FENCE)) return frames;
      frames.push(frame);
    }
  }

  async close(): Promise<void> {
    this.connection.write(encodeCommand(["QUIT"]));
    await this.connection.next();
    await this.connection.closed;
  }

  cut(): void {
    this.connection.close();
  }
}

const UNASKED = /^(?:>2\r\n\$10\r\ninvalidate|>2\r\n\$21\r\ntracking-redir-broken|[>*]3\r\n\$7\r\nmessage)\r\n/;

/** The same client on both sides. */
interface Pair {
  readonly ours: Client;
  readonly theirs: Client;
}

describe("client-side caching agrees with redis-server", { skip: oracleSkipReason() }, () => {
  let redis: RedisServer;
  let server: TestServer;
  before(async () => {
    redis = await RedisServer.start();
    server = await TestServer.start({ redisPort: 0, enableDebug: true });
  });
  after(async () => {
    await redis.stop();
    await server.stop();
  });

  async function open(letter: string): Promise<Pair> {
    const resp = letter < "a" ? "2" : "3";
    const ours = await server.connect();
    await ours.send("AUTH", TOKEN);
    const theirs = await RawConnection.open({ path: redis.path });
    return { ours: await Client.open(ours, resp), theirs: await Client.open(theirs, resp) };
  }

  for (const [name, script] of Object.entries(SCRIPTS)) {
    test(name, async () => {
      const clients = new Map<string, Pair>();
      named.clear();
      for (const letter of ["a", "b", "c", "A", "B"]) clients.set(letter, await open(letter));
      try {
        await clients.get("b")!.ours.send([["FLUSHALL"]]);
        await clients.get("b")!.theirs.send([["FLUSHALL"]]);
        for (const line of script.trim().split("\n")) await step(clients, line.trim());
      } finally {
        for (const { ours, theirs } of clients.values()) {
          ours.cut();
          theirs.cut();
        }
      }
    });
  }
});

/** Runs one step on both sides. */
async function step(clients: Map<string, Pair>, line: string): Promise<void> {
  const letter = line[0]!;
  const sender = clients.get(letter)!;
  if (line.slice(2) === "close") {
    clients.delete(letter);
    await Promise.all([sender.ours.close(), sender.theirs.close()]);
    return;
  }
  const commands = line.slice(2).split(" ; ").map(splitWords);
  const [ours, theirs] = await Promise.all([send(clients, "ours"), send(clients, "theirs")]);
  for (const [of, frames] of theirs) assert.deepEqual(ours.get(of), frames, `${of} after ${line}`);

  async function send(all: Map<string, Pair>, side: Side): Promise<Map<string, string[]>> {
    const received = new Map<string, string[]>();
    const words = commands.map((command) => command.map((word) => withIds(word, all, side)));
    received.set(letter, await sender[side].send(words));
    for (const [of, pair] of all) received.set(of, [...(received.get(of) ?? []), ...(await pair[side].rest())]);
    return new Map([...received].map(([of, frames]) => [of, frames.map((frame) => comparable(frame, side))]));
  }
}

type Side = "ours" | "theirs";

/** Clients that commands have named, by their side and id. */
const named = new Map<string, string>();

function withIds(word: string, clients: Map<string, Pair>, side: Side): string {
  if (word === "{token}") return TOKEN;
  return word.replace(/^\{(\w)\}$/, (_, letter: string) => {
    const { id } = clients.get(letter)![side];
    named.set(`${side} ${id}`, letter);
    return id;
  });
}

/** Ids differ between the sides: where they are told, the letter stands in their place. HELLO tells of the server. */
function comparable(frame: string, side: Side): string {
  if (frame.includes("proto")) return "a greeting";
  if (!/redirect|redir-broken|^:/.test(frame)) return frame;
  return frame.replace(/:(\d+)/g, (number, id: string) => {
    const letter = named.get(`${side} ${id}`);
    return letter === undefined ? number : `{${letter}}`;
  });
}
