/**
 * The parameters of CONFIG GET and CONFIG SET, under Redis's names. Only what has an effect here, or what clients look
 * at before they trust a server, is listed.
 */
import { formatEventFlags, parseEventFlags } from "../core/keyspace-events.ts";

/** One parameter: how it reads, and, unless it cannot be changed, how a text becomes its value. */
interface Parameter {
  readonly get: () => string;
  /** Takes the text and answers undefined, or the reason why it does not. */
  readonly set?: (text: string) => string | undefined;
}

export class Config {
  /** Classes of keyspace events that are published; see {@link EventClass}. */
  eventMask = 0;

  private readonly parameters: ReadonlyMap<string, Parameter> = new Map<string, Parameter>([
    [
      "notify-keyspace-events",
      {
        get: () => formatEventFlags(this.eventMask),
        set: (text) => {
          const mask = parseEventFlags(text);
          if (mask === undefined) return "Invalid event class character. Use 'Ag$lshzxeKEtmdn'.";
          this.eventMask = mask;
          return undefined;
        },
      },
    ],
  ]);

  names(): Iterable<string> {
    return this.parameters.keys();
  }

  /** A parameter by its name in lower case. */
  parameter(name: string): Parameter | undefined {
    return this.parameters.get(name);
  }
}
