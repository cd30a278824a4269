/** Every text that the console shows, in English. Functions take what stands in the middle of a text. */

/** A count with its noun: `1 key`, `2,000 keys`. */
export function amount(count: number, noun: string, plural = `${noun}s`): string {
  return `${count.toLocaleString("en")} ${count === 1 ? noun : plural}`;
}

const app = {
  name: "stashd",
  title: "stashd console",
  cancel: "Cancel",
  close: "Close",
  copy: "Copy",
  copied: "Copied",
  refresh: "Refresh",
  offline: "The server does not answer. The console goes on as soon as it does.",
  offlineShort: "Server away",
  online: "Connected",
  readOnly: "Reads only",
  readOnlyHint: "This token may only read, so the console does not offer changes.",
  notAllowed: (text: string) => `Your rights do not allow this: ${text.replace(/^NOPERM /, "")}.`,
  loading: "Loading …",
  navigation: "Screens",
  skip: "Skip to the content",
  logOut: "Log out",
  user: (name: string) => `Logged in as ${name}`,
  theme: { system: "Theme: the system's", dark: "Theme: dark", light: "Theme: light" },
  screens: { keys: "Keys", cli: "Command line", live: "Live", admin: "Administration" },
  faultTitle: "This part of the console has failed",
  faultHint: "The data is not affected. Load the page again; if it happens again, please report it with this text:",
};

const login = {
  title: "Log in to stashd",
  intro: "The console shows what a token may see, and changes what it may change.",
  token: "Token",
  tokenHint:
    "The UPSTASH_REDIS_REST_TOKEN of this server, or an ACL user's token. It stays in this tab and is gone when the tab is closed.",
  submit: "Log in",
  easier: "Without looking for a token: run `stashd console`, which opens this page with a link that works once.",
  tokenRefused: "The server does not know this token.",
  tokenRevoked: "The token is not valid any more. Log in again.",
  noServer: "The server does not answer. Is it running?",
  codeUsed: "This link has been used. Run `stashd console` for another, or log in with a token.",
};

const palette = {
  title: "Commands of the console",
  placeholder: "What do you want to do?",
  none: "Nothing by that name",
  open: "Open the palette",
  goTo: (screen: string) => `Go to ${screen}`,
  shortcut: "Ctrl-K",
};

const values = {
  // Formats and strings.
  value: "Value",
  format: "Format",
  formatOf: (label: string) => `Format of ${label}`,
  formats: {
    text: "Text",
    json: "JSON",
    hex: "Hexadecimal",
    base64: "Base64",
    msgpack: "MessagePack",
    image: "Image",
    hll: "HyperLogLog",
    bitmap: "Bits",
    unpacked: "Decompressed",
  },
  bytes: "Bytes",
  bytesCount: (count: number) => amount(count, "byte"),
  more: (bytes: number) => ` … ${amount(bytes, "more byte")}`,
  emptyString: "empty",
  gone: "The key is not there. It was deleted, renamed, or has expired.",
  retry: "Try again",
  save: "Save",
  saved: "Saved",
  savedUnchecked:
    "Saved. Your rights do not include EVAL, so the value was compared just before and not at the same instant: a change made in between is lost.",
  revert: "Discard changes",
  unsaved: "Not saved",
  saveFirst: "Save or discard what you have typed first.",
  stale: "Somebody else has changed this value. Saving shows both versions.",
  saveCompact: "Save without line breaks and spaces",
  noText: "These bytes are not UTF-8, so they cannot be edited as text without loss.",
  noHex: "Hexadecimal digits are 0 to 9 and a to f, two for each byte.",
  noBase64: "This is not Base64: letters, digits, + and /, or - and _.",
  noJson: (line: number, column: number) =>
    `Not JSON: see line ${line}, column ${column}. To save it as it is, choose the format Text.`,
  download: "Download the whole value",
  downloading: "Downloading",
  append: "Append",
  appendHint: "The bytes are added at the end of what the value is then.",
  editRange: (from: number, to: number) => `Bytes ${from.toLocaleString("en")} to ${(to - 1).toLocaleString("en")}`,
  apply: "Apply",
  image: "The value as an image",
  imageBroken: "The browser cannot show this image.",
  noMessagePack: (why: string) => `Not MessagePack: ${why}.`,
  noUnpacking: (why: string) => `It cannot be decompressed: ${why}.`,
  unpackedTooLarge: (bytes: number) => `it holds more than ${amount(bytes, "byte")}`,
  unpacked: (packing: string, from: number, to: number) =>
    `${packing}: ${amount(from, "byte")} hold ${amount(to, "byte")}`,
  bit: (place: number, value: number) => `Bit ${place}: ${value}`,
  bitWas: (place: number, value: number) => `Bit ${place} was ${value} already: somebody else has changed it.`,
  bitsSet: (set: number, all: number) => `${set.toLocaleString("en")} of ${amount(all, "bit")} set`,
  hllCount: (count: number) => `About ${amount(count, "different element")}`,
  hllHint: (isDense: boolean) =>
    `A HyperLogLog counts without keeping what it has seen, with an error of 0.81 %. This one is ${isDense ? "dense: 12 KB, however much it sees" : "sparse: it grows up to 12 KB"}.`,
  // Conflicts.
  conflict: {
    title: "Changed by somebody else",
    text: "The value is not what it was when you began. Nothing has been saved yet.",
    gone: "What you edited has been removed meanwhile. Nothing has been saved yet.",
    theirs: "On the server",
    mine: "Yours",
    nothing: "Nothing",
    keep: "Keep editing",
    take: "Take theirs",
    overwrite: "Overwrite with mine",
  },
  // Elements.
  add: "Add",
  rename: "Rename",
  remove: "Remove",
  element: "Element",
  addElement: "Add an element",
  renameOf: (name: string) => `Rename ${name}`,
  removeOf: (name: string) => `Remove ${name}`,
  expireOf: (name: string) => `Set when ${name} expires`,
  pattern: "Pattern, such as user:*",
  patternHint: "A glob: * for anything, ? for one byte, [ab] for one of them. Enter searches.",
  scanning: (what: string) => `${what} so far`,
  stop: "Stop",
  goOn: "Go on",
  complete: (what: string) => `${what}, complete`,
  incomplete: (what: string) => `${what}; there are more`,
  // Hashes.
  field: "Field",
  fields: (count: number) => amount(count, "field"),
  fieldsTitle: "Fields",
  noFields: "No fields",
  ttl: "Expires in",
  addField: "Add a field",
  renameField: "Rename a field",
  removeField: "Remove a field",
  removeFieldText: (name: string) => `Remove the field ${name} and its value? This cannot be undone.`,
  fieldGone: "The field is not there any more.",
  expireField: "When the field expires",
  seconds: "Seconds from now",
  secondsHint: "Empty: it does not expire.",
  noSeconds: "Seconds are a whole number above 0, or nothing.",
  // Other types.
  unknownType: (type: string) => `The console has no view for the type “${type}”.`,
  dumpHint: "DUMP gives its serialization, which RESTORE takes back on this server or another.",
  dump: "Download what DUMP answers",
};

/** When something was, from seconds since the epoch. */
const when = (seconds: string | undefined): string => new Date(Number(seconds) * 1000).toLocaleString("en-GB");

const live = {
  tabs: {
    charts: "Charts",
  },
  pause: "Pause",
  resume: "Go on",
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

export const TEXTS = { app, login, palette, values, live };
