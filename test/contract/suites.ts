/** Every contract suite, by group. */
import type { Script } from "./suite.ts";
import { aclSuite } from "./suites/acl.ts";
import { bitmapSuite } from "./suites/bitmap.ts";
import { blockingSuite } from "./suites/blocking.ts";
import { connectionSuite } from "./suites/connection.ts";
import { dumpSuite } from "./suites/dump.ts";
import { expireSuite } from "./suites/expire.ts";
import { genericSuite } from "./suites/generic.ts";
import { geoSuite } from "./suites/geo.ts";
import { hashSuite } from "./suites/hash.ts";
import { hashExpirySuite } from "./suites/hash-expiry.ts";
import { hyperloglogSuite } from "./suites/hyperloglog.ts";
import { jsonSuite } from "./suites/json.ts";
import { listSuite } from "./suites/list.ts";
import { memorySuite } from "./suites/memory.ts";
import { pubsubSuite } from "./suites/pubsub.ts";
import { scriptingSuite } from "./suites/scripting.ts";
import { serverSuite } from "./suites/server.ts";
import { setSuite } from "./suites/set.ts";
import { sortSuite } from "./suites/sort.ts";
import { sortedSetRangesSuite } from "./suites/sorted-set-ranges.ts";
import { sortedSetSuite } from "./suites/sorted-set.ts";
import { streamGroupSuite } from "./suites/stream-group.ts";
import { streamSuite } from "./suites/stream.ts";
import { stringSuite } from "./suites/string.ts";
import { transactionsSuite } from "./suites/transactions.ts";

export const suites: Readonly<Record<string, readonly Script[]>> = {
  "sorted-set": sortedSetSuite,
  "sorted-set-ranges": sortedSetRangesSuite,
  "stream-group": streamGroupSuite,
  acl: aclSuite,
  bitmap: bitmapSuite,
  blocking: blockingSuite,
  connection: connectionSuite,
  dump: dumpSuite,
  expire: expireSuite,
  generic: genericSuite,
  geo: geoSuite,
  hash: hashSuite,
  "hash-expiry": hashExpirySuite,
  hyperloglog: hyperloglogSuite,
  json: jsonSuite,
  list: listSuite,
  memory: memorySuite,
  pubsub: pubsubSuite,
  scripting: scriptingSuite,
  server: serverSuite,
  set: setSuite,
  sort: sortSuite,
  stream: streamSuite,
  string: stringSuite,
  transactions: transactionsSuite,
};
