/**
 * What happens on the command line: entries with their replies, in order; a transaction that is being collected; the command
 * that is waited for. It belongs to the session, so the output is there again after a look at another screen.
 */
import { signal } from "@preact/signals";
import { explain } from "../app/session.ts";
import { toText } from "../client/bytes.ts";
import type { ByteString } from "../client/bytes.ts";
import { isText } from "../client/request.ts";
import { ReplyError, textOf } from "../client/reply.ts";
import type { Reply } from "../client/reply.ts";
import { ConnectionError } from "../client/rest-client.ts";
import type { RestClient } from "../client/rest-client.ts";
import { TEXTS } from "../texts.ts";
import { typedLine } from "./copy-as.ts";
import { dangerOf, keysOfInfo } from "./danger.ts";
import type { Danger } from "./danger.ts";
import { sizeOf } from "./format.ts";
import type { Format } from "./format.ts";
import { History } from "./history.ts";
import { helpOf, notServed } from "./help.ts";
import type { NotServed } from "./help.ts";
import { parseManual } from "./manual.ts";
import type { CommandManual } from "./manual.ts";
import type { ScriptDraft } from "./script.ts";
import { hasSecret } from "./secrets.ts";

type Command = readonly ByteString[];

export interface Entry {
  readonly id: number;
  readonly words: Command;
  /** The commands of a transaction that was sent by EXEC. */
  readonly transaction?: readonly Command[];
  readonly state: "running" | "done" | "stopped" | "not-run";
  readonly reply?: Reply;
  /** What the console itself says, in place of a reply or below it. */
  readonly note?: string;
  /** No answer, or a refusal before the command. */
  readonly problem?: string;
  readonly hint?: NotServed;
  readonly ms?: number;
}

/** A command that waits until it is confirmed. */
export interface Pending {
  readonly id: number;
  readonly words: Command;
  readonly danger: Danger;
  /** How much it affects; undefined while that is counted. */
  readonly affected?: string;
  readonly answer: (isAgreed: boolean) => void;
}

/** What is kept of the output. */
const ENTRIES_MAX = 400;
const REPLY_BYTES_MAX = 100_000_000;

export class CliSession {
  readonly entries = signal<readonly Entry[]>([]);
  readonly isDropped = signal(false);
  /** The commands since MULTI; undefined without it. */
  readonly queue = signal<readonly Command[] | undefined>(undefined);
  readonly isRunning = signal(false);
  readonly pending = signal<Pending | undefined>(undefined);
  readonly format = signal<Format>("cli");
  readonly manual = signal<CommandManual | undefined>(undefined);
  /** Whether the server has been asked for its manual and has said nothing. */
  readonly hasNoManual = signal(false);
  readonly history = new History(typeof localStorage === "undefined" ? undefined : localStorage);
  /** What stands in the line. */
  readonly typed = signal("");
  readonly script = signal<ScriptDraft>({
    source: TEXTS.cli.script.example,
    functionName: undefined,
    keys: "",
    args: "",
    isReadOnly: false,
  });
  readonly client: RestClient;
  private waiting: AbortController | undefined;
  /** Commands that were given while others ran. */
  private readonly next: Command[] = [];
  private nextId = 1;
  private isAsking = false;

  constructor(client: RestClient) {
    this.client = client;
  }

  /** Loads what the server says of its commands. Tries again at the next call if there was no answer. */
  async loadManual(): Promise<void> {
    if (this.manual.value !== undefined || this.isAsking) return;
    this.isAsking = true;
    try {
      const [command, docs] = await this.client.many([["COMMAND"], ["COMMAND", "DOCS"]]);
      this.hasNoManual.value = command!.kind === "error" && docs!.kind === "error";
      this.manual.value = parseManual(command, docs);
    } catch {
      // The frame says that the server is away.
    } finally {
      this.isAsking = false;
    }
  }

  /**
   * Runs commands in order, behind those that run already. Resolves to those that did not run, because the wait was stopped or
   * there was no answer; to none at once where others run.
   */
  async run(commands: readonly Command[]): Promise<readonly Command[]> {
    this.next.push(...commands);
    if (this.isRunning.value) return [];
    this.isRunning.value = true;
    try {
      for (let words = this.next.shift(); words !== undefined; words = this.next.shift()) {
        if (!(await this.runOne(words))) return this.next.splice(0);
      }
      return [];
    } finally {
      this.isRunning.value = false;
    }
  }

  /** Ends the wait for the command that runs. */
  stop(): void {
    this.waiting?.abort();
  }

  clear(): void {
    this.entries.value = [];
    this.isDropped.value = false;
  }

  private async runOne(words: Command): Promise<boolean> {
    const name = words[0]!.toUpperCase();
    const local = this.runHere(name, words);
    if (local !== undefined) {
      this.add({ words, state: "done", ...local });
      return true;
    }
    if (name === "CLEAR") return (this.clear(), true);
    const queued = this.queue.value;
    const isExec = queued !== undefined && name === "EXEC";
    if (queued !== undefined && !isExec) return (this.collect(queued, words), true);
    if (!(await this.mayRun(words))) return true;
    return this.send(words, isExec ? queued : undefined);
  }

  /** What the console answers itself. */
  private runHere(name: string, words: Command): Pick<Entry, "hint" | "note"> | undefined {
    const { multi } = TEXTS.cli;
    const isOpen = this.queue.value !== undefined;
    if (name === "HELP") return { note: helpOf(this.manual.value, words.slice(1).map(toText)) };
    if (name === "MULTI") {
      if (isOpen) return { note: multi.nested };
      this.queue.value = [];
      return { note: multi.begun };
    }
    if (name === "DISCARD" && isOpen) {
      this.queue.value = undefined;
      return { note: multi.discarded };
    }
    if ((name === "DISCARD" || name === "EXEC") && !isOpen) return { note: multi.without(name) };
    const hint = notServed(name, undefined, undefined);
    return hint === "live" ? { hint } : undefined;
  }

  private collect(queued: readonly Command[], words: Command): void {
    const { multi } = TEXTS.cli;
    if (isText(words)) this.queue.value = [...queued, words];
    this.add({ words, state: "done", note: isText(words) ? multi.queued : multi.bytes });
  }

  /** Asks before what destroys. */
  private async mayRun(words: Command): Promise<boolean> {
    const commands = this.queue.value ?? [words];
    for (const command of commands) {
      const danger = dangerOf(command, this.manual.value?.find(command.map(toText))?.facts);
      if (danger === undefined || (await this.ask(command, danger))) continue;
      this.add({ words, state: "not-run", note: TEXTS.cli.notRun });
      return false;
    }
    return true;
  }

  private async ask(words: Command, danger: Danger): Promise<boolean> {
    const answered = new Promise<boolean>((resolve) => {
      const answer = (isAgreed: boolean): void => {
        // A dialog closes after its answer, when another may be open.
        if (this.pending.value?.answer !== answer) return;
        this.pending.value = undefined;
        resolve(isAgreed);
      };
      this.pending.value = { id: this.nextId++, words, danger, answer };
    });
    void this.countAffected(danger);
    return answered;
  }

  private async countAffected(danger: Danger): Promise<void> {
    const affected = danger.count === undefined ? "" : await this.affectedBy(danger);
    const { value } = this.pending;
    if (value?.danger === danger) this.pending.value = { ...value, affected };
  }

  private async affectedBy({ count, kind }: Danger): Promise<string> {
    const texts = TEXTS.cli.danger;
    try {
      const text = textOf(await this.client.send(count!));
      if (kind === "flush-all") return texts.affected.keys(keysOfInfo(text));
      return kind === "delete-many" ? texts.affected.named(Number(text)) : texts.affected.keys(Number(text));
    } catch {
      return texts.unknown;
    }
  }

  /** Sends a command, or what was collected. Answers whether the next may follow. */
  private async send(words: Command, transaction: readonly Command[] | undefined): Promise<boolean> {
    const id = this.add({ words, state: "running", ...(transaction === undefined ? {} : { transaction }) });
    const waiting = new AbortController();
    this.waiting = waiting;
    const from = performance.now();
    try {
      const reply = await this.replyTo(words, transaction, waiting.signal);
      const facts = this.manual.value?.find(words.map(toText))?.facts;
      const hint = reply.kind === "error" ? notServed(words[0]!.toUpperCase(), reply.text, facts) : undefined;
      this.change(id, { state: "done", reply, ms: performance.now() - from, ...(hint === undefined ? {} : { hint }) });
      if (transaction !== undefined) this.queue.value = undefined;
      return true;
    } catch (error) {
      const ms = performance.now() - from;
      if (waiting.signal.aborted) {
        this.change(id, { state: "stopped", note: TEXTS.cli.stopped, ms });
        return false;
      }
      if (transaction !== undefined && error instanceof ReplyError) this.queue.value = undefined;
      this.change(id, { state: "done", problem: explain(error), ms });
      return !(error instanceof ConnectionError);
    } finally {
      this.waiting = undefined;
    }
  }

  private async replyTo(
    words: Command,
    transaction: readonly Command[] | undefined,
    signal: AbortSignal,
  ): Promise<Reply> {
    if (transaction === undefined) return this.client.ask(words, { signal });
    const items = transaction.length === 0 ? [] : await this.client.exec(transaction, { signal });
    return { kind: "array", items };
  }

  private add(entry: Omit<Entry, "id">): number {
    const id = this.nextId++;
    this.keep([...this.entries.value, { id, ...entry }]);
    return id;
  }

  private change(id: number, changes: Partial<Entry>): void {
    this.keep(this.entries.value.map((entry) => (entry.id === id ? { ...entry, ...changes } : entry)));
  }

  /** The last entry stays whatever its size. */
  private keep(entries: readonly Entry[]): void {
    let bytes = 0;
    let first = entries.length;
    while (first > 0 && entries.length - first < ENTRIES_MAX) {
      bytes += sizeCached(entries[first - 1]!.reply);
      if (bytes > REPLY_BYTES_MAX && first < entries.length) break;
      first--;
    }
    if (first > 0) this.isDropped.value = true;
    this.entries.value = first === 0 ? entries : entries.slice(first);
  }
}

const sizes = new WeakMap<Reply, number>();

/** What a reply holds in memory, about. */
function sizeCached(reply: Reply | undefined): number {
  if (reply === undefined) return 0;
  const known = sizes.get(reply);
  if (known !== undefined) return known;
  const { bytes, items } = sizeOf(reply);
  const size = bytes + 64 * items;
  sizes.set(reply, size);
  return size;
}

const sessions = new WeakMap<RestClient, CliSession>();

/** The command line of a session. */
export function cliSessionOf(client: RestClient): CliSession {
  const session = sessions.get(client) ?? new CliSession(client);
  sessions.set(client, session);
  return session;
}

/** Whether one of the commands has a secret. */
export const anySecret = (commands: readonly Command[]): boolean => commands.some(hasSecret);

/** A line that runs commands again. */
export const lineOf = (commands: readonly Command[]): string => commands.map(typedLine).join("\n");
