/** Every contract suite, by group. */
import type { Script } from "./suite.ts";
import { hashSuite } from "./suites/hash.ts";
import { serverSuite } from "./suites/server.ts";
import { setSuite } from "./suites/set.ts";
import { streamGroupSuite } from "./suites/stream-group.ts";
import { streamSuite } from "./suites/stream.ts";
import { stringSuite } from "./suites/string.ts";

export const suites: Readonly<Record<string, readonly Script[]>> = {
  hash: hashSuite,
  server: serverSuite,
  set: setSuite,
  stream: [...streamSuite, ...streamGroupSuite],
  string: stringSuite,
};
