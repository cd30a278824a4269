/**
 * Parameters of Redis that have one value here. Clients read them, and set them to the value that they have; another
 * value is refused, and a text that is none is refused in Redis's words.
 */
import type { Limits } from "../core/limits.ts";
import { INT32_MAX, INT64_MAX } from "../core/numbers.ts";
import type { Int64 } from "../core/numbers.ts";
import { parseBytes } from "./encoding-parameters.ts";
import { NOT_YES_OR_NO } from "./flag-parameter.ts";
import { parseWithin } from "./integer-parameter.ts";
import type { Parameter } from "./parameters.ts";

const CANNOT_CHANGE = "it cannot be changed on this server";

/** Reads a text as Redis does: answers the value in one form, or why the text is none. */
export type ReadParameter = (text: string) => { readonly value: string } | string;

const text: ReadParameter = (word) => ({ value: word });

export const yesOrNo: ReadParameter = (word) => {
  const value = word.toLowerCase();
  return value === "yes" || value === "no" ? { value } : NOT_YES_OR_NO;
};

export const integer =
  (min: Int64, max: Int64): ReadParameter =>
  (word) => {
    const value = parseWithin([min, max], word);
    return typeof value === "string" ? value : { value: String(value) };
  };

/** A size in bytes, of at least `min`. */
export const bytes =
  (min: bigint): ReadParameter =>
  (word) => {
    const value = parseBytes(word, INT64_MAX, min);
    return typeof value === "string" ? value : { value: String(value) };
  };

/** Redis takes no smaller limits on what clients send. */
const SENT_BYTES_MIN = 1024n ** 2n;

export const oneOf =
  (...values: string[]): ReadParameter =>
  (word) => {
    const value = word.toLowerCase();
    if (values.includes(value)) return { value };
    return `argument(s) must be one of the following: ${values.join(", ")}`;
  };

/** `seconds changes` repeated, or nothing. */
const savePoints: ReadParameter = (word) => {
  const value = word.trim();
  return value === "" || /^[0-9]+\s+[0-9]+(?:\s+[0-9]+\s+[0-9]+)*$/.test(value) ? { value } : "Invalid save parameters";
};

export function held(get: () => string, read: ReadParameter): Parameter {
  return {
    get,
    prepare: (word) => {
      const asked = read(word);
      if (typeof asked === "string") return asked;
      return asked.value === get() ? () => {} : CANNOT_CHANGE;
    },
  };
}

/** Where the Redis protocol is served. */
export interface RespAddress {
  readonly host: string;
  readonly port: number;
}

/** Percentages in a row, as INFO latencystats tells them. */
const percentiles: ReadParameter = (word) => {
  const values = word.split(" ").filter((value) => value !== "");
  if (!values.every((value) => /^-?[0-9]+(?:\.[0-9]+)?$/.test(value))) {
    return "Invalid latency-tracking-info-percentiles parameters";
  }
  if (values.every((value) => Number(value) >= 0 && Number(value) <= 100)) return { value: values.join(" ") };
  return "latency-tracking-info-percentiles parameters should sit between [0.0,100.0]";
};

/** `respAddress` answers an empty host and port 0 while the Redis protocol is not served. */
export function heldParameters(limits: Readonly<Limits>, respAddress: () => RespAddress): [name: string, Parameter][] {
  const count = integer(0, INT32_MAX);
  const scriptMs = held(() => String(limits.scriptMsMax), integer(0, INT64_MAX));
  const rows: readonly (readonly [name: string, value: string, read: ReadParameter])[] = [
    // A new user may use no channels.
    ["acl-pubsub-default", "resetchannels", oneOf("allchannels", "resetchannels")],
    ["activedefrag", "no", yesOrNo],
    // Nothing is saved: job queues and session stores ask before they rely on a server.
    ["appendonly", "no", yesOrNo],
    ["latency-tracking", "yes", yesOrNo],
    ["latency-tracking-info-percentiles", "50 99 99.9", percentiles],
    ["loglevel", "notice", oneOf("debug", "verbose", "notice", "warning")],
    // There are no replicas to wait for.
    ["min-replicas-to-write", "0", count],
    ["min-slaves-to-write", "0", count],
    ["requirepass", "", text],
    ["save", "", savePoints],
    ["tcp-keepalive", "300", count],
    // TLS serves in place of plain text, and on the same port.
    ["tls-port", "0", integer(0, 65_535)],
  ];
  return [
    ...rows.map(([name, value, read]): [string, Parameter] => [name, held(() => value, read)]),
    // The time that a script may take, when it is ended rather than reported as busy.
    ["bind", held(() => respAddress().host, text)],
    ["busy-reply-threshold", scriptMs],
    ["lua-time-limit", scriptMs],
    ["client-output-buffer-limit", outputLimits(limits)],
    ["client-query-buffer-limit", held(() => String(limits.queryBytesMax), bytes(SENT_BYTES_MIN))],
    ["maxclients", held(() => String(limits.connectionsMax), integer(1, 2 ** 32 - 1))],
    ["proto-max-bulk-len", held(() => String(limits.stringBytesMax), bytes(SENT_BYTES_MIN))],
    ["port", held(() => String(respAddress().port), integer(0, 65_535))],
  ];
}

const BAD_LIMIT = "Error in hard, soft or soft_seconds setting in buffer limit configuration.";

/** What a client may leave unread: `class hard soft seconds` for each class; there are no replicas. */
function outputLimits({ backlogBytesMax }: Readonly<Limits>): Parameter {
  const classes = new Map([
    ["normal", "0 0 0"],
    ["slave", "0 0 0"],
    ["pubsub", `${backlogBytesMax} 0 0`],
  ]);
  return {
    get: () => [...classes].flat().join(" "),
    prepare: (word) => {
      const words = word.split(" ").filter((part) => part !== "");
      if (words.length % 4 !== 0) return "Wrong number of arguments in buffer limit configuration.";
      for (let i = 0; i < words.length; i += 4) {
        const name = words[i]!.toLowerCase() === "replica" ? "slave" : words[i]!.toLowerCase();
        const known = classes.get(name);
        if (known === undefined) return "Invalid client class specified in buffer limit configuration.";
        const asked = [
          parseBytes(words[i + 1]!),
          parseBytes(words[i + 2]!),
          parseWithin([0, INT32_MAX], words[i + 3]!),
        ];
        if (asked.some((value) => typeof value === "string")) return BAD_LIMIT;
        if (asked.join(" ") !== known) return CANNOT_CHANGE;
      }
      return () => {};
    },
  };
}
