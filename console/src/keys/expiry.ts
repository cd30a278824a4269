/** When keys expire, as people give it. */
import { fromText } from "../client/bytes.ts";
import type { ByteString, Word } from "../client/bytes.ts";

export type Expiry =
  | { readonly kind: "in"; readonly ms: number }
  | { readonly kind: "at"; readonly epochMs: number }
  | { readonly kind: "never" };

export const UNITS_MS = { s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 } as const;

export type Unit = keyof typeof UNITS_MS;

/** The largest unit that a time to live is a whole number of. */
export function splitSpan(ms: number): { readonly amount: number; readonly unit: Unit } {
  for (const unit of ["d", "h", "min"] as const) {
    if (ms > 0 && ms % UNITS_MS[unit] === 0) return { amount: ms / UNITS_MS[unit], unit };
  }
  return { amount: Math.max(1, Math.ceil(ms / 1000)), unit: "s" };
}

/** The command that gives a key its expiry. */
export function expiryCommand(expiry: Expiry, name: ByteString): Word[] {
  if (expiry.kind === "never") return [fromText("PERSIST"), name];
  if (expiry.kind === "in") return [fromText("PEXPIRE"), name, String(Math.round(expiry.ms))];
  return [fromText("PEXPIREAT"), name, String(expiry.epochMs)];
}

/** A time as `datetime-local` has it: that of the place, without a zone. */
export function localTime(epochMs: number): string {
  const shifted = new Date(epochMs - new Date(epochMs).getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 19);
}
