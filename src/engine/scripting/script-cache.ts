/** Scripts by digest. Those of SCRIPT LOAD stay; of those of EVAL, the least recently used are dropped. */
import { owned } from "../../core/bytes.ts";
import * as scriptErrors from "../../core/errors/scripting.ts";
import { CommandError } from "../../core/reply.ts";
import { sha1Hex } from "../../lua/redis-api.ts";
import type { Callable, ScriptDialect, ScriptFlag } from "../../lua/script-engine.ts";
import { parseScript } from "../../lua/shebang.ts";

/** A script that was parsed. Equal texts share one. */
export class Script implements Callable {
  /** The script's digest. */
  readonly name: string;
  /** The code to compile: the text without a first line that begins with `#!`. */
  readonly source: string;
  /** The whole text, by which EVAL finds it. */
  readonly text: string;
  readonly flags: ReadonlySet<ScriptFlag> | undefined;

  /** What its text and its code take in memory, in bytes. */
  readonly heldBytes: number;

  constructor(name: string, text: string, source: string, flags: ReadonlySet<ScriptFlag> | undefined) {
    this.heldBytes = text.length + (source === text ? 0 : source.length);
    this.name = name;
    this.text = text;
    this.source = source;
    this.flags = flags;
  }
}

/** The scripts of one engine, by digest and by text. */
export class ScriptCache {
  private readonly byDigest = new Map<string, Script>();
  /** Scripts of EVAL by text, so that a text is not digested each time, the least recently used first. */
  private readonly byText = new Map<string, Script>();
  private readonly dialect: ScriptDialect;
  private readonly evalsMax: number;
  private readonly bytesMax: number;
  private readonly onForgotten: (script: Script) => void;
  private held = 0;

  /**
   * `evalsMax` limits the scripts of EVAL, `bytesMax` the text of all. `onForgotten` is called with each dropped script.
   */
  constructor(evalsMax: number, bytesMax: number, onForgotten: (script: Script) => void, dialect: ScriptDialect) {
    this.dialect = dialect;
    this.evalsMax = evalsMax;
    this.bytesMax = bytesMax;
    this.onForgotten = onForgotten;
  }

  get size(): number {
    return this.byDigest.size;
  }

  /** What the texts and the code of all scripts take in memory, in bytes. */
  get heldBytes(): number {
    return this.held;
  }

  /** A script by its digest in any case. */
  find(digest: string): Script | undefined {
    const script = this.byDigest.get(digest) ?? this.byDigest.get(digest.toLowerCase());
    if (script !== undefined) this.touch(script);
    return script;
  }

  /** Whether a script is cached, by its digest in any case. */
  has(digest: string): boolean {
    return this.byDigest.has(digest.toLowerCase());
  }

  /** The script of a text: a cached one, or a new one for {@link keep}. Answers the error for one that cannot be kept. */
  fromText(text: string): Script | CommandError {
    const recent = this.byText.get(text);
    if (recent !== undefined) {
      this.touch(recent);
      return recent;
    }
    const digest = sha1Hex(text);
    const known = this.byDigest.get(digest);
    if (known !== undefined) return known;
    const head = parseScript(text, this.dialect);
    if (head instanceof CommandError) return head;
    const own = owned(text);
    const script = new Script(digest, own, head.code === text ? own : owned(head.code), head.flags);
    return this.makeRoom(script.heldBytes) ? script : scriptErrors.tooMuchText(this.bytesMax);
  }

  /** Caches a script; for good when it was loaded, not run. */
  keep(script: Script, forGood: boolean): void {
    if (!this.byDigest.has(script.name)) this.held += script.heldBytes;
    this.byDigest.set(script.name, script);
    if (forGood) {
      this.byText.delete(script.text);
      return;
    }
    this.byText.set(script.text, script);
    if (this.byText.size > this.evalsMax) this.dropOldest();
  }

  /** Drops scripts of EVAL until there is room for so many bytes; answers whether there is. */
  private makeRoom(bytes: number): boolean {
    while (this.held + bytes > this.bytesMax && this.byText.size > 0) this.dropOldest();
    return this.held + bytes <= this.bytesMax;
  }

  private dropOldest(): void {
    const oldest: Script = this.byText.values().next().value!;
    this.byText.delete(oldest.text);
    this.byDigest.delete(oldest.name);
    this.held -= oldest.heldBytes;
    this.onForgotten(oldest);
  }

  clear(): void {
    for (const script of this.byDigest.values()) this.onForgotten(script);
    this.held = 0;
    this.byDigest.clear();
    this.byText.clear();
  }

  /** Makes a script of EVAL the most recently used. */
  private touch(script: Script): void {
    if (this.byText.delete(script.text)) this.byText.set(script.text, script);
  }
}
