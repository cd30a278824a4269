/** Times that are left. */
import { TEXTS } from "../texts.ts";

const UNITS = [
  [86_400_000, "d"],
  [3_600_000, "h"],
  [60_000, "min"],
  [1000, "s"],
] as const;

/** What is left until a time in milliseconds since 1970, in two units: `2 d 3 h`; a dash for none. */
export function remainingText(at: number | undefined, now = Date.now()): string {
  if (at === undefined) return "–";
  let left = Math.max(0, at - now);
  const parts: string[] = [];
  for (const [size, unit] of UNITS) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0 && parts.length < 2) parts.push(`${count} ${unit}`);
    else if (parts.length > 0) break;
  }
  return parts.join(" ") || "< 1 s";
}

/** Seconds that were typed; undefined for none. Throws an Error for anything but a whole number above 0. */
export function secondsOf(text: string): number | undefined {
  if (text.trim() === "") return undefined;
  const seconds = Number(text);
  if (!Number.isSafeInteger(seconds) || seconds <= 0) throw new Error(TEXTS.values.noSeconds);
  return seconds;
}
