/** Effects to the bytes of an append-only file: commands as RESP arrays, SELECT where the database changes. */
import { respCommand } from "../core/resp-command.ts";

/** Chars after which what is gathered becomes bytes: one string must not grow without end. */
const GATHERED_CHARS = 64 * 1024;

const BEGIN = "*1\r\n$5\r\nMULTI\r\n";
const END = "*1\r\n$4\r\nEXEC\r\n";

/** SELECT as a byte string. */
export function encodeSelect(database: number): string {
  return respCommand(["SELECT", String(database)]).join("");
}

export class AofEncoder {
  /** Bytes that wait to be taken, those in `text` too. */
  pendingBytes = 0;
  private text = "";
  private chunks: Buffer[] = [];
  /** Of the last command; -1 at the beginning of a file. */
  database = -1;

  /** One effect, as {@link respCommand} encodes it. */
  append(database: number, encoded: readonly string[]): void {
    if (database !== this.database) this.select(database);
    for (const piece of encoded) this.add(piece);
  }

  /** What follows up to {@link end} is one group: at loading all of it counts, or nothing. */
  begin(): void {
    this.add(BEGIN);
  }

  end(): void {
    this.add(END);
  }

  /** What comes next is written to the beginning of another file, where no database is selected. */
  beginFile(): void {
    this.database = -1;
  }

  /** The bytes that were encoded since the last call, in pieces. */
  take(): Buffer[] {
    this.flush();
    const { chunks } = this;
    this.chunks = [];
    this.pendingBytes = 0;
    return chunks;
  }

  private select(database: number): void {
    this.database = database;
    this.add(encodeSelect(database));
  }

  private add(text: string): void {
    this.pendingBytes += text.length;
    if (this.text.length + text.length > 2 * GATHERED_CHARS) this.flush();
    this.text += text;
    if (this.text.length > GATHERED_CHARS) this.flush();
  }

  private flush(): void {
    if (this.text === "") return;
    this.chunks.push(Buffer.from(this.text, "latin1"));
    this.text = "";
  }
}
