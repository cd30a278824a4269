/** Goes through the keys and asks what each takes in memory, a batch at a time, until it is told to stop. */
import { signal } from "@preact/signals";
import { fromText } from "../client/bytes.ts";
import { itemsOf, numberOf, stringOf, textOf } from "../client/reply.ts";
import { ConnectionError } from "../client/rest-client.ts";
import type { RestClient } from "../client/rest-client.ts";
import { KeySums } from "./key-scan.ts";

const BATCH_KEYS = 500;

/** Time after which a batch is asked for again while the server is away. */
const AWAY_MS = 1000;

const MEMORY_USAGE = ["MEMORY", "USAGE"].map(fromText);
const TYPE = fromText("TYPE");

interface ScanWish {
  readonly separator: string;
  readonly pattern: string;
  /** Keys to look at; 0 for all. */
  readonly keysMax: number;
}

export class KeyScanner {
  readonly wish = signal<ScanWish>({ separator: ":", pattern: "", keysMax: 0 });
  readonly state = signal<"never" | "running" | "stopped" | "sampled" | "complete">("never");
  readonly problem = signal<string | undefined>(undefined);
  /** Changes with each batch. */
  readonly version = signal(0);
  sums = new KeySums(":");
  /** Keys of the database when the scan began. */
  keys = 0;
  private readonly client: RestClient;
  private abort: AbortController | undefined;

  constructor(client: RestClient) {
    this.client = client;
  }

  /** Begins anew. What was found before is gone. */
  start(): void {
    this.abort?.abort();
    this.abort = new AbortController();
    this.sums = new KeySums(fromText(this.wish.value.separator));
    this.problem.value = undefined;
    this.state.value = "running";
    this.version.value++;
    void this.run(this.abort.signal, this.wish.value);
  }

  stop(): void {
    this.abort?.abort();
    if (this.state.value === "running") this.state.value = "stopped";
  }

  private async run(signal: AbortSignal, { keysMax, pattern }: ScanWish): Promise<void> {
    let cursor = "0";
    let isFirst = true;
    while (!signal.aborted && (isFirst || cursor !== "0")) {
      try {
        if (isFirst) this.keys = numberOf(await this.client.command("DBSIZE"));
        cursor = await this.batch(cursor, pattern, signal);
        isFirst = false;
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof ConnectionError)) return this.fail(error as Error);
        await new Promise((resolve) => setTimeout(resolve, AWAY_MS));
        continue;
      }
      this.version.value++;
      if (keysMax > 0 && this.sums.count >= keysMax && cursor !== "0") {
        this.state.value = "sampled";
        return;
      }
    }
    if (!signal.aborted) this.state.value = "complete";
  }

  private fail(error: Error): void {
    this.problem.value = error.message;
    this.state.value = "stopped";
  }

  /** Adds the keys of one SCAN. Answers the cursor of the next. */
  private async batch(cursor: string, pattern: string, signal: AbortSignal): Promise<string> {
    const words = ["SCAN", cursor, "COUNT", String(BATCH_KEYS), ...(pattern === "" ? [] : ["MATCH", pattern])];
    const [next, found] = itemsOf(await this.client.send(words.map(fromText), { signal }));
    const keys = itemsOf(found!).map(stringOf);
    const commands = keys.flatMap((key) => [
      [...MEMORY_USAGE, key],
      [TYPE, key],
    ]);
    const replies = await this.client.many(commands, { signal });
    keys.forEach((key, i) => {
      const [usage, type] = [replies[2 * i]!, replies[2 * i + 1]!];
      // A key may have gone meanwhile, and a user may see the names of keys that it may not read.
      if (usage.kind === "integer" && type.kind !== "error") {
        this.sums.add({ key, type: textOf(type), bytes: numberOf(usage) });
      } else if (usage.kind === "error" && this.problem.value === undefined) {
        this.problem.value = usage.text;
      }
    });
    return stringOf(next!);
  }
}
