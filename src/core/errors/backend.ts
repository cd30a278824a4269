/** What a server in front of Redis says when that one cannot, or may not, do something. */
import { err } from "../errors.ts";
import { CommandError } from "../reply.ts";

export const BACKEND_UNREACHABLE = err("the Redis behind this server cannot be reached; the command has not run");
export const BACKEND_LOST = err(
  "the connection to the Redis behind this server was lost before the reply; the command may have run",
);
export const BACKEND_DEMOTED = err(
  "the Redis behind this server has become a replica and its primary is looked for; the command has not run",
);
export const BACKEND_BUSY = err("too much waits for the Redis behind this server; the command has not run");

export const backendReplyTooLong = (limitBytes: number): CommandError =>
  err(`the reply of the Redis behind this server has more than ${limitBytes} bytes; the command has run`);

/** An error that the backend has answered, in its words. */
export const errorFromBackend = (text: string): CommandError => new CommandError(text);

/** A command that the backend does not know; `product` is its name and version. */
export const notKnownToBackend = (name: string, product: string): CommandError =>
  err(`${name} is not known to the ${product} behind this server`);

/** Which commands a script runs is known only where it runs, and there the users of this server are not known. */
export const SCRIPT_UNCHECKED = new CommandError(
  "NOPERM scripts on a server that stands in front of Redis are for users who may run every command on every key and channel",
);

/** A command that needs the data in this process. */
export const notBehindGateway = (name: string): CommandError =>
  err(`${name} is not available on a server that stands in front of Redis`);

/** Keys of several slots in a Cluster. Redis's words, and what to do. */
export const CROSS_SLOT = new CommandError(
  "CROSSSLOT Keys in request don't hash to the same slot; give keys that belong together one {hash tag}",
);

/** Things that need one connection in a Cluster and have keys on several nodes. */
export const crossNode = (what: string): CommandError =>
  new CommandError(`CROSSSLOT ${what} must be in one slot; give keys that belong together one {hash tag}`);

/** States of a Cluster in which a command has not run and can be tried again. */
export const CLUSTER_DOWN = new CommandError("CLUSTERDOWN The cluster is down, or has no node for this slot");
export const TRY_AGAIN = new CommandError("TRYAGAIN Multiple keys request during rehashing of slot");
