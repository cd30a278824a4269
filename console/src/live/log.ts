/** The latest of what came: bounded in number and bytes, and held still while it is paused. */
import { signal } from "@preact/signals";

/** Time between two redrawings, in milliseconds: what comes faster than it can be read is drawn together. */
const REDRAW_MS = 100;

interface LogOptions<T> {
  readonly entriesMax: number;
  /** Bytes that all entries have together. */
  readonly bytesMax: number;
  readonly bytesOf: (entry: T) => number;
}

export class Log<T> {
  /** Changes when there is something to draw. */
  readonly version = signal(0);
  /** What is shown while it is paused; undefined while it is not. */
  readonly frozen = signal<readonly T[] | undefined>(undefined);
  /** Entries that came since the beginning, those among them that were dropped. */
  total = 0;
  private totalAtPause = 0;
  private entries: T[] = [];
  /** Entries at the beginning that were dropped and wait to be cut off, many at once. */
  private dropped = 0;
  private bytes = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly options: LogOptions<T>;

  constructor(options: LogOptions<T>) {
    this.options = options;
  }

  /** What is shown, the oldest first. */
  get shown(): readonly T[] {
    return this.frozen.value ?? this.entries.slice(this.dropped);
  }

  get length(): number {
    return this.entries.length - this.dropped;
  }

  /** Entries that came while it was paused. */
  get missed(): number {
    return this.frozen.value === undefined ? 0 : this.total - this.totalAtPause;
  }

  add(added: readonly T[]): void {
    if (added.length === 0) return;
    const { bytesMax, bytesOf, entriesMax } = this.options;
    this.total += added.length;
    for (const entry of added) {
      this.entries.push(entry);
      this.bytes += bytesOf(entry);
    }
    // The latest entry stays, however large it is.
    while (this.length > entriesMax || (this.bytes > bytesMax && this.length > 1)) {
      this.bytes -= bytesOf(this.entries[this.dropped++]!);
    }
    if (this.dropped > entriesMax) {
      this.entries = this.entries.slice(this.dropped);
      this.dropped = 0;
    }
    this.redraw();
  }

  pause(isPaused: boolean): void {
    this.totalAtPause = this.total;
    this.frozen.value = isPaused ? this.entries.slice(this.dropped) : undefined;
  }

  clear(): void {
    this.entries = [];
    this.dropped = 0;
    this.bytes = 0;
    this.total = 0;
    this.totalAtPause = 0;
    if (this.frozen.value !== undefined) this.frozen.value = [];
    this.redraw();
  }

  private redraw(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.version.value++;
    }, REDRAW_MS);
  }
}
