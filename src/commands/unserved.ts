// Commands of Redis that are known by name and not served, such as those of replication, modules and clusters. ACL
// rules may name them, and scripts get their own error for them.
import { key, keywordKey } from "../core/command-spec.ts";
import { commandTable, containerRow, row } from "../engine/command.ts";

const DISK = "admin noscript no_async_loading";
const REPLICA = "admin noscript stale no_async_loading";
const NODE = "admin stale no_async_loading";
const LOOK = "admin stale";
const ANY_TIME = "loading stale fast";
const MIGRATED = [key("RW access delete incomplete", 3), keywordKey("RW access delete incomplete", "KEYS", -2, -1)];
const ASKED = "write denyoom asking";
const CONNECTION = { acl: "connection" };
const KEYSPACE = { acl: "keyspace dangerous" };
const NONE = { acl: "" };

const serverCommands = commandTable("server", [
  row("FAILOVER", -1, "admin noscript stale", undefined, "6.2.0", undefined, "Hands over to a replica."),
  row("MODULE LOAD", -3, DISK, undefined, "4.0.0", undefined, "Loads a module."),
  row("MODULE LOADEX", -3, DISK, undefined, "7.0.0", undefined, "Loads a module with parameters."),
  row("MODULE UNLOAD", 3, DISK, undefined, "4.0.0", undefined, "Unloads a module."),
  row("PSYNC", -3, `${DISK} no_multi`, undefined, "2.8.0", undefined, "Begins or continues replication."),
  row("REPLCONF", -1, "admin noscript loading stale allow_busy", undefined, "3.0.0", undefined, "Is said by replicas."),
  row("REPLICAOF", 3, REPLICA, undefined, "5.0.0", undefined, "Follows another server, or stops doing so."),
  row("RESTORE-ASKING", -4, ASKED, key("OW update"), "3.0.0", undefined, "Is said when slots move.", KEYSPACE),
  row("SLAVEOF", 3, REPLICA, undefined, "1.0.0", undefined, "The old name of REPLICAOF."),
  row("SYNC", 1, `${DISK} no_multi`, undefined, "1.0.0", undefined, "Begins replication."),
]);

const genericCommands = commandTable("generic", [
  row("MIGRATE", -6, "write ~", MIGRATED, "2.6.0", undefined, "Moves keys to another server.", KEYSPACE),
]);

const scriptingCommands = commandTable("scripting", [
  row("SCRIPT DEBUG", 3, "noscript", undefined, "3.2.0", undefined, "Turns the debugger of scripts on."),
]);

const clusterCommands = commandTable("cluster", [
  row("ASKING", 1, "fast", undefined, "3.0.0", undefined, "Is said after a redirection.", CONNECTION),
  row("READONLY", 1, ANY_TIME, undefined, "3.0.0", undefined, "Lets a replica answer.", CONNECTION),
  row("READWRITE", 1, ANY_TIME, undefined, "3.0.0", undefined, "Ends READONLY.", CONNECTION),
  containerRow("CLUSTER", "3.0.0", "A container for commands on the cluster."),
  row("CLUSTER ADDSLOTS", -3, NODE, undefined, "3.0.0", undefined, "Gives slots to the node.", NONE),
  row("CLUSTER ADDSLOTSRANGE", -4, NODE, undefined, "7.0.0", undefined, "Gives ranges of slots to the node.", NONE),
  row("CLUSTER BUMPEPOCH", 2, `${NODE} ~`, undefined, "3.0.0", undefined, "Raises the epoch.", NONE),
  row("CLUSTER COUNT-FAILURE-REPORTS", 3, `${LOOK} ~`, undefined, "3.0.0", undefined, "Counts its reports.", NONE),
  row("CLUSTER COUNTKEYSINSLOT", 3, "stale", undefined, "3.0.0", undefined, "Counts the keys of a slot.", NONE),
  row("CLUSTER DELSLOTS", -3, NODE, undefined, "3.0.0", undefined, "Takes slots from the node.", NONE),
  row("CLUSTER DELSLOTSRANGE", -4, NODE, undefined, "7.0.0", undefined, "Takes ranges of slots from the node.", NONE),
  row("CLUSTER FAILOVER", -2, NODE, undefined, "3.0.0", undefined, "Makes a replica the primary.", NONE),
  row("CLUSTER FLUSHSLOTS", 2, NODE, undefined, "3.0.0", undefined, "Takes all slots from the node.", NONE),
  row("CLUSTER FORGET", 3, NODE, undefined, "3.0.0", undefined, "Removes a node.", NONE),
  row("CLUSTER GETKEYSINSLOT", 4, "stale ~", undefined, "3.0.0", undefined, "Returns keys of a slot.", NONE),
  row("CLUSTER HELP", 2, "loading stale", undefined, "5.0.0", undefined, "Returns the subcommands.", NONE),
  row("CLUSTER INFO", 2, "stale ~", undefined, "3.0.0", undefined, "Describes the cluster.", NONE),
  row("CLUSTER KEYSLOT", 3, "stale", undefined, "3.0.0", undefined, "Returns the slot of a key.", NONE),
  row("CLUSTER LINKS", 2, "stale ~", undefined, "7.0.0", undefined, "Returns the links between nodes.", NONE),
  row("CLUSTER MEET", -4, NODE, undefined, "3.0.0", undefined, "Adds a node.", NONE),
  row("CLUSTER MYID", 2, "stale", undefined, "3.0.0", undefined, "Returns the node's id.", NONE),
  row("CLUSTER MYSHARDID", 2, "loading stale", undefined, "7.2.0", undefined, "Returns the shard's id.", NONE),
  row("CLUSTER NODES", 2, "stale ~", undefined, "3.0.0", undefined, "Returns the nodes.", NONE),
  row("CLUSTER REPLICAS", 3, `${LOOK} ~`, undefined, "5.0.0", undefined, "Returns a node's replicas.", NONE),
  row("CLUSTER REPLICATE", 3, NODE, undefined, "3.0.0", undefined, "Makes the node a replica.", NONE),
  row("CLUSTER RESET", -2, "admin noscript stale", undefined, "3.0.0", undefined, "Makes the node a new one.", NONE),
  row("CLUSTER SAVECONFIG", 2, NODE, undefined, "3.0.0", undefined, "Saves the cluster's state.", NONE),
  row("CLUSTER SET-CONFIG-EPOCH", 3, NODE, undefined, "3.0.0", undefined, "Sets the epoch of a new node.", NONE),
  row("CLUSTER SETSLOT", -4, NODE, undefined, "3.0.0", undefined, "Moves a slot.", NONE),
  row("CLUSTER SHARDS", 2, "stale ~", undefined, "7.0.0", undefined, "Returns the shards.", NONE),
  row("CLUSTER SLAVES", 3, `${LOOK} ~`, undefined, "3.0.0", undefined, "The old name of CLUSTER REPLICAS.", NONE),
  row("CLUSTER SLOTS", 2, "stale ~", undefined, "3.0.0", undefined, "Returns which node has which slots.", NONE),
]);

/** The rows, which have no handlers. */
export const unservedCommands = [...serverCommands, ...genericCommands, ...scriptingCommands, ...clusterCommands];
