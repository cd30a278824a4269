/**
 * Snapshots of an engine's data in memory. Taking one costs nothing: from then on, the state of a key is kept before it
 * changes for the first time, and a database that is emptied is kept as it is. To restore a snapshot is to undo these
 * changes.
 *
 * Several snapshots form a tree whose root is the one that the data has come from. Each other snapshot knows its parent,
 * the next on the way to the root, and the steps that lead from there to itself. To restore one, the steps on its way are
 * taken; each answers its own undoing, which then belongs to the former root. (This is how Baker's persistent arrays work.)
 *
 * Invariant: a value is part of the data or of one step, never of both, so a value that is put back may be edited: its
 * state is kept before. Cost: a snapshot that nobody holds is freed with its steps, and nothing is kept for it any more.
 */
import type { Keyspace, KeyState } from "../data/keyspace.ts";
import { attachBarrier, detachBarrier } from "../data/write-barrier.ts";
import type { WriteBarrier } from "../data/write-barrier.ts";
import type { Engine } from "../engine/engine.ts";
import type { SetListening } from "../engine/key-changes.ts";

/** A change of the data that can be undone. */
type Step =
  /** Puts other states in the place of keys. */
  | { readonly keys: ReadonlyMap<string, KeyState | undefined>; readonly number: number }
  /** Exchanges all keys of a database with those that another object holds. */
  | { readonly contents: Keyspace; readonly number: number }
  /** Exchanges the keys of two databases. */
  | { readonly number: number; readonly other: number };

/** A snapshot in the tree. */
class State {
  /** The next state on the way to the root; undefined for the root. */
  parent: State | undefined;
  /** The steps from the parent to this state. */
  steps: readonly Step[] = [];
  /** The texts of the function libraries. */
  readonly libraries: readonly string[];

  constructor(libraries: readonly string[]) {
    this.libraries = libraries;
  }
}

/** A snapshot that was taken. It holds its state. */
export type DataSnapshot = State;

/** What was there before the changes to one database: its keys as a whole, if it was emptied, or else some of them. */
interface Kept {
  contents: Keyspace | undefined;
  readonly keys: Map<string, KeyState | undefined>;
}

/** The snapshots of one engine. */
export class Snapshots {
  private readonly engine: Engine;
  /** The state that the data has come from. Only its snapshots hold it. */
  private root: WeakRef<State> | undefined;
  private changes: Changes;
  private readonly setListening: SetListening;

  constructor(engine: Engine) {
    this.engine = engine;
    this.changes = new Changes();
    this.setListening = engine.keyChanges.add({
      keyChanged: () => {},
      keyAdded: (keyspace, key) => this.changes.keyAdded(keyspace, key),
    });
  }

  /** Takes a snapshot. */
  take(): DataSnapshot {
    const root = this.root?.deref();
    const libraries = this.libraries();
    if (root !== undefined && this.changes.isEmpty && isSameList(root.libraries, libraries)) return root;
    const state = new State(libraries);
    if (root !== undefined) {
      root.parent = state;
      root.steps = this.changes.undoing();
    }
    this.begin(state);
    return state;
  }

  /** Makes the data what they were. The clock must have been moved before, if it is. */
  restore(state: DataSnapshot): void {
    const { dataset, eviction, keyChanges, tracking, turn } = this.engine;
    const informed = (): void =>
      dataset.databases.forEach((database) => keyChanges.databaseChanging(database, undefined));
    turn.enter(undefined);
    try {
      informed();
      // Measured anew in the end: kept keys are in no account.
      const { maxBytes } = eviction;
      if (maxBytes > 0) eviction.maxBytes = 0;
      this.end();
      this.goTo(state);
      if (maxBytes > 0) eviction.maxBytes = maxBytes;
      this.begin(state);
      informed();
      tracking.flushed(undefined);
      this.restoreLibraries(state.libraries);
    } finally {
      turn.leave();
    }
  }

  /** Keeps the states of keys from now on, for this root. */
  private begin(root: State): void {
    this.end();
    this.root = new WeakRef(root);
    const { root: held } = this;
    this.changes = new Changes(() => {
      if (held.deref() === undefined) this.end();
      return held === this.root;
    });
    attachBarrier(this.engine.dataset.instant, this.changes);
    this.setListening(true);
  }

  /** Keeps nothing any more. */
  private end(): void {
    this.root = undefined;
    detachBarrier(this.engine.dataset.instant, this.changes);
    this.setListening(false);
  }

  private goTo(state: State): void {
    for (const step of this.changes.undoing()) this.takeStep(step, undefined);
    const way: State[] = [];
    for (let at: State | undefined = state; at !== undefined; at = at.parent) way.push(at);
    for (let i = way.length - 2; i >= 0; i--) {
      const [child, parent] = [way[i]!, way[i + 1]!];
      parent.steps = this.takeSteps(child.steps);
      parent.parent = child;
      child.parent = undefined;
      child.steps = [];
    }
  }

  /** Takes steps; answers those that undo them. */
  private takeSteps(steps: readonly Step[]): readonly Step[] {
    return steps.map((step) => this.takeStep(step, new Map())).reverse();
  }

  /** Takes a step; answers the one that undoes it. `before` gets the states of the keys that it changes. */
  private takeStep(step: Step, before: Map<string, KeyState | undefined> | undefined): Step {
    const { databases } = this.engine.dataset;
    const database = databases[step.number]!;
    if ("other" in step) database.swapContents(databases[step.other]!);
    if ("contents" in step) database.swapContents(step.contents);
    if (!("keys" in step)) return step;
    for (const [key, state] of step.keys) {
      const replaced = database.exchange(key, state);
      before?.set(key, replaced);
    }
    return { number: step.number, keys: before ?? new Map() };
  }

  private libraries(): string[] {
    return Array.from(this.engine.scripting.libraries.all(), ({ text }) => text);
  }

  private restoreLibraries(texts: readonly string[]): void {
    if (isSameList(texts, this.libraries())) return;
    const { libraries } = this.engine.scripting;
    libraries.clear();
    for (const text of texts) libraries.load(text, true);
  }
}

function isSameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, i) => text === b[i]);
}

/** The changes since a snapshot, and what was there before them. */
class Changes implements WriteBarrier {
  /** By the number of the database. */
  private kept = new Map<number, Kept>();
  private readonly swaps: Step[] = [];
  private readonly isWanted: () => boolean;

  /** `isWanted` tells whether anybody may still ask for what was there. */
  constructor(isWanted: () => boolean = () => false) {
    this.isWanted = isWanted;
  }

  get isEmpty(): boolean {
    return this.kept.size === 0 && this.swaps.length === 0;
  }

  /** The steps that undo the changes. */
  undoing(): readonly Step[] {
    const steps: Step[] = [];
    for (const [number, { contents, keys }] of this.kept) {
      if (contents !== undefined) steps.push({ number, contents });
      if (keys.size > 0) steps.push({ number, keys });
    }
    return [...steps, ...this.swaps.toReversed()];
  }

  beforeChange(keyspace: Keyspace, key: string, slot: number): void {
    const { contents, keys } = this.of(keyspace);
    if (contents !== undefined || keys.has(key) || !this.isWanted()) return;
    const value = keyspace.valueAt(slot);
    const deadlineMs = keyspace.exactDeadlineAt(slot);
    keys.set(key, { value: typeof value === "string" ? value : value.copy(), deadlineMs });
  }

  keyAdded(keyspace: Keyspace, key: string): void {
    const kept = this.of(keyspace);
    if (kept.contents !== undefined || kept.keys.has(key) || !this.isWanted()) return;
    // The first change of a database without keys: it is emptied again at once, however many are added.
    if (keyspace.size === 1 && kept.keys.size === 0) kept.contents = keyspace.vacant();
    else kept.keys.set(key, undefined);
  }

  beforeRemove(): void {}

  beforeClear(keyspace: Keyspace): void {
    const kept = this.of(keyspace);
    if (this.isWanted()) kept.contents ??= keyspace.twin();
  }

  beforeSwap(keyspace: Keyspace, other: Keyspace): void {
    if (!this.isWanted()) return;
    const [a, b] = [this.of(keyspace), this.of(other)];
    this.kept.set(keyspace.number, b).set(other.number, a);
    this.swaps.push({ number: keyspace.number, other: other.number });
  }

  private of({ number }: Keyspace): Kept {
    let kept = this.kept.get(number);
    if (kept === undefined) this.kept.set(number, (kept = { contents: undefined, keys: new Map() }));
    return kept;
  }
}
