/** What clients have sent to a test database. The latest are kept. */
import { toText } from "../core/bytes.ts";
import { isSecret } from "../core/command-spec.ts";
import { CommandError } from "../core/reply.ts";
import type { CommandRegistry } from "../engine/command-registry.ts";
import type { BodyBounds } from "../protocol/json-request.ts";
import type { SentCommand } from "./public.ts";
import { commandsOf, routeOf } from "./sent-request.ts";
import type { RequestParts } from "./sent-request.ts";

/** Requests that are kept, and their bytes together. */
const REQUESTS_MAX = 10_000;
const REQUEST_BYTES_MAX = 16 * 1024 * 1024;

/** A request over HTTP, or a command over the Redis protocol. */
interface SentRequest {
  readonly time: number;
  readonly user: string | undefined;
  readonly sent: RequestParts | readonly string[];
  readonly bytes: number;
  /** The status of its answer; undefined while it has none, and over the Redis protocol. */
  status: number | undefined;
}

/** The requests of one database. */
export class RequestLog {
  private readonly registry: CommandRegistry;
  private readonly bounds: BodyBounds;
  private readonly now: () => number;
  private requests: SentRequest[] = [];
  private bytes = 0;

  /** `now` tells milliseconds since the epoch. */
  constructor(registry: CommandRegistry, bounds: BodyBounds, now: () => number) {
    this.registry = registry;
    this.bounds = bounds;
    this.now = now;
  }

  /** Keeps a request over HTTP; answers its entry, to which the status of the answer is added. */
  addRequest({ body, method, target }: RequestParts, user: string | undefined): { status: number | undefined } {
    return this.add({ body, method, target }, body.length + target.length, user);
  }

  /** Keeps a command over the Redis protocol. */
  addCommand(words: readonly string[], user: string): void {
    this.add(
      words,
      words.reduce((sum, word) => sum + word.length, 0),
      user,
    );
  }

  private add(sent: SentRequest["sent"], bytes: number, user: string | undefined): SentRequest {
    const request: SentRequest = { sent, bytes, user, time: this.now(), status: undefined };
    this.requests.push(request);
    this.bytes += bytes;
    while (this.requests.length > REQUESTS_MAX || this.bytes > REQUEST_BYTES_MAX) {
      this.bytes -= this.requests.shift()!.bytes;
    }
    return request;
  }

  clear(): void {
    this.requests = [];
    this.bytes = 0;
  }

  /** The commands of all requests, in the order in which they arrived. */
  commands(): SentCommand[] {
    return this.requests.flatMap(({ sent, status, time, user }) => {
      const common = { user, time, status };
      if (!("target" in sent)) return [{ command: this.shown(sent), route: "redis" as const, ...common }];
      const commands = commandsOf(sent, this.bounds);
      const route = routeOf(sent);
      if (commands.length === 0) return [{ command: [], route, ...common }];
      return commands.map((words) => ({ command: this.shown(words), route, ...common }));
    });
  }

  /** The words as text. Secrets are left out. */
  private shown(words: readonly string[]): string[] {
    const entry = words.length === 0 ? undefined : this.registry.find(words);
    if (entry === undefined || entry instanceof CommandError) return words.map(toText);
    const secret = isSecret(entry.command, words);
    return words.map((word, i) => (secret(i) ? "(redacted)" : toText(word)));
  }
}
