/** A user as ACL rules define it: whether it is enabled, its passwords, and its permissions. */
import type { CommandSpec } from "../core/command-spec.ts";
import { keysAccessed } from "./accessed-words.ts";
import type { KeyAccess } from "./accessed-words.ts";
import { decodeAclToken } from "./acl-token.ts";
import type { CommandIndex } from "./command-index.ts";
import * as reasons from "./reasons.ts";
import { digestOf, isHexDigest, sameDigest } from "./digests.ts";
import { Selector } from "./selector.ts";
import type { Refusal } from "../core/authority.ts";

/** Whether RESTORE checks payloads deeply. Kept and listed as in Redis; here every payload is checked. */
type Sanitizing = "" | "sanitize-payload" | "skip-sanitize-payload";

/** All of a user but its name. Replaced as a whole, so that a change is applied entirely or not at all. */
interface State {
  isEnabled: boolean;
  /** AUTH accepts any password. The user may have tokens all the same, one of which REST requires. */
  needsNoPassword: boolean;
  sanitizing: Sanitizing;
  /** SHA-256 digests in hexadecimal, in the order in which they were added. */
  passwords: Set<string>;
  root: Selector;
  selectors: Selector[];
}

/** Sets of permissions beside the main one: each is tried for every command. */
const SELECTORS_MAX = 1000;

/** A user: rules are applied by `set`, and the engine asks it as a {@link User}. */
export class AclUser {
  readonly name: string;
  /** The user may run every command on every key and channel, so no check is needed. */
  isUnrestricted = false;
  private readonly commands: CommandIndex;
  private state: State;

  constructor(name: string, commands: CommandIndex) {
    this.name = name;
    this.commands = commands;
    const root = new Selector(commands);
    this.state = {
      isEnabled: false,
      needsNoPassword: false,
      sanitizing: "",
      passwords: new Set(),
      root,
      selectors: [],
    };
  }

  /** A copy, changes of which do not affect this user. */
  copy(): AclUser {
    const copy = new AclUser(this.name, this.commands);
    copy.become(this);
    return copy;
  }

  /** Takes over everything of another user but its name. */
  become(other: AclUser): void {
    const { passwords, root, selectors } = other.state;
    // Selectors beside the root are not changed once they are made.
    this.state = { ...other.state, passwords: new Set(passwords), root: root.copy(), selectors: [...selectors] };
    this.isUnrestricted = this.all.some((selector) => selector.isUnrestricted);
  }

  private get all(): readonly Selector[] {
    return [this.state.root, ...this.state.selectors];
  }

  get isEnabled(): boolean {
    return this.state.isEnabled;
  }

  /** Whether AUTH accepts any password for this user. */
  get isOpen(): boolean {
    return this.state.isEnabled && this.state.needsNoPassword;
  }

  /** SHA-256 digests in hexadecimal. */
  get passwords(): ReadonlySet<string> {
    return this.state.passwords;
  }

  /** Whether AUTH with this password succeeds: it is one of the user's, or the user needs none. */
  accepts(password: string): boolean {
    return this.state.isEnabled && (this.state.needsNoPassword || this.hasPassword(digestOf(password)));
  }

  /** Whether REST accepts a token with a password of this digest. A user that has tokens requires one, open or not. */
  acceptsToken(digest: Buffer): boolean {
    const { isEnabled, needsNoPassword, passwords } = this.state;
    return isEnabled && (this.hasPassword(digest) || (needsNoPassword && passwords.size === 0));
  }

  /** Adds a token, by its digest in hexadecimal. Unlike the rule `#…`, it leaves an open user open. */
  addToken(digest: string): void {
    this.state.passwords.add(digest);
  }

  /** Whether one of the passwords has this digest. Always compares all of them. */
  hasPassword(digest: Buffer): boolean {
    let found = false;
    for (const password of this.state.passwords) {
      if (sameDigest(Buffer.from(password, "hex"), digest)) found = true;
    }
    return found;
  }

  /** Why the user may not run a command with these words; undefined when it may. */
  refusal(spec: CommandSpec, words: readonly string[]): Refusal | undefined {
    let found: readonly KeyAccess[] | undefined;
    const keys = (): readonly KeyAccess[] => (found ??= keysAccessed(spec, words));
    let refusal = this.state.root.refusal(spec, words, keys);
    for (const selector of this.state.selectors) {
      if (refusal === undefined) return undefined;
      const other = selector.refusal(spec, words, keys);
      if (other === undefined || isNearer(other, refusal)) refusal = other;
    }
    return refusal;
  }

  /** Whether permissions that allow this command allow reading every key as well. */
  readsAllKeys(spec: CommandSpec, words: readonly string[]): boolean {
    const keys = (): readonly KeyAccess[] => keysAccessed(spec, words);
    return this.all.some((selector) => selector.readsAllKeys && selector.refusal(spec, words, keys) === undefined);
  }

  /** Applies a rule. Answers why it is refused, in which case nothing has changed; undefined when it is applied. */
  apply(rule: string): string | undefined {
    const { state } = this;
    switch (rule.toLowerCase()) {
      case "":
        return undefined;
      case "on":
      case "off":
        state.isEnabled = rule.toLowerCase() === "on";
        return undefined;
      case "nopass":
      case "resetpass":
        state.needsNoPassword = rule.toLowerCase() === "nopass";
        state.passwords.clear();
        return undefined;
      case "sanitize-payload":
      case "skip-sanitize-payload":
        state.sanitizing = rule.toLowerCase() as Sanitizing;
        return undefined;
      case "clearselectors":
        state.selectors = [];
        return undefined;
      case "reset":
        return this.reset();
      default:
        return this.applyOther(rule);
    }
  }

  private applyOther(rule: string): string | undefined {
    const { state } = this;
    if (">#<!".includes(rule[0]!)) return this.changePasswords(rule);
    if (!rule.startsWith("(") || !rule.endsWith(")")) return state.root.apply(rule);
    const selector = new Selector(this.commands);
    for (const inner of rule.slice(1, -1).split(/\s+/)) {
      const reason = inner === "" ? undefined : selector.apply(inner);
      if (reason !== undefined) return reason;
    }
    if (state.selectors.length >= SELECTORS_MAX) return reasons.TOO_MANY_RULES;
    state.selectors.push(selector);
    return undefined;
  }

  private changePasswords(rule: string): string | undefined {
    const { state } = this;
    const value = rule.slice(1);
    const isDigest = rule[0] === "#" || rule[0] === "!";
    if (isDigest && !isHexDigest(value)) return reasons.BAD_HASH;
    const held = isDigest ? undefined : decodeAclToken(value);
    if (held !== undefined && held.name !== this.name) return reasons.FOREIGN_TOKEN;
    const digest = isDigest ? value : digestOf(held?.password ?? value).toString("hex");
    if (rule[0] === ">" || rule[0] === "#") {
      state.passwords.add(digest);
      state.needsNoPassword = false;
      return undefined;
    }
    return state.passwords.delete(digest) ? undefined : reasons.NO_SUCH_PASSWORD;
  }

  private reset(): undefined {
    const root = new Selector(this.commands);
    const sanitizing = "sanitize-payload";
    this.state = { isEnabled: false, needsNoPassword: false, sanitizing, passwords: new Set(), root, selectors: [] };
  }

  /** The flags in Redis's order. */
  get flags(): string[] {
    const { isEnabled, needsNoPassword, sanitizing } = this.state;
    return [isEnabled ? "on" : "off", needsNoPassword ? "nopass" : "", sanitizing].filter((flag) => flag !== "");
  }

  /** The user's own permissions, and its selectors. */
  get permissions(): readonly Selector[] {
    return this.all;
  }

  /** The passwords that ACL LIST and GETUSER show. As in Redis, a user with `nopass` shows none. */
  get listedPasswords(): readonly string[] {
    return this.state.needsNoPassword ? [] : [...this.state.passwords];
  }

  /** The user as a line of ACL LIST and of ACL files: the rules that define it. */
  describe(): string {
    const passwords = this.listedPasswords.map((password) => `#${password}`);
    const others = this.state.selectors.map((selector) => `(${selector.describe()})`);
    return ["user", this.name, ...this.flags, ...passwords, this.state.root.describe(), ...others].join(" ");
  }
}

const RANK = { command: 1, key: 2, channel: 3 } as const;

/** Of several refusals, Redis reports the one that came closest to allowing the command. */
function isNearer(a: Refusal, b: Refusal): boolean {
  return RANK[a.reason] > RANK[b.reason] || (a.reason === b.reason && a.index > b.index);
}

/**
 * Joins the words of each selector in parentheses, which spaces have separated. Answers the word that opens an unclosed
 * one as `unmatched`.
 */
export function mergeSelectors(words: readonly string[]): { rules: readonly string[] } | { unmatched: string } {
  const rules: string[] = [];
  let open: string[] | undefined;
  for (const word of words) {
    if (open === undefined && word.startsWith("(") && !word.endsWith(")")) {
      open = [word];
    } else if (open === undefined) {
      rules.push(word);
    } else {
      open.push(word);
      if (!word.endsWith(")")) continue;
      rules.push(open.join(" "));
      open = undefined;
    }
  }
  return open === undefined ? { rules } : { unmatched: open[0]! };
}
