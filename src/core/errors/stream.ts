/** What stream commands refuse. */
import { err } from "../errors.ts";
import { CommandError } from "../reply.ts";

export const INVALID_ID = err("Invalid stream ID specified as stream command argument");
export const BAD_START = err("invalid start ID for the interval");
export const BAD_END = err("invalid end ID for the interval");
export const ID_COUNT_NOT_POSITIVE = err("Number of IDs must be a positive integer");
export const ID_COUNT_WRONG = err("The `numids` parameter must match the number of arguments");

// Trimming.

export const TWO_STRATEGIES = err("syntax error, MAXLEN and MINID options at the same time are not compatible");
export const MAXLEN_NEGATIVE = err("The MAXLEN argument must be >= 0.");
export const LIMIT_NEGATIVE = err("The LIMIT argument must be >= 0.");
export const LIMIT_ALONE = err("syntax error, LIMIT cannot be used without specifying a trimming strategy");
export const STRATEGY_MISSING = err("syntax error, XTRIM must be called with a trimming strategy");
export const LIMIT_EXACT = err("syntax error, LIMIT cannot be used without the special ~ option");

// XADD and XSETID.

export const ADDED_ID_ZERO = err("The ID specified in XADD must be greater than 0-0");
export const ADDED_ID_TOO_SMALL = err("The ID specified in XADD is equal or smaller than the target stream top item");
export const IDS_EXHAUSTED = err("The stream has exhausted the last possible ID, unable to add more items");
const setIdSmaller = (bound: string): CommandError => err(`The ID specified in XSETID is smaller than ${bound}`);
export const SET_ID_BELOW_TOP = setIdSmaller("the target stream top item");
export const SET_ID_BELOW_GIVEN_DELETED = setIdSmaller("the provided max_deleted_entry_id");
export const SET_ID_BELOW_DELETED = setIdSmaller("current max_deleted_entry_id");
export const ENTRIES_ADDED_NEGATIVE = err("entries_added must be positive");
export const ENTRIES_ADDED_TOO_SMALL = err(
  "The entries_added specified in XSETID is smaller than the target stream length",
);

// Consumer groups.

export const BUSY_GROUP = new CommandError("BUSYGROUP Consumer Group name already exists");
export const GROUP_KEY_MISSING = err(
  "The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the MKSTREAM option " +
    "to create an empty stream automatically.",
);
export const ENTRIES_READ_NEGATIVE = err("value for ENTRIESREAD must be positive or -1");

/** `where` is what Redis adds for some commands, with a space before. */
export const noGroup = (key: string, group: string, where = ""): CommandError =>
  new CommandError(`NOGROUP No such key '${key}' or consumer group '${group}'${where}`);

/** For commands that have checked that the key exists. */
export const noGroupInKey = (key: string, group: string): CommandError =>
  new CommandError(`NOGROUP No such consumer group '${group}' for key name '${key}'`);

/** `pending` counts the consumer's pending entries, `requested` the entries that this read would add. */
export const tooManyPending = (
  limit: number,
  pending: number,
  requested: number,
  [key, group, consumer]: readonly [key: string, group: string, consumer: string],
): CommandError =>
  err(
    "XReadGroup is cancelled. Pending Entries List limit per consumer is about to be reached. " +
      `Limit: ${limit}, Current PEL size: ${pending}, Requested Read: ${requested}, ` +
      `Key: ${key}, Group: ${group}, Consumer: ${consumer}.`,
  );

export const unknownClaimOption = (word: string): CommandError => err(`Unrecognized XCLAIM option '${word}'`);

/** `what` is the argument of XCLAIM that is no integer. */
export const badClaim = (what: string): CommandError => err(`Invalid ${what} for XCLAIM`);

export const BAD_AUTOCLAIM_IDLE_TIME = err("Invalid min-idle-time argument for XAUTOCLAIM");

// XREAD and XREADGROUP.

const onlyInGroup = (option: string): CommandError =>
  err(`The ${option} option is only supported by XREADGROUP. You called XREAD instead.`);
export const GROUP_IN_XREAD = onlyInGroup("GROUP");
export const NOACK_IN_XREAD = onlyInGroup("NOACK");
export const GROUP_OPTION_MISSING = err("Missing GROUP option for XREADGROUP");
export const NEW_ONLY_IN_GROUP = err(
  "The > ID can be specified only when calling XREADGROUP using the GROUP <group> <consumer> option.",
);

/** `id` is `$` or `+`. */
export const meaninglessInGroup = (id: string): CommandError =>
  err(
    `The ${id} ID is meaningless in the context of XREADGROUP: you want to read the history of this consumer by ` +
      `specifying a proper ID, or use the > ID to get new messages. The ${id} ID would just return an empty result set.`,
  );

export const unbalancedStreams = (command: "XREAD" | "XREADGROUP"): CommandError =>
  err(
    `Unbalanced '${command.toLowerCase()}' list of streams: for each stream key an ID or ` +
      `'${command === "XREAD" ? "$" : ">"}' must be specified.`,
  );
