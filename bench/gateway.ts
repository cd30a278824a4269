/**
 * stashd in front of a redis-server, beside webdis in front of the same one. The gateway under measurement has a core
 * for itself; redis-server and the load share the other, so they bound what is reached where a gateway is fast enough.
 * CPU time is the gateway's own, without redis-server's.
 */
import { connect } from "node:net";
import type { Socket } from "node:net";
import { CLIENT_CORE, SERVER_CORE } from "./child.ts";
import { runLoad } from "./load.ts";
import { compared, inPairs } from "./pairs.ts";
import type { Finding, Run } from "./pairs.ts";
import { cpuUs, hasRedis, hasWebdis, startRedis, startStashd, startWebdisBefore, TOKEN } from "./peers.ts";
import type { Peer } from "./peers.ts";
import { hasBenchmark, runResp } from "./resp.ts";
import { fill, OURS, WEBDIS } from "./rest.ts";
import type { Case } from "./rest.ts";
import { median } from "./table.ts";

const CONNECTIONS = 64;
const STREAMS = 1000;
const WARM_UP_SECONDS = 5;

export async function benchGateway(rounds: number, seconds: number): Promise<Finding[]> {
  if (!hasRedis) return [];
  const redis = await startRedis([], CLIENT_CORE);
  const started: Peer[] = [redis];
  const keep = async (peer: Promise<Peer>): Promise<Peer> => {
    started.push(await peer);
    return peer;
  };
  try {
    const gateway = await keep(startGateway(redis));
    await fill(gateway);
    const webdis = hasWebdis ? await keep(startWebdisBefore(redis)) : undefined;
    return [
      ...(webdis === undefined ? [] : await besideWebdis(gateway, webdis, rounds, seconds)),
      await pipelines(gateway, rounds, seconds),
      ...(hasBenchmark ? await passThrough(gateway, redis, rounds) : []),
      await workers(gateway, redis, rounds, seconds),
      await idleStreams(redis),
    ];
  } finally {
    for (const peer of started.reverse()) await peer.stop();
  }
}

const startGateway = ({ port }: Peer, more: readonly string[] = []): Promise<Peer> =>
  startStashd({ more: ["--redis", `redis://127.0.0.1:${port}`, ...more] });

/** Loads a server with requests of one kind, and answers what that took for each command. */
async function overRest(peer: Peer, { commands, load }: Case, seconds: number): Promise<Run> {
  const before = cpuUs(peer);
  const { p99Ms, perSecond, requests } = await runLoad({ ...load, port: peer.port }, CONNECTIONS, seconds);
  return { p99Ms, perSecond: perSecond * commands, cpuUs: (cpuUs(peer) - before) / requests / commands };
}

async function besideWebdis(gateway: Peer, webdis: Peer, rounds: number, seconds: number): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const [i, theirs] of WEBDIS.entries()) {
    const run = (peer: Peer): Promise<Run> => overRest(peer, peer === gateway ? OURS[i]! : theirs, seconds);
    const pairs = await inPairs(rounds, [gateway, webdis], run);
    findings.push(
      compared(`${theirs.name} beside webdis`, pairs, "perSecond", "≥ 1.0×"),
      compared(`${theirs.name} beside webdis, CPU time`, pairs, "cpuUs", "≤ 0.8×"),
      compared(`${theirs.name} beside webdis, p99`, pairs, "p99Ms", "≤ 1.2×"),
    );
  }
  return findings;
}

async function pipelines(gateway: Peer, rounds: number, seconds: number): Promise<Finding> {
  const pipeline = OURS.find(({ commands }) => commands === 100)!;
  await overRest(gateway, pipeline, seconds);
  const runs: Run[] = [];
  for (let round = 0; round < rounds; round++) runs.push(await overRest(gateway, pipeline, seconds));
  const perSecond = Math.round(median(runs.map((run) => run.perSecond))).toLocaleString("en");
  const cpu = median(runs.map((run) => run.cpuUs)).toFixed(2);
  const beside = `${cpu} µs of CPU a command`;
  return { what: `${pipeline.name}, commands`, figure: `${perSecond}/s`, beside, ratio: "", aim: "≥ 300,000/s" };
}

/**
 * What two workers serve beside one, each with a core for itself, from their CPU time for a request: on two cores, the load
 * and redis-server would take what is measured.
 */
async function workers(one: Peer, redis: Peer, rounds: number, seconds: number): Promise<Finding> {
  const two = await startGateway(redis, ["--workers", "2"]);
  try {
    const get = OURS.find(({ name }) => name === "REST GET")!;
    // The second worker starts when the first is ready.
    await overRest(two, get, WARM_UP_SECONDS);
    const pairs = await inPairs(rounds, [one, two], (peer) => overRest(peer, get, seconds));
    const [figure, beside] = [1, 0].map((i) => `${median(pairs.map((pair) => pair[i]!.cpuUs)).toFixed(2)} µs`);
    const ratio = `${median(pairs.map(([alone, both]) => (2 * alone.cpuUs) / both.cpuUs)).toFixed(2)}×`;
    return { what: "REST GET with --workers 2, by CPU time", figure: figure!, beside: beside!, ratio, aim: "≥ 1.6×" };
  } finally {
    await two.stop();
  }
}

/** The Redis port beside redis-server itself, which has the server's core while it is measured alone. */
async function passThrough(gateway: Peer, redis: Peer, rounds: number): Promise<Finding[]> {
  const findings: Finding[] = [];
  const [process] = redis.children;
  for (const pipeline of [1, 16] as const) {
    const pairs = await inPairs(rounds, [gateway, redis], (peer) => {
      process!.moveTo(peer === redis ? SERVER_CORE : CLIENT_CORE);
      const login = peer === gateway ? ["-a", TOKEN] : [];
      return runResp({ name: "GET", test: "get", pipeline, random: false }, peer, login);
    });
    const what = `RESP GET${pipeline === 1 ? "" : ` -P ${pipeline}`} beside redis-server`;
    findings.push(compared(what, pairs, "perSecond", "≥ 0.5×"));
  }
  process!.moveTo(CLIENT_CORE);
  return findings;
}

/** Resident memory of a process that has served some streams before: for each of a thousand that wait for messages. */
async function idleStreams(redis: Peer): Promise<Finding> {
  const gateway = await startGateway(redis);
  const [process] = gateway.children;
  const open = (count: number, name: string): Promise<Socket[]> =>
    Promise.all(Array.from({ length: count }, (_, i) => openStream(gateway.port, `${name}:${i}`)));
  const sockets: Socket[] = [];
  try {
    sockets.push(...(await open(STREAMS / 10, "before")));
    const before = process!.residentBytes();
    sockets.push(...(await open(STREAMS, "idle")));
    const each = (process!.residentBytes() - before) / STREAMS / 1000;
    const figure = `${each.toFixed(1)} KB each`;
    return {
      what: `${STREAMS.toLocaleString("en")} idle event streams`,
      figure,
      beside: "",
      ratio: "",
      aim: "≤ 20 KB",
    };
  } finally {
    for (const socket of sockets) socket.destroy();
    await gateway.stop();
  }
}

/** Opens an event stream. Resolves with its connection when it is subscribed. */
function openStream(port: number, channel: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", reject);
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk.latin1Slice();
      if (text.includes("subscribe,")) resolve(socket);
    });
    socket.write(`GET /subscribe/${channel} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${TOKEN}\r\n\r\n`);
  });
}
