/**
 * The rules that the hosted service accepts: no passwords but those that it has made, no selectors, no subcommands, and
 * no change of `default`.
 */
import { decodeAclToken } from "./acl-token.ts";
import * as reasons from "./reasons.ts";
import { DEFAULT_USER } from "./users.ts";

const WORDS = /^(?:on|off|resetpass|all(?:keys|channels|commands)|reset(?:keys|channels)?|nocommands)$/i;
const PATTERNS_AND_HASHES = /^[~&!]/;
const COMMANDS = /^[+-](?:@.+|[^@|]+)$/;

/** The first rule of a list that is refused, with the reason; undefined when all are accepted. */
export function strictProblem(
  name: string,
  rules: readonly string[],
): { readonly rule: string; readonly reason: string } | undefined {
  const refused = rules.find((rule) => name === DEFAULT_USER || !isTaken(name, rule));
  return refused === undefined ? undefined : { rule: refused, reason: reasons.NOT_IN_STRICT_MODE };
}

function isTaken(name: string, rule: string): boolean {
  if (rule.startsWith(">") || rule.startsWith("<")) return decodeAclToken(rule.slice(1))?.name === name;
  return rule === "" || WORDS.test(rule) || PATTERNS_AND_HASHES.test(rule) || COMMANDS.test(rule);
}
