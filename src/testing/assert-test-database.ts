/** Stops a run of tests whose environment names a database that is not for tests. */
import { connect } from "node:net";
import { connect as connectTls } from "node:tls";
import type { TestEnvironment } from "./public.ts";
import { clearTimeout, setTimeout } from "../core/timers.ts";

/** How long a server may take to answer, in milliseconds. */
const ANSWER_MS_MAX = 5000;

/** Bytes of an answer that are looked at. INFO's first section has a few hundred. */
const ANSWER_BYTES_MAX = 64 * 1024;

/** Variables that hold a URL, and those of its token over REST. */
const ADDRESSES = [
  ["UPSTASH_REDIS_REST_URL", "UPSTASH_REDIS_REST_TOKEN"],
  ["KV_REST_API_URL", "KV_REST_API_TOKEN"],
  ["REDIS_URL", undefined],
  ["KV_URL", undefined],
] as const;

/**
 * Resolves when every database that an environment names is one for tests, made by {@link createTestDatabase} or `stashd
 * run`. Call it before the first test, and before whatever flushes. Looks at `UPSTASH_REDIS_REST_URL`, `KV_REST_API_URL`
 * with their tokens, `REDIS_URL` and `KV_URL`. Rejects with an Error that says which variable names another database,
 * or that none names any.
 */
export async function assertTestDatabase(
  environment: Partial<Readonly<Record<keyof TestEnvironment, string | undefined>>> = process.env,
): Promise<void> {
  const named = ADDRESSES.filter(([name]) => (environment[name] ?? "") !== "");
  if (named.length === 0) {
    const names = ADDRESSES.map(([name]) => name).join(", ");
    throw new Error(`no variable names a database (${names}); set those of createTestDatabase() or stashd run`);
  }
  await Promise.all(
    named.map(async ([name, tokenName]) => {
      const token = tokenName === undefined ? "" : (environment[tokenName] ?? "");
      const problem = await problemOf(environment[name]!, token).catch((error: Error) => reasonOf(error));
      if (problem === undefined) return;
      throw new Error(
        `${name} names no database for tests: ${problem}. Take it from createTestDatabase() or stashd run`,
      );
    }),
  );
}

/** Why a database is not known to be for tests; undefined when it is. Rejects when it cannot be reached. */
async function problemOf(address: string, token: string): Promise<string | undefined> {
  if (!URL.canParse(address)) return "it is no URL";
  const url = new URL(address);
  const text = url.protocol.startsWith("http") ? await overHttp(url, token) : await overRedis(url);
  if (/stashd_test_database:1/.test(text)) return undefined;
  const [, refusal] = /(WRONGPASS[^"\r\n]*|NOAUTH[^"\r\n]*)/.exec(text) ?? [];
  return refusal ?? `the one at ${url.host} does not say so in INFO`;
}

async function overHttp(url: URL, token: string): Promise<string> {
  const response = await fetch(`${url.href.replace(/\/$/, "")}/info/server`, {
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(ANSWER_MS_MAX),
  });
  return await response.text();
}

/** What a server answers to INFO over the Redis protocol. */
function overRedis({ hostname, password, port, protocol, username }: URL): Promise<string> {
  const host = hostname.replace(/^\[|\]$/g, "");
  const to = { host, port: Number(port || 6379), servername: host };
  const login = password === "" ? [] : [["AUTH", ...(username === "" ? [] : [username]), password]];
  return new Promise((resolve, reject) => {
    const socket = protocol === "rediss:" ? connectTls(to) : connect(to);
    const late = setTimeout(() => socket.destroy(new Error("it does not answer")), ANSWER_MS_MAX);
    let answer = "";
    socket.setEncoding("latin1");
    socket.on("data", (chunk: string) => {
      answer += chunk;
      // A server closes the connection after QUIT.
      if (answer.length > ANSWER_BYTES_MAX) socket.destroy();
    });
    socket.on("error", reject);
    socket.on("close", () => {
      clearTimeout(late);
      resolve(answer);
    });
    for (const words of [...login, ["INFO", "server"], ["QUIT"]]) socket.write(encoded(words.map(decodeURIComponent)));
  });
}

/** A command in the Redis protocol. */
function encoded(words: readonly string[]): string {
  const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
  return `*${words.length}\r\n${parts.join("")}`;
}

function reasonOf({ cause, message }: Error): string {
  const { code } = (cause ?? {}) as { code?: unknown };
  return typeof code === "string" ? `${message} (${code})` : message;
}
