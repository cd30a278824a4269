/** How long a request takes at the worst: GETs and SETs in equal parts over a large keyspace, garbage collection included. */
import { hasWrk, runLoad } from "./load.ts";
import { startStashd, TOKEN } from "./peers.ts";

const CONNECTIONS = 64;
const BATCH = 10_000;

/** A row of the table. */
export interface LatencyRow {
  readonly name: string;
  readonly ms: number;
}

/** For wrk: half GETs, half SETs, of keys drawn evenly. */
export const readsAndWrites = (keys: number): string => `
math.randomseed(1)
request = function()
  local key = "key:" .. math.random(0, ${keys - 1})
  if math.random() < 0.5 then return wrk.format("GET", "/get/" .. key) end
  return wrk.format("POST", "/", nil, '["SET","' .. key .. '","' .. string.rep("y", math.random(8, 64)) .. '"]')
end
`;

/** The histogram's rows; empty without wrk. */
export async function benchLatency(keys: number, seconds: number): Promise<LatencyRow[]> {
  if (!hasWrk) return [];
  const stashd = await startStashd();
  try {
    const headers = { Authorization: `Bearer ${TOKEN}` };
    for (let first = 0; first < keys; first += BATCH) {
      const body = JSON.stringify(Array.from({ length: BATCH }, (_, i) => ["SET", `key:${first + i}`, "x".repeat(32)]));
      await (await fetch(`http://127.0.0.1:${stashd.port}/pipeline`, { method: "POST", headers, body })).text();
    }
    const load = { port: stashd.port, method: "GET", path: "/", headers, body: "", script: readsAndWrites(keys) };
    await runLoad(load, CONNECTIONS, 2);
    const { p50Ms, p99Ms, tailMs = {} } = await runLoad(load, CONNECTIONS, seconds);
    const { p90 = Number.NaN, ...tail } = tailMs;
    const all = { p50: p50Ms, p90, p99: p99Ms, ...tail };
    return Object.entries(all).map(([name, ms]) => ({ name, ms }));
  } finally {
    await stashd.stop();
  }
}
