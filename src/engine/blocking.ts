/**
 * The waiting room: sessions whose blocking command (BLPOP, XREAD BLOCK and the like) found nothing and waits for one
 * of its keys.
 *
 * A key that is added, or a stream that grows, becomes ready if a session waits for it. After the outermost command,
 * transaction or script, the sessions that wait for ready keys are served: keys in the order in which they became
 * ready, and the sessions of a key in the order in which they began to wait. Serving one may make further keys ready,
 * which are served after those. Source: https://redis.io/docs/latest/commands/blpop/
 */
import * as errors from "../core/errors.ts";
import * as connectionErrors from "../core/errors/connection.ts";
import { NO_REPLY, NULL_ARRAY } from "../core/reply.ts";
import type { CommandError, Reply } from "../core/reply.ts";
import type { Context } from "./context.ts";
import { runLater } from "./dispatch.ts";
import type { Engine } from "./engine.ts";
import type { KeyChangeListener, KeyChanges, SetListening } from "./key-changes.ts";
import type { Keyspace } from "../data/keyspace.ts";
import type { CommandEntry } from "./command-registry.ts";
import type { Session } from "./session.ts";
import { heldByWords } from "./sizes.ts";
import { DeadlineQueue } from "../data/types/deadline-queue.ts";
import { typeOf } from "../data/value.ts";

/** What a blocking command waits for. */
export interface WaitRequest {
  /** The type of key that serves it, as TYPE names it. */
  readonly type: "list" | "zset" | "stream";
  readonly keys: readonly string[];
  /** Time-out in milliseconds; 0 for none. */
  readonly timeoutMs: number;
  /** The reply where a command cannot wait: in a transaction, in a script, in a session without a connection. */
  readonly otherwise: Reply;
  /** Runs the command on a key of this type; undefined to wait on. May throw a CommandError. */
  serve(context: Context, key: string): Reply | undefined;
  /** The reply when the time-out has passed; that of BLPOP unless given. */
  readonly whenOver?: () => Reply;
  /** The error that ends the wait when a key was removed or has another type. Without it, the session waits on. */
  readonly whenGone?: (key: string, isThere: boolean) => CommandError;
}

/** A session that waits. */
export interface Wait {
  readonly session: Session;
  readonly keyspace: Keyspace;
  readonly entry: CommandEntry;
  readonly words: readonly string[];
  readonly request: WaitRequest;
  /** What the command takes in memory while it waits, in bytes. */
  readonly heldBytes: number;
  /** Time that the command has taken, in microseconds, waiting not included. */
  tookUs: number;
}

/** What a key that a session waits for takes beside its name, in bytes: an entry in the table, and a set there. */
const AWAITED_KEY_BYTES = 350;

interface ReadyKey {
  readonly keyspace: Keyspace;
  readonly key: string;
}

const AWAITED_TYPES = new Set(["list", "zset", "stream"]);

/** The sessions that wait, of all databases. */
export class WaitingRoom implements KeyChangeListener {
  /** The number of sessions that wait. */
  size = 0;
  /** Waits by database and key, in the order in which they began. Only keys with waits are in it. */
  private readonly byKeyspace = new Map<Keyspace, Map<string, Set<Wait>>>();
  /** Keys to serve after the outermost command, each once. */
  private readonly ready: ReadyKey[] = [];
  private readonly noted = new Map<Keyspace, Set<string>>();
  /** Sessions with a time-out, by id. */
  private readonly timed = new DeadlineQueue();
  private readonly setListening: SetListening;

  constructor(changes: KeyChanges) {
    this.setListening = changes.add(this);
  }

  get hasReady(): boolean {
    return this.ready.length > 0;
  }

  /** When the next wait times out, in milliseconds since the epoch; Infinity for never. */
  get earliestMs(): number {
    return this.timed.earliest;
  }

  /** The number of sessions with a time-out. */
  get timedSize(): number {
    return this.timed.size;
  }

  /** The number of keys that sessions wait for, and of those whose deletion ends a wait (XREADGROUP). */
  keyCounts(): { readonly awaited: number; readonly awaitedGone: number } {
    let [awaited, awaitedGone] = [0, 0];
    for (const byKey of this.byKeyspace.values()) {
      awaited += byKey.size;
      for (const waits of byKey.values()) {
        if ([...waits].some(({ request }) => request.whenGone !== undefined)) awaitedGone++;
      }
    }
    return { awaited, awaitedGone };
  }

  /** The id of a session whose wait has timed out; undefined when there is none. */
  due(nowMs: number): number | undefined {
    return this.timed.earliest <= nowMs ? Number(this.timed.first) : undefined;
  }

  add(wait: Wait, nowMs: number): void {
    const { keyspace, request, session } = wait;
    const byKey = this.byKeyspace.get(keyspace) ?? new Map<string, Set<Wait>>();
    this.byKeyspace.set(keyspace, byKey);
    for (const key of request.keys) {
      const waits = byKey.get(key);
      if (waits === undefined) byKey.set(key, new Set([wait]));
      else waits.add(wait);
    }
    if (request.timeoutMs > 0) this.timed.set(String(session.id), nowMs + request.timeoutMs);
    if (this.size++ === 0) this.setListening(true);
    session.wait = wait;
  }

  remove(wait: Wait): void {
    const { keyspace, request, session } = wait;
    // The last wait without keys may have left first.
    const byKey = this.byKeyspace.get(keyspace);
    for (const key of request.keys) {
      const waits = byKey?.get(key);
      // A command may name a key twice.
      if (waits === undefined) continue;
      waits.delete(wait);
      if (waits.size === 0) byKey!.delete(key);
    }
    if (byKey?.size === 0) this.byKeyspace.delete(keyspace);
    this.timed.delete(String(session.id));
    if (--this.size === 0) this.setListening(false);
    session.wait = undefined;
  }

  /** Marks a key as ready if sessions wait for it. */
  signal(keyspace: Keyspace, key: string): void {
    if (this.waitsFor(keyspace, key) === undefined) return;
    const keys = this.noted.get(keyspace) ?? new Set<string>();
    if (keys.has(key)) return;
    this.noted.set(keyspace, keys.add(key));
    this.ready.push({ keyspace, key });
  }

  /** A key was added. If its type serves no wait, it becomes ready when it changes again. */
  keyAdded(keyspace: Keyspace, key: string): void {
    const waits = this.waitsFor(keyspace, key);
    if (waits === undefined) return;
    const type = typeOf(keyspace.peek(key)!);
    if (AWAITED_TYPES.has(type)) this.signal(keyspace, key);
  }

  /**
   * A key has changed or was removed. A changed stream has not grown by that; XADD signals that itself. Redis wakes no
   * client when a value replaces one of another type. Here it does, or clients would wait beside data that serves them.
   */
  keyChanged(keyspace: Keyspace, key: string): void {
    const waits = this.waitsFor(keyspace, key);
    if (waits === undefined) return;
    const value = keyspace.peek(key);
    const type = value === undefined ? undefined : typeOf(value);
    if (type === "stream") return;
    for (const { request } of waits) {
      if (request.type === type || request.whenGone !== undefined) return this.signal(keyspace, key);
    }
  }

  /** A database is about to be emptied, or to take over another's keys. */
  databaseChanging(keyspace: Keyspace, successor: Keyspace | undefined): void {
    for (const key of this.byKeyspace.get(keyspace)?.keys() ?? []) {
      const isThere = keyspace.peek(key) !== undefined || successor?.peek(key) !== undefined;
      if (isThere) this.signal(keyspace, key);
    }
  }

  /** The key that became ready first; it is no longer marked. */
  takeReady(): ReadyKey | undefined {
    const next = this.ready.shift();
    if (next !== undefined) this.noted.get(next.keyspace)!.delete(next.key);
    return next;
  }

  waitsFor(keyspace: Keyspace, key: string): Set<Wait> | undefined {
    return this.byKeyspace.get(keyspace)?.get(key);
  }
}

/** Lets the running command's session wait. Answers no reply, or `otherwise` where the command cannot wait. */
export function beginWait(context: Context, request: WaitRequest): Reply {
  const { command, db, engine, session, words } = context;
  if (session.answer === undefined || engine.isAtomic) return request.otherwise;
  const entry = engine.registry.get(command.name)!;
  const heldBytes = heldByWords(words) + request.keys.length * AWAITED_KEY_BYTES;
  engine.waitingRoom.add({ session, keyspace: db, entry, words, request, heldBytes, tookUs: 0 }, context.nowMs);
  return NO_REPLY;
}

/** Serves the sessions that wait for ready keys. While CLIENT PAUSE holds writes up, they wait on. */
export function serveReady(engine: Engine): void {
  const { dataset, pause, waitingRoom } = engine;
  if (pause.untilMs > dataset.instant.nowMs) return;
  for (let next = waitingRoom.takeReady(); next !== undefined; next = waitingRoom.takeReady()) {
    const waits = waitingRoom.waitsFor(next.keyspace, next.key);
    if (waits !== undefined) serveKey(engine, next, waits);
  }
}

function serveKey(engine: Engine, { keyspace, key }: ReadyKey, waits: ReadonlySet<Wait>): void {
  const value = keyspace.peek(key);
  const type = value === undefined ? undefined : typeOf(value);
  for (const wait of waits) {
    if (wait.request.type !== type) continue;
    const reply = attempt(engine, wait, key);
    if (reply === undefined) continue;
    finish(engine, wait, reply);
    // Nothing is left for the others.
    if (keyspace.peek(key) !== value) break;
  }
  if (type === "stream") return;
  for (const wait of waits) {
    const { whenGone } = wait.request;
    if (whenGone !== undefined) fail(engine, wait, whenGone(key, value !== undefined));
  }
}

function attempt(engine: Engine, wait: Wait, key: string): Reply | undefined {
  const { entry, request, session, words } = wait;
  // The user's rights may have changed since the command began to wait.
  const error = engine.admission.rightsRefusal(session, entry.command, words);
  if (error !== undefined) {
    entry.failed++;
    engine.stats.countError(error);
    return error;
  }
  const startUs = engine.environment.nowUs();
  try {
    const reply = runLater(engine, session, entry, words, (context) => request.serve(context, key));
    wait.tookUs += engine.environment.nowUs() - startUs;
    return reply;
  } catch (error) {
    // A fault of the server. The session must not wait on for data that may be lost.
    finish(engine, wait, errors.INTERNAL);
    throw error;
  }
}

/** Ends a session's wait with a reply, and counts and times its command. */
function finish(engine: Engine, wait: Wait, reply: Reply): void {
  const { entry, session, tookUs, words } = wait;
  engine.waitingRoom.remove(wait);
  entry.calls++;
  engine.timer.record(entry, session, words, tookUs, engine.environment.nowUs());
  session.answer!(reply);
}

function fail(engine: Engine, wait: Wait, error: CommandError): void {
  wait.entry.failed++;
  engine.stats.countError(error);
  finish(engine, wait, error);
}

/** Ends the waits that have timed out. */
export function endDueWaits(engine: Engine): void {
  const { dataset, sessions, waitingRoom } = engine;
  for (let id = waitingRoom.due(dataset.instant.nowMs); id !== undefined; id = waitingRoom.due(dataset.instant.nowMs)) {
    const wait = sessions.get(id)!.wait!;
    finish(engine, wait, wait.request.whenOver?.() ?? NULL_ARRAY);
  }
}

/** Ends a session's wait as its time-out would, or with an error. Answers whether it waited. */
export function unblock(engine: Engine, session: Session, withError: boolean): boolean {
  const { wait } = session;
  if (wait === undefined) return false;
  if (withError) fail(engine, wait, connectionErrors.UNBLOCKED);
  else finish(engine, wait, wait.request.whenOver?.() ?? NULL_ARRAY);
  return true;
}

/** Answers a session that waits for something that is no key, if it still waits for that. */
export function answerWait(engine: Engine, wait: Wait, reply: Reply): void {
  if (wait.session.wait === wait) finish(engine, wait, reply);
}
