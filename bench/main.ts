/**
 * `npm run bench`: our server beside the others on this machine, in one run. Servers are pinned to one core and clients
 * to another; the figures are medians over the rounds.
 *
 * `-- --rounds 5 --seconds 3` sets how much is measured.
 */
import { parseArgs } from "node:util";
import { availableParallelism, cpus } from "node:os";
import { benchEngine } from "./engine.ts";
import { hasWrk } from "./load.ts";
import { hasRedis, hasWebdis } from "./peers.ts";
import { benchResp } from "./resp.ts";
import { benchRest } from "./rest.ts";
import { formatTable } from "./table.ts";

const { values } = parseArgs({
  options: { rounds: { type: "string", default: "5" }, seconds: { type: "string", default: "3" } },
});
const rounds = Number(values.rounds);
const seconds = Number(values.seconds);

console.log(`Node ${process.version}, ${availableParallelism()} × ${cpus()[0]?.model ?? "unknown CPU"}`);
console.log(`${rounds} rounds, ${seconds} s each, 64 connections, medians`);
if (!hasWrk) console.log("wrk is not on PATH: a client in Node makes the load, and may be what is measured");
if (!hasRedis) console.log("redis-server is not on PATH: nothing to compare with");
if (!hasWebdis) console.log("webdis is not on PATH: no other HTTP server to compare with");
console.log();

const rows = [...(await benchRest(rounds, seconds)), ...(await benchResp(rounds)), ...benchEngine(rounds)];
console.log(formatTable(rows));

const rate = (name: string, server: string): number =>
  rows.find((row) => row.name === name && row.server === server)?.perSecond ?? Number.NaN;
const resp = rate("RESP GET", "redis-server");
if (!Number.isNaN(resp)) {
  console.log(`\nREST GET is ${(rate("REST GET", "stashd") / resp).toFixed(2)}× redis-server's own GET over RESP`);
}
