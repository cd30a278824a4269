// Commands from https://redis.io/docs/latest/commands/?group=transactions. They build a transaction over several
// requests of one connection; over REST a transaction is one request, `/multi-exec`. The rows have no handler until
// there are connections.
import { allKeys } from "../core/command-spec.ts";
import { commandTable, row } from "../engine/command.ts";

const NO_REST = { rest: "no" } as const;
const FAST = "noscript loading stale fast allow_busy";

export const transactionCommands = commandTable("transactions", [
  row("DISCARD", 1, FAST, undefined, "2.0.0", undefined, "Gives a transaction up.", NO_REST),
  row("EXEC", 1, "noscript loading stale skip_slowlog", undefined, "1.2.0", undefined, "Runs a transaction.", NO_REST),
  row("MULTI", 1, FAST, undefined, "1.2.0", undefined, "Begins a transaction.", NO_REST),
  row("UNWATCH", 1, FAST, undefined, "2.2.0", undefined, "Forgets the watched keys.", NO_REST),
  row("WATCH", -2, FAST, allKeys("RO"), "2.2.0", undefined, "Makes EXEC depend on keys staying as they are.", NO_REST),
]);
