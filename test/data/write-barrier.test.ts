/**
 * Nothing changes that was not announced. All contract suites run under a {@link WriteBarrier} that compares what the
 * databases hold, in Redis's serialization, before and after each line and at each announcement:
 *
 * - a key that differs was announced while it was still as before (or is new), and was reported changed;
 * - a key that is reported changed was announced, or is new.
 *
 * The first is what a snapshot needs that copies a value before it is written over, the second what watches, caches and
 * the journal need.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Keyspace } from "../../src/data/keyspace.ts";
import { DEFAULT_ENCODING_BOUNDS } from "../../src/data/encoding.ts";
import { dumpPayload } from "../../src/data/rdb/dump-payload.ts";
import type { WriteBarrier } from "../../src/data/write-barrier.ts";
import type { Engine } from "../../src/engine/engine.ts";
import type { KeyChangeListener } from "../../src/engine/key-changes.ts";
import type { Script } from "../contract/suite.ts";
import { suites } from "../contract/suites.ts";
import { TestEngine } from "../support/engine.ts";
import { TestWorld } from "../support/world.ts";

/** Changes without a report, by the command that makes them, and why. */
const UNREPORTED: ReadonlyMap<string, string> = new Map([
  ["XREADGROUP", "notes when its consumer was last seen, which Redis replicates as little"],
  ["XCLAIM", "notes when its consumer was last seen, which Redis replicates as little"],
  ["XAUTOCLAIM", "notes when its consumer was last seen, which Redis replicates as little"],
]);

/** What every key holds, by `database:key`: its deadline and its serialization. */
type Contents = Map<string, string>;

class Witness implements WriteBarrier, KeyChangeListener {
  readonly faults: string[] = [];
  private readonly engine: Engine;
  private before: Contents;
  private readonly announced = new Set<string>();
  private readonly added = new Set<string>();
  private readonly reported = new Set<string>();

  constructor(engine: Engine) {
    this.engine = engine;
    engine.dataset.instant.barrier = this;
    engine.keyChanges.add(this)(true);
    this.before = this.contents();
  }

  keyChanged(keyspace: Keyspace, key: string): void {
    this.reported.add(nameOf(keyspace, key));
  }

  keyAdded(keyspace: Keyspace, key: string): void {
    this.added.add(nameOf(keyspace, key));
  }

  databaseChanging(keyspace: Keyspace, successor: Keyspace | undefined): void {
    for (const database of [keyspace, successor]) {
      for (let slot = 0; slot < (database?.size ?? 0); slot++) this.keyChanged(keyspace, database!.keyAt(slot));
    }
  }

  beforeChange(keyspace: Keyspace, key: string, slot: number): void {
    assert.equal(keyspace.keyAt(slot), key, "the slot is the key's");
    const name = nameOf(keyspace, key);
    if (this.announced.has(name)) return;
    this.announced.add(name);
    if (this.added.has(name)) return;
    if (stateAt(keyspace, slot) !== this.before.get(name))
      this.faults.push(`${name} had changed before it was announced`);
  }

  beforeRemove(): void {}

  beforeClear(keyspace: Keyspace): void {
    for (let slot = 0; slot < keyspace.size; slot++) this.beforeChange(keyspace, keyspace.keyAt(slot), slot);
  }

  beforeSwap(keyspace: Keyspace, other: Keyspace): void {
    this.beforeClear(keyspace);
    this.beforeClear(other);
    for (let slot = 0; slot < keyspace.size; slot++) this.added.add(nameOf(other, keyspace.keyAt(slot)));
    for (let slot = 0; slot < other.size; slot++) this.added.add(nameOf(keyspace, other.keyAt(slot)));
  }

  /** The command is over: holds what it changed against what it said, and begins anew. */
  commandOver(text: string): void {
    const after = this.contents();
    for (const name of new Set([...this.before.keys(), ...after.keys()])) {
      if (this.before.get(name) === after.get(name)) continue;
      const isAnnounced = this.announced.has(name) || (!this.before.has(name) && this.added.has(name));
      if (!isAnnounced) this.faults.push(`${text}: ${name} changed and was not announced`);
      const mayBeUnreported = UNREPORTED.has(text.split(" ")[0]!.toUpperCase());
      if (!this.reported.has(name) && !mayBeUnreported)
        this.faults.push(`${text}: ${name} changed and was not reported`);
    }
    for (const name of this.reported) {
      const isKnown = this.announced.has(name) || this.added.has(name);
      if (!isKnown) this.faults.push(`${text}: ${name} was reported changed and was not announced`);
    }
    this.announced.clear();
    this.added.clear();
    this.reported.clear();
    this.before = after;
  }

  private contents(): Contents {
    const contents: Contents = new Map();
    for (const database of this.engine.dataset.databases) {
      for (let slot = 0; slot < database.size; slot++) {
        contents.set(nameOf(database, database.keyAt(slot)), stateAt(database, slot));
      }
    }
    return contents;
  }
}

function nameOf(keyspace: Keyspace, key: string): string {
  return `${keyspace.number}:${key}`;
}

function stateAt(keyspace: Keyspace, slot: number): string {
  return `${keyspace.deadlineAt(slot)} ${dumpPayload(keyspace.valueAt(slot), DEFAULT_ENCODING_BOUNDS)}`;
}

/** Time passes between the lines, so that keys and fields expire, lazily and in ticks. */
function run({ lines }: Script): string[] {
  const world = new TestWorld(7);
  const ours = new TestEngine(world);
  const witness = new Witness(ours.engine);
  for (const [i, { words, text }] of lines.entries()) {
    ours.send(...words);
    witness.commandOver(text);
    if (ours.session.isClosing) break;
    world.advance(40);
    if (i % 5 !== 4) continue;
    ours.engine.tick();
    witness.commandOver("tick");
  }
  return witness.faults;
}

test("what is evicted is announced before it goes", () => {
  const ours = new TestEngine(new TestWorld(7));
  ours.line("CONFIG SET maxmemory-policy allkeys-random");
  const witness = new Witness(ours.engine);
  for (let i = 0; i < 100; i++) ours.line(`SADD k${i} a b c`);
  witness.commandOver("SADD");
  ours.engine.eviction.maxBytes = 1;
  ours.engine.eviction.maxBytes = ours.engine.eviction.usedBytes / 2;
  ours.engine.tick();
  assert.ok(ours.engine.stats.evictedKeys > 30);
  witness.commandOver("tick");
  assert.deepEqual(witness.faults, []);
});

describe("every change is announced before it happens, and reported afterwards", () => {
  for (const [group, scripts] of Object.entries(suites)) {
    for (const script of scripts) {
      test(`${group}: ${script.name}`, () => {
        const faults = run(script);
        assert.deepEqual(faults, [], faults.join("\n"));
      });
    }
  }
});
