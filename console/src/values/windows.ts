/**
 * A long list of which windows are read when they are in sight. What was read stays in sight while it is read again, and a
 * bounded number of windows is kept.
 */

/** Windows that are kept. */
const WINDOWS_MAX = 64;

interface Window<T> {
  readonly items: readonly T[];
  readonly generation: number;
}

export class Windows<T> {
  /** Why the last window could not be read; reading begins again with {@link refresh}. */
  problem: unknown;
  private readonly size: number;
  private readonly load: (from: number, count: number) => Promise<readonly T[]>;
  private readonly onWindow: () => void;
  private readonly windows = new Map<number, Window<T>>();
  private readonly asked = new Set<number>();
  private generation = 0;

  /** `load` answers the items from an index on; `onWindow` is called when some have come, or could not be read. */
  constructor(size: number, load: (from: number, count: number) => Promise<readonly T[]>, onWindow: () => void) {
    this.size = size;
    this.load = load;
    this.onWindow = onWindow;
  }

  /** The item at an index; undefined while it is read, which begins here. */
  get(index: number): T | undefined {
    const at = Math.floor(index / this.size);
    const window = this.windows.get(at);
    if (window !== undefined) {
      this.windows.delete(at);
      this.windows.set(at, window);
    }
    const isCurrent = window?.generation === this.generation;
    if (!isCurrent && !this.asked.has(at) && this.problem === undefined) void this.read(at);
    return window?.items[index % this.size];
  }

  /** Reads again what is in sight. */
  refresh(): void {
    this.generation++;
    this.problem = undefined;
    this.asked.clear();
    this.onWindow();
  }

  private async read(at: number): Promise<void> {
    const { generation } = this;
    this.asked.add(at);
    try {
      const items = await this.load(at * this.size, this.size);
      if (generation !== this.generation) return;
      this.windows.set(at, { items, generation });
      for (const [oldest] of this.windows) {
        if (this.windows.size <= WINDOWS_MAX) break;
        this.windows.delete(oldest);
      }
    } catch (error) {
      if (generation !== this.generation) return;
      this.problem = error;
    }
    this.asked.delete(at);
    this.onWindow();
  }
}

/** Items of a window, by what they take on average: an answer should stay near a megabyte. */
export function windowSize(bytes: number, count: number): number {
  const average = bytes / Math.max(1, count);
  return Math.max(1, Math.min(100, Math.floor((1024 * 1024) / Math.max(1, average))));
}
