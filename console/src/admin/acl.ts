/** Users of the server: what ACL GETUSER says, in words, and the rules that controls make. */
import { asText, toText } from "../client/bytes.ts";
import type { ByteString } from "../client/bytes.ts";
import { itemsOf, pairsOf, stringOf, textOf } from "../client/reply.ts";
import type { Reply } from "../client/reply.ts";
import { TEXTS } from "../texts.ts";

/** What a user, or one of a user's selectors, may do. */
interface Permissions {
  /** Rules such as `-@all` and `+get`, in their order. */
  readonly commands: readonly string[];
  /** Rules such as `~user:*` and `%R~other:*`. */
  readonly keys: readonly string[];
  /** Rules such as `&news:*`. */
  readonly channels: readonly string[];
}

export interface AclUser extends Permissions {
  readonly name: ByteString;
  readonly isOn: boolean;
  /** Any password is right. */
  readonly hasNoPassword: boolean;
  readonly passwords: number;
  readonly selectors: readonly Permissions[];
}

/** A user by the reply of ACL GETUSER. */
export function userOf(name: ByteString, reply: Reply): AclUser {
  const fields = fieldsOf(reply);
  const flags = rulesOf(fields.get("flags"));
  const passwords = fields.get("passwords");
  const selectors = fields.get("selectors");
  return {
    name,
    isOn: flags.includes("on"),
    hasNoPassword: flags.includes("nopass"),
    passwords: passwords === undefined ? 0 : itemsOf(passwords).length,
    ...permissionsOf(fields),
    selectors: selectors === undefined ? [] : itemsOf(selectors).map((one) => permissionsOf(fieldsOf(one))),
  };
}

const fieldsOf = (reply: Reply): ReadonlyMap<string, Reply> =>
  new Map(pairsOf(reply).map(([name, value]) => [textOf(name), value]));

const permissionsOf = (fields: ReadonlyMap<string, Reply>): Permissions => ({
  commands: rulesOf(fields.get("commands")),
  keys: rulesOf(fields.get("keys")),
  channels: rulesOf(fields.get("channels")),
});

/** Rules are one text between spaces, or a list in Redis before 7. */
function rulesOf(reply: Reply | undefined): string[] {
  if (reply === undefined) return [];
  const texts = reply.kind === "array" ? reply.items.map((item) => toText(stringOf(item))) : textOf(reply).split(" ");
  return texts.filter((text) => text !== "");
}

/** What a user may do, a sentence a line. */
export function explainUser(user: AclUser): string[] {
  const texts = TEXTS.admin.acl;
  const lines = [user.isOn ? texts.on : texts.off];
  if (user.hasNoPassword) lines.push(texts.noPass);
  else lines.push(user.passwords === 0 ? texts.noPasswords : texts.passwords(user.passwords));
  lines.push(...explainPermissions(user));
  for (const selector of user.selectors) lines.push(texts.selector(explainPermissions(selector).join(" ")));
  return lines;
}

function explainPermissions({ channels, commands, keys }: Permissions): string[] {
  return [explainCommands(commands), explainKeys(keys), explainChannels(channels)];
}

/** Later rules win, so they are told in their order, from the last one for all commands on. */
function explainCommands(rules: readonly string[]): string {
  const texts = TEXTS.admin.acl;
  const start = rules.findLastIndex((rule) => /^[+-]@all$/.test(rule));
  const isAll = rules[start] === "+@all";
  const parts: string[] = [];
  for (const rule of rules.slice(start + 1)) {
    const isAllowed = rule.startsWith("+");
    const name = rule.slice(1);
    const what = name.startsWith("@") ? texts.category(name) : name.replace("|", " ").toUpperCase();
    const last = parts.at(-1);
    const head = isAllowed ? texts.also : texts.not;
    if (last?.startsWith(head) === true) parts[parts.length - 1] = `${last}, ${what}`;
    else parts.push(`${head} ${what}`);
  }
  const [first, ...others] = parts;
  if (isAll) return `${[texts.allCommands, ...parts].join("; ")}.`;
  if (first === undefined || !first.startsWith(texts.also)) return `${texts.noCommands}.`;
  return `${[texts.onlyCommands + first.slice(texts.also.length), ...others].join("; ")}.`;
}

function explainKeys(rules: readonly string[]): string {
  const texts = TEXTS.admin.acl;
  if (rules.some((rule) => /^(?:~\*|%RW~\*|allkeys)$/.test(rule))) return texts.allKeys;
  if (rules.length === 0) return texts.noKeys;
  const patterns: Record<"both" | "read" | "write", string[]> = { both: [], read: [], write: [] };
  for (const rule of rules) {
    const [, mode = "", pattern = ""] = /^(?:%([RW]+))?~(.*)$/s.exec(rule) ?? [];
    patterns[mode === "R" ? "read" : mode === "W" ? "write" : "both"].push(pattern);
  }
  const parts = (["both", "read", "write"] as const)
    .filter((mode) => patterns[mode].length > 0)
    .map((mode) => texts.keys[mode](patterns[mode].join(", ")));
  return parts.join(" ");
}

function explainChannels(rules: readonly string[]): string {
  const texts = TEXTS.admin.acl;
  if (rules.some((rule) => rule === "&*" || rule === "allchannels")) return texts.allChannels;
  return rules.length === 0 ? texts.noChannels : texts.channels(rules.map((rule) => rule.slice(1)).join(", "));
}

/** What the simple controls offer for commands. */
export const PRESETS = ["keep", "read", "write", "all"] as const;

export type Preset = (typeof PRESETS)[number];

const PRESET_RULES: Readonly<Record<Preset, readonly string[]>> = {
  keep: [],
  read: ["-@all", "+@read", "+@connection", "+@transaction", "-@dangerous"],
  write: ["-@all", "+@read", "+@write", "+@connection", "+@transaction", "+@scripting", "+@pubsub", "-@dangerous"],
  all: ["+@all"],
};

/** What the simple controls say. Byte strings, like all rules. */
interface RuleForm {
  readonly isOn: boolean | undefined;
  readonly preset: Preset;
  /** Patterns that replace the user's, each with or without `~`; undefined leaves them. */
  readonly keys: readonly ByteString[] | undefined;
  readonly channels: readonly ByteString[] | undefined;
  /** A password to add. */
  readonly password: ByteString;
  /** Further rules, as they are. */
  readonly more: readonly ByteString[];
}

/** The rules of ACL SETUSER that a form stands for, in the order in which they act. */
export function rulesOfForm({ channels, isOn, keys, more, password, preset }: RuleForm): ByteString[] {
  const rules: ByteString[] = isOn === undefined ? [] : [isOn ? "on" : "off"];
  if (password !== "") rules.push(`>${password}`);
  rules.push(...PRESET_RULES[preset]);
  if (keys !== undefined)
    rules.push("resetkeys", ...keys.map((one) => (/^(?:~|%[RW]{1,2}~)/.test(one) ? one : `~${one}`)));
  if (channels !== undefined) {
    rules.push("resetchannels", ...channels.map((one) => (one.startsWith("&") ? one : `&${one}`)));
  }
  return [...rules, ...more];
}

/** Rules with passwords hidden, to be shown. */
export const shownRules = (rules: readonly ByteString[]): string =>
  rules.map((rule) => (/^[<>#!]/.test(rule) ? `${rule[0]}…` : (asText(rule) ?? toText(rule)))).join(" ");

/** An entry of ACL LOG. */
interface LogEntry {
  readonly count: string;
  readonly reason: string;
  readonly context: string;
  readonly object: string;
  readonly username: string;
  readonly ageSeconds: number;
  readonly clientInfo: string;
}

export function logOf(reply: Reply): LogEntry[] {
  return itemsOf(reply).map((item) => {
    const fields = fieldsOf(item);
    const field = (name: string): string => {
      const value = fields.get(name);
      return value === undefined ? "" : textOf(value);
    };
    return {
      count: field("count"),
      reason: field("reason"),
      context: field("context"),
      object: field("object"),
      username: field("username"),
      ageSeconds: Number(field("age-seconds")),
      clientInfo: field("client-info"),
    };
  });
}

/** Lines of a `.env` file. Values are quoted where a shell or a reader of such files would take them apart. */
export function envBlock(url: string, token: string): string {
  const quote = (value: string): string => (/^[\w./:@%+=-]*$/.test(value) ? value : `'${value}'`);
  return `UPSTASH_REDIS_REST_URL=${quote(url)}\nUPSTASH_REDIS_REST_TOKEN=${quote(token)}\n`;
}
