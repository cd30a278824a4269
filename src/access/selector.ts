/**
 * A set of permissions on commands, keys and channels: a user's own, or a further one (a selector), each of which
 * suffices. The rules are Redis's: https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/
 *
 * Commands are compiled to a set of allowed names, so a check is one look-up. The rules about commands are also kept as
 * given, without those that later ones override, for ACL LIST.
 */
import type { Refusal } from "../core/authority.ts";
import { redisName } from "../core/command-spec.ts";
import type { CommandSpec } from "../core/command-spec.ts";
import { channelsAccessed } from "./accessed-words.ts";
import type { KeyAccess } from "./accessed-words.ts";
import type { CommandIndex } from "./command-index.ts";
import { isTried, PatternSet, TRIED_PATTERNS_MAX } from "./pattern-set.ts";
import * as reasons from "./reasons.ts";

/** What a pattern lets a command do with the keys that it matches. */
interface KeyRights {
  readonly reads: boolean;
  readonly writes: boolean;
}

/** The parts of a selector that ACL GETUSER shows. */
interface SelectorTexts {
  readonly commands: string;
  readonly keys: string;
  readonly channels: string;
}

/** Rules about commands: more than there are commands, for those about first arguments. */
const RULES_MAX = 4096;

const NONE: ReadonlySet<string> = new Set();

const COMMAND: Refusal = { reason: "command", index: 0 };

/** The permissions of a user, or of one of its selectors: commands, keys and channels. */
export class Selector {
  private readonly commands: CommandIndex;
  private allKeys = false;
  private allChannels = false;
  /** By the pattern. */
  private keys = new Map<string, KeyRights>();
  /** The patterns that allow to read, to write and to do both, made when they are asked for. */
  private keySets: (PatternSet | undefined)[] = [];
  private channels = new Set<string>();
  private channelSet: PatternSet | undefined;
  /** Of both, those that have to be tried one by one. */
  private triedPatterns = 0;
  /** Whether the first rule about commands was +@all. */
  private startsWithAll = false;
  /** The rules about commands after that. */
  private rules: string[] = [];
  /** Names of the allowed commands. Copied before a change while another selector may refer to it. */
  private allowed: ReadonlySet<string> = NONE;
  private isShared = true;
  /** For commands that are not allowed: the first arguments with which they are, in lower case, by the command's name. */
  private firstArguments = new Map<string, Set<string>>();

  constructor(commands: CommandIndex) {
    this.commands = commands;
  }

  copy(): Selector {
    const copy = Object.assign(new Selector(this.commands), this);
    copy.isShared = this.isShared = true;
    copy.keys = new Map(this.keys);
    copy.keySets = [...this.keySets];
    copy.channels = new Set(this.channels);
    copy.rules = [...this.rules];
    copy.firstArguments = new Map([...this.firstArguments].map(([name, given]) => [name, new Set(given)]));
    return copy;
  }

  /** Whether everything is allowed, whatever the words. */
  get isUnrestricted(): boolean {
    return this.allKeys && this.allChannels && this.allowed.size === this.commands.names.size;
  }

  /** Why a command may not run with these words; undefined when it may. */
  refusal(spec: CommandSpec, words: readonly string[], keys: () => readonly KeyAccess[]): Refusal | undefined {
    if (!this.allowed.has(spec.name) && !spec.flags.has("no_auth") && !this.allowsFirst(spec, words)) return COMMAND;
    if (!this.allKeys && spec.keys.length > 0) {
      const missing = keys().find((key) => !this.allowsKey(words[key.index]!, key));
      if (missing !== undefined) return { reason: "key", index: missing.index };
    }
    if (!this.allChannels && spec.flags.has("pubsub")) {
      const channels = channelsAccessed(spec, words);
      for (let i = 1; i < (channels?.end ?? 0); i++) {
        if (!this.allowsChannel(words[i]!, channels!.patterns)) return { reason: "channel", index: i };
      }
    }
    return undefined;
  }

  private allowsFirst({ name }: CommandSpec, words: readonly string[]): boolean {
    const given = this.firstArguments.get(name);
    return given !== undefined && words[1] !== undefined && given.has(words[1].toLowerCase());
  }

  private allowsKey(key: string, access: KeyAccess): boolean {
    const kind = Number(access.reads) + 2 * Number(access.writes);
    const fitting = (): string[] => [...this.keys].filter(([, rights]) => allows(rights, access)).map(([text]) => text);
    return (this.keySets[kind] ??= new PatternSet(fitting())).matches(key);
  }

  /** Whether a channel may be listened to and published to. A pattern is allowed only if the same pattern is a rule. */
  allowsChannel(name: string, isPattern: boolean): boolean {
    if (this.allChannels) return true;
    if (isPattern) return this.channels.has(name);
    return (this.channelSet ??= new PatternSet(this.channels)).matches(name);
  }

  /** Whether every key may be read. */
  get readsAllKeys(): boolean {
    return this.allKeys || this.keys.get("*")?.reads === true;
  }

  /** Applies a rule. Answers why it is refused, in which case nothing has changed; undefined when it is applied. */
  apply(rule: string): string | undefined {
    const word = WORDS.get(rule.toLowerCase());
    if (word !== undefined) return word(this);
    switch (rule[0]) {
      case "~":
        return this.addKeys(rule.slice(1), true, true);
      case "%":
        return this.addKeysFor(rule);
      case "&":
        return this.addChannels(rule.slice(1));
      case "+":
      case "-":
        return rule[1] === "@" ? this.category(rule) : this.command(rule);
      default:
        return reasons.SYNTAX;
    }
  }

  resetKeys(all: boolean): undefined {
    this.allKeys = all;
    for (const text of this.keys.keys()) if (isTried(text)) this.triedPatterns--;
    this.keys.clear();
    this.keySets = [];
  }

  resetChannels(all: boolean): undefined {
    this.allChannels = all;
    for (const text of this.channels) if (isTried(text)) this.triedPatterns--;
    this.channels.clear();
    this.channelSet = undefined;
  }

  resetCommands(all: boolean): undefined {
    this.startsWithAll = all;
    this.rules = [];
    this.firstArguments = new Map();
    this.allowed = all ? this.commands.names : NONE;
    this.isShared = true;
  }

  /** %R~pattern, %W~pattern or %RW~pattern */
  private addKeysFor(rule: string): string | undefined {
    const parsed = /^%([rw]*)(?:~|$)/i.exec(rule);
    const access = parsed?.[1]!.toLowerCase() ?? "";
    if (this.allKeys) return reasons.AFTER_ALL_KEYS;
    if (!/^(?:r|w|rw|wr)$/.test(access)) return reasons.SYNTAX;
    return this.addKeys(rule.slice(parsed![0].length), access.includes("r"), access.includes("w"));
  }

  private addKeys(text: string, reads: boolean, writes: boolean): string | undefined {
    if (this.allKeys) return reasons.AFTER_ALL_KEYS;
    if (HAS_SPACE.test(text)) return reasons.SYNTAX;
    const before = this.keys.get(text);
    if (before === undefined && !this.mayAdd(text)) return reasons.TOO_MANY_PATTERNS;
    this.keys.set(text, { reads: before?.reads === true || reads, writes: before?.writes === true || writes });
    this.keySets = [];
    return undefined;
  }

  private addChannels(text: string): string | undefined {
    if (this.allChannels) return reasons.AFTER_ALL_CHANNELS;
    if (HAS_SPACE.test(text)) return reasons.SYNTAX;
    if (this.channels.has(text)) return undefined;
    if (!this.mayAdd(text)) return reasons.TOO_MANY_PATTERNS;
    this.channels.add(text);
    this.channelSet = undefined;
    return undefined;
  }

  /** Counts a new pattern; answers false when there are too many of its kind. */
  private mayAdd(text: string): boolean {
    if (!isTried(text)) return true;
    if (this.triedPatterns >= TRIED_PATTERNS_MAX) return false;
    this.triedPatterns++;
    return true;
  }

  /** +@category or -@category */
  private category(rule: string): string | undefined {
    const category = rule.slice(2).toLowerCase();
    const specs = this.commands.inCategory(category);
    if (specs === undefined) return reasons.UNKNOWN;
    for (const spec of specs) this.permit(spec, rule[0] === "+");
    this.remember(rule[0]!, `@${category}`);
    return undefined;
  }

  /** +command, -command, +container|subcommand, -container|subcommand or +command|first-argument */
  private command(rule: string): string | undefined {
    const name = rule.slice(1);
    const bar = name.lastIndexOf("|");
    if (rule[0] === "+" && bar >= 0) {
      const container = this.commands.find(name.slice(0, bar));
      if (container === undefined) return reasons.UNKNOWN;
      if (container.name.includes(" ")) return reasons.FIRST_OF_SUBCOMMAND;
      if (bar === name.length - 1) return reasons.SYNTAX;
      if (!container.isContainer) return this.addFirst(container, name.slice(bar + 1));
    }
    const spec = this.commands.find(name);
    if (spec === undefined) return reasons.UNKNOWN;
    this.permit(spec, rule[0] === "+");
    this.remember(rule[0]!, redisName(spec.name));
    return undefined;
  }

  private addFirst(spec: CommandSpec, argument: string): string | undefined {
    if (this.allowed.has(spec.name)) return undefined;
    const given = this.firstArguments.get(spec.name) ?? new Set<string>();
    if (given.has(argument.toLowerCase())) return undefined;
    if (this.rules.length >= RULES_MAX) return reasons.TOO_MANY_RULES;
    this.firstArguments.set(spec.name, given.add(argument.toLowerCase()));
    this.rules.push(`+${redisName(spec.name)}|${argument}`);
    return undefined;
  }

  private permit(spec: CommandSpec, allow: boolean): void {
    const allowed = this.isShared ? new Set(this.allowed) : (this.allowed as Set<string>);
    for (const name of this.commands.family(spec)) {
      if (allow) allowed.add(name);
      else allowed.delete(name);
    }
    this.allowed = allowed;
    this.isShared = false;
    this.firstArguments.delete(spec.name);
  }

  /** Keeps a rule, and drops earlier ones about the same command or its subcommands. */
  private remember(sign: string, about: string): void {
    const kept = this.rules.filter((rule) => rule.slice(1) !== about && !rule.startsWith(`${about}|`, 1));
    this.rules = [...kept, sign + about];
  }

  /** The parts that ACL GETUSER shows. */
  texts(): SelectorTexts {
    return {
      commands: [this.startsWithAll ? "+@all" : "-@all", ...this.rules].join(" "),
      keys: this.allKeys ? "~*" : [...this.keys].map(keyRule).join(" "),
      channels: this.allChannels ? "&*" : [...this.channels].map((text) => `&${text}`).join(" "),
    };
  }

  /** The rules that make this selector from an empty one. */
  describe(): string {
    const { commands, keys: texts, channels } = this.texts();
    // `~*` includes the other patterns, and a pattern after it would be refused.
    const keys = [...this.keys].map(keyRule).includes("~*") ? "~*" : texts;
    const heard = this.allChannels ? channels : `resetchannels ${channels}`.trimEnd();
    return [...(keys === "" ? [] : [keys]), heard, commands].join(" ");
  }
}

const HAS_SPACE = /[\s\0]/;

/** Rules that are single words, with their effects. */
const WORDS: ReadonlyMap<string, (selector: Selector) => undefined> = new Map([
  ["~*", (selector) => selector.resetKeys(true)],
  ["allkeys", (selector) => selector.resetKeys(true)],
  ["resetkeys", (selector) => selector.resetKeys(false)],
  ["&*", (selector) => selector.resetChannels(true)],
  ["allchannels", (selector) => selector.resetChannels(true)],
  ["resetchannels", (selector) => selector.resetChannels(false)],
  ["+@all", (selector) => selector.resetCommands(true)],
  ["allcommands", (selector) => selector.resetCommands(true)],
  ["-@all", (selector) => selector.resetCommands(false)],
  ["nocommands", (selector) => selector.resetCommands(false)],
]);

function allows(rights: KeyRights, { reads, writes }: KeyAccess): boolean {
  return (rights.reads || !reads) && (rights.writes || !writes);
}

function keyRule([text, { reads, writes }]: readonly [string, KeyRights]): string {
  if (reads && writes) return `~${text}`;
  return `%${reads ? "R" : "W"}~${text}`;
}
