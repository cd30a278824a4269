/**
 * Client-side caching: records which session may cache which key, and sends invalidation messages when it changes.
 * Source: https://redis.io/docs/latest/develop/reference/client-side-caching/
 *
 * A session has the keys that it reads recorded here, or asks for all keys with a prefix (BCAST). As in Redis, keys are
 * recorded by name, whatever their database. Messages to the running session wait until its reply is sent. Messages for
 * prefixes wait for the end of the turn, and are one message.
 */
import { compareBytes, owned } from "../core/bytes.ts";
import { keyPositions } from "../core/command-spec.ts";
import type { CommandSpec } from "../core/command-spec.ts";
import { Push } from "../core/reply.ts";
import type { Keyspace } from "../data/keyspace.ts";
import type { ChangeOrigin, KeyChangeListener, KeyChanges, SetListening } from "./key-changes.ts";
import type { AfterReply } from "./after-reply.ts";
import type { Session } from "./session.ts";
import { IndexedMap } from "../data/types/indexed-map.ts";

/** The options of CLIENT TRACKING. */
export interface TrackingOptions {
  /** The id of the session that receives the messages; 0 for the session itself. */
  readonly redirect: number;
  readonly isBroadcast: boolean;
  /** Record only keys of commands after CLIENT CACHING YES. */
  readonly optIn: boolean;
  /** Record all keys but those of commands after CLIENT CACHING NO. */
  readonly optOut: boolean;
  /** Do not report the session's own changes to it. */
  readonly noLoop: boolean;
}

/** The options of CLIENT TRACKING and the state of a session that tracks. */
export interface SessionTracking extends TrackingOptions {
  /** Prefixes that are reported to it, and what they take in memory, in bytes. */
  readonly prefixes: Set<string>;
  heldBytes: number;
  /** Whether CLIENT CACHING was given for the next command. */
  caching: boolean;
  /** Whether the session that receives its messages is closed. */
  isRedirectBroken: boolean;
}

/** A prefix of BCAST sessions. */
interface Prefix {
  readonly sessions: Set<Session>;
  /** Keys changed in this turn, each with the session that changed it last. */
  changed: Map<string, Session | undefined>;
  /** What they take in memory, in bytes. */
  changedBytes: number;
}

/** What a prefix takes beside its text, in bytes: its record, its entries, and its set of sessions. */
const PREFIX_BYTES = 700;

/** Changed keys of one prefix that wait for the end of a turn, in bytes. Beyond it they are reported at once. */
const CHANGED_BYTES_MAX = 4 * 1024 * 1024;

/** What a changed key takes beside its name. */
const CHANGED_KEY_BYTES = 64;

/** Channel of the messages to a RESP2 session. */
const CHANNEL = "__redis__:invalidate";

/** The content of a message about all keys. */
const ALL_KEYS = null;

type Keys = readonly string[] | typeof ALL_KEYS;

interface TrackingParts {
  readonly changes: KeyChanges;
  /** The open sessions, by id. */
  readonly sessions: ReadonlyMap<number, Session>;
  /** Answers numbers in [0, 1). */
  readonly random: () => number;
  readonly afterReply: AfterReply;
  /** Limit on the names of keys in the table, in bytes. */
  readonly keyBytesMax: number;
}

/** The tracking table of one engine, and the sessions that track. */
export class Tracking implements KeyChangeListener {
  /** Keys recorded at most; 0 for any number. */
  keysMax = 1_000_000;
  /** For each key, the ids of sessions that may cache it. Ids of closed sessions are skipped when the key changes. */
  private table = new IndexedMap<number | Set<number>>();
  /** Bytes of the keys in the table. */
  private keyBytes = 0;
  private readonly keyBytesMax: number;
  /** The number of ids in the table. */
  private itemCount = 0;
  private readonly prefixes = new Map<string, Prefix>();
  /** Sessions that track. */
  private readonly tracking = new Set<Session>();
  /** The latest message about a list of keys. */
  private latest: { readonly protocol: 2 | 3; readonly keys: Keys; readonly push: Push } | undefined;
  /** Whether a key with one of the prefixes has changed in this turn. */
  private hasBroadcasts = false;
  private readonly sessions: ReadonlyMap<number, Session>;
  private readonly random: () => number;
  /** Delays messages to the running session until its reply is sent. */
  private readonly afterReply: AfterReply;

  private readonly setListening: SetListening;

  constructor({ changes, sessions, random, afterReply, keyBytesMax }: TrackingParts) {
    this.keyBytesMax = keyBytesMax;
    this.setListening = changes.add(this);
    this.sessions = sessions;
    this.afterReply = afterReply;
    this.random = random;
  }

  /** Whether any session tracks, so that commands and changes must be recorded. */
  get isOn(): boolean {
    return this.tracking.size > 0;
  }

  /** The number of sessions that track, and the sizes of the tables. */
  counts(): { readonly sessions: number; readonly keys: number; readonly items: number; readonly prefixes: number } {
    const { itemCount, prefixes, table, tracking } = this;
    return { sessions: tracking.size, keys: table.size, items: itemCount, prefixes: prefixes.size };
  }

  /** Turns tracking on for a session, or changes its options. Prefixes are added to those that it has. */
  enable(session: Session, options: TrackingOptions, prefixes: readonly string[]): void {
    const kept = session.tracking?.prefixes ?? new Set<string>();
    session.tracking = {
      ...options,
      prefixes: kept,
      heldBytes: session.tracking?.heldBytes ?? 0,
      caching: session.tracking?.caching ?? false,
      isRedirectBroken: false,
    };
    this.tracking.add(session);
    this.setListening(true);
    if (!options.isBroadcast) return;
    for (const text of prefixes.length === 0 ? [""] : prefixes) {
      const prefix = this.prefixes.get(text) ?? { sessions: new Set(), changed: new Map(), changedBytes: 0 };
      this.prefixes.set(text, prefix);
      prefix.sessions.add(session);
      if (!kept.has(text)) session.tracking.heldBytes += PREFIX_BYTES + text.length;
      kept.add(text);
    }
  }

  /** Turns tracking off for a session. Its keys stay in the table until they change or are dropped. */
  disable(session: Session): void {
    for (const text of session.tracking?.prefixes ?? []) {
      const prefix = this.prefixes.get(text)!;
      prefix.sessions.delete(session);
      if (prefix.sessions.size === 0) this.prefixes.delete(text);
    }
    session.tracking = undefined;
    this.tracking.delete(session);
    this.setListening(this.isOn);
  }

  /** Records the keys of a command that a session, or its script, has run. */
  remember(session: Session, command: CommandSpec, words: readonly string[]): void {
    const { tracking } = session;
    if (tracking === undefined || tracking.isBroadcast) return;
    if ((tracking.optIn && !tracking.caching) || (tracking.optOut && tracking.caching)) return;
    if (!command.flags.has("readonly") || command.flags.has("pubsub") || command.group === "scripting") return;
    for (const { index } of keyPositions(command, words) ?? []) this.rememberKey(words[index]!, session.id);
  }

  private rememberKey(key: string, id: number): void {
    const ids = this.table.get(key);
    if (ids === undefined) {
      this.table.set(owned(key), id);
      this.keyBytes += key.length;
    } else if (typeof ids === "number") {
      if (ids === id) return;
      this.table.set(key, new Set([ids, id]));
    } else {
      if (ids.has(id)) return;
      ids.add(id);
    }
    this.itemCount++;
  }

  /** Ends the effect of CLIENT CACHING after the next command or transaction. */
  commandOver(session: Session, command: CommandSpec | undefined): void {
    const { tracking } = session;
    if (tracking?.caching === true && session.transaction === undefined) {
      tracking.caching = command?.flags.has("keeps_caching") === true;
    }
    this.limitKeys(session);
  }

  /** Drops random keys beyond the limits. Sends an invalidation for each, because a client may still cache it. */
  private limitKeys(running: Session | undefined): void {
    const sizeMax = this.keysMax === 0 ? Infinity : this.keysMax;
    while (this.table.size > sizeMax || this.keyBytes > this.keyBytesMax) {
      this.invalidate(this.table.keyAt(Math.floor(this.random() * this.table.size)), "drop", running);
    }
  }

  keyChanged(_keyspace: Keyspace, key: string, { caller, session, isEviction }: ChangeOrigin): void {
    for (const [text, prefix] of this.prefixes) {
      if (!key.startsWith(text)) continue;
      prefix.changed.set(key, session);
      prefix.changedBytes += key.length + CHANGED_KEY_BYTES;
      this.hasBroadcasts = true;
      if (prefix.changedBytes > CHANGED_BYTES_MAX) this.tellOfPrefix(prefix);
    }
    this.invalidate(key, isEviction ? "eviction" : "change", caller);
  }

  /**
   * Sends an invalidation of a key, and forgets who may cache it. The running session is told after its reply; of an
   * eviction before it, as that precedes the command. NOLOOP is about keys that the session has changed, and a drop
   * changes none.
   */
  private invalidate(key: string, cause: "change" | "eviction" | "drop", running: Session | undefined): void {
    const ids = this.table.get(key);
    if (ids === undefined) return;
    this.table.delete(key);
    this.keyBytes -= key.length;
    this.itemCount -= typeof ids === "number" ? 1 : ids.size;
    for (const id of typeof ids === "number" ? [ids] : ids) {
      const session = this.sessions.get(id);
      if (session?.tracking === undefined || session.tracking.isBroadcast) continue;
      if (session === running && session.tracking.noLoop && cause !== "drop") continue;
      if (session !== running || cause === "eviction") this.tell(session, [key]);
      else this.tellAfterReply(session, [key]);
    }
  }

  /**
   * All keys of a database, or of all databases, were removed: sends an invalidation of all keys to every session that
   * tracks.
   */
  flushed(running: Session | undefined): void {
    this.table = new IndexedMap();
    this.itemCount = this.keyBytes = 0;
    for (const session of this.tracking) {
      if (session === running) this.tellAfterReply(session, ALL_KEYS);
      else this.tell(session, ALL_KEYS);
    }
  }

  private tellAfterReply(session: Session, keys: Keys): void {
    this.afterReply.add(() => {
      if (session.tracking !== undefined) this.tell(session, keys);
    });
  }

  /** Sends the messages for prefixes whose keys have changed in this turn. */
  broadcast(): void {
    if (!this.hasBroadcasts) return;
    this.hasBroadcasts = false;
    for (const text of [...this.prefixes.keys()].sort(compareBytes)) {
      // A session that cannot take more is disconnected meanwhile, and its prefixes may be removed.
      const prefix = this.prefixes.get(text);
      if (prefix !== undefined && prefix.changed.size > 0) this.tellOfPrefix(prefix);
    }
  }

  private tellOfPrefix(prefix: Prefix): void {
    const { changed } = prefix;
    prefix.changed = new Map();
    prefix.changedBytes = 0;
    const all = [...changed.keys()].sort(compareBytes);
    for (const session of prefix.sessions) {
      const keys = session.tracking!.noLoop ? all.filter((key) => changed.get(key) !== session) : all;
      if (keys.length > 0) this.tell(session, keys);
    }
    this.latest = undefined;
  }

  /** The message about some keys. Sessions with the same list of keys receive the same message. */
  private message(protocol: 2 | 3, keys: Keys): Push {
    const { latest } = this;
    if (latest !== undefined && latest.protocol === protocol && latest.keys === keys) return latest.push;
    const push = new Push(protocol === 3 ? ["invalidate", keys] : ["message", CHANNEL, keys]);
    if (keys !== ALL_KEYS && keys.length > 1) this.latest = { protocol, keys, push };
    return push;
  }

  /** Sends an invalidation to a session. A RESP2 session can only receive it through another, subscribed session. */
  private tell(session: Session, keys: Keys): void {
    const { redirect } = session.tracking!;
    const target = redirect === 0 ? session : this.sessions.get(redirect);
    if (target === undefined) {
      session.tracking!.isRedirectBroken = true;
      if (session.protocol === 3) session.deliver?.(new Push(["tracking-redir-broken", redirect]));
    } else if (target.protocol === 3) {
      target.deliver?.(this.message(3, keys));
    } else if (target !== session && target.subscriptions !== undefined) {
      target.deliver?.(this.message(2, keys));
    }
  }
}
