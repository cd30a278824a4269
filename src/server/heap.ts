/**
 * V8's heap and the container's memory, and what fits into them. Without a flag V8 takes half of a container's memory,
 * up to 4 GB, but 256 MB at least; what is allotted here never goes beyond half of a container.
 */
import { totalmem } from "node:os";
import { getHeapStatistics } from "node:v8";
import { logEvent } from "../core/log-events.ts";
import type { Log } from "../core/log.ts";
import type { Engine } from "../engine/engine.ts";
import type { HeapGauge } from "../engine/eviction.ts";
import type { DataDirectory } from "../persistence/data-directory.ts";

const MiB = 1024 * 1024;

/** What the program itself takes of the heap. */
const PROGRAM_BYTES = 16 * MiB;

/**
 * The share of the rest that the data may take, as it is counted. Clients have a quarter of the heap, and a garbage
 * collection needs room.
 */
const DATA_SHARE = 0.6;

/** The part of V8's limit that is for objects that stay. Young ones have the rest. */
const OLD_SHARE = 10 / 11;

/** The memory of the container, in bytes; undefined when there is no limit below that of the machine. */
function containerBytes(): number | undefined {
  // Bun has no such function. Without a limit Node answers 0 or more than there is.
  const bytes = process.constrainedMemory?.() ?? 0;
  return bytes > 0 && bytes < totalmem() ? bytes : undefined;
}

/** The bytes of the heap that objects may take in the long run. */
export function heapBytes(): number {
  const limit = getHeapStatistics().heap_size_limit;
  const flags = [process.env["NODE_OPTIONS"] ?? "", ...process.execArgv].join(" ");
  const [flag] = [...flags.matchAll(/--max[-_]old[-_]space[-_]size[= ](\d+)/g)].slice(-1);
  const old = flag === undefined ? limit * OLD_SHARE : Math.min(limit, Number(flag[1]) * MiB);
  return Math.floor(Math.min(old, (containerBytes() ?? Infinity) / 2));
}

/** How much of the heap is in use, garbage included: 0 to 1. */
function heapShare(): number {
  return getHeapStatistics().used_heap_size / heapBytes();
}

/** The heap as the engine sees it. */
export function heapGauge(): HeapGauge {
  const bytes = heapBytes();
  return {
    dataBytesMax: Math.floor(Math.max(bytes - PROGRAM_BYTES, MiB) * DATA_SHARE),
    usedShare() {
      const { used_heap_size: used, external_memory: external } = getHeapStatistics();
      return (used + external) / bytes;
    },
  };
}

/** Shares of the limit at which the data counts as full, and no more. */
const FULL_SHARE = 0.98;
const ROOM_SHARE = 0.9;

/** The share of the heap from which on a process that ends without a word has probably filled it. */
const DYING_SHARE = 0.9;

/** The share of the container, or of the machine, that V8's heap may have. */
const HEAP_SHARE_MAX = 0.75;

/** Logs that the heap is too small for the limit on the data, or too large for the container. `maxMemoryBytes` is 0 for no limit. */
export function warnOfHeap(log: Log, maxMemoryBytes: number): void {
  const { dataBytesMax: limitBytes } = heapGauge();
  const container = containerBytes();
  const heapMax = getHeapStatistics().heap_size_limit;
  const flag = (bytes: number): string => `NODE_OPTIONS=--max-old-space-size=${Math.floor(bytes / MiB)}`;
  if (maxMemoryBytes > limitBytes) {
    const needed = maxMemoryBytes / DATA_SHARE + PROGRAM_BYTES + MiB;
    const fits = needed < (container ?? totalmem()) * (container === undefined ? HEAP_SHARE_MAX : 1 / 2);
    const advice = fits ? flag(needed) : `--max-memory ${Math.floor(limitBytes / MiB)}mb`;
    logEvent(log, "heap-exceeded", { maxMemoryBytes, limitBytes, advice });
  }
  if (container !== undefined && heapMax > container * HEAP_SHARE_MAX) {
    logEvent(log, "container-exceeded", { heapBytes: heapMax, containerBytes: container, advice: flag(container / 2) });
  }
}

/** Tells the log when the data has reached what the heap can hold, and the data directory when the heap is nearly full. */
export class HeapWatch {
  private readonly log: Log;
  private readonly engine: Engine;
  private readonly directory: DataDirectory | undefined;
  private isFull = false;

  constructor(log: Log, engine: Engine, directory: DataDirectory | undefined) {
    this.log = log;
    this.engine = engine;
    this.directory = directory;
  }

  /** Looks at both. Takes some microseconds. */
  look(): void {
    this.directory?.noteHeap(heapShare() > DYING_SHARE);
    const { heapBytes: most, limitBytes, usedBytes: dataBytes } = this.engine.eviction;
    const isFull =
      limitBytes > 0 && limitBytes === most && dataBytes > limitBytes * (this.isFull ? ROOM_SHARE : FULL_SHARE);
    if (isFull && !this.isFull) logEvent(this.log, "data-full", { dataBytes, limitBytes });
    this.isFull = isFull;
  }
}
