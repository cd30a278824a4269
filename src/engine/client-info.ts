/** Connections as CLIENT LIST and ACL LOG describe them. */
import { redisName } from "../core/command-spec.ts";
import type { Engine } from "./engine.ts";
import type { Buffers, Session } from "./session.ts";
import { wordsBytes } from "./sizes.ts";

/**
 * A line of CLIENT LIST, with Redis's fields in Redis's order. `running` are the words of the session's command that is
 * running. Where Node does not tell a fact about a socket, it is 0, or -1 for its number.
 */
export function describeClient(engine: Engine, session: Session, running: readonly string[] = []): string {
  const { nowMs } = engine.dataset.instant;
  const { subscriptions, transaction } = session;
  const buffers = session.buffers?.() ?? NO_BUFFERS;
  const secondsSince = (ms: number): number => Math.max(0, Math.floor((nowMs - ms) / 1000));
  return [
    `id=${session.id}`,
    `addr=${session.addr || UNKNOWN_ADDRESS}`,
    `laddr=${session.laddr || UNKNOWN_ADDRESS}`,
    "fd=-1",
    `name=${session.name}`,
    `age=${secondsSince(session.startedMs)}`,
    `idle=${secondsSince(session.lastActiveMs)}`,
    `flags=${flagsOf(engine, session)}`,
    `db=${session.databaseNumber}`,
    `sub=${subscriptions?.channels.size ?? 0}`,
    `psub=${subscriptions?.patterns.size ?? 0}`,
    `ssub=${subscriptions?.shardChannels.size ?? 0}`,
    `multi=${transaction === undefined ? -1 : transaction.commands.length}`,
    `qbuf=${buffers.queryBytes}`,
    `qbuf-free=${buffers.freeQueryBytes}`,
    `argv-mem=${buffers.argumentBytes + wordsBytes(running)}`,
    `multi-mem=${transaction?.heldBytes ?? 0}`,
    // Replies have no buffer of a fixed size.
    "rbs=0",
    "rbp=0",
    `obl=${buffers.joinedReplyBytes}`,
    `oll=${buffers.replies}`,
    `omem=${buffers.replyBytes}`,
    `tot-mem=${buffers.heldBytes}`,
    `events=${buffers.replyBytes > 0 ? "rw" : "r"}`,
    `cmd=${session.lastCommand === "" ? "NULL" : redisName(session.lastCommand)}`,
    `user=${session.user.name}`,
    `redir=${redirectOf(session)}`,
    `resp=${session.protocol}`,
    `lib-name=${session.libName}`,
    `lib-ver=${session.libVersion}`,
  ].join(" ");
}

/** Redis's text for an unknown address. A REST user's session has none, since it serves many connections. */
const UNKNOWN_ADDRESS = "?:0";

/** The buffers of a session without a connection. */
const NO_BUFFERS: Buffers = {
  queryBytes: 0,
  freeQueryBytes: 0,
  argumentBytes: 0,
  joinedReplyBytes: 0,
  replyBytes: 0,
  replies: 0,
  heldBytes: 0,
};

/** Redis's letters for the state of a connection; `N` for none. */
function flagsOf(engine: Engine, session: Session): string {
  let flags = engine.monitors.has(session) ? "O" : "";
  if (session.subscriptions !== undefined) flags += "P";
  if (session.tracking !== undefined) flags += "t";
  if (session.tracking?.isRedirectBroken === true) flags += "R";
  if (session.tracking?.isBroadcast === true) flags += "B";
  if (session.transaction !== undefined) flags += "x";
  if (session.wait !== undefined) flags += "b";
  if (session.watch?.hasChanged === true) flags += "d";
  if (session.isClosing) flags += "c";
  if (session.noEvict) flags += "e";
  if (session.noTouch) flags += "T";
  return flags === "" ? "N" : flags;
}

/** Where a session's invalidation messages go: the id of another session, 0 for itself, -1 when it does not track. */
export function redirectOf({ tracking }: Session): number {
  return tracking?.redirect ?? -1;
}
