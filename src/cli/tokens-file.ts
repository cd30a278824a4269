/**
 * The file of tokens, `--tokens-file`, in the form of serverless-redis-http's `tokens.json`: an object with an entry for each
 * token, which says what the token opens.
 *
 *     { "token": { "srh_id": "orders", "connection_string": "redis://…", "max_connections": 3, "read_only_token": "…" } }
 *
 * Only `connection_string` must be there. Other fields are left alone, as SRH does.
 */
import * as v from "valibot";
import type { DatabaseOptions, ServerOptions } from "../server/server-options.ts";
import { UsageError } from "./usage-error.ts";
import { readUserFile } from "./user-file.ts";

/** Limit on the file. An entry takes some hundred bytes. */
const FILE_BYTES_MAX = 1024 * 1024;

const COUNT = "must be a whole number above 0";

const count = v.pipe(
  v.union([v.number(), v.pipe(v.string(), v.regex(/^[0-9]{1,9}$/), v.transform(Number))], COUNT),
  v.integer(COUNT),
  v.minValue(1, COUNT),
);

const entry = v.object(
  {
    connection_string: v.string("must be there, as redis://host:6379"),
    srh_id: v.optional(v.string("must be a text")),
    max_connections: v.optional(count),
    read_only_token: v.optional(v.string("must be a text")),
  },
  // A field that is not there is a problem of the object.
  ({ path }) =>
    `must be ${path === undefined ? 'an object, as {"connection_string": "redis://host:6379"}' : "there, as redis://host:6379"}`,
);

/** The options that a file of tokens stands for. Throws a {@link UsageError} that says in one line what is wrong, without a token. */
export function readTokensFile(path: string): Pick<ServerOptions, "databases" | "limits" | "redis" | "token"> {
  const databases = entriesOf(path).map(([token, fields], i) => databaseOf(path, i, token, fields));
  const [first, second] = databases;
  if (first === undefined)
    throw new UsageError(`${path} has no token; write {"token": {"connection_string": "redis://…"}}`);
  if (second !== undefined) return { databases };
  const { connectionsMax, name: _, ...only } = first;
  return connectionsMax === undefined ? only : { ...only, limits: { backendConnectionsMax: connectionsMax } };
}

function entriesOf(path: string): [token: string, fields: unknown][] {
  const text = readUserFile("--tokens-file", path, FILE_BYTES_MAX).toString("utf8");
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    // The message of a parser quotes the text, and so its tokens.
    throw new UsageError(`--tokens-file: ${path} is not JSON`);
  }
  if (typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)) return Object.entries(parsed);
  throw new UsageError(`${path} must be an object with an entry for each token`);
}

function databaseOf(path: string, index: number, token: string, fields: unknown): DatabaseOptions {
  const checked = v.safeParse(entry, fields, { abortEarly: true });
  if (!checked.success) {
    const [issue] = checked.issues;
    const field = v.getDotPath(issue);
    throw new UsageError(`${path}, token ${index + 1}: ${field === null ? "it" : field} ${issue.message}`);
  }
  const { connection_string: redis, max_connections: connectionsMax, read_only_token: readOnlyToken } = checked.output;
  const { srh_id: name } = checked.output;
  return {
    token,
    redis,
    ...(connectionsMax === undefined ? {} : { connectionsMax }),
    ...(name === undefined ? {} : { name }),
    ...(readOnlyToken === undefined ? {} : { readOnlyToken }),
  };
}
