/** What INFO and LATENCY HISTOGRAM answer, as numbers of one instant, and what has become of them since the instant before. */

/** The fields of INFO by their name. */
export type Info = ReadonlyMap<string, string>;

/** The fields of INFO. Sections are left out: no name is in two. */
export function infoOf(text: string): Info {
  const fields = new Map<string, string>();
  for (const line of text.split("\n")) {
    const colon = line.indexOf(":");
    if (colon > 0 && !line.startsWith("#")) fields.set(line.slice(0, colon), line.slice(colon + 1).trimEnd());
  }
  return fields;
}

/** A field as a number; undefined where there is none. */
export function numberIn(info: Info, name: string): number | undefined {
  const value = info.get(name);
  if (value === undefined || value === "") return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

/** The parts of a field such as `calls=1,usec=307`. */
export function partsOf(value: string): ReadonlyMap<string, number> {
  const parts = new Map<string, number>();
  for (const part of value.split(",")) {
    const [name = "", number = ""] = part.split("=");
    if (number !== "" && Number.isFinite(Number(number))) parts.set(name, Number(number));
  }
  return parts;
}

/** Keys of all databases, and how many of them expire. */
export function keysOf(info: Info): { readonly keys: number; readonly expiring: number } {
  let keys = 0;
  let expiring = 0;
  for (const [name, value] of info) {
    if (!/^db\d+$/.test(name)) continue;
    const parts = partsOf(value);
    keys += parts.get("keys") ?? 0;
    expiring += parts.get("expires") ?? 0;
  }
  return { keys, expiring };
}

/** What a command has cost since the server began to count. */
interface CommandCost {
  readonly calls: number;
  readonly us: number;
  readonly failed: number;
}

/** The commands of INFO commandstats, by name. */
export function commandCosts(info: Info): ReadonlyMap<string, CommandCost> {
  const costs = new Map<string, CommandCost>();
  for (const [name, value] of info) {
    if (!name.startsWith("cmdstat_")) continue;
    const parts = partsOf(value);
    const failed = (parts.get("failed_calls") ?? 0) + (parts.get("rejected_calls") ?? 0);
    costs.set(name.slice("cmdstat_".length), { calls: parts.get("calls") ?? 0, us: parts.get("usec") ?? 0, failed });
  }
  return costs;
}

/** How often each command has failed with an error, by the error's first word. */
export function errorCounts(info: Info): readonly (readonly [code: string, count: number])[] {
  const counts: [string, number][] = [];
  for (const [name, value] of info) {
    if (name.startsWith("errorstat_")) counts.push([name.slice("errorstat_".length), partsOf(value).get("count") ?? 0]);
  }
  return counts.sort((a, b) => b[1] - a[1]);
}

/** A percentile of INFO latencystats over all commands: that of the slowest one, since the server began; in µs. */
export function worstPercentile(info: Info, percentile: string): number | undefined {
  let worst: number | undefined;
  for (const [name, value] of info) {
    if (!name.startsWith("latency_percentiles_usec_")) continue;
    const us = partsOf(value).get(percentile);
    if (us !== undefined) worst = Math.max(worst ?? 0, us);
  }
  return worst;
}

/**
 * What a counter has grown by in a second. A counter that is smaller than before was reset, so it counts from 0. Undefined
 * without both values, and without time between them.
 */
export function rate(before: number | undefined, now: number | undefined, seconds: number): number | undefined {
  if (before === undefined || now === undefined || seconds <= 0) return undefined;
  return (now >= before ? now - before : now) / seconds;
}
