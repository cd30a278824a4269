/** A request as it was sent: its route and its commands, which are parsed when they are asked for. */
import { CommandError } from "../core/reply.ts";
import { firstSegment } from "../protocol/http-request.ts";
import { CommandListParser } from "../protocol/json-list-request.ts";
import type { BodyBounds } from "../protocol/json-request.ts";
import { wordsOf } from "../server/rest-api.ts";
import type { TestRoute } from "./public.ts";

/** The parts of a request that name its commands. */
export interface RequestParts {
  readonly method: string;
  readonly target: string;
  readonly body: string;
}

const ROUTES: ReadonlySet<string> = new Set<TestRoute>([
  "pipeline",
  "multi-exec",
  "subscribe",
  "psubscribe",
  "monitor",
]);

/** The route of a request to the REST API. */
export function routeOf({ target }: Pick<RequestParts, "target">): TestRoute {
  const segment = firstSegment(target);
  return ROUTES.has(segment) ? (segment as TestRoute) : "command";
}

/** The commands of a request to the REST API, as byte strings. None of one that is refused as malformed. */
export function commandsOf(request: RequestParts, bounds: BodyBounds): readonly (readonly string[])[] {
  const route = routeOf(request);
  try {
    if (route === "pipeline" || route === "multi-exec") {
      const parser = new CommandListParser(request.body, route === "pipeline" ? "pipeline" : "transaction", bounds);
      for (;;) {
        const commands = parser.next();
        if (commands !== undefined) return commands;
      }
    }
    // The client of Upstash sends a body with its subscriptions, which is none of their words.
    const { body, method, target } = request;
    return [wordsOf({ body: route === "command" ? body : "", method, target }, bounds)];
  } catch (error) {
    if (error instanceof CommandError) return [];
    throw error;
  }
}
