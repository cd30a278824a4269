/**
 * Names, each with a deadline: a binary heap in two parallel arrays, with an index from name to place once there are
 * many. A hash keeps the deadlines of its fields in one, and a keyspace the keys of hashes that have such fields.
 *
 * Invariant: no deadline is before that of its parent, at `(place - 1) / 2`, so the earliest is at place 0; {@link
 * DeadlineQueue.earliest} repeats it, so that asking whether anything is due is one comparison.
 *
 * Cost: O(log n) to set or delete, O(1) to look the earliest up. Up to {@link UNINDEXED_NAMES_MAX} names are found by
 * comparing them all.
 *
 * References: places in the heap change with every edit, so none leaves this class. Names are shared with the caller.
 */
import { extended } from "./flat.ts";
import { INDEX_ENTRY_BYTES, SlotIndex } from "./indexed-map.ts";

/** Among more names than this, a name is found by an index. */
const UNINDEXED_NAMES_MAX = 32;

/** A set of names with deadlines, in milliseconds since the epoch. */
export class DeadlineQueue {
  /** The earliest deadline, in milliseconds since the epoch; Infinity when there is none. */
  earliest = Infinity;
  private names: string[] = [];
  /** The deadline at each place, in milliseconds since the epoch. */
  private deadlines: number[] = [];
  /** The place of each name; undefined while there are few names. */
  private places: PlaceIndex | undefined;

  get size(): number {
    return this.names.length;
  }

  /** A name with the earliest deadline. */
  get first(): string | undefined {
    return this.names[0];
  }

  /** The deadline of a name, in milliseconds since the epoch. */
  get(name: string): number | undefined {
    const place = this.placeOf(name);
    return place < 0 ? undefined : this.deadlines[place];
  }

  set(name: string, deadlineMs: number): void {
    const place = this.placeOf(name);
    if (place >= 0) {
      this.deadlines[place] = deadlineMs;
      this.siftFrom(place);
      return;
    }
    this.names = extended(this.names, [name]);
    this.deadlines = extended(this.deadlines, [deadlineMs]);
    if (this.places !== undefined) this.places.push(name);
    else if (this.names.length > UNINDEXED_NAMES_MAX) this.places = placesOf(this.names);
    this.siftFrom(this.names.length - 1);
  }

  /** Removes a name; answers whether it was there. */
  delete(name: string): boolean {
    const place = this.placeOf(name);
    if (place < 0) return false;
    const last = this.names.length - 1;
    this.swap(place, last);
    this.names.pop();
    this.deadlines.pop();
    this.places?.pop();
    this.siftFrom(place);
    return true;
  }

  copy(): DeadlineQueue {
    const copy = new DeadlineQueue();
    copy.earliest = this.earliest;
    copy.names = this.names.slice();
    copy.deadlines = this.deadlines.slice();
    copy.places = this.places === undefined ? undefined : placesOf(copy.names);
    return copy;
  }

  /** Estimated heap bytes, the names' own not included. */
  memoryBytes(): number {
    return 144 + this.size * (this.places === undefined ? 16 : 32 + INDEX_ENTRY_BYTES);
  }

  /** The place of a name, or -1. */
  private placeOf(name: string): number {
    return this.places === undefined ? this.names.indexOf(name) : this.places.find(name);
  }

  /**
   * Restores the heap after the deadline at a place has changed: moves its name towards the root, or else away from it.
   */
  private siftFrom(changed: number): void {
    const { deadlines } = this;
    let place = changed;
    for (
      let parent = (place - 1) >> 1;
      place > 0 && deadlines[parent]! > deadlines[place]!;
      parent = (place - 1) >> 1
    ) {
      this.swap(place, parent);
      place = parent;
    }
    for (let child = this.earlierChild(place); child >= 0; child = this.earlierChild(place)) {
      if (deadlines[child]! >= deadlines[place]!) break;
      this.swap(place, child);
      place = child;
    }
    this.earliest = deadlines.length === 0 ? Infinity : deadlines[0]!;
  }

  /** The child with the earlier deadline, or -1 without children. */
  private earlierChild(place: number): number {
    const left = place * 2 + 1;
    const right = left + 1;
    if (left >= this.deadlines.length) return -1;
    return right < this.deadlines.length && this.deadlines[right]! < this.deadlines[left]! ? right : left;
  }

  private swap(a: number, b: number): void {
    const { names, deadlines } = this;
    const name = names[a]!;
    names[a] = names[b]!;
    names[b] = name;
    const deadline = deadlines[a]!;
    deadlines[a] = deadlines[b]!;
    deadlines[b] = deadline;
    this.places?.swap(a, b);
  }
}

/**
 * The place of each name. A name has a number, which is looked up once; what a step of the heap moves is numbers, so it
 * hashes nothing.
 */
class PlaceIndex {
  private readonly numbers = new SlotIndex();
  /** By number. */
  private readonly places: number[] = [];
  /** By place. */
  private readonly numberAt: number[] = [];

  /** The place of a name, or -1. */
  find(name: string): number {
    const number = this.numbers.find(name);
    return number === undefined ? -1 : this.places[number]!;
  }

  /** Adds a name at the place after the last. */
  push(name: string): void {
    const number = this.numbers.add(name);
    this.places.push(this.numberAt.length);
    this.numberAt.push(number);
  }

  /** Removes the name at the last place. */
  pop(): void {
    const number = this.numberAt.pop()!;
    this.numbers.removeAt(number);
    // The slots of the index move in this way too: the last number takes the place of the removed one.
    const place = this.places.pop()!;
    if (number === this.places.length) return;
    this.places[number] = place;
    this.numberAt[place] = number;
  }

  swap(a: number, b: number): void {
    const { numberAt } = this;
    const number = numberAt[a]!;
    numberAt[a] = numberAt[b]!;
    numberAt[b] = number;
    this.places[numberAt[a]!] = a;
    this.places[number] = b;
  }
}

function placesOf(names: readonly string[]): PlaceIndex {
  const places = new PlaceIndex();
  for (const name of names) places.push(name);
  return places;
}
