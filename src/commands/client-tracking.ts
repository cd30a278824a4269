// The handlers of CLIENT TRACKING and what goes with it; the rows are with CLIENT's others.
// https://redis.io/docs/latest/develop/reference/client-side-caching/
import * as errors from "../core/errors.ts";
import { FlatMap, OK, ReplySet } from "../core/reply.ts";
import type { Reply } from "../core/reply.ts";
import type { Words } from "../engine/command.ts";
import { redirectOf } from "../engine/client-info.ts";
import type { Context } from "../engine/context.ts";
import type { Session } from "../engine/session.ts";
import type { TrackingOptions } from "../engine/tracking.ts";
import { compareBytes, owned } from "../core/bytes.ts";
import { integer, isOption } from "./args.ts";

const ONE_REDIRECT = errors.failure("A client can only redirect to a single other client");
const NO_SUCH_REDIRECT = errors.failure("The client ID you want redirect to does not exist");
const PREFIX_WITHOUT_BCAST = errors.failure("PREFIX option requires BCAST mode to be enabled");
const BCAST_WITH_CHOICE = errors.failure("OPTIN and OPTOUT are not compatible with BCAST");
const BOTH_CHOICES = errors.failure("You can't specify both OPTIN mode and OPTOUT mode");
const switched = (mode: string): errors.CommandError =>
  errors.failure(
    `You can't switch ${mode} before disabling tracking for this client, and then re-enabling it with a different mode.`,
  );
const BCAST_SWITCHED = switched("BCAST mode on/off");
const CHOICE_SWITCHED = switched("OPTIN/OPTOUT mode");
const CACHING_WITHOUT_CHOICE = errors.failure(
  "CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or OPTOUT mode enabled",
);
const cachingNeeds = (answer: string, mode: string): errors.CommandError =>
  errors.failure(`CLIENT CACHING ${answer} is only valid when tracking is enabled in ${mode} mode.`);
const YES_WITHOUT_OPTIN = cachingNeeds("YES", "OPTIN");
const NO_WITHOUT_OPTOUT = cachingNeeds("NO", "OPTOUT");

/** CLIENT TRACKING ON | OFF [REDIRECT client-id] [PREFIX prefix …] [BCAST] [OPTIN] [OPTOUT] [NOLOOP] */
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
      if (options.redirect !== 0) throw ONE_REDIRECT;
      options.redirect = integer(words[++i]!);
      if (!context.engine.sessions.has(options.redirect)) throw NO_SUCH_REDIRECT;
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

/** Whether the options go together, and with those that the session has, in Redis's order. */
function check({ tracking }: Session, options: TrackingOptions, prefixes: readonly string[]): void {
  const { isBroadcast, optIn, optOut } = options;
  if (!isBroadcast && prefixes.length > 0) throw PREFIX_WITHOUT_BCAST;
  if (tracking !== undefined && tracking.isBroadcast !== isBroadcast) throw BCAST_SWITCHED;
  if (isBroadcast && (optIn || optOut)) throw BCAST_WITH_CHOICE;
  if (optIn && optOut) throw BOTH_CHOICES;
  if ((optIn && tracking?.optOut === true) || (optOut && tracking?.optIn === true)) throw CHOICE_SWITCHED;
  if (isBroadcast) checkOverlaps(tracking?.prefixes ?? new Set(), prefixes);
}

/** No key may have two of a session's prefixes, or it would be told twice. */
function checkOverlaps(existing: ReadonlySet<string>, prefixes: readonly string[]): void {
  const had = [...existing].sort(compareBytes);
  prefixes.forEach((prefix, i) => {
    const old = had.find((other) => overlap(prefix, other));
    if (old !== undefined) throw overlapping(prefix, "an existing", old);
    const other = prefixes.slice(i + 1).find((later) => overlap(prefix, later));
    if (other !== undefined) throw overlapping(prefix, "another provided", other);
  });
}

function overlap(a: string, b: string): boolean {
  return a.startsWith(b) || b.startsWith(a);
}

function overlapping(prefix: string, which: string, other: string): errors.CommandError {
  return errors.failure(
    `Prefix '${prefix}' overlaps with ${which} prefix '${other}'. Prefixes for a single client must not overlap.`,
  );
}

/** CLIENT CACHING YES | NO */
export function clientCaching({ session }: Context, words: Words): Reply {
  const { tracking } = session;
  if (tracking === undefined) throw CACHING_WITHOUT_CHOICE;
  if (isOption(words[2], "YES")) {
    if (!tracking.optIn) throw YES_WITHOUT_OPTIN;
  } else if (isOption(words[2], "NO")) {
    if (!tracking.optOut) throw NO_WITHOUT_OPTOUT;
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
