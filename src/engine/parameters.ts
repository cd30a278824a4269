/**
 * The parameters of CONFIG GET and CONFIG SET, under Redis's names: those that have an effect here, and those that
 * clients check before they rely on a server.
 */
import { formatEventFlags, parseEventFlags } from "../core/keyspace-events.ts";
import type { Limits } from "../core/limits.ts";
import { INT32_MAX, INT64_MAX } from "../core/numbers.ts";
import type { ClientMemory } from "./client-memory.ts";
import type { CommandTimer } from "./command-timer.ts";
import { encodingParameters } from "./encoding-parameters.ts";
import { DEFAULT_ENCODING_BOUNDS } from "../data/encoding.ts";
import type { EncodingBounds } from "../data/encoding.ts";
import type { Eviction } from "./eviction.ts";
import { heldParameters } from "./held-parameters.ts";
import type { RespAddress } from "./held-parameters.ts";
import { inertParameters } from "./inert-parameters.ts";
import { integerParameter } from "./integer-parameter.ts";
import { memoryParameters } from "./memory-parameters.ts";
import type { KeyspaceEvents } from "./keyspace-events.ts";
import type { Tracking } from "./tracking.ts";

/** The parts of an engine that have parameters. */
interface ParametersOptions {
  readonly databases: number;
  readonly enableDebug: boolean;
  readonly clientMemory: ClientMemory;
  readonly limits: Readonly<Limits>;
  /** Where the Redis protocol is served: an empty host and port 0 for nowhere. */
  readonly respAddress: () => RespAddress;
  readonly eviction: Eviction;
  readonly events: KeyspaceEvents;
  readonly timer: CommandTimer;
  readonly tracking: Tracking;
}

/** A parameter: how to read it and, unless it is read-only, how to set it. */
export interface Parameter {
  readonly get: () => string;
  /**
   * Answers a function that applies the text as the value, or why it is refused. Nothing changes until the function is
   * called.
   */
  readonly prepare?: (text: string) => (() => void) | string;
  /** Whether patterns skip it, so that only CONFIG GET with its name shows it. */
  readonly isHidden?: boolean;
}

/** The largest acllog-max-len. */
const ACL_LOG_ENTRIES_MAX = 100_000;

/** The parameters of one engine, and the settings that have no other owner. */
export class Parameters {
  /** The sizes up to which OBJECT ENCODING names Redis's small forms and DUMP writes them, and those of nodes. */
  readonly encodingBounds: EncodingBounds;
  /** Entries that ACL LOG keeps. */
  aclLogEntriesMax = 128;
  /** A RESP connection whose client sends nothing is closed after this, in milliseconds; 0 for never. */
  respIdleMsMax: number;
  private readonly idleListeners = new Set<() => void>();
  /** Databases that SELECT chooses among. */
  readonly databases: number;
  private readonly options: ParametersOptions;
  /** Parameters by name in lower case. Made when they are first asked for: they take more memory than an empty engine. */
  private made: Map<string, Parameter> | undefined;

  constructor(options: ParametersOptions) {
    const { databases, limits } = options;
    this.options = options;
    this.databases = databases;
    this.encodingBounds = { ...DEFAULT_ENCODING_BOUNDS, sparseSketchBytesMax: limits.sparseSketchBytesMax };
    this.respIdleMsMax = limits.respIdleMsMax;
  }

  private get parameters(): Map<string, Parameter> {
    return (this.made ??= this.make());
  }

  private make(): Map<string, Parameter> {
    const { options } = this;
    const { clientMemory, databases, enableDebug, eviction, events, limits, respAddress, timer, tracking } = options;
    return new Map<string, Parameter>([
      [
        "acllog-max-len",
        integerParameter(
          [0, ACL_LOG_ENTRIES_MAX],
          () => this.aclLogEntriesMax,
          (entries) => (this.aclLogEntriesMax = entries),
        ),
      ],
      ["databases", fixed(databases)],
      ["cluster-enabled", fixed("no")],
      ["daemonize", fixed("no")],
      ["enable-debug-command", fixed(enableDebug ? "yes" : "no")],
      ["enable-module-command", fixed("no")],
      ["enable-protected-configs", fixed("no")],
      ["replicaof", fixed("")],
      ["slaveof", fixed("")],
      ["unixsocket", fixed("")],
      ["notify-keyspace-events", eventParameter(events)],
      // Seconds until an idle RESP connection is closed.
      [
        "timeout",
        integerParameter(
          [0, INT32_MAX],
          () => Math.ceil(this.respIdleMsMax / 1000),
          (seconds) => this.setIdle(seconds * 1000),
        ),
      ],
      ...heldParameters(limits, respAddress),
      ...inertParameters(),
      ...encodingParameters(this.encodingBounds),
      ...memoryParameters(eviction, clientMemory),
      ...timingParameters(timer),
      [
        "tracking-table-max-keys",
        integerParameter(
          [0, INT64_MAX],
          () => tracking.keysMax,
          (keys) => (tracking.keysMax = keys),
        ),
      ],
    ]);
  }

  /** Adds parameters. One that has the name of another replaces it. */
  install(parameters: readonly (readonly [name: string, Parameter])[]): void {
    for (const [name, parameter] of parameters) this.parameters.set(name, parameter);
  }

  /** Calls `listener` when {@link respIdleMsMax} has changed. */
  onIdleChange(listener: () => void): void {
    this.idleListeners.add(listener);
  }

  private setIdle(ms: number): void {
    this.respIdleMsMax = ms;
    for (const listener of this.idleListeners) listener();
  }

  names(): Iterable<string> {
    return this.parameters.keys();
  }

  /** A parameter by its name in lower case; undefined for an unknown one. */
  parameter(name: string): Parameter | undefined {
    return this.parameters.get(name);
  }
}

/** The classes of keyspace events that are published. */
function eventParameter(events: KeyspaceEvents): Parameter {
  return {
    get: () => formatEventFlags(events.mask),
    prepare: (text) => {
      const mask = parseEventFlags(text);
      if (mask === undefined) return "Invalid event class character. Use 'Ag$lshzxeKEtmdn'.";
      return () => {
        events.mask = mask;
      };
    },
  };
}

/** The parameters of the slow log and the latency monitor. */
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
      integerParameter(
        [-1, INT64_MAX],
        () => slowLog.slowerThanUs,
        (us) => timer.setSlowerThan(us),
      ),
    ],
    ["slowlog-max-len", integerParameter([0, INT64_MAX], () => slowLog.lengthMax, setLength)],
    // In milliseconds; 0 for never.
    [
      "latency-monitor-threshold",
      integerParameter(
        [0, INT64_MAX],
        () => latency.thresholdMs,
        (ms) => timer.setLatencyThreshold(ms),
      ),
    ],
  ];
}

/** A read-only parameter. */
function fixed(value: string | number): Parameter {
  return { get: () => String(value) };
}
