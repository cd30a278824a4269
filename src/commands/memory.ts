// MEMORY: https://redis.io/docs/latest/commands/memory-usage/ and the pages beside it.
import { key } from "../core/command-spec.ts";
import * as errors from "../core/errors.ts";
import { FlatMap, OK, Verbatim } from "../core/reply.ts";
import type { Reply } from "../core/reply.ts";
import { commandTable, containerRow, row } from "../engine/command.ts";
import type { Words } from "../engine/command.ts";
import type { Context } from "../engine/context.ts";
import { keyBytes } from "../data/memory-account.ts";
import { integer, isOption } from "./args.ts";
import { help } from "./help.ts";

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
  const { heapUsedBytes, residentBytes } = context.engine.environment.process();
  const keys = context.engine.dataset.databases.reduce((sum, database) => sum + database.size, 0);
  return new FlatMap([
    "total.allocated",
    heapUsedBytes,
    "keys.count",
    keys,
    "keys.bytes-per-key",
    keys === 0 ? 0 : Math.floor(heapUsedBytes / keys),
    "allocator.resident",
    residentBytes,
  ]);
}

/** MEMORY DOCTOR */
function memoryDoctor(context: Context): Reply {
  const { heapUsedBytes, residentBytes, systemMemoryBytes } = context.engine.environment.process();
  const share = Math.round((residentBytes / systemMemoryBytes) * 100);
  return new Verbatim(
    `The heap holds ${heapUsedBytes} bytes, and ${residentBytes} bytes of the process are resident: ` +
      `${share}% of the machine's memory.\n`,
  );
}

/** MEMORY MALLOC-STATS */
function memoryMallocStats(): Reply {
  return new Verbatim("Stats not supported for the current allocator");
}

/** MEMORY PURGE */
function memoryPurge(): Reply {
  return OK;
}
