/** Type, deadline and size of the keys in sight, asked for together and kept for a while. */
import { signal } from "@preact/signals";
import { fromText } from "../client/bytes.ts";
import type { ByteString, Word } from "../client/bytes.ts";
import { numberOf, textOf } from "../client/reply.ts";
import type { Reply } from "../client/reply.ts";
import type { RestClient } from "../client/rest-client.ts";

export interface KeyFacts {
  /** `none` for a key that is gone; undefined where the user may not ask. */
  readonly type: string | undefined;
  /** When it expires, in milliseconds since the epoch, about; undefined for never. */
  readonly deadlineMs: number | undefined;
  /** Of memory; undefined where that is not known. */
  readonly bytes: number | undefined;
  /** Why the server did not tell the type. */
  readonly refusal?: string;
}

const COMMANDS: readonly (readonly Word[])[] = [["TYPE"], ["PTTL"], ["MEMORY", "USAGE"]].map((words) =>
  words.map(fromText),
);

/** Keys whose facts are kept. */
const KEPT_MAX = 20_000;

/** Asks for the facts of keys; they stand in the order of the names. Rejects as `many` does. */
export async function factsOf(
  client: Pick<RestClient, "many">,
  names: readonly ByteString[],
  signal: AbortSignal,
): Promise<KeyFacts[]> {
  const commands = names.flatMap((name) => COMMANDS.map((words) => [...words, name]));
  const replies = await client.many(commands, { signal });
  const atMs = Date.now();
  return names.map((_, i) => factOf(replies.slice(i * COMMANDS.length, (i + 1) * COMMANDS.length), atMs));
}

function factOf([type, ttl, bytes]: readonly Reply[], atMs: number): KeyFacts {
  const ttlMs = ttl!.kind === "integer" ? numberOf(ttl!) : -1;
  return {
    type: type!.kind === "error" ? undefined : textOf(type!),
    deadlineMs: ttlMs < 0 ? undefined : atMs + ttlMs,
    bytes: bytes!.kind === "integer" ? numberOf(bytes!) : undefined,
    ...(type!.kind === "error" ? { refusal: type!.text } : {}),
  };
}

export class FactsCache {
  /** Changes when facts have come. */
  readonly version = signal(0);
  private readonly client: RestClient;
  private readonly facts = new Map<ByteString, KeyFacts>();
  private asking: AbortController | undefined;

  constructor(client: RestClient) {
    this.client = client;
  }

  get(name: ByteString): KeyFacts | undefined {
    return this.facts.get(name);
  }

  set(name: ByteString, facts: KeyFacts): void {
    this.facts.set(name, facts);
    this.version.value++;
  }

  /** Forgets facts, so that they are asked for again; all of them without names. */
  forget(names?: readonly ByteString[]): void {
    if (names === undefined) this.facts.clear();
    else for (const name of names) this.facts.delete(name);
    this.version.value++;
  }

  /** Asks for what is missing of these keys, which are in sight, and for nothing else any more. Never rejects. */
  async want(names: readonly ByteString[]): Promise<void> {
    this.asking?.abort();
    const missing = names.filter((name) => !this.facts.has(name));
    if (missing.length === 0) return;
    const asking = new AbortController();
    this.asking = asking;
    try {
      const facts = await factsOf(this.client, missing, asking.signal);
      if (this.facts.size > KEPT_MAX) this.facts.clear();
      missing.forEach((name, i) => this.facts.set(name, facts[i]!));
      this.version.value++;
    } catch {
      // Scrolled past, or the server is away, which the frame says.
    }
  }

  /** Asks for nothing any more. */
  rest(): void {
    this.asking?.abort();
  }
}
