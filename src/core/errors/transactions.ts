/** What MULTI, EXEC, WATCH and the commands between them refuse. */
import { err } from "../errors.ts";
import { CommandError } from "../reply.ts";

export const NOT_IN_MULTI = err("Command not allowed inside a transaction");
export const MULTI_NESTED = err("MULTI calls can not be nested");
export const WATCH_INSIDE_MULTI = err("WATCH inside MULTI is not allowed");
export const EXEC_WITHOUT_MULTI = err("EXEC without MULTI");
export const DISCARD_WITHOUT_MULTI = err("DISCARD without MULTI");
export const EXEC_ABORT = new CommandError("EXECABORT Transaction discarded because of previous errors.");

/** EXEC was refused, and its transaction discarded. */
export const execAborted = (cause: CommandError): CommandError =>
  new CommandError(`EXECABORT Transaction discarded because of: ${cause.text.replace(/^ERR /, "")}`);

const NO_LONGER = {
  command: "no permission to execute the command or subcommand",
  key: "no permission to touch the specified keys",
  channel: "no permission to access one of the channels used as arguments to the command",
} as const;

/** EXEC's error for a command that the user was allowed to run when it was queued. */
export const noLongerPermitted = (reason: keyof typeof NO_LONGER): CommandError =>
  new CommandError(
    "NOPERM ACLs rules changed between the moment the transaction was accumulated and the EXEC call. " +
      `This command is no longer allowed for the following reason: ${NO_LONGER[reason]}`,
  );

/** A transaction that queues more than its limit. */
export const tooLarge = (unit: "commands" | "bytes", limit: number): CommandError =>
  err(`too many ${unit} in transaction. Limit: ${limit}`);

export const tooManyWatchedKeys = (max: number): CommandError =>
  err(`a connection may watch ${max} keys, the limit of watchedKeysMax`);

/** A transaction that only reads, and for too long. */
export const stopped = (ms: number): CommandError =>
  new CommandError(`EXECABORT Transaction discarded because it ran for ${ms} ms, the limit of readTransactionMsMax`);
