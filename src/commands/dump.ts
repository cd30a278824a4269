// DUMP and RESTORE: https://redis.io/docs/latest/commands/dump/. The format is in data/rdb/.
import { key } from "../core/command-spec.ts";
import * as errors from "../core/errors.ts";
import * as genericErrors from "../core/errors/generic.ts";
import { EventClass } from "../core/keyspace-events.ts";
import { OK } from "../core/reply.ts";
import type { Reply } from "../core/reply.ts";
import { commandTable, row } from "../engine/command.ts";
import type { Words } from "../engine/command.ts";
import type { Context } from "../engine/context.ts";
import { NO_DEADLINE } from "../data/keyspace.ts";
import { checkedPayload, dumpPayload, payloadValue } from "../data/rdb/dump-payload.ts";
import { RdbError, UnsupportedModule } from "../data/rdb/rdb-error.ts";
import { JsonValue } from "../data/types/json-document.ts";
import type { Value } from "../data/value.ts";
import { exactInteger, integer, integerWithin } from "./args.ts";
import { deadlineFrom } from "./deadline.ts";

const DUMPED = key("RO access");
const RESTORED = key("OW update");
const DANGEROUS = { acl: "keyspace dangerous" };

export const dumpCommands = commandTable("generic", [
  row("DUMP", 2, "readonly ~", DUMPED, "2.6.0", dump, "Returns the value of a key in Redis's own serialization."),
  row("RESTORE", -4, "write denyoom", RESTORED, "2.6.0", restore, "Creates a key from what DUMP returned.", DANGEROUS),
]);

/** DUMP key */
function dump(context: Context, words: Words): Reply {
  const value = context.db.readValue(words[1]);
  if (value === undefined) return null;
  try {
    return dumpPayload(value, context.engine.parameters.encodingBounds);
  } catch (error) {
    if (error instanceof RdbError) throw errors.STRING_TOO_LONG;
    throw error;
  }
}

/** RESTORE key ttl serialized-value [REPLACE] [ABSTTL] [IDLETIME seconds] [FREQ frequency] */
function restore(context: Context, words: Words): Reply {
  const [, key, time, payload] = words;
  const { replace, absolute, idleSeconds, useCount } = parseOptions(words);
  if (!replace && context.db.editValue(key) !== undefined) throw genericErrors.BUSY_KEY;
  const ttl = exactInteger(time);
  if (ttl < 0) throw genericErrors.BAD_TTL;
  const value = valueOf(context, payload);
  const deadline = ttl === 0 || absolute ? ttl : deadlineFrom(ttl, 1, context.nowMs, "restore");
  if (deadline !== NO_DEADLINE && deadline <= context.nowMs) {
    if (context.delete(key)) context.propagate(["DEL", key]);
    return OK;
  }
  // Removed first, so that the key is reported as added.
  context.db.delete(key);
  context.db.set(key, value, deadline);
  // Each has an effect only under a policy that uses it.
  if (idleSeconds !== undefined) context.db.setIdle(key, idleSeconds);
  if (useCount !== undefined) context.db.setUseCount(key, useCount);
  context.changed(EventClass.GENERIC, "restore", key);
  context.propagate(["RESTORE", key, String(deadline), payload, "REPLACE", "ABSTTL"]);
  return OK;
}

interface RestoreOptions {
  replace: boolean;
  absolute: boolean;
  idleSeconds: number | undefined;
  useCount: number | undefined;
}

function parseOptions(words: Words): RestoreOptions {
  const options: RestoreOptions = { replace: false, absolute: false, idleSeconds: undefined, useCount: undefined };
  for (let i = 4; i < words.length; i++) {
    const option = words[i]!.toUpperCase();
    const hasValue = i + 1 < words.length;
    if (option === "REPLACE") {
      options.replace = true;
    } else if (option === "ABSTTL") {
      options.absolute = true;
    } else if (option === "IDLETIME" && hasValue && options.useCount === undefined) {
      options.idleSeconds = integer(words[++i]!);
      if (options.idleSeconds < 0) throw genericErrors.BAD_IDLE_TIME;
    } else if (option === "FREQ" && hasValue && options.idleSeconds === undefined) {
      exactInteger(words[++i]!);
      options.useCount = integerWithin(words[i]!, 0, 255, genericErrors.BAD_FREQUENCY);
    } else {
      throw errors.SYNTAX;
    }
  }
  return options;
}

function valueOf(context: Context, payload: string): Value {
  const bytes = checkedPayload(payload);
  if (bytes === undefined) throw errors.BAD_PAYLOAD;
  try {
    const value = payloadValue(bytes, context.engine.limits.stringBytesMax);
    if (value instanceof JsonValue) context.engine.dataset.hasHadDocuments = true;
    return value;
  } catch (error) {
    if (error instanceof UnsupportedModule) throw genericErrors.unsupportedModule(error.reason);
    if (error instanceof RdbError) throw genericErrors.BAD_DATA;
    throw error;
  }
}
