/** What a server is started with: the checks on it and the defaults. */
import * as v from "valibot";
import { systemEnvironment } from "../core/environment.ts";
import type { Environment } from "../core/environment.ts";
import { DEFAULT_LIMITS } from "../core/limits.ts";
import type { Limits } from "../core/limits.ts";
import { SILENT } from "./log.ts";
import type { Log } from "./log.ts";

/** Options of {@link startServer}; all of them may be left out. */
export interface ServerOptions {
  /** TCP port; 0 takes any free one. 8079 by default. */
  readonly port?: number;
  /**
   * TCP port of the Redis protocol; 0 takes any free one, `auto` takes 6379 if it is free and else any free one, and
   * `off`, the default, opens none.
   */
  readonly redisPort?: number | "auto" | "off";
  /** Address to listen on. By default both loopback addresses, 127.0.0.1 and ::1. */
  readonly host?: string;
  /**
   * The standard token, 1 to 4096 printable ASCII chars without spaces and commas, or several that are all good,
   * separated by commas: a new one and the one it is to replace. Random by default.
   */
  readonly token?: string;
  /** The same for the read-only token. */
  readonly readOnlyToken?: string;
  /** A file of users, in the form of ACL LIST, which ACL SAVE writes. None by default. */
  readonly aclFile?: string;
  /** ACL SETUSER takes only what the hosted service takes. Not by default. */
  readonly strictAcl?: boolean;
  /** Origins of web pages that may call, or `*` for any, which is the default. */
  readonly cors?: "*" | readonly string[];
  /** Allow DEBUG, which can hold up the server. Not by default. */
  readonly enableDebug?: boolean;
  /** Limits other than the defaults. */
  readonly limits?: Partial<Limits>;
  /** Where the server reports what goes wrong. Nowhere by default. */
  readonly log?: Log;
  /** Clock and chance; tests put their own here. */
  readonly environment?: Environment;
}

/** The same, complete. */
export interface Settings {
  readonly port: number;
  readonly redisPort: number | "auto" | "off";
  /** Undefined for both loopback addresses. */
  readonly host: string | undefined;
  /** At least one; the first is the one to tell. */
  readonly tokens: readonly string[];
  readonly readOnlyTokens: readonly string[];
  readonly aclFile: string | undefined;
  readonly strictAcl: boolean;
  readonly cors: "*" | readonly string[];
  readonly enableDebug: boolean;
  readonly limits: Readonly<Limits>;
  readonly log: Log;
  readonly environment: Environment;
}

export const DEFAULT_PORT = 8079;

/** Redis's own port, which `auto` tries first. */
export const DEFAULT_REDIS_PORT = 6379;

const token = v.pipe(
  v.string(),
  v.regex(
    /^[\x21-\x2b\x2d-\x7e]{1,4096}(?:,[\x21-\x2b\x2d-\x7e]{1,4096})*$/,
    "must be 1 to 4096 printable ASCII characters without spaces",
  ),
);

const limit = v.pipe(v.number(), v.integer("must be a whole number"), v.minValue(1, "must be at least 1"));

/** A limit that is 0 by default may be 0, for none. */
const zeroLimit = v.pipe(v.number(), v.integer("must be a whole number"), v.minValue(0, "must be at least 0"));

const limits = Object.entries(DEFAULT_LIMITS).map(([name, max]) => [name, v.optional(max === 0 ? zeroLimit : limit)]);

const portMessage = "must be a whole number from 0 to 65535";

const port = v.pipe(
  v.number(portMessage),
  v.integer(portMessage),
  v.minValue(0, portMessage),
  v.maxValue(65_535, portMessage),
);

function isRedisPort(value: unknown): boolean {
  return value === "auto" || value === "off" || v.is(port, value);
}

/** What can be checked of the options; the other fields are objects of the caller's. */
const checks = v.object({
  port: v.optional(port),
  redisPort: v.optional(v.custom<number | "auto" | "off">(isRedisPort, `${portMessage}, "auto" or "off"`)),
  host: v.optional(v.pipe(v.string(), v.nonEmpty("must not be empty"))),
  token: v.optional(token),
  readOnlyToken: v.optional(token),
  aclFile: v.optional(v.pipe(v.string(), v.nonEmpty("must not be empty"))),
  cors: v.optional(v.union([v.literal("*"), v.array(v.string())], 'must be "*" or a list of origins')),
  limits: v.optional(
    v.strictObject(Object.fromEntries(limits) as Record<keyof Limits, typeof limit>, "is not a limit"),
  ),
});

/** An option that cannot be. `option` is its name in {@link ServerOptions}. */
export class OptionError extends Error {
  readonly option: string;
  constructor(option: string, reason: string) {
    super(`${option} ${reason}`);
    this.name = "OptionError";
    this.option = option;
  }
}

/** Checks the options and fills in the defaults. Throws an {@link OptionError} for the first that cannot be. */
export function settle(options: ServerOptions): Settings {
  const checked = v.safeParse(checks, options, { abortEarly: true });
  if (!checked.success) {
    const [issue] = checked.issues;
    throw new OptionError(v.getDotPath(issue) ?? "options", issue.message);
  }
  const environment = options.environment ?? systemEnvironment;
  const tokens = (options.token ?? environment.secretHex(24)).split(",");
  const readOnlyTokens = (options.readOnlyToken ?? environment.secretHex(24)).split(",");
  if (readOnlyTokens.some((one) => tokens.includes(one)))
    throw new OptionError("readOnlyToken", "must differ from token");
  return {
    port: options.port ?? DEFAULT_PORT,
    redisPort: options.redisPort ?? "off",
    host: options.host,
    tokens,
    readOnlyTokens,
    aclFile: options.aclFile,
    strictAcl: options.strictAcl ?? false,
    cors: options.cors ?? "*",
    enableDebug: options.enableDebug ?? false,
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    log: options.log ?? SILENT,
    environment,
  };
}
