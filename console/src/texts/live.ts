/** The texts of the screen Live. */
import { amount } from "./amount.ts";

/** When something was, from seconds since the epoch. */
const when = (seconds: string | undefined): string => new Date(Number(seconds) * 1000).toLocaleString("en-GB");

export const live = {
  tabs: {
    charts: "Charts",
    monitor: "Monitor",
    messages: "Messages",
    events: "Key events",
    slow: "Slow log",
    latency: "Latency",
    clients: "Clients",
    keys: "Biggest keys",
    memory: "Memory by prefix",
  },
  running: (tab: string) => `${tab} ●`,
  pause: "Pause",
  resume: "Go on",
  stop: "Stop",
  // Logs and streams.
  pauseLog: "Hold the list still, or go on",
  logShown: (shown: number, total: number, missed: number) =>
    missed > 0
      ? `${shown.toLocaleString("en")} shown, ${missed.toLocaleString("en")} more came meanwhile`
      : `${shown.toLocaleString("en")} shown of ${total.toLocaleString("en")}`,
  copyLines: "Copy what is shown",
  exportLines: "Export what is shown as text",
  clear: "Clear the list",
  noneMatches: "Nothing matches the filters.",
  streamAway: "The server is away. The stream goes on by itself when it is back; what happens until then is lost.",
  streamRefused: (what: string, text: string) =>
    `${what}: your rights do not allow this. ${text.replace(/^NOPERM /, "")}`,
  states: { stopped: "Stopped", opening: "Connecting", open: "Connected", away: "Server away", refused: "Refused" },
  // Monitor.
  startMonitor: "Start MONITOR",
  monitorHint:
    "Every command as it runs, but those of administrators. Each one is sent here as well, which takes a busy server up to half its speed: stop it when you have seen enough. INFO all, which the charts ask every second, is left out.",
  monitorOff: "MONITOR is not running.",
  monitorWaits: "No command has come yet.",
  monitorFilters: {
    command: "Command",
    key: "Pattern of a key, such as user:*",
    client: "Client address",
    text: "Text in the line",
  },
  counts: "Commands by how often they came",
  openLine: "Show the whole line",
  // Messages.
  messages: "Messages",
  contains: "Text in channel or message",
  subscribe: "Subscribe",
  publish: "Publish",
  kind: "Channel or pattern",
  kinds: { subscribe: "Channel", psubscribe: "Pattern" },
  channelOrPattern: "Name, such as news or news.*",
  channel: "Channel",
  message: "Message",
  receivers: (count: number) => `Sent to ${amount(count, "receiver")}.`,
  subscriptions: "Subscriptions",
  unsubscribe: (name: string) => `Unsubscribe from ${name}`,
  noSubscriptions: "Subscribe to a channel or a pattern to see messages.",
  noMessages: "No message has come yet.",
  openMessage: "Show the whole message",
  cutMessage: (kept: number, all: number) =>
    `The first ${amount(kept, "byte")} of ${all.toLocaleString("en")}: more is not kept here.`,
  channelsWith: (count: number) => (count === 0 ? "No channel has listeners." : "Channels with listeners:"),
  refreshChannels: "Ask for the channels again",
  // Key events.
  eventFilters: { event: "Event, such as expired", key: "Pattern of the key" },
  database: (number: string) => `db ${number}`,
  noEvents: "No event has come yet.",
  eventsOff:
    "The server does not publish what happens to keys. Turned on, every write also publishes a message, which costs a few percent of its speed; it holds for all clients, until it is turned off or the server restarts.",
  eventsOn: (flags: string) => `The server publishes what happens to keys (notify-keyspace-events ${flags}).`,
  turnOn: "Turn on",
  turnOff: "Turn off",
  // Slow log and latency.
  when: (seconds: number) => when(String(seconds)),
  slowThreshold: (us: number) =>
    us < 0
      ? "No command is noted (slowlog-log-slower-than is below 0)."
      : `Commands that take ${us.toLocaleString("en")} µs or more in the server are noted (slowlog-log-slower-than); the time on the network does not count.`,
  latencyThreshold: (ms: number) =>
    ms <= 0
      ? "Nothing is noted (latency-monitor-threshold is 0)."
      : `What takes ${ms.toLocaleString("en")} ms or more is noted (latency-monitor-threshold).`,
  editThreshold: (name: string) => `Change ${name}`,
  setThreshold: "Set",
  thresholdSet: (name: string, value: string) => `${name} is ${value} now, until the server restarts.`,
  thresholdLabel: (unit: string) => `From how many ${unit} on`,
  thresholdHints: {
    "slowlog-log-slower-than": "0 notes every command, -1 none.",
    "latency-monitor-threshold": "0 notes nothing.",
  } as Readonly<Record<string, string>>,
  resetSlow: "Empty the slow log",
  resetSlowText: "The commands that were noted are gone then, for everybody.",
  noSlow: "No command took that long.",
  slowColumns: ["When", "Took", "Command", "Client"],
  resetLatency: "Forget all events",
  noLatency: "No event took that long.",
  latencyColumns: ["Event", "Last", "Took then", "Longest"],
  history: (name: string) => `When “${name}” took long`,
  doctor: "What the doctor says",
  histograms: "How long commands take",
  histogramColumns: ["Command", "Calls", "p50", "p99", "p99.9"],
  distribution: (name: string) => `Calls of ${name} by their time`,
  upTo: (value: string) => `up to ${value}`,
  // Clients.
  clientFilter: "Address, user, command …",
  clientsShown: (shown: number, all: number) => `${shown.toLocaleString("en")} of ${amount(all, "client")}`,
  clientColumns: {
    id: "Id",
    addr: "Address",
    name: "Name",
    user: "User",
    flags: "State",
    command: "Last command",
    age: "Connected",
    idle: "Idle",
    listens: "Listens to",
    memoryBytes: "Memory",
    library: "Library",
  },
  clientFlags: {
    N: "nothing special",
    O: "MONITOR",
    P: "listens to channels",
    S: "replica",
    M: "primary",
    x: "in MULTI",
    b: "blocked",
    d: "a watched key changed",
    c: "closes after its reply",
    t: "tracks keys",
    R: "its tracking target is gone",
    B: "tracks by prefix",
    e: "spared from eviction",
    T: "does not touch keys",
    u: "unblocked",
    U: "Unix socket",
    r: "reads only",
    A: "closes at once",
  } as Readonly<Record<string, string>>,
  connection: "Connection",
  ownClient: "this page",
  seconds: (seconds: number) =>
    seconds < 120
      ? `${seconds} s`
      : seconds < 7200
        ? `${Math.round(seconds / 60)} min`
        : `${Math.round(seconds / 3600)} h`,
  kill: "Close the connection",
  killShort: "Close",
  killOf: (id: string) => `Close the connection of client ${id}`,
  killText: (id: string, address: string) =>
    `Client ${id} at ${address} is disconnected. What it waits for fails; most clients connect again by themselves.`,
  killed: (id: string) => `The connection of client ${id} is closed.`,
  notKilled: (id: string) => `There is no connection of client ${id} to close.`,
  restClients:
    "A user’s REST requests share one line without an address, since they have no connection that lasts; event streams have lines of their own.",
  // Biggest keys and memory by prefix.
  scan: "Scan",
  scanPattern: "Pattern of keys; empty for all",
  separator: "Separator of prefixes",
  sample: "How many keys",
  samples: { "10000": "10,000 keys", "100000": "100,000 keys", "0": "All keys" },
  scanProblem: (text: string) => `Not every key could be looked at: ${text.replace(/^NOPERM /, "")}`,
  scanned: (state: string, count: number, keys: number, bytes: string) =>
    ({
      running: `${amount(count, "key")} of about ${keys.toLocaleString("en")}, ${bytes}`,
      stopped: `Stopped after ${amount(count, "key")} of about ${keys.toLocaleString("en")}: ${bytes}.`,
      sampled: `A sample of ${amount(count, "key")} of about ${keys.toLocaleString("en")}: ${bytes}.`,
      complete: `${amount(count, "key")}, complete: ${bytes} by MEMORY USAGE.`,
    })[state] ?? "",
  noKeys: {
    never: "A scan asks MEMORY USAGE for each key, some hundred at a time, so it does not hold the server up.",
    running: "No key has been found yet.",
    stopped: "No key was found.",
    sampled: "No key was found.",
    complete: "There are no such keys.",
  },
  typeTitle: (type: string, count: number, bytes: string, part: number) =>
    `${type}: ${amount(count, "key")}, ${bytes} (${(part * 100).toFixed(1)} %)`,
  key: "Key",
  bytes: "Memory",
  prefixPath: "Prefix that is shown",
  allKeys: "All keys",
  prefixSum: (count: number, bytes: string) => `${amount(count, "key")}, ${bytes}`,
  openPrefix: (prefix: string, bytes: string) => `${prefix}: ${bytes}. Look into it`,
  prefixColumns: ["Prefix", "Keys", "Memory", "Part"],
  percent: (part: number) => `${(part * 100).toFixed(1)} %`,
  otherPrefixes: (count: number) => `${amount(count, "smaller prefix", "smaller prefixes")}`,
  withoutPrefix: (count: number) => `${amount(count, "key")} without a further prefix`,
  // Charts.
  pauseCharts: "Pause the charts, or go on",
  span: "Time that the charts show",
  spans: { "300": "Last 5 minutes", "900": "Last 15 minutes", "3600": "Last hour", all: "All since opened" },
  zoomIn: "Zoom in",
  zoomOut: "Zoom out",
  earlier: "Earlier",
  later: "Later",
  latest: "Back to the latest",
  exportCsv: "Export all measurements as CSV",
  infoRefused: (text: string) =>
    `The charts need INFO, which this user may not run; only the time of a round trip is shown. ${text.replace(/^NOPERM /, "")}`,
  ownCommands: "The console itself asks twice a second.",
  latencyNotes: {
    histogram: "In the server, of each second’s commands, from LATENCY HISTOGRAM; the console’s own are left out.",
    percentiles: "In the server, of the slowest command since the start, from INFO latencystats.",
    none: "This server does not tell how long commands take.",
  },
  persistence: (info: ReadonlyMap<string, string>) =>
    [
      Number(info.get("rdb_last_save_time")) > 0
        ? `Last save ${when(info.get("rdb_last_save_time"))}, ${info.get("rdb_last_bgsave_status") ?? "ok"}.`
        : "",
      info.get("rdb_bgsave_in_progress") === "1" ? "A save is in progress." : "",
      info.get("aof_rewrite_in_progress") === "1" ? "The append-only file is being rewritten." : "",
      info.has("aof_rewrites") ? `${amount(Number(info.get("aof_rewrites")), "rewrite")} since the start.` : "",
      info.get("aof_enabled") === "1" ? "" : "No append-only file.",
    ]
      .filter((part) => part !== "")
      .join(" "),
  charts: {
    commands: "Commands",
    latency: "Time of commands",
    roundTrip: "Round trip of this page",
    memory: "Memory",
    lookups: "Look-ups of keys",
    clients: "Clients",
    network: "Network",
    keys: "Keys",
    removed: "Keys that went",
    persistence: "Append-only file",
    unsaved: "Changes since the last save",
    cpu: "CPU time",
  },
  series: {
    commands: "Commands",
    errors: "Errors",
    p50: "p50",
    p99: "p99",
    p999: "p99.9",
    roundTrip: "Round trip",
    memoryUsed: "Used",
    memoryRss: "Resident",
    memoryPeak: "Peak",
    memoryLimit: "Limit",
    hits: "Hits",
    misses: "Misses",
    clients: "Connected",
    blocked: "Blocked",
    listening: "Listening",
    netIn: "In",
    netOut: "Out",
    keys: "Keys",
    expiring: "With a deadline",
    expired: "Expired",
    evicted: "Evicted",
    aofSize: "Size",
    unsaved: "Changes",
    cpu: "Of one core",
  },
  noValues: (series: string) => `${series}: no values.`,
  summary: (series: string, now: string, min: string, max: string) => `${series}: now ${now}, from ${min} to ${max}.`,
  valueTable: "The values as a table",
  valueColumns: ["Series", "Now", "Least", "Mean", "Most"],
  commandTable: "Commands that took most time since the start",
  commandColumns: ["Command", "Calls", "Time in all", "Time of one", "Failed"],
  errors: (counts: readonly (readonly [code: string, count: number])[]) =>
    `Errors since the start: ${counts.map(([code, count]) => `${code} ${count.toLocaleString("en")}`).join(", ")}.`,
};
