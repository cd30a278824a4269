/** Reads the options of SET, GETEX, MSETEX and DELEX: conditions on the present value, and expiry. */
import * as errors from "../core/errors.ts";
import type { Int64 } from "../core/numbers.ts";
import type { Context } from "../engine/context.ts";
import { xxh3Hex } from "../data/types/xxh3.ts";
import { expiryDeadline, isExpiryOption } from "./expiry-args.ts";

/** A condition on a key's value. `operand` is the value or digest that it is compared with. */
interface Condition {
  readonly kind: "NX" | "XX" | "IFEQ" | "IFNE" | "IFDEQ" | "IFDNE";
  readonly operand: string | undefined;
}

interface SetOptions {
  readonly condition: Condition | undefined;
  /** Whether to answer the old value. */
  readonly get: boolean;
  readonly keepTtl: boolean;
  /** Milliseconds since the epoch; undefined for none. */
  readonly deadline: Int64 | undefined;
}

/**
 * Reads options in any order, at most one condition and one expiry. Throws a syntax error, or the error of a bad time.
 */
export function parseSetOptions(words: readonly string[], from: number, nowMs: number, command = "set"): SetOptions {
  let condition: Condition | undefined;
  let get = false;
  let keepTtl = false;
  let expiry: string | undefined;
  let time = "";
  for (let i = from; i < words.length; i++) {
    const word = words[i]!.toUpperCase();
    if (word === "NX" || word === "XX") {
      if (condition !== undefined && condition.kind !== word) throw errors.SYNTAX;
      condition = { kind: word, operand: undefined };
    } else if (word === "GET") {
      get = true;
    } else if (word === "KEEPTTL" && expiry === undefined) {
      keepTtl = true;
    } else if (isExpiryOption(word) && !keepTtl && (expiry ?? word) === word && i + 1 < words.length) {
      expiry = word;
      time = words[++i]!;
    } else {
      const compared = parseComparison(word, words[++i]);
      if (compared === undefined || condition !== undefined) throw errors.SYNTAX;
      condition = compared;
    }
  }
  const deadline = expiry === undefined ? undefined : expiryDeadline(expiry, time, nowMs, command);
  return { condition, get, keepTtl, deadline };
}

/** A comparison (IFEQ, IFNE, IFDEQ, IFDNE); undefined when the upper-case word is none, or its operand is missing. */
export function parseComparison(word: string, operand: string | undefined): Condition | undefined {
  const named = word === "IFEQ" || word === "IFNE" || word === "IFDEQ" || word === "IFDNE";
  return named && operand !== undefined ? { kind: word, operand } : undefined;
}

/** What GETEX does with the deadline: nothing, remove it, or set it by an option and its time. */
type GetexAction = undefined | "PERSIST" | { readonly option: string; readonly time: string };

/** Reads the option of GETEX. It may be repeated, and the last time counts; two different ones are a syntax error. */
export function parseGetexOptions(words: readonly string[], from: number): GetexAction {
  let action: GetexAction;
  for (let i = from; i < words.length; i++) {
    const word = words[i]!.toUpperCase();
    if (word === "PERSIST" && typeof action !== "object") {
      action = word;
      continue;
    }
    const repeats = action === undefined || (action !== "PERSIST" && action.option === word);
    const time = words[++i];
    if (!isExpiryOption(word) || !repeats || time === undefined) throw errors.SYNTAX;
    action = { option: word, time };
  }
  return action;
}

/**
 * Whether the condition holds. Throws WRONGTYPE when it compares a value and the key holds another type than a string.
 */
export function conditionHolds(context: Context, key: string, condition: Condition | undefined): boolean {
  if (condition === undefined) return true;
  // A key that is in the way has been used; one that is overwritten will be.
  if (condition.kind === "NX") return context.db.editValue(key) === undefined;
  if (condition.kind === "XX") return context.db.has(key);
  const value = context.db.editString(key);
  const operand = condition.operand!;
  switch (condition.kind) {
    case "IFEQ":
      return value === operand;
    case "IFNE":
      return value !== operand;
    case "IFDEQ":
      return value !== undefined && xxh3Hex(value) === operand.toLowerCase();
    case "IFDNE":
      return value === undefined || xxh3Hex(value) !== operand.toLowerCase();
  }
}
