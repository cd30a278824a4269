/**
 * An incremental reader of HTTP/1.1 requests: bytes in, requests out. It knows no sockets. The owner pushes chunks, and
 * {@link HttpReader.next} tells what is complete.
 *
 * Strict: bytes that two parsers might read differently are refused, since a request that a proxy frames differently
 * than this server can smuggle in another one. Only the headers that the API uses are kept; the others are checked and
 * skipped.
 *
 * Invariant: `bytes[at … end)` is unread, and no line of the head ends before `searchedTo`.
 *
 * Cost: linear in the bytes pushed, however they are cut into chunks. Memory is bounded by `headerBytesMax` for a head
 * and `bodyBytesMax` for a body, whose buffer grows with the bytes that have arrived, not with the length that was
 * announced.
 *
 * References: the reader refers to the last chunk until it has read it, or until {@link HttpReader.own}. The strings it
 * answers own their bytes.
 */
import type { Limits } from "../core/limits.ts";
import { HEADER_COUNT, HEADER_INDEX, HEADERS_BY_LENGTH } from "./http-headers.ts";
import type { Header, HeaderName } from "./http-headers.ts";

/** Why a request is refused, as the status to answer. Nothing further can be read from its connection. */
export class HttpRefusal {
  readonly status: 400 | 413 | 431;
  constructor(status: 400 | 413 | 431) {
    this.status = status;
  }
}

const BAD_REQUEST = new HttpRefusal(400);
const BODY_TOO_LARGE = new HttpRefusal(413);
const HEAD_TOO_LARGE = new HttpRefusal(431);

/** How far {@link HttpReader.next} got: it needs more bytes, has read a head, or has read a whole request. */
export const NEEDS_BYTES = 0;
export const HEAD_READ = 1;
export const REQUEST_READ = 2;
type Progress = typeof NEEDS_BYTES | typeof HEAD_READ | typeof REQUEST_READ;

/** Phases of reading a request. */
const AT_START = 0;
const IN_HEADERS = 1;
const IN_BODY = 2;
const AT_CHUNK_SIZE = 3;
const IN_CHUNK = 4;
const AFTER_CHUNK = 5;
const IN_TRAILER = 6;

const [TAB, LF, CR, SPACE, STAR, COMMA, SLASH, COLON, SEMICOLON, EQUALS, DEL] = [
  9, 10, 13, 32, 42, 44, 47, 58, 59, 61, 127,
];

/** Registered methods. A method that the server does not serve is answered 405, any other word 400. */
const METHODS = new Set(
  (
    "ACL BIND CHECKOUT CONNECT COPY DELETE GET HEAD LINK LOCK M-SEARCH MERGE MKACTIVITY MKCALENDAR MKCOL MOVE NOTIFY " +
    "OPTIONS PATCH POST PROPFIND PROPPATCH PURGE PUT REBIND REPORT SEARCH SUBSCRIBE TRACE UNBIND UNLINK UNLOCK UNSUBSCRIBE"
  ).split(" "),
);
const METHOD_CHARS_MAX = 16;

/** Bytes of header names, which HTTP calls tokens. */
const IS_TOKEN = new Uint8Array(256);
for (const char of "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") {
  IS_TOKEN[char.charCodeAt(0)] = 1;
}
/** Bytes of header values: no control characters but the tab. */
const IS_VALUE = new Uint8Array(256).fill(1, SPACE).fill(0, DEL, DEL + 1);
IS_VALUE[TAB] = 1;
/** Bytes of a target: printable ASCII without the space. */
const IS_TARGET = new Uint8Array(256).fill(1, SPACE + 1, DEL);

/** `http://host…`, as a client sends it to a proxy; `host:port`, as CONNECT has it. */
const ABSOLUTE_FORM = /^https?:\/\/[A-Za-z0-9._~-]*(?:\[[0-9A-Fa-f:.]+\])?(?::[0-9]*)?(?:[/?]|$)/i;
const AUTHORITY_FORM = /^(?:[A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\]):[0-9]+$/;

/** Most digits of a length or a chunk size, so that each is a safe integer. */
const LENGTH_DIGITS_MAX = 15;
const SIZE_DIGITS_MAX = 8;

/** A head up to this length stays with its connection until the next request. */
const SHORT_HEAD_BYTES = 1024;

const NO_BYTES: Buffer = Buffer.alloc(0);

/**
 * The buffer of a body that arrives in pieces has at most this many times the size of what has arrived: a client that
 * only announces a body costs nothing.
 */
const GATHER_FACTOR = 16;
const GATHER_BYTES_MIN = 4096;

/** The reader of one connection. */
export class HttpReader {
  /** The current request, once its head has been read. */
  method = "";
  /** The second word of the request line, one char per byte. */
  target = "";
  /** Whether the version is HTTP/1.1; otherwise it is 1.0. */
  isHttp11 = true;
  /** Whether the client keeps the connection open for another request. */
  keepsAlive = true;
  /** Whether the client waits for `100 Continue` before it sends the body. */
  expectsContinue = false;
  /** The announced length of the body, in bytes; 0 for none and for a chunked one. */
  contentLength = 0;
  isChunked = false;
  /** Bytes of the body read so far. */
  bodyBytes = 0;
  /** The body as a byte string, once the whole request has been read. */
  body = "";
  /** Requests whose head has begun, since the connection opened. */
  requests = 0;
  /**
   * Largest body to accept, in bytes; a larger one is refused with 413. Set by the owner when the head has been read.
   */
  bodyBytesMax = 0;

  private readonly limits: Readonly<Limits>;
  /** The values of the headers in use, by {@link HEADER_INDEX}, without the blanks around them. */
  private readonly values = Array<string | undefined>(HEADER_COUNT).fill(undefined);
  private phase = AT_START;
  private bytes = NO_BYTES;
  /** Index of the next byte to read. */
  private at = 0;
  /** Index after the last byte that has arrived; the rest of the buffer is free. */
  private end = 0;
  /** Whether `bytes` is a buffer of the reader's own, to which it may append. */
  private isOwn = false;
  /** No line ends before this index, so the search continues here. */
  private searchedTo = 0;
  private headBytes = 0;
  private fields = 0;
  private lengths = 0;
  private skippedLine = false;
  private isSkipping = false;
  private closes = false;
  private extensionBytes = 0;
  /** Bytes still missing of the body, or of the current chunk. */
  private missing = 0;
  private gathered = NO_BYTES;
  /** Bytes of the request's head, if that is long. */
  private headHeld = 0;

  constructor(limits: Readonly<Limits>) {
    this.limits = limits;
  }

  /** The value of a header of the current request; undefined when it has none. */
  header(name: HeaderName): string | undefined {
    return this.values[HEADER_INDEX[name]];
  }

  /** Whether no byte of a next request has arrived. */
  get isIdle(): boolean {
    return this.phase === AT_START && this.at === this.end;
  }

  /** Whether the head of a request is incomplete. */
  get isInHead(): boolean {
    return this.phase <= IN_HEADERS;
  }

  /** Bytes pushed and not read yet. */
  get unreadBytes(): number {
    return this.end - this.at;
  }

  /** What the reader holds in memory, in bytes: input, a body under way, and the request until {@link release}. */
  get heldBytes(): number {
    const unread = this.isOwn ? this.bytes.length : this.end - this.at;
    return unread + this.gathered.length + this.body.length + this.headHeld;
  }

  /** Lets go of a request that was answered: an idle connection holds neither its body nor a long head. */
  release(): void {
    this.body = "";
    if (this.headHeld === 0) return;
    this.headHeld = 0;
    this.target = "";
    this.forgetFields();
  }

  /** Appends a chunk. The reader refers to it until it has read it, or until {@link own}. */
  push(chunk: Buffer): void {
    const left = this.end - this.at;
    if (left === 0) {
      this.bytes = chunk;
      this.at = this.searchedTo = 0;
      this.end = chunk.length;
      this.isOwn = false;
      return;
    }
    if (!this.isOwn || this.end + chunk.length > this.bytes.length) {
      const bytes = Buffer.allocUnsafeSlow(Math.max(2 * (left + chunk.length), 512));
      this.bytes.copy(bytes, 0, this.at, this.end);
      this.bytes = bytes;
      this.searchedTo = Math.max(0, this.searchedTo - this.at);
      this.at = 0;
      this.end = left;
      this.isOwn = true;
    }
    chunk.copy(this.bytes, this.end);
    this.end += chunk.length;
  }

  /** Copies the unread rest of the last chunk, whose memory is about to be reused. */
  own(): void {
    const left = this.end - this.at;
    if (left === 0 || this.isOwn) return;
    this.bytes = Buffer.from(this.bytes.subarray(this.at, this.end));
    this.searchedTo = Math.max(0, this.searchedTo - this.at);
    this.at = 0;
    this.end = left;
    this.isOwn = true;
  }

  /** Reads on. Throws an {@link HttpRefusal}; the reader must not be used after that. */
  next(): Progress {
    if (this.phase === AT_START) {
      if (!this.readRequestLine()) return NEEDS_BYTES;
      this.phase = IN_HEADERS;
    }
    if (this.phase === IN_HEADERS) {
      if (!this.readHeaders()) return NEEDS_BYTES;
      this.finishHead();
      return HEAD_READ;
    }
    return this.readBody() ? this.finish() : NEEDS_BYTES;
  }

  /** Discards the body of the current request: it is read, up to `bodyBytesMax`, and not kept. */
  skipBody(): void {
    this.isSkipping = true;
  }

  private finish(): Progress {
    if (this.gathered !== NO_BYTES) {
      this.body = this.gathered.latin1Slice(0, this.bodyBytes);
      this.gathered = NO_BYTES;
    }
    this.headBytes = 0;
    this.phase = AT_START;
    return REQUEST_READ;
  }

  /** Index of the line feed that ends the line at `at`, or -1 when it has not arrived. */
  private lineEnd(): number {
    const { bytes, end } = this;
    let i = this.searchedTo > this.at ? this.searchedTo : this.at;
    while (i < end && bytes[i] !== LF) i++;
    this.searchedTo = i;
    if (i < end) return i;
    if (this.headBytes + end - this.at > this.limits.headerBytesMax) throw HEAD_TOO_LARGE;
    return -1;
  }

  private readRequestLine(): boolean {
    if (!this.skipEmptyLine()) return false;
    this.method = "";
    const { bytes, at } = this;
    // Refused at the first byte, since a client of another protocol may never send a line end.
    if (bytes[at]! < 65 || bytes[at]! > 90) throw BAD_REQUEST;
    const lf = this.lineEnd();
    if (lf < 0) return false;
    this.begin(lf + 1 - at);
    const methodEnd = this.readMethod(at);
    let i = methodEnd + 1;
    while (IS_TARGET[bytes[i]!] === 1) i++;
    if (i === methodEnd + 1 || bytes[i] !== SPACE) throw BAD_REQUEST;
    this.target = bytes.latin1Slice(methodEnd + 1, i);
    this.checkTarget(bytes[methodEnd + 1]!);
    this.readVersion(i + 1, lf);
    this.at = lf + 1;
    return true;
  }

  /** Skips one empty line, which some old clients send after a body. Answers whether unread bytes are left. */
  private skipEmptyLine(): boolean {
    if (this.at === this.end) return false;
    if (this.bytes[this.at] !== CR) return true;
    if (this.skippedLine) throw BAD_REQUEST;
    if (this.at + 1 === this.end) return false;
    if (this.bytes[this.at + 1] !== LF) throw BAD_REQUEST;
    this.at += 2;
    this.skippedLine = true;
    return this.at < this.end;
  }

  private begin(lineBytes: number): void {
    this.requests++;
    if (lineBytes > this.limits.headerBytesMax) throw HEAD_TOO_LARGE;
    this.headBytes = lineBytes;
    this.keepsAlive = true;
    this.expectsContinue = false;
    this.contentLength = 0;
    this.isChunked = false;
    this.bodyBytes = 0;
    this.body = "";
    this.forgetFields();
    this.fields = this.lengths = this.extensionBytes = 0;
    this.skippedLine = false;
    this.isSkipping = false;
    this.closes = false;
  }

  /** Reads the method; answers the index of the space after it. */
  private readMethod(at: number): number {
    const { bytes } = this;
    if (bytes[at] === 71 && bytes[at + 1] === 69 && bytes[at + 2] === 84 && bytes[at + 3] === SPACE) {
      this.method = "GET";
      return at + 3;
    }
    if (bytes[at] === 80 && bytes[at + 1] === 79 && bytes[at + 2] === 83 && bytes[at + 3] === 84) {
      if (bytes[at + 4] === SPACE) {
        this.method = "POST";
        return at + 4;
      }
    }
    let i = at;
    while (i < at + METHOD_CHARS_MAX && IS_TOKEN[bytes[i]!] === 1) i++;
    this.method = bytes.latin1Slice(at, i);
    if (bytes[i] !== SPACE || !METHODS.has(this.method)) throw BAD_REQUEST;
    return i;
  }

  private checkTarget(first: number): void {
    if (this.method === "CONNECT") {
      if (!AUTHORITY_FORM.test(this.target)) throw BAD_REQUEST;
    } else if (first === STAR) {
      if (this.method !== "OPTIONS" || this.target !== "*") throw BAD_REQUEST;
    } else if (first !== SLASH && !ABSOLUTE_FORM.test(this.target)) {
      throw BAD_REQUEST;
    }
  }

  /** Checks `HTTP/1.1` or `HTTP/1.0`, and that the line ends after it. */
  private readVersion(at: number, lf: number): void {
    const { bytes } = this;
    const minor = bytes[at + 7];
    const isVersion =
      lf === at + 9 &&
      bytes[at] === 72 &&
      bytes[at + 1] === 84 &&
      bytes[at + 2] === 84 &&
      bytes[at + 3] === 80 &&
      bytes[at + 4] === SLASH &&
      bytes[at + 5] === 49 &&
      bytes[at + 6] === 46 &&
      (minor === 49 || minor === 48) &&
      bytes[at + 8] === CR;
    if (!isVersion) throw BAD_REQUEST;
    this.isHttp11 = minor === 49;
    this.keepsAlive = this.isHttp11;
  }

  /** Reads lines up to an empty one; answers whether it has arrived. Those of a trailer are checked and dropped. */
  private readHeaders(isTrailer = false): boolean {
    for (;;) {
      const lf = this.lineEnd();
      if (lf < 0) return false;
      const { at } = this;
      if (lf === at || this.bytes[lf - 1] !== CR) throw BAD_REQUEST;
      this.headBytes += lf + 1 - at;
      if (this.headBytes > this.limits.headerBytesMax) throw HEAD_TOO_LARGE;
      this.at = lf + 1;
      if (lf - 1 === at) return true;
      if (++this.fields > this.limits.headerLinesMax) throw HEAD_TOO_LARGE;
      this.readField(at, lf - 1, isTrailer);
    }
  }

  /** Reads one header between `start` and `stop`, the index of its carriage return. */
  private readField(start: number, stop: number, isTrailer: boolean): void {
    const { bytes } = this;
    let i = start;
    while (IS_TOKEN[bytes[i]!] === 1) i++;
    const length = i - start;
    if (length === 0 || bytes[i] !== COLON) throw BAD_REQUEST;
    i++;
    while (bytes[i] === SPACE || bytes[i] === TAB) i++;
    let end = stop;
    while (end > i && (bytes[end - 1] === SPACE || bytes[end - 1] === TAB)) end--;
    for (let j = i; j < end; j++) if (IS_VALUE[bytes[j]!] === 0) throw BAD_REQUEST;
    if (!isTrailer) this.note(start, length, i, end);
    else if (this.frames(start, length)) throw BAD_REQUEST;
  }

  /** Whether a header says where a body ends, which a trailer cannot. */
  private frames(at: number, length: number): boolean {
    return (
      (length === 14 && this.matches(at, "content-length")) || (length === 17 && this.matches(at, "transfer-encoding"))
    );
  }

  /** Uses the header if it frames the request, and keeps it if handlers read it. */
  private note(at: number, length: number, from: number, to: number): void {
    switch (length) {
      case 10:
        if (this.matches(at, "connection")) return this.noteConnection(from, to);
        break;
      case 6:
        if (!this.matches(at, "expect")) break;
        this.expectsContinue = this.isText(from, to, "100-continue");
        return;
      case 14:
        if (!this.matches(at, "content-length")) break;
        this.refuseTabs(at + length);
        return this.noteLength(from, to);
      case 17:
        if (!this.matches(at, "transfer-encoding")) break;
        this.refuseTabs(at + length);
        if (this.isChunked || !this.isText(from, to, "chunked")) throw BAD_REQUEST;
        this.isChunked = true;
        return;
      default:
    }
    if (length >= HEADERS_BY_LENGTH.length) return;
    const headers = HEADERS_BY_LENGTH[length]!;
    for (let i = 0; i < headers.length; i++) if (this.matches(at, headers[i]!.name)) this.keep(headers[i]!, from, to);
  }

  private keep({ index, isUnique }: Header, from: number, to: number): void {
    const { values } = this;
    const before = values[index];
    if (before !== undefined && isUnique) throw BAD_REQUEST;
    const value = this.bytes.latin1Slice(from, to);
    values[index] = before === undefined ? value : `${before}, ${value}`;
  }

  /** A tab next to this value is refused: some parsers skip it, others take it as part of the value. */
  private refuseTabs(from: number): void {
    for (let i = from; this.bytes[i] !== CR; i++) if (this.bytes[i] === TAB) throw BAD_REQUEST;
  }

  private isText(from: number, to: number, text: string): boolean {
    return to - from === text.length && this.matches(from, text);
  }

  /** Whether the bytes are this lower-case text, in any case. */
  private matches(at: number, text: string): boolean {
    const { bytes } = this;
    for (let i = 0; i < text.length; i++) if ((bytes[at + i]! | 0x20) !== text.charCodeAt(i)) return false;
    return true;
  }

  private noteConnection(from: number, to: number): void {
    for (let start = from; start <= to;) {
      let stop = start;
      while (stop < to && this.bytes[stop] !== COMMA) stop++;
      const option = this.bytes.latin1Slice(start, stop).trim().toLowerCase();
      if (option === "close") this.closes = true;
      else if (option === "keep-alive") this.keepsAlive = true;
      start = stop + 1;
    }
  }

  /** Only digits, and only once: parsers differ in how they read a sign, a list or a repetition. */
  private noteLength(from: number, to: number): void {
    if (++this.lengths > 1 || to === from || to - from > LENGTH_DIGITS_MAX) throw BAD_REQUEST;
    let length = 0;
    for (let i = from; i < to; i++) {
      const digit = this.bytes[i]! - 48;
      if (digit < 0 || digit > 9) throw BAD_REQUEST;
      length = length * 10 + digit;
    }
    this.contentLength = length;
  }

  private forgetFields(): void {
    const { values } = this;
    for (let i = 0; i < HEADER_COUNT; i++) values[i] = undefined;
  }

  private finishHead(): void {
    if (this.headBytes > SHORT_HEAD_BYTES) this.headHeld = this.headBytes;
    if (this.closes) this.keepsAlive = false;
    if (this.isChunked) {
      if (this.lengths > 0 || !this.isHttp11) throw BAD_REQUEST;
      this.phase = AT_CHUNK_SIZE;
    } else {
      this.missing = this.contentLength;
      this.phase = IN_BODY;
    }
    if (!this.isHttp11) this.expectsContinue = false;
  }

  /** Reads of the body; answers whether it is complete. */
  private readBody(): boolean {
    if (this.phase === IN_BODY) return this.readSized();
    for (;;) {
      if (this.phase === AT_CHUNK_SIZE) {
        if (!this.readChunkSize()) return false;
      } else if (this.phase === IN_CHUNK) {
        this.take();
        if (this.missing > 0) return false;
        this.phase = AFTER_CHUNK;
      } else if (this.phase === IN_TRAILER) {
        return this.readHeaders(true);
      } else {
        if (!this.readLineBreak()) return false;
        this.phase = AT_CHUNK_SIZE;
      }
    }
  }

  private readSized(): boolean {
    if (this.missing > this.bodyBytesMax && this.bodyBytes === 0) throw BODY_TOO_LARGE;
    const { at, missing } = this;
    // Most bodies arrive in one chunk and are copied once.
    if (this.bodyBytes === 0 && this.end - at >= missing) {
      if (!this.isSkipping && missing > 0) this.body = this.bytes.latin1Slice(at, at + missing);
      this.at = at + missing;
      this.bodyBytes = missing;
      return true;
    }
    this.take();
    return this.missing === 0;
  }

  /** Moves the missing bytes, as far as they have arrived, into the body's buffer. */
  private take(): void {
    const { at, gathered } = this;
    const stop = Math.min(this.end, at + this.missing);
    const total = this.bodyBytes + stop - at;
    if (!this.isSkipping) {
      if (total > gathered.length) {
        const roomy = Math.max((this.isChunked ? 2 : GATHER_FACTOR) * total, GATHER_BYTES_MIN);
        this.gathered = Buffer.allocUnsafeSlow(this.isChunked ? roomy : Math.min(this.contentLength, roomy));
        gathered.copy(this.gathered, 0, 0, this.bodyBytes);
      }
      this.bytes.copy(this.gathered, this.bodyBytes, at, stop);
    }
    this.missing -= stop - at;
    this.bodyBytes = total;
    this.at = stop;
  }

  /**
   * Reads `1a` or `1a;name=value`, the size in hexadecimal. A size of 0 ends the body; a trailer may follow, which
   * counts with the head, and then an empty line.
   */
  private readChunkSize(): boolean {
    const { bytes, end } = this;
    let i = this.at;
    let size = 0;
    for (; i < end; i++) {
      const digit = hexDigit(bytes[i]!);
      if (digit < 0) break;
      if (i - this.at === SIZE_DIGITS_MAX) throw BAD_REQUEST;
      size = size * 16 + digit;
    }
    const digits = i - this.at;
    if (i < end && digits === 0) throw BAD_REQUEST;
    while (i < end && isExtension(bytes[i]!, i - this.at === digits)) i++;
    if (this.extensionBytes + i - this.at - digits > this.limits.chunkExtensionBytesMax) throw BAD_REQUEST;
    if (i < end && bytes[i] !== CR) throw BAD_REQUEST;
    if (i + 1 < end && bytes[i + 1] !== LF) throw BAD_REQUEST;
    if (i + 1 >= end) return false;
    if (i > this.at + digits) this.checkExtensions(this.at + digits, i);
    if (this.bodyBytes + size > this.bodyBytesMax) {
      this.bodyBytes += size;
      throw BODY_TOO_LARGE;
    }
    this.at = i + 2;
    this.missing = size;
    this.phase = size === 0 ? IN_TRAILER : IN_CHUNK;
    return true;
  }

  /** Checks `;name` and `;name=value`, repeated, and counts their bytes. */
  private checkExtensions(from: number, to: number): void {
    this.extensionBytes += to - from;
    let [names, values, chars] = [0, 0, 0];
    for (let i = from; i < to; i++) {
      const byte = this.bytes[i]!;
      if (byte === SEMICOLON || byte === EQUALS) {
        if (i > from && chars === 0) throw BAD_REQUEST;
        if (byte === SEMICOLON) [names, values] = [names + 1, 0];
        else if (++values > 1) throw BAD_REQUEST;
        chars = 0;
      } else {
        chars++;
      }
    }
    if (names === 0 || chars === 0) throw BAD_REQUEST;
  }

  private readLineBreak(): boolean {
    const { bytes, at, end } = this;
    if (at < end && bytes[at] !== CR) throw BAD_REQUEST;
    if (at + 1 < end && bytes[at + 1] !== LF) throw BAD_REQUEST;
    if (at + 1 >= end) return false;
    this.at = at + 2;
    return true;
  }
}

function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const lower = byte | 0x20;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}

/** Whether a byte belongs to an extension. The first one must be a semicolon. */
function isExtension(byte: number, isFirst: boolean): boolean {
  return byte === SEMICOLON || (!isFirst && (byte === EQUALS || IS_TOKEN[byte] === 1));
}
