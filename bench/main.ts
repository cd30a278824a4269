/**
 * `npm run bench`: our server beside the others on this machine, in one run. Servers are pinned to one core and clients
 * to another; the figures are medians over the rounds.
 *
 * `-- --rounds 5 --seconds 3` sets how much is measured, `-- --only rest,engine` what: rest, resp, engine, structures,
 * json, scripts, growth, memory, pauses, latency, probe, start, persistence, gateway, watching, testing, console. `--keys 20000000` is the size that the keyspace grows to.
 * `--save` keeps the figures of rest, resp, persistence and gateway in `docs/figures.json`, and writes the tables and plots
 * that are made from them. `--against REV` measures another revision beside this one instead: of rest, resp, scripts and engine.
 */
import { parseArgs } from "node:util";
import { availableParallelism, cpus } from "node:os";
import { benchAgainst } from "./against.ts";
import { benchConsole } from "./console.ts";
import { writeDocuments } from "./documents.ts";
import { benchEngine } from "./engine.ts";
import { originOf, saveFigures } from "./figures.ts";
import type { Figures } from "./figures.ts";
import { benchGateway } from "./gateway.ts";
import { hasWrk } from "./load.ts";
import { jsonBench } from "./json.ts";
import { benchLatency } from "./latency.ts";
import { benchMemory } from "./memory.ts";
import { formatFindings } from "./pairs.ts";
import { benchPauses } from "./pauses.ts";
import { hasRedis, hasWebdis } from "./peers.ts";
import { benchPersistence } from "./persistence.ts";
import { benchProbe, benchSingle } from "./probe.ts";
import { benchResp } from "./resp.ts";
import { benchRest } from "./rest.ts";
import { benchWatching } from "./watching.ts";
import { benchRatelimit, benchScriptGrowth, benchScripts } from "./scripting.ts";
import { benchStart } from "./start.ts";
import { benchStructures } from "./structures.ts";
import { formatCells, formatTable } from "./table.ts";
import { benchTesting } from "./testing.ts";
import type { Row } from "./table.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "3" },
    keys: { type: "string", default: "2000000" },
    against: { type: "string" },
    save: { type: "boolean", default: false },
    only: {
      type: "string",
      default:
        "rest,resp,engine,structures,json,scripts,growth,memory,pauses,latency,probe,start,persistence,gateway,watching,testing",
    },
  },
});
const rounds = Number(values.rounds);
const seconds = Number(values.seconds);
const parts = new Set(values.only.split(","));

console.log(`Node ${process.version}, ${availableParallelism()} × ${cpus()[0]?.model ?? "unknown CPU"}`);
console.log(`${rounds} rounds, ${seconds} s each, 64 connections, medians`);
if (values.against !== undefined) {
  await benchAgainst({ revision: values.against, rounds, seconds, parts });
  process.exit();
}
if (!hasWrk) console.log("wrk is not on PATH: a client in Node makes the load, and may be what is measured");
if (!hasRedis) console.log("redis-server is not on PATH: nothing to compare with");
if (!hasWebdis) console.log("webdis is not on PATH: no other HTTP server to compare with");

/** What `--save` keeps. */
let saved: Figures = {};
const origin = originOf(rounds, seconds);

const rows: Row[] = [];
if (parts.has("rest")) {
  const measured = await benchRest(rounds, seconds);
  saved = { ...saved, rest: { ...origin, rows: measured } };
  rows.push(...measured);
}
if (parts.has("resp")) {
  const measured = await benchResp(rounds);
  saved = { ...saved, resp: { ...origin, rows: measured } };
  rows.push(...measured);
}
if (parts.has("scripts")) rows.push(...(await benchRatelimit(rounds, seconds)));
if (parts.has("engine")) rows.push(...benchEngine(rounds));
if (rows.length > 0) console.log(`\n${formatTable(rows)}`);

const rate = (name: string, server: string): number =>
  rows.find((row) => row.name === name && row.server === server)?.perSecond ?? Number.NaN;
for (const name of ["REST GET", "REST POST SET"]) {
  for (const peer of ["webdis + redis-server", "redis-server over RESP"]) {
    const ratio = rate(name, "stashd") / rate(name, peer);
    if (!Number.isNaN(ratio)) console.log(`${name} is ${ratio.toFixed(2)}× ${peer}`);
  }
}
const cpu = (server: string): number =>
  rows.find((row) => row.name === "REST GET" && row.server === server)?.cpuUs ?? 0;
if (cpu("stashd") > 0) {
  const share = cpu("stashd") / cpu("stashd, bare listener");
  console.log(`a REST GET takes ${share.toFixed(2)}× the CPU time of the bare listener`);
}

if (parts.has("structures")) console.log(`\n${formatTable(await benchStructures(rounds))}`);

if (parts.has("json")) {
  const cells = jsonBench().map(({ name, opsPerSecond }) => [name, opsPerSecond.toLocaleString("en")]);
  console.log(`\n${formatCells(["JSON in process", "commands/s"], cells)}`);
}

if (parts.has("scripts")) {
  const cells = (await benchScripts(rounds)).map(({ name, inProcess, overResp, redis }) => {
    const rates = [inProcess, overResp, redis].map((rate) => Math.round(rate).toLocaleString("en"));
    return [name, ...rates, `${(inProcess / redis).toFixed(2)}×`, `${(overResp / redis).toFixed(2)}×`];
  });
  const headings = [
    "script, calls per CPU second",
    "in process",
    "over RESP",
    "redis-server",
    "ratio",
    "ratio over RESP",
  ];
  console.log(`\n${formatCells(headings, cells)}`);
}

if (parts.has("growth")) {
  const megabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);
  const cells = benchScriptGrowth().map(({ name, heapBytes, scriptBytes }) => {
    return [name, megabytes(heapBytes), megabytes(scriptBytes)];
  });
  console.log(`\n${formatCells(["from call 100,000 to 1,000,000", "heap MB", "script MB"], cells)}`);
}

if (parts.has("memory")) {
  const megabytes = (bytes: number | undefined): string => (bytes === undefined ? "" : (bytes / 2 ** 20).toFixed(0));
  const cells = (await benchMemory()).map(({ name, ours, redis }) => {
    return [name, megabytes(ours), megabytes(redis), redis === undefined ? "" : `${(ours / redis).toFixed(2)}×`];
  });
  console.log(`\n${formatCells(["resident memory", "stashd MB", "redis-server MB", "ratio"], cells)}`);
}

if (parts.has("pauses")) {
  const cells = benchPauses(Number(values.keys)).map(({ name, longestMs, totalMs }) => {
    return [name, longestMs.toFixed(1), totalMs.toFixed(0)];
  });
  console.log(`\n${formatCells(["pause", "longest ms", "total ms"], cells)}`);
}

if (parts.has("latency")) {
  const cells = (await benchLatency(Math.min(Number(values.keys), 2_000_000), seconds * rounds)).map(({ name, ms }) => {
    return [name, ms.toFixed(2)];
  });
  console.log(`\n${formatCells(["latency, GET and SET over 2M keys", "ms"], cells)}`);
}

if (parts.has("probe")) {
  const cells = (await benchProbe(seconds * 2)).map(({ name, probes, p50Ms, p99Ms, maxMs, p50CpuMs, p99CpuMs }) => {
    return [name, String(probes), ...[p50Ms, p99Ms, maxMs, p50CpuMs, p99CpuMs].map((ms) => ms.toFixed(1))];
  });
  const headings = ["a GET beside", "GETs", "p50 ms", "p99 ms", "max ms", "p50 CPU ms", "p99 CPU ms"];
  console.log(`\n${formatCells(headings, cells)}`);
  const single = benchSingle().map(({ name, ms }) => [name, ms.toFixed(0)]);
  console.log(`\n${formatCells(["not interrupted", "CPU ms"], single)}`);
}

if (parts.has("start")) {
  const { cpuMs, wallMs, residentMb } = await benchStart(rounds);
  const cells = [
    ["CPU time until ready, ms", cpuMs.toFixed(0)],
    ["time until ready, ms", wallMs.toFixed(0)],
    ["resident memory when idle, MB", residentMb.toFixed(0)],
  ];
  console.log(`\n${formatCells(["start", "figure"], cells)}`);
}

if (parts.has("persistence")) {
  const findings = await benchPersistence(rounds, seconds);
  saved = { ...saved, persistence: { ...origin, findings } };
  console.log(`\n${formatFindings("keeping data", findings)}`);
}

if (parts.has("gateway")) {
  const findings = await benchGateway(rounds, seconds);
  saved = { ...saved, gateway: { ...origin, findings } };
  console.log(`\n${formatFindings("in front of redis-server", findings)}`);
}

if (parts.has("watching")) {
  const { rows: watched, scrapeCpuMs } = await benchWatching(rounds, seconds);
  console.log(`\n${formatTable(watched)}\n\na scrape of an idle server takes ${scrapeCpuMs.toFixed(1)} ms of CPU time`);
}

if (parts.has("testing")) console.log(`\n${benchTesting(rounds)}`);

// Not among the parts that run by themselves: it takes a browser.
if (parts.has("console")) console.log(`\n${await benchConsole(Math.min(Number(values.keys), 1_000_000), rounds)}`);

if (values.save) writeDocuments(saveFigures(saved));
