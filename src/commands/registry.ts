/** The tables of all groups. */
import type { Command } from "../engine/command.ts";
import { aclCommands } from "./acl.ts";
import { bitfieldCommands } from "./bitfield.ts";
import { bitmapCommands } from "./bitmap.ts";
import { clientCommands } from "./client.ts";
import { commandCommands } from "./command-info.ts";
import { configCommands } from "./config.ts";
import { connectionCommands } from "./connection.ts";
import { debugCommands } from "./debug.ts";
import { dumpCommands } from "./dump.ts";
import { expireCommands } from "./expire.ts";
import { functionCommands } from "./function.ts";
import { genericCommands } from "./generic.ts";
import { geoCommands } from "./geo.ts";
import { hashCommands } from "./hash.ts";
import { hashExpiryCommands } from "./hash-expiry.ts";
import { hyperloglogCommands } from "./hyperloglog.ts";
import { infoCommands } from "./info.ts";
import { jsonCommands } from "./json.ts";
import { latencyCommands } from "./latency.ts";
import { listCommands } from "./list.ts";
import { memoryCommands } from "./memory.ts";
import { moduleCommands } from "./module.ts";
import { objectCommands } from "./object.ts";
import { pubsubCommands } from "./pubsub.ts";
import { scriptingCommands } from "./scripting.ts";
import { persistenceCommands } from "./persistence.ts";
import { serverCommands } from "./server.ts";
import { setCommands } from "./set.ts";
import { slowlogCommands } from "./slowlog.ts";
import { sortCommands } from "./sort.ts";
import { sortedSetCommands } from "./sorted-set.ts";
import { streamCommands } from "./stream.ts";
import { stringCommands } from "./string.ts";
import { transactionCommands } from "./transactions.ts";
import { unservedCommands } from "./unserved.ts";

/** The tables, in the order in which COMMAND shows them. */
export const commandTables: readonly (readonly Command[])[] = [
  aclCommands,
  bitfieldCommands,
  bitmapCommands,
  clientCommands,
  commandCommands,
  configCommands,
  connectionCommands,
  debugCommands,
  dumpCommands,
  expireCommands,
  functionCommands,
  genericCommands,
  geoCommands,
  hashCommands,
  hashExpiryCommands,
  hyperloglogCommands,
  infoCommands,
  jsonCommands,
  latencyCommands,
  listCommands,
  memoryCommands,
  moduleCommands,
  objectCommands,
  pubsubCommands,
  scriptingCommands,
  persistenceCommands,
  serverCommands,
  setCommands,
  slowlogCommands,
  sortCommands,
  sortedSetCommands,
  streamCommands,
  stringCommands,
  transactionCommands,
  unservedCommands,
];

/** The rows of all tables. */
export const commandRows: readonly Command[] = commandTables.flat();
