/** HELP as a text, and where to find what REST does not serve. */
import { TEXTS } from "../texts.ts";
import type { CommandFacts, CommandManual } from "./manual.ts";
import { syntaxLine } from "./syntax.ts";

/** Why a command cannot be run over REST: the texts of `TEXTS.cli.notHere`. */
export type NotServed = "blocking" | "connection" | "live" | "other" | "watch";

/** Replies that go on for ever. Over REST they are streams with paths of their own. */
const STREAMS = /^(?:P|S)?SUBSCRIBE$|^MONITOR$/;

const CONNECTION = /^(?:ASKING|AUTH|CLIENT|HELLO|QUIT|READONLY|READWRITE|RESET|SELECT)$/;

/**
 * Where to find a command that was refused with `error`; without one, whether it should be sent at all. Undefined where there is
 * nothing to say.
 */
export function notServed(
  name: string,
  error: string | undefined,
  facts: CommandFacts | undefined,
): NotServed | undefined {
  if (STREAMS.test(name)) return "live";
  if (error === undefined || !error.includes("is not allowed in REST")) return undefined;
  if (/^(?:UN)?WATCH$/.test(name)) return "watch";
  if (facts?.flags.has("blocking") === true || /^(?:B[LRZ]|WAIT)/.test(name)) return "blocking";
  return CONNECTION.test(name) ? "connection" : "other";
}

/** What the manual says of a command, as redis-cli's `help` does. */
export function helpOf(manual: CommandManual | undefined, words: readonly string[]): string {
  if (words.length === 0) return TEXTS.cli.noHelpName;
  const facts = manual?.find(words)?.facts;
  if (facts === undefined) return TEXTS.cli.noHelp(words.join(" "));
  const syntax = syntaxLine(facts.syntax).map(({ text }) => text);
  const lines = [[facts.name, ...(syntax.length === 0 ? [] : [syntax.join("")])].join(" ")];
  for (const line of [facts.summary, facts.complexity, facts.since === "" ? "" : TEXTS.cli.since(facts.since)]) {
    if (line !== "") lines.push(`  ${line}`);
  }
  for (const sub of facts.subcommands) {
    lines.push(`  ${facts.name} ${sub}  ${manual?.find([facts.name, sub])?.facts.summary ?? ""}`.trimEnd());
  }
  return lines.join("\n");
}
