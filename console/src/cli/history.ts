/** The lines that were run: those of the tab, and what other tabs have left. A line with a secret stays in the tab's memory. */

/** Where the lines are kept. Some browsers refuse it, so nothing depends on it. */
interface Store {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

const STORAGE_KEY = "stashd.cli.history";

/** Lines that are kept, and chars of one. */
const LINES_MAX = 500;
const LINE_CHARS_MAX = 10_000;

export class History {
  private readonly store: Store | undefined;
  private lines: string[];
  /** Index of the line that is shown; the number of lines where it is the new one. */
  private at: number;
  /** What was typed before an older line was asked for. */
  private draft = "";

  constructor(store: Store | undefined) {
    this.store = store;
    this.lines = this.stored();
    this.at = this.lines.length;
  }

  /** Remembers a line. `isSecret` keeps it out of the store. */
  add(line: string, isSecret: boolean): void {
    if (this.lines.at(-1) !== line) this.lines.push(line);
    this.lines = this.lines.slice(-LINES_MAX);
    this.at = this.lines.length;
    this.draft = "";
    if (isSecret || line.length > LINE_CHARS_MAX) return;
    // Other tabs have added theirs meanwhile.
    const kept = this.stored();
    if (kept.at(-1) !== line) kept.push(line);
    try {
      this.store?.setItem(STORAGE_KEY, JSON.stringify(kept.slice(-LINES_MAX)));
    } catch {
      // The store is full or refused: the tab still has the line.
    }
  }

  /** The line before the one shown; undefined at the first. `current` is what stands there now. */
  older(current: string): string | undefined {
    if (this.at === this.lines.length) this.draft = current;
    if (this.at === 0) return undefined;
    return this.lines[--this.at];
  }

  /** The line after the one shown, at last what was typed; undefined there. */
  newer(): string | undefined {
    if (this.at === this.lines.length) return undefined;
    this.at++;
    return this.lines[this.at] ?? this.draft;
  }

  /** Lines that contain a text, the newest first, each once. */
  search(text: string, linesMax = 50): string[] {
    const wanted = text.toLowerCase();
    const found = this.lines.toReversed().filter((line) => line.toLowerCase().includes(wanted));
    return [...new Set(found)].slice(0, linesMax);
  }

  /** Forgets everything, in the store as well. */
  clear(): void {
    this.lines = [];
    this.at = 0;
    try {
      this.store?.removeItem(STORAGE_KEY);
    } catch {
      // Nothing is kept there.
    }
  }

  private stored(): string[] {
    try {
      const lines: unknown = JSON.parse(this.store?.getItem(STORAGE_KEY) ?? "[]");
      return Array.isArray(lines) ? lines.filter((line) => typeof line === "string") : [];
    } catch {
      return [];
    }
  }
}
