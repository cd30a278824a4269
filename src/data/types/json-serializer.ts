/** Serializes a tree to JSON text, as a byte string: compact, or with the white space of a layout. */
import { IntegralDouble, isContainer } from "./json-document.ts";
import type { JsonArray, JsonNode, JsonObject } from "./json-document.ts";

/** White space: for each level of indentation, at the end of a line, and after the colon of a member. */
export interface JsonLayout {
  readonly indent: string;
  readonly newline: string;
  readonly space: string;
}

/** The longest string in V8, in chars. */
const TEXT_BYTES_MAX = 2 ** 29 - 25;

/**
 * The JSON text of a tree, in which non-ASCII text is not escaped. Throws a RangeError when it would exceed `bytesMax`,
 * before it does.
 */
export function serialize(node: JsonNode, layout?: JsonLayout, bytesMax = TEXT_BYTES_MAX): string {
  if (!isContainer(node) && bytesMax >= TEXT_BYTES_MAX) return scalarText(node);
  const writer = idleWriter ?? new Writer();
  idleWriter = undefined;
  writer.bytesMax = bytesMax;
  if (layout === undefined) writer.value(node);
  else writer.laidOut(node, layout, layout.newline);
  const text = writer.take();
  if (writer.capacity <= KEPT_BYTES_MAX) idleWriter = writer;
  return text;
}

function scalarText(node: Exclude<JsonNode, JsonArray | JsonObject>): string {
  if (typeof node === "string") return quote(node);
  if (typeof node === "number" && !Number.isInteger(node)) return formatDouble(node);
  return node instanceof IntegralDouble ? formatDouble(node.value) : String(node);
}

/** Quotes a string. JSON.stringify escapes what JSON requires, and leaves bytes from 0x80 on unchanged. */
function quote(text: string): string {
  return NEEDS_ESCAPE.test(text) ? JSON.stringify(text) : `"${text}"`;
}

const NEEDS_ESCAPE = /["\\\x00-\x1f]/;

/** Size up to which a buffer is kept for the next document, in bytes. */
const KEPT_BYTES_MAX = 2 ** 20;

/** Strings of at least this length are copied in one call. For shorter ones, char by char is faster. */
const LONG = 40;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** The escape of each char that needs one, as bytes. */
const ESCAPES = Array.from({ length: 0x80 }, (_, code) =>
  Buffer.from(JSON.stringify(String.fromCharCode(code)).slice(1, -1), "latin1"),
);

/** `\\u0000` */
const ESCAPE_BYTES_MAX = 6;

const COMMA = 0x2c;
const COLON = 0x3a;
const ZERO = 0x30;

/** Writes into one buffer, which grows. That takes half the time of joining strings, each of which is an object. */
class Writer {
  private buffer = Buffer.allocUnsafeSlow(1 << 14);
  private at = 0;
  bytesMax = TEXT_BYTES_MAX;

  get capacity(): number {
    return this.buffer.length;
  }

  /** Takes the text, and leaves the writer empty for the next. */
  take(): string {
    const text = this.buffer.latin1Slice(0, this.at);
    this.at = 0;
    return text;
  }

  value(node: JsonNode): void {
    if (typeof node === "string") this.string(node);
    else if (Array.isArray(node)) this.array(node);
    else if (node instanceof Map) this.object(node);
    else if (typeof node === "number" && node >= 0 && node < 1e9 && Number.isInteger(node)) this.digits(node);
    else this.ascii(scalarText(node));
  }

  private array(array: JsonArray): void {
    this.byte(0x5b);
    for (let i = 0; i < array.length; i++) {
      if (i > 0) this.byte(COMMA);
      this.value(array[i]!);
    }
    this.byte(0x5d);
  }

  private object(object: JsonObject): void {
    this.byte(0x7b);
    let first = true;
    for (const [key, child] of object) {
      if (!first) this.byte(COMMA);
      first = false;
      this.string(key);
      this.byte(COLON);
      this.value(child);
    }
    this.byte(0x7d);
  }

  /**
   * Writes a value with a layout. Empty arrays and objects stay on one line. `margin` starts the line that ends the
   * value.
   */
  laidOut(node: JsonNode, layout: JsonLayout, margin: string): void {
    if (!isContainer(node)) return this.value(node);
    const isArray = Array.isArray(node);
    this.byte(isArray ? 0x5b : 0x7b);
    const inner = margin + layout.indent;
    let first = true;
    for (const [key, child] of node.entries()) {
      if (!first) this.byte(COMMA);
      first = false;
      this.text(inner);
      if (!isArray) {
        this.string(key as string);
        this.byte(COLON);
        this.text(layout.space);
      }
      this.laidOut(child, layout, inner);
    }
    if (!first) this.text(margin);
    this.byte(isArray ? 0x5d : 0x7d);
  }

  private text(text: string): void {
    this.reserve(text.length);
    this.at += this.buffer.write(text, this.at, "latin1");
  }

  private string(text: string): void {
    const { length } = text;
    if (length >= LONG) {
      this.longString(text);
      return;
    }
    this.reserve(length * ESCAPE_BYTES_MAX + 2);
    const { buffer } = this;
    let { at } = this;
    buffer[at++] = QUOTE;
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code < 0x20 || code === QUOTE || code === BACKSLASH) {
        for (const byte of ESCAPES[code]!) buffer[at++] = byte;
      } else {
        buffer[at++] = code;
      }
    }
    buffer[at++] = QUOTE;
    this.at = at;
  }

  private longString(text: string): void {
    const quoted = NEEDS_ESCAPE.test(text) ? JSON.stringify(text) : undefined;
    if (quoted === undefined) this.byte(QUOTE);
    const body = quoted ?? text;
    this.reserve(body.length);
    this.at += this.buffer.write(body, this.at, "latin1");
    if (quoted === undefined) this.byte(QUOTE);
  }

  /** Writes an integer from 0 to 1e9 - 1. */
  private digits(value: number): void {
    let scale = 1;
    let count = 1;
    while (scale * 10 <= value) {
      scale *= 10;
      count++;
    }
    this.reserve(count);
    for (let rest = value, i = this.at + count - 1; i >= this.at; i--) {
      const tens = Math.trunc(rest / 10);
      this.buffer[i] = ZERO + rest - tens * 10;
      rest = tens;
    }
    this.at += count;
  }

  private ascii(text: string): void {
    this.reserve(text.length);
    for (let i = 0; i < text.length; i++) this.buffer[this.at++] = text.charCodeAt(i);
  }

  private byte(code: number): void {
    if (this.at === this.buffer.length) this.reserve(1);
    this.buffer[this.at++] = code;
  }

  private reserve(bytes: number): void {
    if (this.at + bytes > this.bytesMax) throw new RangeError("text too long");
    if (this.at + bytes <= this.buffer.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.min(Math.max(this.buffer.length * 2, this.at + bytes), TEXT_BYTES_MAX));
    this.buffer.copy(grown, 0, 0, this.at);
    this.buffer = grown;
  }
}

/** A writer that is not in use; undefined when it is in use. */
let idleWriter: Writer | undefined;

/** The shortest digits that read back as the same double, always with a point or an exponent: `1.0`, `1e16`, `1e-7`. */
function formatDouble(value: number): string {
  if (Object.is(value, -0)) return "-0.0";
  const magnitude = Math.abs(value);
  if (magnitude >= 1e16 || (magnitude < 1e-5 && magnitude > 0)) return value.toExponential().replace("+", "");
  return Number.isInteger(value) ? `${value}.0` : String(value);
}
