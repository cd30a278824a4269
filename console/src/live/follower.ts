/** Follows a stream of the server: opens it again, after a while, when it has ended or the server is away. */
import { signal } from "@preact/signals";
import type { Reply } from "../client/reply.ts";

type FollowState = "stopped" | "opening" | "open" | "away" | "refused";

interface FollowerOptions {
  /** Opens the stream. Rejects with a `ReplyError` where the server refuses it. */
  readonly open: (signal: AbortSignal) => Promise<{ id: string; replies: AsyncIterable<readonly Reply[]> }>;
  readonly onReplies: (replies: readonly Reply[]) => void;
  /** Resolves at once, or lets the page do something else in between when it has had no time for that. */
  readonly breathe: () => Promise<void>;
  /** Resolves after a while, or when the signal is aborted. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** Whether asking again is of no use. What a server in front of another answers while that one is away is not final. */
export function isFinal({ message, name }: Error): boolean {
  if (name === "UnauthorizedError") return true;
  return (
    name === "ReplyError" && /^NOPERM|unknown|wrong number|not allowed in REST|not available|max conc/.test(message)
  );
}

const WAIT_MS_MIN = 500;
const WAIT_MS_MAX = 8000;

export class Follower {
  readonly state = signal<FollowState>("stopped");
  /** Why the server refuses the stream. */
  readonly refusal = signal<string | undefined>(undefined);
  /** The id of the stream in CLIENT LIST; empty while there is none. */
  readonly id = signal("");
  private readonly options: FollowerOptions;
  private abort: AbortController | undefined;

  constructor(options: FollowerOptions) {
    this.options = options;
  }

  get isRunning(): boolean {
    return this.abort !== undefined;
  }

  start(): void {
    if (this.abort !== undefined) return;
    this.refusal.value = undefined;
    this.abort = new AbortController();
    void this.run(this.abort.signal);
  }

  stop(): void {
    this.abort?.abort();
    this.abort = undefined;
    this.id.value = "";
    this.state.value = "stopped";
  }

  private async run(signal: AbortSignal): Promise<void> {
    for (let waitMs = WAIT_MS_MIN; !signal.aborted; waitMs = Math.min(waitMs * 2, WAIT_MS_MAX)) {
      try {
        if (this.state.value !== "away") this.state.value = "opening";
        const { id, replies } = await this.options.open(signal);
        if (signal.aborted) return;
        this.id.value = id;
        this.state.value = "open";
        waitMs = WAIT_MS_MIN;
        for await (const some of replies) {
          this.options.onReplies(some);
          await this.options.breathe();
        }
      } catch (error) {
        if (signal.aborted) return;
        if (isFinal(error as Error)) return this.refuse((error as Error).message);
      }
      if (signal.aborted) return;
      this.id.value = "";
      this.state.value = "away";
      await this.options.wait(waitMs, signal);
    }
  }

  private refuse(text: string): void {
    this.abort = undefined;
    this.state.value = "refused";
    this.refusal.value = text;
  }
}
