/**
 * Our HTTP reader beside Node's, which is strict: the same bytes go to both. Ours may refuse what Node takes, never the
 * other way round; and what both take they must frame alike, or one of them could be made to see a request that the
 * other takes for a body.
 */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { connect } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { after, before, describe, test } from "node:test";
import { MESSAGE_CASES, readMessages } from "../support/http-messages.ts";
import type { Message } from "../support/http-messages.ts";
import { chooseSeed, seededRandom } from "../support/world.ts";

const RUNS = Number(process.env["FUZZ_RUNS"] ?? 4000);
const seed = chooseSeed();
const random = seededRandom(seed);
const below = (limit: number): number => Math.floor(random() * limit);
const pick = <T>(items: readonly T[]): T => items[below(items.length)]!;

/** What Node made of one connection: requests in the order of their heads, undefined while they lack some of the body. */
interface Seen {
  readonly requests: (Message | undefined)[];
}

let server: Server;
/** By the client's port. */
const connections = new Map<number, Seen>();

before(async () => {
  server = createServer({ requireHostHeader: false, maxHeaderSize: 131_072 });
  const note = (request: IncomingMessage, response: ServerResponse): void => {
    const { requests } = connections.get(request.socket.remotePort!)!;
    const index = requests.push(undefined) - 1;
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.latin1Slice()));
    request.on("error", () => {});
    request.on("end", () => {
      requests[index] = [request.method!, request.url!, body];
      response.end();
    });
  };
  for (const event of ["request", "checkContinue", "checkExpectation"]) server.on(event, note);
  server.on("connect", (request: IncomingMessage, socket: Socket) => {
    connections.get(socket.remotePort!)!.requests.push([request.method!, request.url!, ""]);
    socket.on("error", () => {});
    // The requests before it are told of in a later turn.
    setImmediate(() => socket.destroy());
  });
  server.on("clientError", (_, socket: Socket) => socket.destroy());
  server.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
});
after(() => {
  server.closeAllConnections();
  server.close();
});

/** What Node makes of the bytes. */
function readByNode(bytes: string): Promise<Message[]> {
  return new Promise((resolve) => {
    const { port } = server.address() as AddressInfo;
    const seen: Seen = { requests: [] };
    const socket = connect(port, "127.0.0.1", () => {
      connections.set(socket.localPort!, seen);
      const { localPort } = socket;
      socket.once("close", () => connections.delete(localPort!));
      socket.end(bytes, "latin1");
    });
    socket.resume();
    socket.on("error", () => socket.destroy());
    socket.on("close", () => resolve(seen.requests.filter((request) => request !== undefined)));
  });
}

/** What makes framing hard. */
const SPICES = [
  ..."\r\n\0\t\v\x7f\x80\xff :;,=0123456789abcdefxGPT/".split(""),
  "\r\n",
  "\r\n\r\n",
  "0\r\n\r\n",
  "Content-Length: 3\r\n",
  "Content-Length: 0\r\n",
  "Transfer-Encoding: chunked\r\n",
  "Connection: close\r\n",
  "Connection: upgrade\r\nUpgrade: x\r\n",
  "Expect: 100-continue\r\n",
  "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
  "3\r\nabc\r\n",
  ";a=b",
  "HTTP/1.0",
];

const MUTABLE = MESSAGE_CASES.map(({ bytes }) => bytes).filter((bytes) => bytes.length < 2000);

function mutated(): string {
  let bytes = Array.from({ length: 1 + below(3) }, () => pick(MUTABLE)).join("");
  for (let count = below(5); count > 0; count--) {
    const at = below(bytes.length + 1);
    const to = Math.min(bytes.length, at + (below(4) === 0 ? below(30) : below(3)));
    const kind = below(4);
    if (kind === 0) bytes = bytes.slice(0, at) + bytes.slice(to);
    else if (kind === 1) bytes = bytes.slice(0, at) + pick(SPICES) + bytes.slice(to);
    else if (kind === 2) bytes = bytes.slice(0, at) + pick(SPICES) + bytes.slice(at);
    else bytes = bytes.slice(0, to) + bytes.slice(at);
  }
  return bytes;
}

async function compare(bytes: string): Promise<"served" | "refused"> {
  const ours = readMessages([bytes]);
  const requests = await readByNode(bytes);
  const told = `SEED=${seed} ${JSON.stringify(bytes)}`;
  // Node drops what is pipelined behind a request that offers an upgrade. HTTP lets a server pass over the offer.
  const compared = /upgrade/i.test(bytes) ? Math.min(ours.requests.length, requests.length) : ours.requests.length;
  assert.deepEqual(ours.requests.slice(0, compared), requests.slice(0, compared), told);
  if (compared < ours.requests.length) return "served";
  if (ours.status === undefined && !ours.closed) assert.equal(ours.requests.length, requests.length, told);
  return ours.status === undefined ? "served" : "refused";
}

describe("our reader is never more lenient than Node's", () => {
  test("on the conformance cases", async () => {
    for (const { bytes } of MESSAGE_CASES) if (bytes.length < 2000) await compare(bytes);
  });

  test("on what becomes of them", async () => {
    const counts = { served: 0, refused: 0 };
    for (let i = 0; i < RUNS; i++) counts[await compare(mutated())]++;
    console.log(`${RUNS} messages, SEED=${seed}: ${counts.served} served, ${counts.refused} refused`);
    assert.ok(counts.served > RUNS / 50 && counts.refused > RUNS / 50);
  });
});
