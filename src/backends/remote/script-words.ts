/**
 * Scripts with the flag `allow-key-locking`, which only the hosted service knows. It lets scripts with different keys run at
 * the same time there, so a server that runs one script after another loses nothing by leaving it out. A script without it
 * has another SHA1: this class knows which, for as many scripts as `cachedScriptsMax`, and puts it in the place of the
 * client's.
 *
 * A script that is known here may be missing at the backend, when that has been restarted. So the first EVALSHA after each
 * connection carries the text, as EVAL. An EVALSHA that is under way meanwhile is answered NOSCRIPT, has not run, and is sent
 * again with the text.
 */
import { createHash } from "node:crypto";
import type { CommandSpec } from "../../core/command-spec.ts";
import type { Reply } from "../../core/reply.ts";
import type { Adjustment } from "./adjustment.ts";

/** A script that is sent in another form. */
interface Stripped {
  readonly text: string;
  readonly digest: string;
  /** The connection that it was last sent on with its text; 0 for none. */
  loadedOn: number;
}

const FLAG = "allow-key-locking";

/** A first line with flags. As in the hosted service, empty lines may come before it. */
const HEAD = /^[\r\n]*#![^\n]*/;

/** The flag in the table that `redis.register_function` takes, with the comma after it. */
const REGISTERED = /(["'])allow-key-locking\1\s*,?/g;

/** The text as a server without the flag takes it; the same when it does not have the flag. */
function withoutFlag(text: string): string {
  const head = HEAD.exec(text)?.[0];
  if (head === undefined || !head.includes(FLAG)) return text;
  const stripped = head.trimStart().replace(/flags=[^\s"']*/, (flags) => {
    const kept = flags
      .slice("flags=".length)
      .split(",")
      .filter((flag) => flag !== FLAG);
    return `flags=${kept.join(",")}`;
  });
  return stripped.replace(/\s+flags=(?=\s|$)/, "") + text.slice(head.length);
}

const sha1Hex = (bytes: string): string => createHash("sha1").update(bytes, "latin1").digest("hex");

/** The words that scripts are sent with. */
export class ScriptWords {
  private readonly scriptsMax: number;
  /** By the SHA1 that clients know, the longest unused first. */
  private readonly byDigest = new Map<string, Stripped>();
  private connection = 1;

  constructor(scriptsMax: number) {
    this.scriptsMax = scriptsMax;
  }

  /** A connection was made: the backend may have forgotten all scripts. */
  connected(): void {
    this.connection++;
  }

  /** The words to send in place of a client's. */
  outgoing({ group, name }: CommandSpec, words: readonly string[]): readonly string[] {
    if (group !== "scripting") return words;
    switch (name) {
      case "EVAL":
      case "EVAL_RO":
        return this.evaluated(words);
      case "EVALSHA":
      case "EVALSHA_RO":
        return this.byOtherDigest(words);
      case "SCRIPT LOAD":
        return this.loaded(words);
      case "SCRIPT EXISTS":
        return words.map((word, i) => (i < 2 ? word : (this.find(word)?.digest ?? word)));
      case "SCRIPT FLUSH":
        this.byDigest.clear();
        return words;
      case "FUNCTION LOAD":
        return [...words.slice(0, -1), words.at(-1)!.replace(REGISTERED, "")];
      default:
        return words;
    }
  }

  /** SCRIPT LOAD answers the SHA1 of what the client has sent. */
  readonly adjustment: Adjustment = (words, reply): Reply => {
    const digest = typeof reply === "string" ? sha1Hex(words[2]!) : undefined;
    return digest !== undefined && this.byDigest.has(digest) ? digest : reply;
  };

  /** The words to send after NOSCRIPT: with the text, where it is known. */
  afterNoScript(words: readonly string[]): readonly string[] | undefined {
    const script = this.find(words[1]!);
    return script === undefined ? undefined : [words[0]!.replace(/sha/i, ""), script.text, ...words.slice(2)];
  }

  private evaluated(words: readonly string[]): readonly string[] {
    const script = this.stripped(words[1]!);
    if (script === undefined) return words;
    script.loadedOn = this.connection;
    return [words[0]!, script.text, ...words.slice(2)];
  }

  private loaded(words: readonly string[]): readonly string[] {
    const script = this.stripped(words[2]!);
    if (script === undefined) return words;
    script.loadedOn = this.connection;
    return [words[0]!, words[1]!, script.text];
  }

  private byOtherDigest(words: readonly string[]): readonly string[] {
    const script = this.find(words[1]!);
    if (script === undefined) return words;
    if (script.loadedOn === this.connection) return [words[0]!, script.digest, ...words.slice(2)];
    script.loadedOn = this.connection;
    return this.afterNoScript(words)!;
  }

  /** The script of a SHA1 that clients know, which has been used now. */
  private find(word: string): Stripped | undefined {
    const digest = word.toLowerCase();
    const script = this.byDigest.get(digest);
    if (script === undefined) return undefined;
    this.byDigest.delete(digest);
    this.byDigest.set(digest, script);
    return script;
  }

  /** The other form of a text; undefined when it has none. */
  private stripped(text: string): Stripped | undefined {
    const other = withoutFlag(text);
    if (other === text) return undefined;
    const digest = sha1Hex(text);
    const known = this.find(digest);
    if (known !== undefined) return known;
    const script = { text: other, digest: sha1Hex(other), loadedOn: 0 };
    this.byDigest.set(digest, script);
    const [oldest] = this.byDigest.keys();
    if (this.byDigest.size > this.scriptsMax) this.byDigest.delete(oldest!);
    return script;
  }
}
