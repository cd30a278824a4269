/** The list of keys: which names there are, how they are filtered, sorted and shown, and which are selected. */
import { batch, computed, signal } from "@preact/signals";
import { fromText } from "../client/bytes.ts";
import type { ByteString } from "../client/bytes.ts";
import { numberOf } from "../client/reply.ts";
import type { Reply } from "../client/reply.ts";
import { ConnectionError } from "../client/rest-client.ts";
import type { RestClient } from "../client/rest-client.ts";
import { runJob } from "./jobs.ts";
import { FactsCache } from "./key-facts.ts";
import { merge, mergeAll, sorted, sortedIndexes, without } from "./names.ts";
import type { Names } from "./names.ts";
import { patternOf } from "./pattern.ts";
import { flatView, foldersOf, treeView } from "./rows.ts";
import type { RowView } from "./rows.ts";
import { scanPages } from "./scan.ts";
import { countOf, NOTHING, select, deselect, isSelected } from "./selection.ts";
import type { Range, Selection } from "./selection.ts";
import { TEXTS } from "../texts.ts";
import { Abandoned, Slices } from "./slices.ts";
import { prefer, preferences } from "./preferences.ts";

export type SortKey = "name" | "ttl" | "size";

interface ScanState {
  readonly phase: "reading" | "stopped" | "away" | "complete" | "failed";
  /** Keys that the server has looked at, about. */
  readonly looked: number;
  /** Keys of the database. */
  readonly total: number;
  /** Why it failed. */
  readonly error?: unknown;
}

/** Names that are shown at once, whatever is there already. */
const FIRST_NAMES = 400;

/** What becomes of the names that are there: they go at the first names, or at the last ones, or stay. */
type Mode = "replace" | "replace at end" | "add";

export class KeyList {
  readonly client: RestClient;
  readonly names = signal<Names>([]);
  readonly scan = signal<ScanState>({ phase: "reading", looked: 0, total: 0 });
  readonly text = signal("");
  readonly type = signal("");
  readonly open = signal<ReadonlySet<ByteString>>(new Set());
  readonly selection = signal<Selection>(NOTHING);
  readonly facts: FactsCache;
  readonly view = signal<RowView>(flatView([]));
  /** An order that is not the names' own. */
  readonly order = signal<Uint32Array | undefined>(undefined);
  readonly sort = signal<SortKey>("name");
  /** The keys that were changed here last. */
  readonly changedNames = signal<ReadonlySet<ByteString>>(new Set());
  /** The rows in sight: the first, and the one after the last. */
  readonly inSight = signal({ from: 0, to: 0 });
  readonly pattern = computed(() => patternOf(this.text.value));
  readonly selectedCount = computed(() => countOf(this.selection.value, this.names.value));
  private running: AbortController | undefined;
  private cursor = "0";
  private pages: Names[] = [];
  private views = 0;
  /** Changes of the list run one after another. */
  private changing: Promise<void> = Promise.resolve();

  constructor(client: RestClient) {
    this.client = client;
    this.facts = new FactsCache(client);
  }

  /** Filters by part of a name or a pattern, and by type. */
  filter(changed: { readonly text?: string; readonly type?: string }): void {
    const { text = this.text.peek(), type = this.type.peek() } = changed;
    if (text === this.text.peek() && type === this.type.peek()) return;
    this.text.value = text;
    this.type.value = type;
    this.selection.value = NOTHING;
    this.restart();
  }

  /** Reads the list anew, after another filter. */
  restart(): void {
    this.begin("replace");
  }

  /** Reads the list anew. The present one stays until the new one is complete. */
  refresh(): void {
    this.begin(this.scan.value.phase === "complete" ? "replace at end" : "replace");
  }

  private begin(mode: Mode): void {
    this.cursor = "0";
    this.pages = [];
    this.scan.value = { phase: "reading", looked: 0, total: this.scan.value.total };
    void this.run(mode);
  }

  stop(): void {
    if (this.scan.value.phase !== "reading") return;
    this.running?.abort();
    this.running = undefined;
    this.scan.value = { ...this.scan.value, phase: "stopped" };
    void this.publish(false);
  }

  /** Goes on where {@link stop} was called. */
  resume(): void {
    this.scan.value = { ...this.scan.value, phase: "reading" };
    void this.run("add");
  }

  /** The server is back. Its cursors may be other ones, so the list is read from the beginning; what is known stays. */
  serverIsBack(): void {
    if (this.scan.value.phase !== "away") return;
    this.cursor = "0";
    this.scan.value = { ...this.scan.value, phase: "reading", looked: 0 };
    void this.run("add");
  }

  private async run(mode: Mode): Promise<void> {
    this.running?.abort();
    const running = new AbortController();
    this.running = running;
    const isWanted = (): boolean => this.running === running;
    let isNew = mode === "replace";
    try {
      void this.count(running.signal);
      const query = { glob: this.pattern.peek().glob, type: this.type.peek() || undefined };
      for await (const { cursor, names, looked } of scanPages(this.client, query, this.cursor, running.signal)) {
        if (!isWanted()) return;
        this.cursor = cursor;
        this.pages.push(sorted(names));
        const isLast = cursor === "0";
        if (isLast || (mode !== "replace at end" && (isNew || this.isDue()))) {
          await this.publish(isNew || mode === "replace at end");
          isNew = false;
        }
        if (!isWanted()) return;
        const { value } = this.scan;
        this.scan.value = { ...value, looked: value.looked + looked, phase: isLast ? "complete" : "reading" };
      }
    } catch (error) {
      if (!isWanted()) return;
      this.scan.value = { ...this.scan.value, phase: error instanceof ConnectionError ? "away" : "failed", error };
      void this.publish(false);
    }
  }

  /** Whether so much has been read that it is worth sorting it in. */
  private isDue(): boolean {
    const read = this.pages.reduce((sum, { length }) => sum + length, 0);
    return read >= Math.max(FIRST_NAMES, this.names.peek().length / 3);
  }

  /** Sorts what was read into the list, or puts it in the list's place. */
  private publish(isNew: boolean): Promise<void> {
    const { pages } = this;
    this.pages = [];
    return this.change(async (names, slices) => {
      const read = await mergeAll(pages, slices);
      return isNew ? read : await merge(names, read, slices);
    });
  }

  private async count(signal: AbortSignal): Promise<void> {
    try {
      const total = numberOf(await this.client.send([fromText("DBSIZE")], { signal }));
      this.scan.value = { ...this.scan.value, total };
    } catch {
      // The names come without it; a user may not be allowed to ask.
    }
  }

  /** Keys have changed: what is known of them is asked for again, and the open one is looked at. */
  changed(names: readonly ByteString[]): void {
    this.facts.forget(names);
    this.changedNames.value = new Set(names);
  }

  /** Takes names out of the list. */
  remove(names: readonly ByteString[]): Promise<void> {
    const gone = sorted(names);
    return this.change((all, slices) => without(all, gone, slices));
  }

  /** Adds names that are known to be there. */
  add(names: readonly ByteString[]): Promise<void> {
    const added = sorted(names);
    return this.change((all, slices) => merge(all, added, slices));
  }

  private change(made: (names: Names, slices: Slices) => Promise<Names>): Promise<void> {
    this.changing = this.changing.then(async () => {
      const names = await made(this.names.peek(), new Slices());
      batch(() => {
        this.names.value = names;
        this.order.value = undefined;
        this.sort.value = "name";
      });
      await this.arrange();
    });
    return this.changing;
  }

  /** Shows the names in their own order, or as a tree. */
  sortByName(): void {
    this.sort.value = "name";
    this.order.value = undefined;
    void this.arrange();
  }

  /**
   * Sorts by what has to be asked for first, for every key, or turns the order around when it is this one. When it is stopped,
   * keys that were not asked about come last. Rejects when the server is away.
   */
  async sortBy(by: SortKey): Promise<void> {
    if (this.sort.peek() === by) return prefer({ isBackwards: !preferences.peek().isBackwards });
    if (by === "name") return this.sortByName();
    const names = this.names.peek();
    const values = new Float64Array(names.length).fill(Number.NaN);
    const command = by === "ttl" ? [fromText("PTTL")] : ["MEMORY", "USAGE"].map(fromText);
    let at = 0;
    await runJob(TEXTS.keys.sorting[by], names, async (some) => {
      const replies = await this.client.many(some.map((name) => [...command, name]));
      for (const reply of replies) values[at++] = valueOf(reply);
    });
    const order = await sortedIndexes(values, new Slices());
    // The list has changed meanwhile: the order is that of another one.
    if (names !== this.names.peek()) return;
    this.order.value = order;
    this.sort.value = by;
    await this.arrange();
  }

  /** Makes the rows of the present names. */
  async arrange(): Promise<void> {
    const turn = ++this.views;
    const { shape, separator, isBackwards } = preferences.peek();
    const names = this.names.peek();
    const order = this.order.peek();
    if (shape === "flat" || order !== undefined) {
      this.view.value = flatView(names, order, isBackwards);
      return;
    }
    try {
      const slices = new Slices(() => this.views === turn);
      const view = await treeView(names, fromText(separator), this.open.peek(), slices);
      if (this.views === turn) this.view.value = view;
    } catch (error) {
      if (!(error instanceof Abandoned)) throw error;
    }
  }

  /** Opens or closes a folder, by its prefix. */
  toggle(prefix: ByteString, isOpen: boolean, outer: number): Promise<void> {
    const open = new Set(this.open.peek());
    if (isOpen) open.add(prefix);
    else for (const one of foldersOf(prefix, this.separator)) if (one.length > outer) open.delete(one);
    this.open.value = open;
    return this.arrange();
  }

  /** Opens the folders that a name is in. */
  reveal(name: ByteString): Promise<void> {
    this.open.value = new Set([...this.open.peek(), ...foldersOf(name, this.separator)]);
    return this.arrange();
  }

  get separator(): ByteString {
    return fromText(preferences.peek().separator);
  }

  /** Selects a range, or takes it away when all of it is selected. */
  toggleSelected(range: Range): void {
    const { value } = this.selection;
    this.selection.value = isSelected(value, range) ? deselect(value, range) : select(value, range);
  }
}

/** A reply as what it is sorted by; NaN, which comes last, for no deadline, no key and no answer. */
function valueOf(reply: Reply): number {
  const value = reply.kind === "integer" ? numberOf(reply) : -1;
  return value < 0 ? Number.NaN : value;
}

/** A list for each client, which is for each session: it stays while another screen is shown. */
const lists = new WeakMap<RestClient, KeyList>();

/** The list of the session. It is being read from the first call on. */
export function keyListOf(client: RestClient): KeyList {
  let list = lists.get(client);
  if (list === undefined) {
    list = new KeyList(client);
    lists.set(client, list);
    list.restart();
  }
  return list;
}
