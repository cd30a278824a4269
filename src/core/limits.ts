/** Every limit of the server, with its unit in its name. A server starts with a copy, in which any limit may be set. */
export interface Limits {
  /** Body of one HTTP request, in bytes. One command is parsed in one go, so this also bounds how long that can take. */
  requestBytesMax: number;
  /** Request line and headers of one HTTP request together, in bytes. */
  headerBytesMax: number;
  /** Header lines of one HTTP request. */
  headerLinesMax: number;
  /** Extensions of the chunks of one chunked body together, in bytes. */
  chunkExtensionBytesMax: number;
  /** Words of one command, its name included. What they take in memory is bounded apart. */
  commandWordsMax: number;
  /** Commands in one `/pipeline` or `/multi-exec`. */
  pipelineCommandsMax: number;
  /** Time that the commands of one connection may run before other connections have their turn, in milliseconds. */
  sliceMsMax: number;
  /** Nesting of arrays and objects in a large JSON body; commands need two levels. */
  jsonDepthMax: number;
  /** JSON text that one command writes for several matches, or stores in several places, in bytes. */
  jsonTextBytesMax: number;
  /** One string value, in bytes (Redis's proto-max-bulk-len). V8 ends a string at 2^29 - 24 chars. */
  stringBytesMax: number;
  /** A HyperLogLog in its sparse form, in bytes (Redis's hll-sparse-max-bytes). */
  sparseSketchBytesMax: number;
  /** Elements of one random draw with repetition, such as SRANDMEMBER with a negative count. */
  randomElementsMax: number;
  /** Open connections. Further ones are closed on arrival. */
  connectionsMax: number;
  /** A line of the Redis protocol, such as an inline command, in bytes (Redis's PROTO_INLINE_MAX_SIZE). */
  lineBytesMax: number;
  /**
   * What the words of one command take in memory, or those of the commands that one MULTI has queued, in bytes. What
   * clients may hold together bounds them as well.
   */
  queryBytesMax: number;
  /** What connections that have not authenticated hold together, in bytes. Above it the one that holds most is cut off. */
  unauthenticatedBytesMax: number;
  /** Time that a RESP client has to authenticate, in milliseconds; 0 for no limit. */
  loginMsMax: number;
  /** Unread replies of a client, in bytes. Above it the client's next commands wait. */
  unreadBytesMax: number;
  /** Unread messages of a RESP client, in bytes. Above it the client is disconnected. */
  backlogBytesMax: number;
  /** Time that a client above `unreadBytesMax` may read nothing before it is disconnected, in milliseconds. */
  stallMsMax: number;
  /** Time that a RESP client may send nothing before it is disconnected, in milliseconds; 0 for no limit. */
  respIdleMsMax: number;
  /** Open event streams of one user, whatever tokens they were opened with. */
  userStreamsMax: number;
  /** Unread events of an event stream, in bytes. Above it the client is disconnected. */
  streamBacklogBytesMax: number;
  /** Interval at which a silent event stream sends a comment, in milliseconds. */
  silenceMsMax: number;
  /** Time from the first byte of a request's head to its last, in milliseconds. */
  headersMsMax: number;
  /** Time from the first byte of a request to its last, in milliseconds. */
  requestMsMax: number;
  /** Time that a keep-alive connection may be idle before it is closed, in milliseconds. */
  idleMsMax: number;
  /** Rest of a refused request that is still read, in bytes, so that its connection stays usable. */
  discardBytesMax: number;
  /** Time that a refused client has to read the answer before its connection is cut, in milliseconds. */
  lingerMsMax: number;
  /** A closing server takes requests on open connections for this long, and answers them as the last, in milliseconds. */
  drainMsMax: number;
  /** Time that a closing server waits for requests in flight, in milliseconds. Docker kills what has not ended in 10 s. */
  closeMsMax: number;
  /** Time that DEBUG SLEEP may block the server, in milliseconds. */
  sleepMsMax: number;
  /** Time one round of active expiry may take, in milliseconds. */
  expirySliceMsMax: number;
  /** Time that one command, or one round of housekeeping, may spend on eviction, in milliseconds. */
  evictionSliceMsMax: number;
  /** Time that a transaction which only reads may run, in milliseconds; one that writes runs to its end. */
  readTransactionMsMax: number;
  /** Keys that one connection watches. EXEC looks at each of them. */
  watchedKeysMax: number;
  /** Time that a script may run, in milliseconds. No other command runs meanwhile. */
  scriptMsMax: number;
  /**
   * Memory of scripts and functions, in bytes: a machine that runs, the strings that its library functions read and build
   * outside of it, and what the other machine keeps, together.
   */
  scriptMemoryBytesMax: number;
  /** Nesting of arrays in a script's reply. */
  scriptReplyDepthMax: number;
  /** Elements of a script's reply, at all depths together. */
  scriptReplyElementsMax: number;
  /**
   * Scripts cached by EVAL; the least recently used one is dropped. Scripts of SCRIPT LOAD are not counted and stay.
   */
  cachedScriptsMax: number;
  /**
   * Text of cached scripts, in bytes, and of function libraries as much again. Scripts of EVAL are dropped for it; what
   * SCRIPT LOAD and FUNCTION LOAD bring beyond it is refused.
   */
  scriptTextBytesMax: number;
  /** Names of the keys that clients may cache, in bytes. Beyond it random ones are dropped, and their clients are told. */
  trackedKeyBytesMax: number;
  /** Words of one command together, in bytes; 0 for no limit of its own. */
  commandBytesMax: number;
  /** The encoded reply to one command, in bytes; 0 for no limit. */
  replyBytesMax: number;
  /** A key that a command writes to, in bytes; 0 for no limit. */
  keyBytesMax: number;
  /**
   * The value at one key, in bytes: before a command adds to it, and together with the command's words. 0 for no limit.
   */
  valueBytesMax: number;
  /** Commands of one user in a day, by UTC; 0 for no limit. */
  dailyCommandsMax: number;
  /** Commands of one user in a month, by UTC; 0 for no limit. */
  monthlyCommandsMax: number;
  /** Pending entries of one consumer, when it reads further ones from a stream; 0 for no limit. */
  pendingEntriesMax: number;
  /**
   * Open connections over the Redis protocol, by the plan of the hosted service; 0 for no limit but `connectionsMax`.
   */
  respConnectionsMax: number;
  /** Failed logins from one address in a minute. Further ones wait. 0 for no limit. */
  failedLoginsMax: number;
  /** Failed logins from all loopback addresses together in a minute. Further ones wait. 0 for no limit. */
  localFailedLoginsMax: number;
  /** Addresses whose failed logins are counted. Beyond it, the one that failed least recently is forgotten. */
  throttledAddressesMax: number;
  /** One-time codes for the console that are remembered. Beyond it, the oldest is dropped. */
  consoleCodesMax: number;
  /** Time that a one-time code for the console is good, in milliseconds. The code of the start is good until it is used. */
  consoleCodeMsMax: number;
  /** Bytes of effects that may wait to be written and synced to the disk; beyond that writers have to wait. */
  unsyncedBytesMax: number;
  /**
   * Bytes that a snapshot may hold beside the data, of keys that change before they are written to the disk; beyond that
   * writers have to wait.
   */
  snapshotBytesMax: number;
  /** Time that commands wait for a lost connection to the backend to come back, in milliseconds. */
  backendWaitMsMax: number;
  /** Time to connect to the backend and to be let in, in milliseconds. */
  backendConnectMsMax: number;
  /** Time that the backend may be silent while a reply of its is awaited, in milliseconds. */
  backendReplyMsMax: number;
  /** Longest pause between two attempts to connect to the backend, in milliseconds. */
  backendBackoffMsMax: number;
  /** Bytes of commands that wait to be sent on one connection to the backend. Beyond it, further ones are refused. */
  backendQueuedBytesMax: number;
  /** Commands without a reply on one connection to the backend. Beyond it, further ones are refused. */
  backendCommandsMax: number;
  /** One reply of the backend, such as that of a transaction, in bytes. A longer one is read and left out. */
  backendReplyBytesMax: number;
  /** Connections to the backend for transactions and for commands that wait. Beyond it, those are refused. */
  backendConnectionsMax: number;
}

const MiB = 1024 * 1024;

/**
 * The limits that apply unless options change them.
 * @internal
 */
export const DEFAULT_LIMITS: Readonly<Limits> = {
  requestBytesMax: 64 * MiB,
  headerBytesMax: 128 * 1024,
  headerLinesMax: 256,
  chunkExtensionBytesMax: 4096,
  commandWordsMax: 2 ** 31 - 1,
  pipelineCommandsMax: 100_000,
  sliceMsMax: 5,
  jsonDepthMax: 64,
  jsonTextBytesMax: 128 * MiB,
  stringBytesMax: 512 * MiB - 25,
  sparseSketchBytesMax: 3000,
  randomElementsMax: 4 * MiB,
  connectionsMax: 10_000,
  lineBytesMax: 64 * 1024,
  queryBytesMax: 576 * MiB,
  unauthenticatedBytesMax: 16 * MiB,
  loginMsMax: 60_000,
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
  drainMsMax: 100,
  closeMsMax: 8000,
  sleepMsMax: 10_000,
  expirySliceMsMax: 5,
  evictionSliceMsMax: 5,
  readTransactionMsMax: 5000,
  watchedKeysMax: 100_000,
  scriptMsMax: 5000,
  scriptMemoryBytesMax: 256 * MiB,
  scriptReplyDepthMax: 1000,
  scriptReplyElementsMax: 4 * MiB,
  cachedScriptsMax: 500,
  scriptTextBytesMax: 16 * MiB,
  trackedKeyBytesMax: 64 * MiB,
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
  consoleCodesMax: 1000,
  consoleCodeMsMax: 60_000,
  unsyncedBytesMax: 32 * MiB,
  snapshotBytesMax: 16 * MiB,
  backendWaitMsMax: 2000,
  backendConnectMsMax: 5000,
  backendReplyMsMax: 10_000,
  backendBackoffMsMax: 2000,
  backendQueuedBytesMax: 64 * MiB,
  backendCommandsMax: 250_000,
  backendReplyBytesMax: 1024 * MiB,
  backendConnectionsMax: 1000,
};

/** Limits on what one command, scripts or files hold in memory, in bytes or elements. Of clients the sum is bounded apart. */
const HELD_IN_MEMORY = [
  "requestBytesMax",
  "jsonTextBytesMax",
  "stringBytesMax",
  "randomElementsMax",
  "unauthenticatedBytesMax",
  "scriptMemoryBytesMax",
  "scriptReplyElementsMax",
  "scriptTextBytesMax",
  "trackedKeyBytesMax",
  "unsyncedBytesMax",
  "snapshotBytesMax",
] as const;

/** The heap from which on the defaults hold, in bytes. */
const FULL_HEAP_BYTES = 1024 * MiB;

/** With less, a Lua machine, which takes 16 MiB, is made anew for every script. */
const SCRIPT_BYTES_MIN = 64 * MiB;

/**
 * The defaults for a heap of so many bytes: a smaller one has a share of what is held in memory.
 * @internal
 */
export function defaultLimits(heapBytes: number): Limits {
  const share = Math.min(1, heapBytes / FULL_HEAP_BYTES);
  const held = HELD_IN_MEMORY.map((name) => [name, Math.ceil(DEFAULT_LIMITS[name] * share)] as const);
  const limits = { ...DEFAULT_LIMITS, ...Object.fromEntries(held) };
  return { ...limits, scriptMemoryBytesMax: Math.max(limits.scriptMemoryBytesMax, SCRIPT_BYTES_MIN) };
}

/**
 * The hosted service's limits on its free plan, as far as published. Its limits on connections and on the size of a
 * database depend on the plan, so they are not set here.
 * @internal
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
