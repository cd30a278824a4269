/**
 * A naive model of hashes whose fields expire, to compare the engine with. It knows the commands and forms that {@link
 * drawHashCommand} draws.
 */
import type { Dice } from "../oracle/random.ts";

interface Field {
  value: string;
  /** Milliseconds since the epoch; Infinity for none. */
  deadline: number;
}

const KEYS = ["a", "b", "c"];
const CONDITIONS = [[], [], ["NX"], ["XX"], ["GT"], ["LT"]] as const;

function drawFields(dice: Dice): string[] {
  if (!dice.chance(0.05)) return Array.from({ length: dice.between(1, 4) }, () => `f${dice.between(0, 12)}`);
  const from = dice.between(0, 200);
  return Array.from({ length: dice.between(20, 150) }, (_, i) => `f${from + i}`);
}

/** A time as EX, PX, EXAT or PXAT takes it, mostly near. */
function drawTime(dice: Dice, unit: string, nowMs: number): string {
  const ms = dice.pick([0, dice.between(1, 3000), dice.between(1, 3000), dice.between(1, 60_000)]);
  if (unit === "EX") return String(Math.floor(ms / 1000));
  if (unit === "EXAT") return String(Math.floor((nowMs + ms) / 1000));
  return String(unit === "PX" ? ms : nowMs + ms);
}

/** Draws a command on a few keys and fields. */
export function drawHashCommand(dice: Dice, nowMs: number): string[] {
  const key = dice.pick(KEYS);
  const fields = drawFields(dice);
  const listed = ["FIELDS", String(fields.length), ...fields];
  const pairs = fields.flatMap((field) => [field, String(dice.between(0, 9))]);
  const unit = dice.pick(["EX", "PX", "EXAT", "PXAT"]);
  const expiry = [unit, drawTime(dice, unit, nowMs)];
  const expire = { EX: "HEXPIRE", PX: "HPEXPIRE", EXAT: "HEXPIREAT", PXAT: "HPEXPIREAT" }[unit]!;
  const setexOptions = [...dice.pick([[], ["FNX"], ["FXX"]]), ...dice.pick([[], expiry, expiry, ["KEEPTTL"]])];
  return dice.pick([
    ["HSET", key, ...pairs],
    ["HSETEX", key, ...setexOptions, "FIELDS", String(fields.length), ...pairs],
    ["HSETEX", key, ...setexOptions, "FIELDS", String(fields.length), ...pairs],
    [expire, key, expiry[1]!, ...dice.pick(CONDITIONS), ...listed],
    [expire, key, expiry[1]!, ...dice.pick(CONDITIONS), ...listed],
    ["HPERSIST", key, ...listed],
    ["HGETEX", key, ...dice.pick([[], expiry, ["PERSIST"]]), ...listed],
    ["HPEXPIRETIME", key, ...listed],
    ["HTTL", key, ...listed],
    ["HINCRBY", key, fields[0]!, "1"],
    ["HINCRBYFLOAT", key, fields[0]!, "2"],
    ["HMGET", key, ...fields],
    ["HLEN", key],
    dice.chance(0.4) ? ["HGETDEL", key, ...listed] : ["HLEN", key],
    dice.chance(0.4) ? ["HDEL", key, ...fields] : ["HLEN", key],
  ]);
}

/** The keys with their fields. */
export class HashModel {
  private readonly hashes = new Map<string, Map<string, Field>>();

  /** All keys with all fields, values and deadlines, sorted. */
  dump(): unknown {
    return [...this.hashes]
      .filter(([, hash]) => hash.size > 0)
      .map(([key, hash]) => [key, [...hash].map(([name, field]) => [name, field.value, field.deadline]).sort()])
      .sort();
  }

  /** Removes what has expired. */
  expire(nowMs: number): void {
    for (const hash of this.hashes.values()) {
      for (const [name, field] of hash) if (field.deadline <= nowMs) hash.delete(name);
    }
  }

  run(words: readonly string[], nowMs: number): unknown {
    this.expire(nowMs);
    const [name = "", key = "", ...rest] = words;
    const hash = this.hashes.get(key) ?? new Map<string, Field>();
    this.hashes.set(key, hash);
    if (name === "HSET") return setAll(hash, rest, () => Infinity);
    if (name === "HLEN") return hash.size;
    if (name === "HMGET") return rest.map((field) => hash.get(field)?.value ?? null);
    if (name === "HDEL") return rest.filter((field) => hash.delete(field)).length;
    if (name === "HINCRBY" || name === "HINCRBYFLOAT") return increment(hash, rest, name);
    const at = rest.indexOf("FIELDS");
    const listed = rest.slice(at + 2);
    const options = rest.slice(0, at);
    if (name === "HSETEX") return setex(hash, options, listed, nowMs);
    return listed.map((field) => one(hash, name, field, options, nowMs));
  }
}

function increment(hash: Map<string, Field>, [name, by]: readonly string[], command: string): unknown {
  const old = hash.get(name!) ?? { value: "0", deadline: Infinity };
  const sum = Number(old.value) + Number(by);
  hash.set(name!, { ...old, value: String(sum) });
  return command === "HINCRBY" ? sum : String(sum);
}

/** Answers the number of new fields. */
function setAll(hash: Map<string, Field>, pairs: readonly string[], deadline: (old?: Field) => number): number {
  const before = hash.size;
  for (let i = 0; i < pairs.length; i += 2) {
    hash.set(pairs[i]!, { value: pairs[i + 1]!, deadline: deadline(hash.get(pairs[i]!)) });
  }
  return hash.size - before;
}

function setex(hash: Map<string, Field>, options: readonly string[], pairs: readonly string[], nowMs: number): number {
  const names = pairs.filter((_, i) => i % 2 === 0);
  if (options.includes("FNX") && names.some((name) => hash.has(name))) return 0;
  if (options.includes("FXX") && !names.every((name) => hash.has(name))) return 0;
  const keep = options.includes("KEEPTTL");
  const [unit, time] = options.slice(-2);
  const deadline = deadlineOf(unit, time, nowMs) ?? Infinity;
  setAll(hash, pairs, (old) => (keep ? (old?.deadline ?? Infinity) : deadline));
  if (deadline <= nowMs) for (const name of names) hash.delete(name);
  return 1;
}

function deadlineOf(unit: string | undefined, time: string | undefined, nowMs: number): number | undefined {
  const value = Number(time);
  if (unit === "EX") return nowMs + value * 1000;
  if (unit === "PX") return nowMs + value;
  if (unit === "EXAT") return value * 1000;
  return unit === "PXAT" ? value : undefined;
}

/** What a command that lists fields answers for one of them. */
function one(
  hash: Map<string, Field>,
  command: string,
  name: string,
  options: readonly string[],
  nowMs: number,
): unknown {
  const field = hash.get(name);
  if (command === "HGETDEL") {
    hash.delete(name);
    return field?.value ?? null;
  }
  if (command === "HGETEX") {
    const deadline = options[0] === "PERSIST" ? Infinity : deadlineOf(options[0], options[1], nowMs);
    if (field !== undefined && deadline !== undefined) field.deadline = deadline;
    if (field !== undefined && field.deadline <= nowMs) hash.delete(name);
    return field?.value ?? null;
  }
  if (field === undefined) return -2;
  const { deadline: old } = field;
  if (command === "HPEXPIRETIME") return old === Infinity ? -1 : old;
  if (command === "HTTL") return old === Infinity ? -1 : Math.ceil((old - nowMs) / 1000);
  if (command === "HPERSIST") {
    field.deadline = Infinity;
    return old === Infinity ? -1 : 1;
  }
  return expireOne(hash, command, name, options, nowMs);
}

const UNITS: Readonly<Record<string, string>> = {
  HEXPIRE: "EX",
  HPEXPIRE: "PX",
  HEXPIREAT: "EXAT",
  HPEXPIREAT: "PXAT",
};

function expireOne(
  hash: Map<string, Field>,
  command: string,
  name: string,
  [time, condition]: readonly string[],
  nowMs: number,
): number {
  const field = hash.get(name)!;
  const deadline = deadlineOf(UNITS[command], time, nowMs)!;
  const refused =
    (condition === "NX" && field.deadline !== Infinity) ||
    (condition === "XX" && field.deadline === Infinity) ||
    (condition === "GT" && deadline <= field.deadline) ||
    (condition === "LT" && deadline >= field.deadline);
  if (refused) return 0;
  field.deadline = deadline;
  if (deadline > nowMs) return 1;
  hash.delete(name);
  return 2;
}
