// The handlers of CLIENT TRACKING, TRACKINGINFO, CACHING and GETREDIR. Their rows are in client.ts.
// https://redis.io/docs/latest/develop/reference/client-side-caching/
import * as errors from "../core/errors.ts";
import * as connectionErrors from "../core/errors/connection.ts";
import { FlatMap, OK, ReplySet } from "../core/reply.ts";
import type { Reply } from "../core/reply.ts";
import type { Words } from "../engine/command.ts";
import { redirectOf } from "../engine/client-info.ts";
import type { Context } from "../engine/context.ts";
import type { Session } from "../engine/session.ts";
import type { TrackingOptions } from "../engine/tracking.ts";
import { compareBytes, owned } from "../core/bytes.ts";
import { integer, isOption } from "./args.ts";

/**
 * CLIENT TRACKING <ON | OFF> [REDIRECT client-id] [PREFIX prefix [PREFIX prefix …]] [BCAST] [OPTIN] [OPTOUT] [NOLOOP]
 */
export function clientTracking(context: Context, words: Words): Reply {
  const { engine, session } = context;
  const { options, prefixes } = trackingOptions(context, words);
  if (isOption(words[2], "ON")) {
    check(session, options, prefixes);
    engine.tracking.enable(session, options, prefixes);
  } else if (isOption(words[2], "OFF")) {
    engine.tracking.disable(session);
  } else {
    throw errors.SYNTAX;
  }
  return OK;
}

function trackingOptions(context: Context, words: Words): { options: TrackingOptions; prefixes: string[] } {
  const options = { redirect: 0, isBroadcast: false, optIn: false, optOut: false, noLoop: false };
  const prefixes: string[] = [];
  for (let i = 3; i < words.length; i++) {
    const option = words[i]!;
    const hasMore = i + 1 < words.length;
    if (isOption(option, "REDIRECT") && hasMore) {
      if (options.redirect !== 0) throw connectionErrors.SECOND_REDIRECT;
      options.redirect = integer(words[++i]!);
      if (!context.engine.sessions.has(options.redirect)) throw connectionErrors.NO_SUCH_REDIRECT;
    } else if (isOption(option, "PREFIX") && hasMore) {
      prefixes.push(owned(words[++i]!));
    } else if (isOption(option, "BCAST")) options.isBroadcast = true;
    else if (isOption(option, "OPTIN")) options.optIn = true;
    else if (isOption(option, "OPTOUT")) options.optOut = true;
    else if (isOption(option, "NOLOOP")) options.noLoop = true;
    else throw errors.SYNTAX;
  }
  return { options, prefixes };
}

/** Throws when options exclude each other or those that the session has, in Redis's order. */
function check({ tracking }: Session, options: TrackingOptions, prefixes: readonly string[]): void {
  const { isBroadcast, optIn, optOut } = options;
  if (!isBroadcast && prefixes.length > 0) throw connectionErrors.PREFIX_WITHOUT_BCAST;
  if (tracking !== undefined && tracking.isBroadcast !== isBroadcast) throw connectionErrors.BCAST_SWITCHED;
  if (isBroadcast && (optIn || optOut)) throw connectionErrors.BCAST_WITH_CHOICE;
  if (optIn && optOut) throw connectionErrors.OPTIN_AND_OPTOUT;
  if ((optIn && tracking?.optOut === true) || (optOut && tracking?.optIn === true))
    throw connectionErrors.CHOICE_SWITCHED;
  if (isBroadcast) checkOverlaps(tracking?.prefixes ?? new Set(), prefixes);
}

/** Throws when two prefixes overlap: a key with both would be reported twice. */
function checkOverlaps(existing: ReadonlySet<string>, prefixes: readonly string[]): void {
  const had = [...existing].sort(compareBytes);
  prefixes.forEach((prefix, i) => {
    const old = had.find((other) => overlap(prefix, other));
    if (old !== undefined) throw connectionErrors.prefixesOverlap(prefix, "an existing", old);
    const other = prefixes.slice(i + 1).find((later) => overlap(prefix, later));
    if (other !== undefined) throw connectionErrors.prefixesOverlap(prefix, "another provided", other);
  });
}

function overlap(a: string, b: string): boolean {
  return a.startsWith(b) || b.startsWith(a);
}

/** CLIENT CACHING <YES | NO> */
export function clientCaching({ session }: Context, words: Words): Reply {
  const { tracking } = session;
  if (tracking === undefined) throw connectionErrors.CACHING_WITHOUT_CHOICE;
  if (isOption(words[2], "YES")) {
    if (!tracking.optIn) throw connectionErrors.YES_WITHOUT_OPTIN;
  } else if (isOption(words[2], "NO")) {
    if (!tracking.optOut) throw connectionErrors.NO_WITHOUT_OPTOUT;
  } else {
    throw errors.SYNTAX;
  }
  tracking.caching = true;
  return OK;
}

/** CLIENT GETREDIR */
export function clientGetredir({ session }: Context): Reply {
  return redirectOf(session);
}

/** CLIENT TRACKINGINFO */
export function clientTrackinginfo({ session }: Context): Reply {
  const prefixes = [...(session.tracking?.prefixes ?? [])].sort(compareBytes);
  const flags = new ReplySet(trackingFlags(session));
  return new FlatMap(["flags", flags, "redirect", redirectOf(session), "prefixes", prefixes]);
}

function trackingFlags({ tracking }: Session): string[] {
  if (tracking === undefined) return ["off"];
  const flags = ["on"];
  if (tracking.isBroadcast) flags.push("bcast");
  if (tracking.optIn) flags.push("optin");
  if (tracking.optIn && tracking.caching) flags.push("caching-yes");
  if (tracking.optOut) flags.push("optout");
  if (tracking.optOut && tracking.caching) flags.push("caching-no");
  if (tracking.noLoop) flags.push("noloop");
  if (tracking.isRedirectBroken) flags.push("broken_redirect");
  return flags;
}
