/** What the memory of the process holds, for INFO memory and MEMORY STATS. All sizes are in bytes. */
import { DEADLINE_BYTES, KEY_OVERHEAD_BYTES } from "../data/memory-account.ts";
import type { Engine } from "../engine/engine.ts";

/** What the index and the columns of a database take beside names and values. */
interface DatabaseOverhead {
  /** The number of the database. */
  readonly index: number;
  readonly keysBytes: number;
  readonly deadlinesBytes: number;
}

interface MemoryFigures {
  /** The JavaScript heap in use, and the buffers outside of it. */
  readonly usedBytes: number;
  /** The largest `usedBytes` that was looked at. */
  readonly peakBytes: number;
  /** `usedBytes` before the program was loaded. */
  readonly startBytes: number;
  /** What the heap and the buffers have taken from the operating system. */
  readonly committedBytes: number;
  readonly residentBytes: number;
  /** Physical memory of the machine. */
  readonly systemBytes: number;
  readonly clientsBytes: number;
  readonly aofBufferBytes: number;
  /** Texts of cached scripts, and of libraries. */
  readonly scriptsBytes: number;
  readonly functionsBytes: number;
  /** Databases that hold keys. */
  readonly databases: readonly DatabaseOverhead[];
  readonly keys: number;
  /** Everything but names and values, as far as it is known. */
  readonly overheadBytes: number;
  /** Names and values: counted while memory is limited, else what is left beside `overheadBytes`. */
  readonly datasetBytes: number;
}

/** Asks the operating system, so it costs some ten microseconds. */
export function memoryFigures(engine: Engine): MemoryFigures {
  const { heapUsedBytes: usedBytes, ...facts } = engine.environment.process();
  const { stats, scripting, eviction } = engine;
  stats.peakMemoryBytes = Math.max(stats.peakMemoryBytes, usedBytes);
  const databases = engine.dataset.databases.flatMap(({ size, volatileSize }, index) =>
    size === 0 ? [] : [{ index, keysBytes: size * KEY_OVERHEAD_BYTES, deadlinesBytes: volatileSize * DEADLINE_BYTES }],
  );
  const held = {
    clientsBytes: engine.clientMemory.totalBytes,
    aofBufferBytes: engine.durability?.bufferedBytes ?? 0,
    scriptsBytes: scripting.cache.heldBytes,
    functionsBytes: scripting.libraries.heldBytes,
  };
  const overheadBytes =
    facts.heapStartBytes +
    Object.values(held).reduce((sum, bytes) => sum + bytes, 0) +
    databases.reduce((sum, { keysBytes, deadlinesBytes }) => sum + keysBytes + deadlinesBytes, 0);
  return {
    usedBytes,
    peakBytes: stats.peakMemoryBytes,
    startBytes: facts.heapStartBytes,
    committedBytes: facts.heapCommittedBytes,
    residentBytes: facts.residentBytes,
    systemBytes: facts.systemMemoryBytes,
    ...held,
    databases,
    keys: engine.dataset.size,
    overheadBytes,
    datasetBytes: eviction.isCounted ? eviction.usedBytes : Math.max(0, usedBytes - overheadBytes),
  };
}

/** The share of what was used since the start that is names and values, in percent. */
export function datasetPercentage({ datasetBytes, usedBytes, startBytes }: MemoryFigures): number {
  return usedBytes > startBytes ? Math.min(100, (datasetBytes / (usedBytes - startBytes)) * 100) : 0;
}
