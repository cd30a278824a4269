/** A connection to a running Redis, Valkey or stashd, over ioredis. */
import { Redis } from "ioredis";
import { int64 } from "../core/numbers.ts";
import { RemoteError } from "../transfer/remote.ts";
import type { RemoteClient, RemoteReply } from "../transfer/remote.ts";
import { UsageError } from "./usage-error.ts";

/** Time to connect, in milliseconds. */
const CONNECT_MS_MAX = 5000;

interface Connection extends RemoteClient {
  /** The database that the URL selects. */
  readonly database: number;
  close(): void;
}

/** Whether a source or target is the URL of a running server. */
export function isServerUrl(text: string): boolean {
  return /^(?:rediss?:\/\/|unix:)/.test(text);
}

/** Connects to a `redis://`, `unix:` or `rediss://` URL. Rejects with one line that says what is wrong. */
export async function connect(url: string): Promise<Connection> {
  const database = databaseOf(url);
  const options = {
    connectTimeout: CONNECT_MS_MAX,
    enableReadyCheck: false,
    lazyConnect: true,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    stringNumbers: true,
  };
  const redis = url.startsWith("unix:") ? new Redis(url.slice("unix:".length), options) : new Redis(url, options);
  // Errors reach the caller by the rejection of its call.
  redis.on("error", () => {});
  try {
    await redis.connect();
  } catch (error) {
    redis.disconnect();
    throw new Error(`cannot connect to ${shownUrl(url)}: ${(error as Error).message}`, { cause: error });
  }
  const call = async (name: string, ...args: readonly string[]): Promise<RemoteReply> => {
    try {
      return fromReply(await redis.callBuffer(name, ...args.map((arg) => Buffer.from(arg, "latin1"))));
    } catch (error) {
      if ((error as Error).name === "ReplyError") return new RemoteError((error as Error).message);
      throw error;
    }
  };
  const ping = await call("PING");
  if (ping instanceof RemoteError) {
    redis.disconnect();
    throw new Error(`${shownUrl(url)} answers ${ping.text}`);
  }
  return { database, call: (...words) => call(words[0]!, ...words.slice(1)), close: () => redis.disconnect() };
}

function databaseOf(url: string): number {
  if (url.startsWith("unix:")) return 0;
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch (error) {
    throw new UsageError(`${shownUrl(url)} is no URL`, { cause: error });
  }
  const number = Number(parsed.pathname.slice(1) || "0");
  if (!Number.isInteger(number)) throw new UsageError(`${parsed.pathname.slice(1)} is no number of a database`);
  return number;
}

/** A URL without its password. */
function shownUrl(url: string): string {
  return url.replace(/\/\/[^@/]*@/, "//");
}

/** Converts a reply of ioredis. Integers are strings, so that none loses digits; other text is a Buffer. */
function fromReply(reply: unknown): RemoteReply {
  if (reply === null || reply === undefined) return null;
  if (Buffer.isBuffer(reply)) return reply.latin1Slice();
  if (Array.isArray(reply)) return reply.map(fromReply);
  if (reply instanceof Error) return new RemoteError(reply.message);
  return int64(BigInt(String(reply)));
}
