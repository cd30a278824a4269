/**
 * Writes test/fixtures/dump/redis-<version>.json: payloads of the redis-server on this machine for values of every type,
 * in small forms and in large ones. To be run after a change of the shapes, or to add those of another version.
 */
import { writeFileSync } from "node:fs";
import { RedisServer } from "./redis.ts";
import { SHAPES } from "./value-shapes.ts";

const CONFIGURATIONS: readonly Readonly<Record<string, string>>[] = [
  {},
  {
    "hash-max-listpack-entries": "0",
    "zset-max-listpack-entries": "0",
    "set-max-intset-entries": "0",
    "list-max-listpack-size": "3",
    "stream-node-max-entries": "3",
  },
];

/** A larger payload is left out: the file is to stay small, and its kind is among the smaller ones. */
const PAYLOAD_BYTES_MAX = 6000;

const redis = await RedisServer.start();
const fixtures: object[] = [];
const seen = new Set<string>();
let version = "";
for (const parameters of CONFIGURATIONS) {
  const words = Object.entries(parameters).flat();
  if (words.length > 0) await redis.send(["CONFIG", "SET", ...words]);
  for (const { name, commands } of SHAPES) {
    await redis.send(["FLUSHALL"]);
    await redis.sendAll(commands);
    const frame = await redis.send(["DUMP", "k"]);
    if (frame.kind !== "bulk" || frame.text === null || frame.text.length > PAYLOAD_BYTES_MAX) continue;
    if (seen.has(frame.text)) continue;
    seen.add(frame.text);
    fixtures.push({ shape: name, parameters, base64: Buffer.from(frame.text, "latin1").toString("base64") });
  }
}
const info = await redis.send(["INFO", "server"]);
if (info.kind === "bulk") version = /redis_version:(\S+)/.exec(info.text ?? "")?.[1] ?? "";
await redis.stop();
writeFileSync(`test/fixtures/dump/redis-${version}.json`, `${JSON.stringify(fixtures, null, 1)}\n`);
