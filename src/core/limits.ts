/**
 * Everything has an end, and this is the list of them. Units are in the names. A server is started with a copy in which
 * any of these may be set to another value.
 */
export interface Limits {
  /** Body of one HTTP request, in bytes. A body is parsed in one go, so this also bounds how long a parse can take. */
  requestBytesMax: number;
  /** Request line and headers of one HTTP request together, in bytes. */
  headerBytesMax: number;
  /** Header lines of one HTTP request. */
  headerLinesMax: number;
  /** Extensions of the chunks of one chunked body together, in bytes. */
  chunkExtensionBytesMax: number;
  /** Words of one command, its name included. */
  commandWordsMax: number;
  /** Commands in one `/pipeline` or `/multi-exec`. */
  pipelineCommandsMax: number;
  /** Time a `/pipeline` may run before it lets other requests in, in milliseconds. */
  pipelineSliceMsMax: number;
  /** Arrays and objects inside each other in a large JSON body; commands need two. */
  jsonDepthMax: number;
  /** One string value, in bytes (Redis's proto-max-bulk-len). V8 ends a string at 2^29 - 24 chars. */
  stringBytesMax: number;
  /** A HyperLogLog in its sparse form, in bytes (Redis's hll-sparse-max-bytes). */
  sparseSketchBytesMax: number;
  /** Elements of one random draw with repetition, such as SRANDMEMBER with a negative count. */
  randomElementsMax: number;
  /** Open connections. Further ones are closed at once. */
  connectionsMax: number;
  /** A line of the Redis protocol, such as an inline command, in bytes (Redis's PROTO_INLINE_MAX_SIZE). */
  lineBytesMax: number;
  /** Words of one command over RESP together, or of the commands that one MULTI has queued, in bytes. */
  queryBytesMax: number;
  /** Unread replies above which a client's further commands wait, in bytes. */
  unreadBytesMax: number;
  /** Unread messages above which a RESP client is cut off, in bytes. */
  backlogBytesMax: number;
  /** A client whose replies are above `unreadBytesMax` and who reads nothing is cut off after this, in milliseconds. */
  stallMsMax: number;
  /** A RESP client who sends nothing is cut off after this, in milliseconds; 0 for never. */
  respIdleMsMax: number;
  /** Open event streams of one user, whichever of their tokens they were opened with. */
  userStreamsMax: number;
  /** Unread events above which the client of an event stream is cut off, in bytes. */
  streamBacklogBytesMax: number;
  /** An event stream says that it is alive after this, in milliseconds. */
  silenceMsMax: number;
  /** From the first byte of a request's head to its last, in milliseconds. */
  headersMsMax: number;
  /** From the first byte of a request to its last, in milliseconds. */
  requestMsMax: number;
  /** An idle keep-alive connection is closed after this, in milliseconds. */
  idleMsMax: number;
  /** Unread rest of a refused request that is still read, so that its connection stays usable, in bytes. */
  discardBytesMax: number;
  /** Time a refused client has to read why before its connection is cut, in milliseconds. */
  lingerMsMax: number;
  /** A closing server waits this long for requests in flight, in milliseconds. */
  closeMsMax: number;
  /** What DEBUG SLEEP may hold up everybody for, in milliseconds. */
  sleepMsMax: number;
  /** Time one round of active expiry may take, in milliseconds. */
  expirySliceMsMax: number;
  /** Time one command or one round of housekeeping may spend on making room, in milliseconds. */
  evictionSliceMsMax: number;
  /** Time a script may run, in milliseconds. Nothing else runs meanwhile. */
  scriptMsMax: number;
  /** Memory of the machine that runs scripts, in bytes; there is a second one for functions. */
  scriptMemoryBytesMax: number;
  /** Arrays inside each other in what a script returns. */
  scriptReplyDepthMax: number;
  /** Elements of what a script returns, at all depths together. */
  scriptReplyElementsMax: number;
  /** Scripts that EVAL has brought and that are kept; the one used least lately goes. SCRIPT LOAD's are all kept. */
  cachedScriptsMax: number;
  /** Words of one command together, in bytes; 0 for no limit of its own. */
  commandBytesMax: number;
  /** The reply to one command as it is written, in bytes; 0 for none. */
  replyBytesMax: number;
  /** A key that a command writes to, in bytes; 0 for none. */
  keyBytesMax: number;
  /** The value at one key, in bytes, before a command adds to it and with what the command brings; 0 for none. */
  valueBytesMax: number;
  /** Commands one user may run in a day, in UTC; 0 for any number. */
  dailyCommandsMax: number;
  /** Commands one user may run in a month, in UTC; 0 for any number. */
  monthlyCommandsMax: number;
  /** Entries that one consumer of a stream may have pending when it asks for more; 0 for any number. */
  pendingEntriesMax: number;
  /** Open connections over the Redis protocol, as a plan of the hosted service has them; 0 for `connectionsMax` alone. */
  respConnectionsMax: number;
  /** Failed logins of one address in a minute; further ones wait. 0 for any number. */
  failedLoginsMax: number;
  /** Failed logins of the loopback addresses together in a minute; further ones wait. 0 for any number. */
  localFailedLoginsMax: number;
  /** Addresses whose failed logins are remembered; the one that failed least lately is forgotten. */
  throttledAddressesMax: number;
}

const MiB = 1024 * 1024;

export const DEFAULT_LIMITS: Readonly<Limits> = {
  requestBytesMax: 64 * MiB,
  headerBytesMax: 128 * 1024,
  headerLinesMax: 256,
  chunkExtensionBytesMax: 4096,
  commandWordsMax: MiB,
  pipelineCommandsMax: 100_000,
  pipelineSliceMsMax: 5,
  jsonDepthMax: 64,
  stringBytesMax: 512 * MiB - 25,
  sparseSketchBytesMax: 3000,
  randomElementsMax: 4 * MiB,
  connectionsMax: 10_000,
  lineBytesMax: 64 * 1024,
  queryBytesMax: 576 * MiB,
  unreadBytesMax: MiB,
  backlogBytesMax: 32 * MiB,
  stallMsMax: 60_000,
  respIdleMsMax: 0,
  userStreamsMax: 5000,
  streamBacklogBytesMax: 8 * MiB,
  silenceMsMax: 15_000,
  headersMsMax: 15_000,
  requestMsMax: 120_000,
  idleMsMax: 75_000,
  discardBytesMax: MiB,
  lingerMsMax: 1000,
  closeMsMax: 10_000,
  sleepMsMax: 10_000,
  expirySliceMsMax: 5,
  evictionSliceMsMax: 5,
  scriptMsMax: 5000,
  scriptMemoryBytesMax: 256 * MiB,
  scriptReplyDepthMax: 1000,
  scriptReplyElementsMax: 4 * MiB,
  cachedScriptsMax: 500,
  commandBytesMax: 0,
  replyBytesMax: 0,
  keyBytesMax: 0,
  valueBytesMax: 0,
  dailyCommandsMax: 0,
  monthlyCommandsMax: 0,
  pendingEntriesMax: 0,
  respConnectionsMax: 0,
  failedLoginsMax: 60,
  localFailedLoginsMax: 6000,
  throttledAddressesMax: 10_000,
};

/**
 * What the hosted service allows on its free plan, where that is published. Its limits on connections and on the size of
 * a database differ from plan to plan, so they are left to be set.
 */
export const HOSTED_LIMITS: Readonly<Partial<Limits>> = {
  commandBytesMax: 10 * MiB,
  replyBytesMax: 10 * MiB,
  keyBytesMax: 32 * 1024,
  valueBytesMax: 100 * MiB,
  stringBytesMax: 100 * MiB,
  dailyCommandsMax: 10_000,
  monthlyCommandsMax: 500_000,
  pendingEntriesMax: 1000,
};
