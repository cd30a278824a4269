/** Effects to the bytes of an append-only file: commands as RESP arrays, SELECT where the database changes. */

/** Short words are gathered in one string; a longer one becomes bytes by itself, or the string would grow without end. */
const LONG_WORD_CHARS = 16 * 1024;

/** Chars after which what is gathered becomes bytes. */
const GATHERED_CHARS = 64 * 1024;

const BEGIN = "*1\r\n$5\r\nMULTI\r\n";
const END = "*1\r\n$4\r\nEXEC\r\n";

/** A command as a byte string. For commands of a few short words. */
export function encodeCommand(words: readonly string[]): string {
  let text = `*${words.length}\r\n`;
  for (const word of words) text += `$${word.length}\r\n${word}\r\n`;
  return text;
}

export class AofEncoder {
  /** Bytes that wait to be taken, those in `text` too. */
  pendingBytes = 0;
  private text = "";
  private chunks: Buffer[] = [];
  /** Of the last command; none at the beginning of a file. */
  private database = -1;

  /** One effect. */
  append(database: number, words: readonly string[]): void {
    if (database !== this.database) this.select(database);
    this.command(words);
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
    this.add(encodeCommand(["SELECT", String(database)]));
  }

  private command(words: readonly string[]): void {
    let text = `*${words.length}\r\n`;
    for (const word of words) {
      text += `$${word.length}\r\n`;
      if (word.length > LONG_WORD_CHARS) {
        this.add(text);
        this.addLong(word);
        text = "\r\n";
      } else {
        text += `${word}\r\n`;
      }
    }
    this.add(text);
  }

  private add(text: string): void {
    this.pendingBytes += text.length;
    this.text += text;
    if (this.text.length > GATHERED_CHARS) this.flush();
  }

  private addLong(word: string): void {
    this.flush();
    this.pendingBytes += word.length;
    this.chunks.push(Buffer.from(word, "latin1"));
  }

  private flush(): void {
    if (this.text === "") return;
    this.chunks.push(Buffer.from(this.text, "latin1"));
    this.text = "";
  }
}
