/** A recorded journal, its replay on another engine, and the comparison of the content of two engines. */
import assert from "node:assert/strict";
import { Attributed, CommandError, InResp2, NoReply, NullArray } from "../../src/core/reply.ts";
import type { Reply } from "../../src/core/reply.ts";
import type { Engine } from "../../src/engine/engine.ts";
import type { Sink } from "../../src/engine/journal.ts";
import { EVERYONE, TestEngine } from "./engine.ts";
import type { TestWorld } from "./world.ts";

/** One journalled command. */
export interface Effect {
  readonly database: number;
  readonly words: readonly string[];
}

/** A sink that records effects. Attach it to `engine.journal`. */
export class RecordedJournal implements Sink {
  readonly kind: Sink["kind"];
  readonly effects: Effect[] = [];
  /** The effects as lines, `database command`, by group. */
  readonly groups: string[][] = [];

  constructor(kind: Sink["kind"] = "file") {
    this.kind = kind;
  }

  append(group: readonly Effect[]): void {
    // A copy of the list: what is journalled must not change afterwards.
    for (const { database, words } of group) this.effects.push({ database, words: [...words] });
    this.groups.push(group.map(({ database, words }) => `${database} ${words.join(" ")}`));
  }

  /** The effects as lines, for messages and for tests that expect them. */
  lines(): string[] {
    return this.effects.map(({ words }) => words.join(" "));
  }
}

/** Hands each effect of an engine to a function, as it is journalled. */
export function onEffect(engine: Engine, take: (database: number, words: readonly string[]) => void): void {
  engine.journal.attach({
    kind: "file",
    append: (group) => group.forEach(({ database, words }) => take(database, words)),
  });
}

/** Replays effects on a new engine. Its world should have another seed and a later clock than the recorded engine's. */
export function replayed(effects: readonly Effect[], world: TestWorld): TestEngine {
  const fresh = new TestEngine(world);
  for (const { database, words } of effects) {
    fresh.session.databaseNumber = database;
    const reply = fresh.engine.replay(fresh.session, words);
    if (reply instanceof CommandError) assert.fail(`${words.join(" ")}: ${reply.text}`);
  }
  fresh.session.databaseNumber = 0;
  return fresh;
}

/** How the content of each type is read: a command without its key, and whether the order of what it answers counts. */
const READERS: Readonly<
  Record<string, { readonly words: readonly string[]; readonly order: "exact" | "members" | "fields" }>
> = {
  string: { words: ["GET"], order: "exact" },
  list: { words: ["LRANGE", "0", "-1"], order: "exact" },
  set: { words: ["SMEMBERS"], order: "members" },
  hash: { words: ["HGETALL"], order: "fields" },
  zset: { words: ["ZRANGE", "0", "-1", "WITHSCORES"], order: "exact" },
  stream: { words: ["XRANGE", "-", "+"], order: "exact" },
  json: { words: ["JSON.GET"], order: "exact" },
};

/** One key as it can be compared: its deadline in milliseconds, its type and its content. */
interface Held {
  readonly deadline: number;
  readonly type: string;
  readonly content: unknown;
}

/** Everything an engine holds that has not expired, by `database:key`. */
export function contents(engine: Engine): Map<string, Held> {
  const session = engine.openSession("internal", EVERYONE);
  const run = (...words: string[]) => plain(engine.execute(session, words));
  const held = new Map<string, Held>();
  for (const { number } of engine.dataset.databases) {
    run("SELECT", String(number));
    for (const key of (run("KEYS", "*") as string[]).sort()) {
      const type = run("TYPE", key) as string;
      const reader = READERS[type];
      assert.ok(reader !== undefined, `test/support/replay.ts does not know how to read a ${type}`);
      const [command, ...options] = reader.words;
      const content = inOrder(run(command!, key, ...options), reader.order);
      held.set(`${number}:${key}`, { deadline: run("PEXPIRETIME", key) as number, type, content });
    }
  }
  engine.closeSession(session);
  return held;
}

/** A reply without the classes of replies. Fails for an error. */
export function plain(reply: Reply): unknown {
  if (reply instanceof CommandError) assert.fail(reply.text);
  if (reply === null || typeof reply !== "object" || reply instanceof NullArray) return reply;
  if ("text" in reply) return reply.text;
  if ("value" in reply) return reply.value;
  if (reply instanceof NoReply) assert.fail("no reply");
  if (reply instanceof InResp2 || reply instanceof Attributed) return plain(reply.reply);
  return ("items" in reply ? reply.items : reply).map(plain);
}

function inOrder(content: unknown, order: "exact" | "members" | "fields"): unknown {
  if (order === "exact") return content;
  const items = content as string[];
  if (order === "members") return items.sort();
  const fields = new Map<string, string>();
  for (let i = 0; i < items.length; i += 2) fields.set(items[i]!, items[i + 1]!);
  return [...fields].sort();
}

/** Fails when two engines differ in content. */
export function assertSameContents(a: Engine, b: Engine, message: string): void {
  assert.deepEqual(contents(a), contents(b), message);
}
