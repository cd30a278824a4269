// MEMORY: https://redis.io/docs/latest/commands/memory-usage/ and the pages beside it.
import { key } from "../core/command-spec.ts";
import * as errors from "../core/errors.ts";
import { Double, FlatMap, OK, Verbatim } from "../core/reply.ts";
import type { Reply } from "../core/reply.ts";
import { commandTable, containerRow, row } from "../engine/command.ts";
import type { Words } from "../engine/command.ts";
import type { Context } from "../engine/context.ts";
import { keyBytes } from "../data/memory-account.ts";
import { integer, isOption } from "./args.ts";
import { help } from "./help.ts";
import { datasetPercentage, memoryFigures } from "./memory-figures.ts";

const SECOND = key("RO", 2);

const TOLD = "~ @shards:own";
const PURGE = "@shards:all";

export const memoryCommands = commandTable("server", [
  containerRow("MEMORY", "4.0.0", "A container for commands on memory."),
  row("MEMORY DOCTOR", 2, "~ @shards:own", undefined, "4.0.0", memoryDoctor, "Reports on the memory in words."),
  row("MEMORY HELP", 2, "loading stale", undefined, "4.0.0", help, "Returns the subcommands."),
  row("MEMORY MALLOC-STATS", 2, TOLD, undefined, "4.0.0", memoryMallocStats, "Returns figures of the allocator."),
  row("MEMORY PURGE", 2, PURGE, undefined, "4.0.0", memoryPurge, "Accepted: the garbage collector needs no asking."),
  row("MEMORY STATS", 2, "~ @shards:own", undefined, "4.0.0", memoryStats, "Returns figures on the use of memory."),
  row("MEMORY USAGE", -3, "readonly", SECOND, "4.0.0", memoryUsage, "Estimates the memory that a key takes."),
]);

/** MEMORY USAGE key [SAMPLES count] */
function memoryUsage(context: Context, words: Words): Reply {
  // Structures estimate without sampling, so the count is only checked.
  for (let i = 3; i < words.length; i += 2) {
    if (!isOption(words[i], "SAMPLES") || i + 1 === words.length || integer(words[i + 1]!) < 0) throw errors.SYNTAX;
  }
  const name = words[2];
  const value = context.db.peek(name);
  return value === undefined ? null : keyBytes(name, value);
}

/** MEMORY STATS */
function memoryStats(context: Context): Reply {
  const figures = memoryFigures(context.engine);
  const { usedBytes, startBytes, committedBytes, residentBytes, databases, keys } = figures;
  const overheads = databases.flatMap(({ index, keysBytes, deadlinesBytes }) => [
    `db.${index}`,
    new FlatMap([
      "overhead.hashtable.main",
      keysBytes,
      "overhead.hashtable.expires",
      deadlinesBytes,
      "overhead.hashtable.slot-to-keys",
      0,
    ]),
  ]);
  const fields: Readonly<Record<string, Reply>> = {
    "peak.allocated": figures.peakBytes,
    "total.allocated": usedBytes,
    "startup.allocated": startBytes,
    "replication.backlog": 0,
    "clients.slaves": 0,
    "clients.normal": figures.clientsBytes,
    "cluster.links": 0,
    "aof.buffer": figures.aofBufferBytes,
    "lua.caches": figures.scriptsBytes,
    "functions.caches": figures.functionsBytes,
  };
  const totals: Readonly<Record<string, Reply>> = {
    "overhead.total": figures.overheadBytes,
    "keys.count": keys,
    "keys.bytes-per-key": keys === 0 ? 0 : Math.floor(Math.max(0, usedBytes - startBytes) / keys),
    "dataset.bytes": figures.datasetBytes,
    "dataset.percentage": new Double(datasetPercentage(figures)),
    "peak.percentage": new Double((usedBytes / figures.peakBytes) * 100),
    "allocator.allocated": usedBytes,
    "allocator.active": committedBytes,
    "allocator.resident": residentBytes,
    "allocator-fragmentation.ratio": new Double(committedBytes / usedBytes),
    "allocator-fragmentation.bytes": committedBytes - usedBytes,
    "allocator-rss.ratio": new Double(residentBytes / committedBytes),
    "allocator-rss.bytes": residentBytes - committedBytes,
    // What the process has beside the heap counts as the allocator's: there is no figure of its own.
    "rss-overhead.ratio": new Double(1),
    "rss-overhead.bytes": 0,
    fragmentation: new Double(residentBytes / usedBytes),
    "fragmentation.bytes": residentBytes - usedBytes,
  };
  return new FlatMap([...Object.entries(fields).flat(), ...overheads, ...Object.entries(totals).flat()]);
}

/** A process of fewer bytes is too small to say anything of it. */
const DOCTOR_BYTES_MIN = 128 * 1024 * 1024;

/** MEMORY DOCTOR */
function memoryDoctor(context: Context): Reply {
  const figures = memoryFigures(context.engine);
  const { usedBytes, residentBytes } = figures;
  const { limitBytes } = context.engine.eviction;
  const sizes = `The heap holds ${usedBytes} bytes, and ${residentBytes} bytes of the process are resident.`;
  if (residentBytes < DOCTOR_BYTES_MIN) return new Verbatim(`${sizes} That is too little to find anything wrong.\n`);
  const findings = [
    figures.peakBytes / usedBytes > 1.5 && `At its peak the heap held ${figures.peakBytes} bytes.`,
    residentBytes / figures.committedBytes > 1.4 &&
      "Much of the process is resident beside the heap: scripts, buffers, or memory that was not given back.",
    figures.clientsBytes > usedBytes / 10 && `Clients hold ${figures.clientsBytes} bytes: see CLIENT LIST, tot-mem.`,
    limitBytes > 0 &&
      figures.datasetBytes > limitBytes * 0.95 &&
      `The data take ${figures.datasetBytes} of ${limitBytes} bytes (maxmemory, or what the heap can hold).`,
  ].filter((finding) => finding !== false);
  return new Verbatim(`${[sizes, ...(findings.length > 0 ? findings : ["Nothing is wrong."])].join("\n")}\n`);
}

/** MEMORY MALLOC-STATS */
function memoryMallocStats(): Reply {
  return new Verbatim("Stats not supported for the current allocator");
}

/** MEMORY PURGE */
function memoryPurge(): Reply {
  return OK;
}
