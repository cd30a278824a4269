/** What commands about connections refuse: AUTH, HELLO, CLIENT, tracking. */
import { err } from "../errors.ts";
import { CommandError } from "../reply.ts";

export const HELLO_WITHOUT_AUTH = new CommandError(
  "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO AUTH <user> <pass> option " +
    "can be used to authenticate the client and select the RESP protocol version at the same time",
);
export const AUTH_WITHOUT_PASSWORD = err(
  "AUTH <password> called without any password configured for the default user. " +
    "Are you sure your configuration is correct?",
);
export const WRONG_PASS = new CommandError("WRONGPASS invalid username-password pair or user is disabled.");
export const UNKNOWN_PROTOCOL = new CommandError("NOPROTO unsupported protocol version");
export const PROTOCOL_NOT_INTEGER = err("Protocol version is not an integer or out of range");

export const badHelloOption = (option: string): CommandError => err(`Syntax error in HELLO option '${option}'`);

/** For a command such as SUBSCRIBE in a session without a connection to deliver messages to. */
export const needsConnection = (command: string): CommandError =>
  err(`${command.toUpperCase()} isn't allowed for a DENY BLOCKING client`);

/** Redis words {@link needsConnection} a little differently for MONITOR. */
export const MONITOR_NEEDS_CONNECTION = err("MONITOR isn't allowed for DENY BLOCKING client");

export const NO_SUCH_CLIENT = err("No such client");
export const BAD_CLIENT_ID = err("Invalid client ID");
export const CLIENT_ID_NOT_POSITIVE = err("client-id should be greater than 0");
export const MAX_AGE_NOT_INTEGER = err("maxage is not an integer or out of range");
export const MAX_AGE_NOT_POSITIVE = err("maxage should be greater than 0");
export const BAD_PAUSE_MODE = err("CLIENT PAUSE mode must be WRITE or ALL");
export const BAD_UNBLOCK_REASON = err("CLIENT UNBLOCK reason should be TIMEOUT or ERROR");
/** For a blocked client that CLIENT UNBLOCK … ERROR ended. */
export const UNBLOCKED = new CommandError("UNBLOCKED client unblocked via CLIENT UNBLOCK");

/** For CLIENT SETINFO. */
export const unknownAttribute = (name: string): CommandError => err(`Unrecognized option '${name}'`);

/** `what` is `Client names`, or the attribute of CLIENT SETINFO. */
export const notPrintable = (what: string): CommandError =>
  err(`${what} cannot contain spaces, newlines or special characters.`);

export const unknownClientType = (name: string): CommandError => err(`Unknown client type '${name}'`);

export const noSuchUser = (name: string): CommandError => err(`No such user '${name}'`);

export const SECOND_REDIRECT = err("A client can only redirect to a single other client");
export const NO_SUCH_REDIRECT = err("The client ID you want redirect to does not exist");
export const PREFIX_WITHOUT_BCAST = err("PREFIX option requires BCAST mode to be enabled");
export const BCAST_WITH_CHOICE = err("OPTIN and OPTOUT are not compatible with BCAST");
export const OPTIN_AND_OPTOUT = err("You can't specify both OPTIN mode and OPTOUT mode");
const switched = (mode: string): CommandError =>
  err(
    `You can't switch ${mode} before disabling tracking for this client, and then re-enabling it with a different mode.`,
  );
export const BCAST_SWITCHED = switched("BCAST mode on/off");
export const CHOICE_SWITCHED = switched("OPTIN/OPTOUT mode");
export const CACHING_WITHOUT_CHOICE = err(
  "CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or OPTOUT mode enabled",
);
const cachingNeeds = (answer: string, mode: string): CommandError =>
  err(`CLIENT CACHING ${answer} is only valid when tracking is enabled in ${mode} mode.`);
export const YES_WITHOUT_OPTIN = cachingNeeds("YES", "OPTIN");
export const NO_WITHOUT_OPTOUT = cachingNeeds("NO", "OPTOUT");

/** `which` is `an existing` or `another provided`. */
export const prefixesOverlap = (prefix: string, which: string, other: string): CommandError =>
  err(`Prefix '${prefix}' overlaps with ${which} prefix '${other}'. Prefixes for a single client must not overlap.`);
