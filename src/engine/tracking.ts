/**
 * Client-side caching: who may hold a copy of which key, and telling them when it changes.
 * https://redis.io/docs/latest/develop/reference/client-side-caching/
 *
 * A session either has the keys that it reads remembered here, or asks to be told of all keys with a prefix (BCAST).
 * Keys are remembered by name alone, whichever database they are in, as in Redis. What the running session is to be told
 * itself waits until its reply is out; what goes to those with prefixes waits for the end of the turn, and is one message.
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

export interface TrackingOptions {
  /** The session that messages go to; 0 for one's own. */
  readonly redirect: number;
  readonly isBroadcast: boolean;
  /** Only commands after CLIENT CACHING YES count. */
  readonly optIn: boolean;
  /** All but those after CLIENT CACHING NO count. */
  readonly optOut: boolean;
  /** What the session changes itself it need not be told. */
  readonly noLoop: boolean;
}

/** What CLIENT TRACKING has turned on for a session. */
export interface SessionTracking extends TrackingOptions {
  /** The prefixes it is told of. */
  readonly prefixes: Set<string>;
  /** CLIENT CACHING was given for the next command. */
  caching: boolean;
  /** The session that messages go to has gone. */
  isRedirectBroken: boolean;
}

/** A prefix that somebody is told of. */
interface Prefix {
  readonly sessions: Set<Session>;
  /** Keys that have changed in this turn, and whose session changed them last. */
  changed: Map<string, Session | undefined>;
}

/** Channel of the messages to a session that speaks RESP2. */
const CHANNEL = "__redis__:invalidate";

/** The message that all keys may have changed. */
const ALL_KEYS = null;

type Keys = readonly string[] | typeof ALL_KEYS;

export class Tracking implements KeyChangeListener {
  /** Keys that are remembered at most; 0 for any number. */
  keysMax = 1_000_000;
  /** Who may hold a copy of a key, by their ids: the ids of sessions that have gone are met when the key changes. */
  private table = new IndexedMap<number | Set<number>>();
  /** Ids in the table. */
  private itemCount = 0;
  private readonly prefixes = new Map<string, Prefix>();
  /** Sessions that track. */
  private readonly tracking = new Set<Session>();
  /** A key with one of the prefixes has changed in this turn. */
  private hasBroadcasts = false;
  private readonly sessions: ReadonlyMap<number, Session>;
  private readonly random: () => number;
  /** For what the running session is to be told itself. */
  private readonly afterReply: AfterReply;

  private readonly setListening: SetListening;

  /** `sessions` are all that are open, by id; `random` answers numbers in [0, 1). */
  constructor(
    changes: KeyChanges,
    sessions: ReadonlyMap<number, Session>,
    random: () => number,
    afterReply: AfterReply,
  ) {
    this.setListening = changes.add(this);
    this.sessions = sessions;
    this.afterReply = afterReply;
    this.random = random;
  }

  /** Somebody tracks, so that commands and changes are of interest. */
  get isOn(): boolean {
    return this.tracking.size > 0;
  }

  /** Sessions that track, and the sizes of the tables. */
  counts(): { readonly sessions: number; readonly keys: number; readonly items: number; readonly prefixes: number } {
    const { itemCount, prefixes, table, tracking } = this;
    return { sessions: tracking.size, keys: table.size, items: itemCount, prefixes: prefixes.size };
  }

  /** Turns it on, or sets other options; prefixes are added to those that a session has. */
  enable(session: Session, options: TrackingOptions, prefixes: readonly string[]): void {
    const kept = session.tracking?.prefixes ?? new Set<string>();
    session.tracking = {
      ...options,
      prefixes: kept,
      caching: session.tracking?.caching ?? false,
      isRedirectBroken: false,
    };
    this.tracking.add(session);
    this.setListening(true);
    if (!options.isBroadcast) return;
    for (const text of prefixes.length === 0 ? [""] : prefixes) {
      const prefix = this.prefixes.get(text) ?? { sessions: new Set(), changed: new Map() };
      this.prefixes.set(text, prefix);
      prefix.sessions.add(session);
      kept.add(text);
    }
  }

  /** Turns it off. The keys that were remembered stay in the table until they change or are dropped. */
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

  /** Remembers the keys of a command that a session, or a script on its behalf, has run. */
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
    } else if (typeof ids === "number") {
      if (ids === id) return;
      this.table.set(key, new Set([ids, id]));
    } else {
      if (ids.has(id)) return;
      ids.add(id);
    }
    this.itemCount++;
  }

  /** CLIENT CACHING is over with the command after it, or with the transaction. */
  commandOver(session: Session, command: CommandSpec | undefined): void {
    const { tracking } = session;
    if (tracking?.caching === true && session.transaction === undefined) {
      tracking.caching = command?.flags.has("keeps_caching") === true;
    }
    this.limitKeys(session);
  }

  /** Keys beyond the limit are dropped, any ones; whoever may hold a copy is told as if they had changed. */
  private limitKeys(running: Session | undefined): void {
    if (this.keysMax === 0) return;
    while (this.table.size > this.keysMax) {
      this.invalidate(this.table.keyAt(Math.floor(this.random() * this.table.size)), running);
    }
  }

  keyChanged(_keyspace: Keyspace, key: string, { caller, session }: ChangeOrigin): void {
    for (const [text, prefix] of this.prefixes) {
      if (!key.startsWith(text)) continue;
      prefix.changed.set(key, session);
      this.hasBroadcasts = true;
    }
    this.invalidate(key, caller);
  }

  private invalidate(key: string, running: Session | undefined): void {
    const ids = this.table.get(key);
    if (ids === undefined) return;
    this.table.delete(key);
    this.itemCount -= typeof ids === "number" ? 1 : ids.size;
    for (const id of typeof ids === "number" ? [ids] : ids) {
      const session = this.sessions.get(id);
      if (session?.tracking === undefined || session.tracking.isBroadcast) continue;
      if (session !== running) this.tell(session, [key]);
      else if (!session.tracking.noLoop) this.tellAfterReply(session, [key]);
    }
  }

  /** All keys of a database, or of all, are gone: whoever tracks may hold copies. */
  flushed(running: Session | undefined): void {
    this.table = new IndexedMap();
    this.itemCount = 0;
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

  /** Tells of the keys with prefixes that have changed in this turn. */
  broadcast(): void {
    if (!this.hasBroadcasts) return;
    this.hasBroadcasts = false;
    for (const text of [...this.prefixes.keys()].sort(compareBytes)) {
      // Whoever cannot take more leaves meanwhile, and its prefixes may go with it.
      const prefix = this.prefixes.get(text);
      if (prefix !== undefined && prefix.changed.size > 0) this.tellOfPrefix(prefix);
    }
  }

  private tellOfPrefix(prefix: Prefix): void {
    const { changed } = prefix;
    prefix.changed = new Map();
    const all = [...changed.keys()].sort(compareBytes);
    for (const session of prefix.sessions) {
      const keys = session.tracking!.noLoop ? all.filter((key) => changed.get(key) !== session) : all;
      if (keys.length > 0) this.tell(session, keys);
    }
  }

  /** A session that speaks RESP2 can only be told through another, which listens to something. */
  private tell(session: Session, keys: Keys): void {
    const { redirect } = session.tracking!;
    const target = redirect === 0 ? session : this.sessions.get(redirect);
    if (target === undefined) {
      session.tracking!.isRedirectBroken = true;
      if (session.protocol === 3) session.deliver?.(new Push(["tracking-redir-broken", redirect]));
    } else if (target.protocol === 3) {
      target.deliver?.(new Push(["invalidate", keys]));
    } else if (target !== session && target.subscriptions !== undefined) {
      target.deliver?.(new Push(["message", CHANNEL, keys]));
    }
  }
}
