/** The streams of the session: MONITOR, and subscriptions to channels and patterns. They go on while other tabs are shown. */
import { signal } from "@preact/signals";
import type { ByteString } from "../client/bytes.ts";
import { textOf } from "../client/reply.ts";
import type { Reply } from "../client/reply.ts";
import { repliesOf } from "../client/resp2-stream.ts";
import type { RestClient } from "../client/rest-client.ts";
import { Follower } from "./follower.ts";
import { Log } from "./log.ts";
import { eventPattern, keyEventOf, messageOf, streamPath } from "./messages.ts";
import type { KeyEvent, Message } from "./messages.ts";
import { parseLine } from "./monitor-line.ts";
import type { MonitorLine } from "./monitor-line.ts";

const ENTRIES_MAX = 10_000;
const BYTES_MAX = 64 * 1024 * 1024;

/** What an entry takes beside its texts. */
const ENTRY_BYTES = 150;

/** Commands that are counted apart. */
const COUNTED_MAX = 500;

/** Time in which the page reads a stream before it does something else, in milliseconds. */
const SLICE_MS = 10;

/** What has arrived is read without a pause between, so a stream that is ahead would hold the page up. */
function breathe(): () => Promise<void> {
  let sinceMs = performance.now();
  return async () => {
    if (performance.now() - sinceMs < SLICE_MS) return;
    await new Promise((resolve) => setTimeout(resolve));
    sinceMs = performance.now();
  };
}

function follow(client: RestClient, path: string, onReplies: (replies: readonly Reply[]) => void): Follower {
  return new Follower({
    open: async (abort) => {
      const { id, stream } = await client.listen(path, abort);
      return { id, replies: repliesOf(stream) };
    },
    onReplies,
    breathe: breathe(),
    wait: (ms, abort) =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, ms);
        abort.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
      }),
  });
}

export class MonitorStream {
  readonly log = new Log<MonitorLine>({
    entriesMax: ENTRIES_MAX,
    bytesMax: BYTES_MAX,
    bytesOf: ({ rest }) => ENTRY_BYTES + rest.length,
  });
  /** How often each command came. */
  readonly counts = new Map<string, number>();
  readonly follower: Follower;

  constructor(client: RestClient) {
    this.follower = follow(client, "monitor", (replies) => this.take(replies));
  }

  clear(): void {
    this.counts.clear();
    this.log.clear();
  }

  private take(replies: readonly Reply[]): void {
    const lines: MonitorLine[] = [];
    for (const reply of replies) {
      const line = reply.kind === "status" ? parseLine(textOf(reply)) : undefined;
      if (line === undefined || isOwn(line)) continue;
      lines.push(line);
      if (this.counts.has(line.command) || this.counts.size < COUNTED_MAX) {
        this.counts.set(line.command, (this.counts.get(line.command) ?? 0) + 1);
      }
    }
    this.log.add(lines);
  }
}

/** What the charts ask every second, which would be most of a quiet server's lines. */
const isOwn = ({ command, rest }: MonitorLine): boolean => command === "INFO" && rest === '"all"';

export interface Subscription {
  readonly kind: "subscribe" | "psubscribe";
  readonly name: ByteString;
  readonly follower: Follower;
}

export class Subscriptions {
  readonly log = new Log<Message>({
    entriesMax: ENTRIES_MAX,
    bytesMax: BYTES_MAX,
    bytesOf: ({ channel, payload }) => ENTRY_BYTES + channel.length + payload.length,
  });
  readonly list = signal<readonly Subscription[]>([]);
  private readonly client: RestClient;

  constructor(client: RestClient) {
    this.client = client;
  }

  /** Subscribes to a channel or a pattern, once. */
  add(kind: Subscription["kind"], name: ByteString): void {
    if (this.list.value.some((one) => one.kind === kind && one.name === name)) return;
    const follower = follow(this.client, streamPath(kind, name), (replies) =>
      this.log.add(replies.map((reply) => messageOf(reply, Date.now())).filter((message) => message !== undefined)),
    );
    this.list.value = [...this.list.value, { kind, name, follower }];
    follower.start();
  }

  remove(subscription: Subscription): void {
    subscription.follower.stop();
    this.list.value = this.list.value.filter((one) => one !== subscription);
  }

  end(): void {
    for (const one of this.list.value) this.remove(one);
  }
}

export class KeyEvents {
  readonly log = new Log<KeyEvent>({
    entriesMax: ENTRIES_MAX,
    bytesMax: BYTES_MAX,
    bytesOf: ({ key }) => ENTRY_BYTES + key.length,
  });
  readonly follower = signal<Follower | undefined>(undefined);
  /** What notify-keyspace-events was before it was set here, to be set again. */
  flagsBefore: string | undefined;
  private readonly client: RestClient;

  constructor(client: RestClient) {
    this.client = client;
  }

  /** Listens to the events that are published under these flags. */
  start(flags: string): void {
    this.follower.value?.stop();
    this.follower.value = follow(this.client, streamPath("psubscribe", eventPattern(flags)), (replies) => {
      const messages = replies.map((reply) => messageOf(reply, Date.now())).filter((one) => one !== undefined);
      this.log.add(messages.map(keyEventOf).filter((event) => event !== undefined));
    });
    this.follower.value.start();
  }

  stop(): void {
    this.follower.value?.stop();
    this.follower.value = undefined;
  }
}
