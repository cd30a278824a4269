/**
 * The parameters of CONFIG GET and CONFIG SET, under Redis's names. Only what has an effect here, or what clients look
 * at before they trust a server, is listed.
 */
import { formatEventFlags, parseEventFlags } from "../core/keyspace-events.ts";
import type { Limits } from "../core/limits.ts";
import { parseInt64 } from "../core/numbers.ts";
import type { CommandTimer } from "./command-timer.ts";
import { encodingParameters } from "./encoding-parameters.ts";
import { DEFAULT_ENCODING_BOUNDS } from "./encoding.ts";
import type { EncodingBounds } from "./encoding.ts";
import type { Eviction } from "./eviction.ts";
import { memoryParameters } from "./memory-parameters.ts";
import type { Tracking } from "./tracking.ts";

/** What an engine is made with that can be read as a parameter. */
export interface ConfigOptions {
  readonly databases: number;
  readonly limits: Readonly<Limits>;
  readonly eviction: Eviction;
  readonly timer: CommandTimer;
  readonly tracking: Tracking;
}

/** One parameter: how it reads, and, unless it cannot be changed, how a text becomes its value. */
export interface Parameter {
  readonly get: () => string;
  /** Answers what puts the text into effect, or the reason why it cannot be. Nothing has changed until that is called. */
  readonly prepare?: (text: string) => (() => void) | string;
}

/** What acllog-max-len may be set to at most. */
const ACL_LOG_ENTRIES_MAX = 100_000;

export class Config {
  /** Classes of keyspace events that are published; see {@link EventClass}. */
  eventMask = 0;
  /** The sizes up to which values are said to have Redis's small forms, and are written in them by DUMP. */
  readonly encodingBounds: EncodingBounds = { ...DEFAULT_ENCODING_BOUNDS };
  /** Entries that ACL LOG keeps. */
  aclLogEntriesMax = 128;
  /** Databases that SELECT chooses among. */
  readonly databases: number;
  /** By name, in lower case. */
  private readonly parameters: ReadonlyMap<string, Parameter>;

  constructor({ databases, eviction, limits, timer, tracking }: ConfigOptions) {
    this.databases = databases;
    this.parameters = new Map<string, Parameter>([
      ["acllog-max-len", this.aclLogParameter()],
      // Nothing is saved: job queues and session stores ask before they rely on a server.
      ["appendonly", fixed("no")],
      ["databases", fixed(databases)],
      ["maxclients", fixed(limits.connectionsMax)],
      ["notify-keyspace-events", this.eventParameter()],
      ["proto-max-bulk-len", fixed(limits.stringBytesMax)],
      ["save", fixed("")],
      // Seconds until an idle RESP connection is closed.
      ["timeout", fixed(Math.ceil(limits.respIdleMsMax / 1000))],
      ...encodingParameters(this.encodingBounds),
      ...memoryParameters(eviction),
      ...timingParameters(timer),
      [
        "tracking-table-max-keys",
        integer(
          0,
          () => tracking.keysMax,
          (keys) => (tracking.keysMax = keys),
        ),
      ],
    ]);
  }

  names(): Iterable<string> {
    return this.parameters.keys();
  }

  /** A parameter by its name in lower case. */
  parameter(name: string): Parameter | undefined {
    return this.parameters.get(name);
  }

  private aclLogParameter(): Parameter {
    return {
      get: () => String(this.aclLogEntriesMax),
      prepare: (text) => {
        const count = parseInt64(text);
        if (count === undefined) return "argument couldn't be parsed into an integer";
        if (count < 0 || count > ACL_LOG_ENTRIES_MAX) {
          return `argument must be between 0 and ${ACL_LOG_ENTRIES_MAX} inclusive`;
        }
        return () => {
          this.aclLogEntriesMax = Number(count);
        };
      },
    };
  }

  private eventParameter(): Parameter {
    return {
      get: () => formatEventFlags(this.eventMask),
      prepare: (text) => {
        const mask = parseEventFlags(text);
        if (mask === undefined) return "Invalid event class character. Use 'Ag$lshzxeKEtmdn'.";
        return () => {
          this.eventMask = mask;
        };
      },
    };
  }
}

/** What is noted of commands that take long. */
function timingParameters(timer: CommandTimer): readonly (readonly [name: string, Parameter])[] {
  const { latency, slowLog } = timer;
  const setLength = (commands: number): void => {
    slowLog.lengthMax = commands;
    slowLog.trim();
  };
  return [
    // In microseconds; -1 for never.
    [
      "slowlog-log-slower-than",
      integer(
        -1,
        () => slowLog.slowerThanUs,
        (us) => timer.setSlowerThan(us),
      ),
    ],
    ["slowlog-max-len", integer(0, () => slowLog.lengthMax, setLength)],
    // In milliseconds; 0 for never.
    [
      "latency-monitor-threshold",
      integer(
        0,
        () => latency.thresholdMs,
        (ms) => timer.setLatencyThreshold(ms),
      ),
    ],
  ];
}

/** A parameter that is a number from `min` on. */
function integer(min: number, get: () => number, set: (value: number) => void): Parameter {
  return {
    get: () => String(get()),
    prepare: (text) => {
      const value = parseInt64(text);
      if (value === undefined) return "argument couldn't be parsed into an integer";
      if (value < min) return `argument must be between ${min} and 9223372036854775807 inclusive`;
      return () => set(Number(value));
    },
  };
}

/** A parameter that can only be read. */
function fixed(value: string | number): Parameter {
  return { get: () => String(value) };
}
