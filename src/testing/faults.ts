/**
 * Faults that a test wants to see: which requests they hit, and what happens to these. A fault that only has an error hits
 * single commands, so that one command of a pipeline fails; any other hits a request as a whole.
 */
import { Glob } from "../core/glob.ts";
import { fromText } from "../core/bytes.ts";
import { keyPositions } from "../core/command-spec.ts";
import { dailyQuotaExceeded, INTERNAL } from "../core/errors.ts";
import { badHttp, UNAUTHORIZED } from "../core/errors/doors.ts";
import { faultError } from "../core/errors/testing.ts";
import { HOSTED_LIMITS } from "../core/limits.ts";
import { CommandError } from "../core/reply.ts";
import type { CommandRegistry } from "../engine/command-registry.ts";
import { reasonOf } from "../protocol/http-writer.ts";
import { knownNamesHint } from "../server/nearest-name.ts";
import { randomOf } from "./clock-control.ts";
import type { Fault, FaultAction, FaultMatch, FaultSpec, TestFaults, TestRoute } from "./public.ts";

const ROUTES: readonly TestRoute[] = [
  "command",
  "pipeline",
  "multi-exec",
  "subscribe",
  "psubscribe",
  "monitor",
  "redis",
];
const MATCH_NAMES: readonly (keyof FaultMatch)[] = ["command", "route", "key"];
const EFFECTS: readonly (keyof FaultAction)[] = ["latencyMs", "status", "error", "disconnect", "truncate"];
const ACTION_NAMES = [...EFFECTS, "times", "probability", "seed"];

/** What a request is, for faults. */
interface FaultSubject {
  readonly route: TestRoute;
  readonly commands: readonly (readonly string[])[];
}

/** A fault that was added, with its counts. */
export class AddedFault implements Fault {
  readonly action: FaultAction;
  /** Whether it hits single commands. */
  readonly isOfCommands: boolean;
  matched = 0;
  happened = 0;
  private readonly match: FaultMatch;
  private readonly key: Glob | undefined;
  private readonly registry: CommandRegistry;
  private readonly random: () => number;
  private readonly list: FaultList;
  /** The calls that led to {@link FaultList.add}, as lines of a stack. */
  readonly addedAt: string;

  constructor(spec: FaultSpec, registry: CommandRegistry, list: FaultList, addedAt: string) {
    const { action, match = {} } = checked(spec, registry);
    this.action = action;
    this.match = match;
    this.registry = registry;
    this.list = list;
    this.addedAt = addedAt;
    this.key = match.key === undefined ? undefined : new Glob(fromText(match.key));
    this.random = randomOf(action.seed);
    this.isOfCommands = EFFECTS.every((effect) => effect === "error" || action[effect] === undefined);
  }

  /** The error of the answer. */
  get error(): CommandError {
    const { error, status } = this.action;
    if (error !== undefined) return faultError(fromText(error));
    if (status === 429) return dailyQuotaExceeded(HOSTED_LIMITS.dailyCommandsMax!, HOSTED_LIMITS.dailyCommandsMax!);
    if (status === 401) return UNAUTHORIZED;
    return status === undefined || status === 500 ? INTERNAL : badHttp(reasonOf(status));
  }

  remove(): void {
    this.list.remove(this);
  }

  /** Whether it happens to a request now. Counts it if so. */
  hits({ commands, route }: FaultSubject): boolean {
    const { action, match } = this;
    if (action.times !== undefined && this.happened >= action.times) return false;
    if (match.route !== undefined && match.route !== route) return false;
    const isAny = match.command === undefined && match.key === undefined;
    if (!isAny && !commands.some((words) => this.fits(words))) return false;
    this.matched++;
    if (action.probability !== undefined && this.random() >= action.probability) return false;
    this.happened++;
    return true;
  }

  private fits(words: readonly string[]): boolean {
    const { command } = this.match;
    const entry = words.length === 0 ? undefined : this.registry.find(words);
    const spec = entry === undefined || entry instanceof CommandError ? undefined : entry.command;
    const wanted = command?.toUpperCase();
    if (wanted !== undefined && wanted !== words[0]?.toUpperCase() && wanted !== spec?.name) return false;
    if (this.key === undefined) return true;
    const positions = spec === undefined ? [] : (keyPositions(spec, words) ?? []);
    return positions.some(({ index }) => this.key!.matches(words[index]!));
  }

  /** What it hits, for people. */
  describe(): string {
    return JSON.stringify({ match: this.match, action: this.action });
  }
}

/** The faults of one database. */
export class FaultList implements TestFaults {
  private readonly registry: CommandRegistry;
  private faults: readonly AddedFault[] = [];

  constructor(registry: CommandRegistry) {
    this.registry = registry;
  }

  get isEmpty(): boolean {
    return this.faults.length === 0;
  }

  add(spec: FaultSpec): Fault {
    const place: { stack?: string } = {};
    Error.captureStackTrace(place, this.add);
    const fault = new AddedFault(spec, this.registry, this, place.stack!.replace(/^.*\n?/, ""));
    this.faults = [...this.faults, fault];
    return fault;
  }

  clear(): void {
    this.faults = [];
  }

  remove(fault: AddedFault): void {
    this.faults = this.faults.filter((other) => other !== fault);
  }

  /** The first fault that happens to a request, of those that hit requests or of those that hit commands. */
  find(isOfCommands: boolean, subject: FaultSubject): AddedFault | undefined {
    return this.faults.find((fault) => fault.isOfCommands === isOfCommands && fault.hits(subject));
  }

  /** The first fault of any kind that happens to a command over the Redis protocol. */
  findAny(subject: FaultSubject): AddedFault | undefined {
    return this.faults.find((fault) => fault.hits(subject));
  }

  /**
   * Names the faults that are left and have done nothing; undefined when each has met a request. Its stack leads to where
   * the first was added, which is the line to correct.
   */
  get unused(): Error | undefined {
    const unused = this.faults.filter(({ matched }) => matched === 0);
    if (unused.length === 0) return undefined;
    const lines = unused.map((fault) => `  ${fault.describe()}`);
    const one = "1 fault met no request; correct what it matches, or remove it";
    const several = `${unused.length} faults met no request; correct what they match, or remove them`;
    const error = new Error(`${unused.length === 1 ? one : several}:\n${lines.join("\n")}`);
    error.stack = `Error: ${error.message}\n${unused[0]!.addedAt}`;
    return error;
  }
}

/** Throws a TypeError that says what is wrong. */
function checked(spec: FaultSpec, registry: CommandRegistry): FaultSpec {
  const { action, match = {} } = spec;
  const fail = (reason: string): never => {
    throw new TypeError(`a fault's ${reason}`);
  };
  const known = (given: object, names: readonly string[], part: string): void => {
    const other = Object.keys(given).find((name) => !names.includes(name));
    if (other !== undefined) fail(`${part} has no ${other}${knownNamesHint(other, names)}`);
  };
  if (typeof action !== "object" || action === null) return fail(`action is missing: ${EFFECTS.join(", ")}`);
  known(spec, ["match", "action"], "description");
  known(match, MATCH_NAMES, "match");
  known(action, ACTION_NAMES, "action");
  if (EFFECTS.every((effect) => action[effect] === undefined)) fail(`action does nothing: give ${EFFECTS.join(", ")}`);
  const { command, route } = match;
  if (route !== undefined && !ROUTES.includes(route)) fail(`route must be one of ${ROUTES.join(", ")}`);
  const entry = command === undefined ? undefined : registry.find(command.split(" "));
  if (command !== undefined && (entry === undefined || entry instanceof CommandError))
    fail(`command ${command} is unknown`);
  const { latencyMs, probability, status, times } = action;
  if (latencyMs !== undefined && !(latencyMs >= 0))
    fail("latencyMs must be a number from 0, or Infinity for no answer");
  if (status !== undefined && !(Number.isInteger(status) && status >= 400 && status <= 599))
    fail("status must be from 400 to 599");
  if (times !== undefined && !(Number.isInteger(times) && times > 0)) fail("times must be a whole number from 1");
  if (probability !== undefined && !(probability >= 0 && probability <= 1)) fail("probability must be from 0 to 1");
  return spec;
}
