/**
 * The latest slow commands. Words are cut as in Redis and secrets masked, so anyone with the right to SLOWLOG may see
 * it. Source: https://redis.io/docs/latest/commands/slowlog/
 */
import { owned } from "../core/bytes.ts";
import type { CommandSpec } from "../core/command-spec.ts";
import { isSecret } from "../core/command-spec.ts";
import type { Session } from "./session.ts";

/** Words kept of a command. If there were more, the last one says how many. */
const WORDS_KEPT = 32;

/** Bytes kept of a word. */
const WORD_BYTES_KEPT = 128;

interface SlowCommand {
  readonly id: number;
  /** When it ended, in seconds since the epoch. */
  readonly seconds: number;
  readonly tookUs: number;
  readonly words: readonly string[];
  /** The client: `ip:port`, and the name of CLIENT SETNAME. */
  readonly addr: string;
  readonly name: string;
}

/** The log of one engine. */
export class SlowLog {
  /** Microseconds from which on a command is slow; negative for never. */
  slowerThanUs = 10_000;
  /** Commands kept. */
  lengthMax = 128;
  /** Called for each command that is slow, with its time in microseconds. */
  onAdded = (_command: CommandSpec, _tookUs: number): void => {};
  /** Commands by id, oldest first. Ids are consecutive. */
  private readonly commands = new Map<number, SlowCommand>();
  private nextId = 0;

  get length(): number {
    return this.commands.size;
  }

  add(session: Session, command: CommandSpec, words: readonly string[], tookUs: number, nowUs: number): void {
    if (command.flags.has("skip_slowlog")) return;
    this.onAdded(command, tookUs);
    if (this.lengthMax === 0) return;
    this.commands.set(this.nextId, {
      id: this.nextId++,
      seconds: Math.floor(nowUs / 1e6),
      tookUs: Math.floor(tookUs),
      words: excerpt(command, words),
      // A script's session has no connection, for which Redis writes this.
      addr: session.addr === "" || session.id === 0 ? "?:0" : session.addr,
      name: session.name,
    });
    this.trim();
  }

  /** Drops the oldest commands that exceed the length. */
  trim(): void {
    while (this.commands.size > this.lengthMax) this.commands.delete(this.nextId - this.commands.size);
  }

  /** The latest commands, at most `count`, latest first. */
  latest(count: number): SlowCommand[] {
    return [...this.commands.values()].reverse().slice(0, count);
  }

  clear(): void {
    this.commands.clear();
  }
}

/** A command's words as the log keeps them. */
function excerpt(command: CommandSpec, words: readonly string[]): string[] {
  const count = words.length > WORDS_KEPT ? WORDS_KEPT - 1 : words.length;
  const secret = isSecret(command, words);
  const kept = words.slice(0, count).map((word, i) => (secret(i) ? "(redacted)" : cut(word)));
  if (count < words.length) kept.push(`... (${words.length - count} more arguments)`);
  return kept;
}

function cut(word: string): string {
  if (word.length <= WORD_BYTES_KEPT) return owned(word);
  return owned(`${word.slice(0, WORD_BYTES_KEPT)}... (${word.length - WORD_BYTES_KEPT} more bytes)`);
}
