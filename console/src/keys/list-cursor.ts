/** The row that the keys act on, and how they move it, open folders and select. */
import { computed, signal } from "@preact/signals";
import type { ByteString } from "../client/bytes.ts";
import { fromText } from "../client/bytes.ts";
import type { KeyList } from "./key-list.ts";
import type { Row } from "./rows.ts";
import { between, beginningWith, EVERYTHING, NOTHING, only, select } from "./selection.ts";
import type { Range, Selection } from "./selection.ts";

interface RowName {
  readonly kind: Row["kind"];
  readonly name: ByteString;
}

/** Time between the letters of a text that is looked for, in milliseconds. */
const TYPING_MS = 1000;

/** Rows that PageUp and PageDown move by. */
const PAGE_ROWS = 15;

export class ListCursor {
  private readonly list: KeyList;
  private readonly openKey: (name: ByteString) => void;
  private readonly active = signal<RowName | undefined>(undefined);
  /** The index of the row; undefined while there is none. */
  readonly index = computed(() => {
    const { value } = this.active;
    return value === undefined ? undefined : this.list.view.value.indexOf(value.name, value.kind);
  });
  /** Changes when the row is to be scrolled to. */
  readonly turn = signal(0);
  /** Where a range that Shift extends begins, and what was selected before it. */
  private anchor: RowName | undefined;
  private base: Selection = NOTHING;
  private typed = "";
  private typedAtMs = -Infinity;

  constructor(list: KeyList, openKey: (name: ByteString) => void) {
    this.list = list;
    this.openKey = openKey;
  }

  /** Puts the cursor on a row. */
  set({ kind, name }: RowName): void {
    this.active.value = { kind, name };
    this.anchor = undefined;
  }

  /** Puts the cursor on the first row, if there is none yet. */
  begin(): void {
    const view = this.list.view.value;
    if (this.index.value === undefined && view.count > 0) this.set(view.rowAt(this.list.inSight.value.from));
  }

  /** Handles a key. Answers whether it meant something. */
  onKey(event: KeyboardEvent): boolean {
    const { key, shiftKey } = event;
    const isCommand = event.ctrlKey || event.metaKey;
    if (isCommand && key.toLowerCase() === "a") this.selectAll();
    else if (isCommand || event.altKey) return false;
    else if (this.moves[key] !== undefined) this.moveTo(this.moves[key](this.index.value ?? -1), shiftKey);
    else if (this.acts[key] !== undefined) return this.acts[key]();
    else return key.length === 1 && this.type(key, event.timeStamp);
    return true;
  }

  /** Whether a text is being typed that the next letter belongs to. */
  isTyping(atMs: number): boolean {
    return this.typed !== "" && atMs - this.typedAtMs < TYPING_MS;
  }

  private readonly moves: Readonly<Record<string, (index: number) => number>> = {
    ArrowDown: (index) => index + 1,
    ArrowUp: (index) => index - 1,
    PageDown: (index) => index + PAGE_ROWS,
    PageUp: (index) => index - PAGE_ROWS,
    Home: () => 0,
    End: () => Infinity,
  };

  private readonly acts: Readonly<Record<string, () => boolean>> = {
    ArrowRight: () => this.unfold(),
    ArrowLeft: () => this.fold(),
    Enter: () => this.act(this.row),
    " ": () => this.toggleSelected(this.row),
    Escape: () => this.clearSelection(),
  };

  get row(): Row | undefined {
    const { value } = this.index;
    return value === undefined ? undefined : this.list.view.value.rowAt(value);
  }

  /** Moves to a row, within the list; with `isExtending`, selects what is on the way from where this began. */
  moveTo(index: number, isExtending = false): void {
    const view = this.list.view.value;
    if (view.count === 0) return;
    const before = this.row;
    const to = Math.max(0, Math.min(view.count - 1, index));
    const { kind, name } = view.rowAt(to);
    if (isExtending) this.extend(before ?? { kind, name }, to);
    else this.anchor = undefined;
    this.active.value = { kind, name };
    this.turn.value++;
  }

  private extend(before: RowName, to: number): void {
    if (this.anchor === undefined) {
      this.anchor = before;
      this.base = this.list.selection.value;
    }
    const from = this.list.view.value.indexOf(this.anchor.name, this.anchor.kind) ?? to;
    this.list.selection.value = select(this.base, ...this.rangesOf(Math.min(from, to), Math.max(from, to)));
  }

  /** What rows stand for, from one index to another, both part of it. */
  private rangesOf(from: number, to: number): Range[] {
    const view = this.list.view.value;
    if (view.isByName) {
      // A closed folder ends with its last name, and an open one stands before its rows.
      const last = view.rowAt(to);
      return [between(view.names[view.rowAt(from).from]!, view.names[last.to - 1]!)];
    }
    return Array.from({ length: to - from + 1 }, (_, i) => only(view.rowAt(from + i).name));
  }

  /** Does what a click does: opens a key, or opens or closes a folder. */
  act(row: Row | undefined): boolean {
    if (row === undefined) return false;
    if (row.kind === "key") this.openKey(row.name);
    else this.toggle(row, !row.isOpen);
    return true;
  }

  toggleSelected(row: Row | undefined): boolean {
    if (row === undefined) return false;
    this.list.toggleSelected(rangeOf(row));
    this.anchor = undefined;
    return true;
  }

  private selectAll(): void {
    this.list.selection.value = [EVERYTHING];
  }

  private clearSelection(): boolean {
    if (this.list.selection.value.length === 0) return false;
    this.list.selection.value = NOTHING;
    return true;
  }

  private unfold(): boolean {
    const { row } = this;
    if (row?.kind !== "folder") return false;
    if (row.isOpen) this.moveTo(this.index.value! + 1);
    else this.toggle(row, true);
    return true;
  }

  /** Closes the folder, or goes to the one that the row is in. */
  private fold(): boolean {
    const { row } = this;
    if (row === undefined) return false;
    if (row.kind === "folder" && row.isOpen) {
      this.toggle(row, false);
      return true;
    }
    const outer = row.depth === 0 ? undefined : this.list.view.value.indexOf(row.name.slice(0, row.outer), "folder");
    if (outer !== undefined) this.moveTo(outer);
    return outer !== undefined;
  }

  private toggle(row: Row, isOpen: boolean): void {
    void this.list.toggle(row.name, isOpen, row.outer);
  }

  /** Goes to the next row beside this one that begins with what was typed. */
  private type(key: string, atMs: number): boolean {
    this.typed = this.isTyping(atMs) ? this.typed + key : key;
    this.typedAtMs = atMs;
    const found = this.list.view.value.count === 0 ? undefined : this.find(fromText(this.typed));
    if (found !== undefined) this.moveTo(found);
    return true;
  }

  /** Looks in the open folder of the row, beside the row, and in the folders around it, in this order. */
  private find(text: ByteString): number | undefined {
    const view = this.list.view.value;
    const { row } = this;
    if (row?.kind === "folder" && row.isOpen) {
      const found = view.find(text, this.index.value! + 1);
      if (found !== undefined) return found;
    }
    let at = this.index.value ?? 0;
    for (;;) {
      const found = view.find(text, at);
      const { depth, name, outer } = view.rowAt(at);
      if (found !== undefined || depth === 0) return found;
      at = view.indexOf(name.slice(0, outer), "folder")!;
    }
  }
}

/** What a row stands for, in a selection. */
export const rangeOf = ({ kind, name }: RowName): Range => (kind === "key" ? only(name) : beginningWith(name));
