/** The key that is open: what is known of it, kept up to date by the server's events or by asking. */
import { signal } from "@preact/signals";
import { fromText } from "../client/bytes.ts";
import type { ByteString, Word } from "../client/bytes.ts";
import { itemsOf, pairsOf, stringOf, textOf } from "../client/reply.ts";
import type { Reply } from "../client/reply.ts";
import { repliesOf } from "../client/resp2-stream.ts";
import type { RestClient } from "../client/rest-client.ts";
import { factsOf } from "./key-facts.ts";
import type { KeyFacts } from "./key-facts.ts";
import { escapeGlob } from "./pattern.ts";

interface OpenKeyState {
  /** `refused` where the user may not read the key. */
  readonly status: "loading" | "here" | "gone" | "refused" | "failed";
  readonly facts: KeyFacts | undefined;
  readonly encoding: string | undefined;
  /** When it was found to be gone, in milliseconds since the epoch. */
  readonly goneMs?: number;
  readonly error?: unknown;
}

/** Time between two questions, in milliseconds: without events, and with them, which may be lost. */
const POLL_MS = 2000;
const POLL_BESIDE_EVENTS_MS = 15_000;

/** Values up to this size are compared whole. Of larger ones the length and the size in memory are. */
const COMPARED_BYTES_MAX = 16 * 1024;

const LENGTHS: Readonly<Record<string, string>> = {
  string: "STRLEN",
  hash: "HLEN",
  list: "LLEN",
  set: "SCARD",
  zset: "ZCARD",
  stream: "XLEN",
};

export class OpenKey {
  readonly name: ByteString;
  readonly state = signal<OpenKeyState>({ status: "loading", facts: undefined, encoding: undefined });
  /** The type whose view is shown: the first one that the key had. Another type waits until {@link show} is called. */
  readonly shownType = signal<string | undefined>(undefined);
  /** Changes when the value is to be read again. */
  readonly version = signal(0);
  /** Whether changes come as events. */
  readonly hasEvents = signal(false);
  private readonly client: RestClient;
  private readonly onFacts: (facts: KeyFacts) => void;
  private fingerprint: string | undefined;
  private following: AbortSignal | undefined;
  private asking: Promise<void> | undefined;
  private isAskedAgain = false;

  /** `onFacts` is called with what is found out, for the list. */
  constructor(client: RestClient, name: ByteString, onFacts: (facts: KeyFacts) => void) {
    this.client = client;
    this.name = name;
    this.onFacts = onFacts;
  }

  /** Keeps the key up to date until the signal is aborted. Never rejects. */
  async follow(signal: AbortSignal): Promise<void> {
    this.following = signal;
    void this.listen(signal);
    while (!signal.aborted) {
      if (document.visibilityState === "visible") await this.look(signal);
      await delay(this.hasEvents.peek() ? POLL_BESIDE_EVENTS_MS : POLL_MS, signal);
    }
  }

  /** Looks at the key, and has its value read again in any case. */
  async refresh(): Promise<void> {
    this.fingerprint = undefined;
    await this.look();
    this.version.value++;
  }

  /** Has the server tell of changes, from now on. Rejects as `send` does. */
  async turnOnEvents(): Promise<void> {
    await this.client.command("CONFIG SET", fromText(EVENTS_PARAMETER), "KA");
    if (this.following !== undefined) void this.listen(this.following);
  }

  /** Shows the type that the key has now. */
  show(): void {
    this.shownType.value = this.state.value.facts?.type;
    this.version.value++;
  }

  /** Looks whether the key has changed. While it looks already, it looks once more afterwards. Never rejects. */
  look(signal?: AbortSignal): Promise<void> {
    if (this.asking !== undefined) {
      this.isAskedAgain = true;
      return this.asking;
    }
    this.asking = (async () => {
      do {
        this.isAskedAgain = false;
        await this.ask(signal);
      } while (this.isAskedAgain);
      this.asking = undefined;
    })();
    return this.asking;
  }

  private async ask(signal = new AbortController().signal): Promise<void> {
    try {
      const [facts] = await factsOf(this.client, [this.name], signal);
      const details = await this.client.many(this.details(facts!), { signal });
      this.take(facts!, details);
    } catch (error) {
      if (signal.aborted) return;
      // What is shown stays while the server is away.
      if (this.state.value.status === "loading") this.state.value = { ...this.state.value, status: "failed", error };
    }
  }

  private details({ type, bytes }: KeyFacts): Word[][] {
    const length = LENGTHS[type ?? ""];
    return [
      ["OBJECT", "ENCODING", this.name],
      ...(length === undefined ? [] : [[length, this.name]]),
      ...(bytes === undefined || bytes > COMPARED_BYTES_MAX ? [] : [["DUMP", this.name]]),
    ];
  }

  private take(facts: KeyFacts, [encoding, ...compared]: readonly Reply[]): void {
    this.onFacts(facts);
    if (facts.type === undefined) {
      this.state.value = { status: "refused", facts, encoding: undefined, error: facts.refusal };
      return;
    }
    if (facts.type === "none") {
      const { status, goneMs = Date.now() } = this.state.value;
      if (status !== "gone") this.state.value = { ...this.state.value, status: "gone", goneMs };
      this.fingerprint = undefined;
      return;
    }
    const name = encoding!.kind === "error" ? undefined : textOf(encoding!);
    this.state.value = { status: "here", facts, encoding: name };
    this.shownType.value ??= facts.type;
    const fingerprint = [facts.type, facts.bytes, ...compared.map(textForm)].join(" ");
    if (fingerprint !== this.fingerprint && this.shownType.value === facts.type) this.version.value++;
    this.fingerprint = fingerprint;
  }

  /** Follows the server's events about the key, where it has them and the user may. Never rejects. */
  private async listen(signal: AbortSignal): Promise<void> {
    try {
      if (!(await hasKeyspaceEvents(this.client))) return;
      const channel = `__keyspace@*__:${escapeGlob(this.name)}`;
      const { stream } = await this.client.listen(`psubscribe/${escapePath(channel)}`, signal);
      this.hasEvents.value = true;
      for await (const replies of repliesOf(stream)) if (replies.some(isMessage)) void this.look(signal);
    } catch {
      // Asking takes its place.
    } finally {
      this.hasEvents.value = false;
    }
  }
}

/** Whether what a subscription answers is a message, and not its confirmation. */
const isMessage = (reply: Reply): boolean => textOf(itemsOf(reply)[0]!) === "pmessage";

const textForm = (reply: Reply): string => (reply.kind === "error" ? reply.text : stringOf(reply));

/** Whether the server tells of every change of every key. False where the user may not ask. */
async function hasKeyspaceEvents(client: RestClient): Promise<boolean> {
  try {
    const reply = await client.command("CONFIG GET", fromText(EVENTS_PARAMETER));
    const flags = textOf(pairsOf(reply)[0]?.[1] ?? { kind: "null" });
    return flags.includes("K") && flags.includes("A");
  } catch {
    return false;
  }
}

const EVENTS_PARAMETER = "notify-keyspace-events";

const escapePath = (word: ByteString): string =>
  word.replace(/[^A-Za-z0-9_~-]/g, (char) => `%${char.charCodeAt(0).toString(16).padStart(2, "0")}`);

function delay(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
