/**
 * The commands in the body of `/pipeline` or `/multi-exec`: a list of arrays, each as `json-request.ts` describes it.
 *
 * A large body is divided between its commands, and each part is parsed by itself, so that other clients can be served
 * in between. That accepts what a parser of the whole accepts, and nothing else: an array is valid if the lists of
 * elements between some of its commas are.
 */
import * as doorErrors from "../core/errors/doors.ts";
import type { ListKind } from "../core/errors/doors.ts";
import { CommandError } from "../core/reply.ts";
import { toWords, UNCHECKED_BYTES, VALUE_BYTES, withoutMark } from "./json-request.ts";
import type { BodyBounds } from "./json-request.ts";
import { JsonScan } from "./json-scan.ts";
import { sourceWords } from "./json-source.ts";

/** A part has at least this many bytes, and ends with the command at that place. */
const PART_BYTES = 64 * 1024;

/** One body on its way to commands. */
export class CommandListParser {
  private readonly text: string;
  private readonly kind: ListKind;
  private readonly bounds: BodyBounds;
  private readonly partBytes: number;
  /** Undefined for a body that is short enough to be parsed at once. */
  private readonly scan: JsonScan | undefined;
  private readonly commands: string[][] = [];
  /** The number of elements so far. */
  private count = 0;
  /** Why the first bad element is refused. Malformed text further on takes precedence. */
  private refusal: CommandError | undefined;
  /** Index of the text that is not parsed yet. */
  private at = 0;

  constructor(body: string, kind: ListKind, bounds: BodyBounds, partBytes = PART_BYTES) {
    this.text = withoutMark(body);
    this.kind = kind;
    this.bounds = bounds;
    this.partBytes = partBytes;
    if (this.text.length > Math.min(partBytes, UNCHECKED_BYTES))
      this.scan = new JsonScan(this.text, bounds.jsonDepthMax);
  }

  /** The memory of the commands so far beside the body, in bytes: an estimate. */
  get heldBytes(): number {
    return this.scan === undefined ? 0 : this.at + this.scan.values * VALUE_BYTES;
  }

  /** Parses a part. Answers all commands after the last. Throws the CommandError to answer with status 400. */
  next(): string[][] | undefined {
    const { at, text } = this;
    const end = this.partEnd();
    const isLast = end === text.length;
    const opening = at === 0 ? "" : "[";
    this.parse(isLast && at === 0 ? text : `${opening}${text.slice(at, end)}${isLast ? "" : "]"}`, isLast && at === 0);
    this.at = end + 1;
    return isLast ? this.all() : undefined;
  }

  /** Index of the comma behind the next part, or the text's length. */
  private partEnd(): number {
    const { at, bounds, scan, text } = this;
    if (scan === undefined) return text.length;
    const end = scan.next(at, at + this.partBytes);
    if (scan.isTooDeep) throw this.broken;
    if (text.length + scan.values * VALUE_BYTES > bounds.heldBytesMax) throw doorErrors.TOO_MANY_ARGUMENTS;
    return end;
  }

  private get broken(): CommandError {
    return doorErrors.BAD_LIST[this.kind];
  }

  /** Parses a part as an array. Only the whole list may be empty. */
  private parse(part: string, isWhole: boolean): void {
    let elements: unknown;
    try {
      elements = JSON.parse(part);
    } catch {
      throw this.broken;
    }
    if (!Array.isArray(elements) || (elements.length === 0 && !isWhole)) throw this.broken;
    this.count += elements.length;
    if (this.refusal !== undefined || this.count > this.bounds.pipelineCommandsMax) return;
    try {
      this.add(elements, part);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      this.refusal = error;
    }
  }

  private add(rows: readonly unknown[], part: string): void {
    const { bounds, commands, kind } = this;
    const { length } = commands;
    let isExact = !part.includes("\\u");
    for (const row of rows) {
      if (!Array.isArray(row)) throw doorErrors.badListedCommand(kind);
      if (row.length === 0) throw doorErrors.emptyListedCommand(kind);
      const words = toWords(row, bounds);
      if (words === undefined) isExact = false;
      else if (isExact) commands.push(words);
    }
    if (isExact) return;
    commands.length = length;
    for (const words of sourceWords(part)) commands.push(words);
  }

  private all(): string[][] {
    const { bounds, commands, count, kind, refusal } = this;
    if (count === 0) throw doorErrors.emptyList(kind);
    if (count > bounds.pipelineCommandsMax) throw doorErrors.tooManyListed(kind, bounds.pipelineCommandsMax, count);
    if (refusal !== undefined) throw refusal;
    return commands;
  }
}
