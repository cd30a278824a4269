/** Encodes effects as an append-only file has them: commands as RESP arrays, with SELECT where the database changes. */
import { respCommand } from "../core/resp-command.ts";

/** Chars after which the text so far becomes bytes, so that no string grows without end. */
const GATHERED_CHARS = 64 * 1024;

const BEGIN = "*1\r\n$5\r\nMULTI\r\n";
const END = "*1\r\n$4\r\nEXEC\r\n";

/** SELECT as a byte string. */
export function encodeSelect(database: number): string {
  return respCommand(["SELECT", String(database)]).join("");
}

/** Gathers encoded effects until {@link take}. */
export class AofEncoder {
  /** Bytes that were not taken yet, those of `text` included. */
  pendingBytes = 0;
  private text = "";
  private chunks: Buffer[] = [];
  /** The database of the last command; -1 at the beginning of a file. */
  database = -1;

  /** Appends one effect, in the encoding of {@link respCommand}. */
  append(database: number, encoded: readonly string[]): void {
    if (database !== this.database) this.select(database);
    for (const piece of encoded) this.add(piece);
  }

  /** Begins a group, which ends with {@link end}. After a crash, all of its effects count or none. */
  begin(): void {
    this.add(BEGIN);
  }

  end(): void {
    this.add(END);
  }

  /** Lets the next effect select its database, since it begins another file. */
  beginFile(): void {
    this.database = -1;
  }

  /** The bytes encoded since the last call, in pieces. The caller owns them. */
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
