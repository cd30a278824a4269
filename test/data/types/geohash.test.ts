import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  decodePosition,
  distanceBetween,
  distanceWithin,
  encodePosition,
  geohashText,
  intervalsToSearch,
  LATITUDE_MAX,
  LONGITUDE_MAX,
} from "../../../src/data/types/geohash.ts";
import type { Extent, Position } from "../../../src/data/types/geohash.ts";
import { chooseSeed, seededRandom } from "../../support/world.ts";

const PALERMO = { longitude: 13.361389, latitude: 38.115556 };
const CATANIA = { longitude: 15.087269, latitude: 37.502669 };

/** The geohash by its definition: halving, longitude first. */
function naiveHash({ longitude, latitude }: Position, latitudeMax: number): bigint {
  const ranges = [
    { value: longitude, low: -LONGITUDE_MAX, high: LONGITUDE_MAX },
    { value: latitude, low: -latitudeMax, high: latitudeMax },
  ];
  let hash = 0n;
  for (let bit = 0; bit < 52; bit++) {
    const range = ranges[bit % 2]!;
    const middle = (range.low + range.high) / 2;
    const upper = range.value >= middle;
    if (upper) range.low = middle;
    else range.high = middle;
    hash = hash * 2n + (upper ? 1n : 0n);
  }
  return hash;
}

function naiveText(score: number): string {
  let hash = naiveHash(decodePosition(score), 90) >> 2n;
  let text = "0";
  for (let i = 0; i < 10; i++, hash /= 32n) text = "0123456789bcdefghjkmnpqrstuvwxyz"[Number(hash % 32n)] + text;
  return text;
}

function drawing(random: () => number) {
  const between = (low: number, high: number) => low + random() * (high - low);
  return {
    between,
    position: (latitudeMax = 85): Position => ({
      longitude: between(-180, 180),
      latitude: between(-latitudeMax, latitudeMax),
    }),
  };
}

describe("geohashes", () => {
  test("the examples of Redis's documentation", () => {
    assert.equal(encodePosition(PALERMO), 3479099956230698);
    assert.equal(encodePosition(CATANIA), 3479447370796909);
    assert.equal(geohashText(3479099956230698), "sqc8b49rny0");
    assert.equal(geohashText(3479447370796909), "sqdtr74hyu0");
    const [palermo, catania] = [decodePosition(3479099956230698), decodePosition(3479447370796909)];
    assert.deepEqual(palermo, { longitude: 13.361389338970184, latitude: 38.1155563954963 });
    assert.equal(distanceBetween(palermo, catania).toFixed(4), "166274.1516");
  });

  test("halving gives the same, and a position is decoded to within its cell", () => {
    const seed = chooseSeed();
    console.log(`SEED=${seed}`);
    const { position } = drawing(seededRandom(seed));
    for (let i = 0; i < 3000; i++) {
      const drawn = position();
      const score = encodePosition(drawn);
      const note = `SEED=${seed} ${JSON.stringify(drawn)}`;
      // Halving adds up rounding errors of its own, so that a position at an edge may be on its other side.
      if (naiveHash(drawn, LATITUDE_MAX) !== BigInt(score)) assert.ok(isAtEdge(drawn), note);
      const decoded = decodePosition(score);
      assert.ok(Math.abs(decoded.longitude - drawn.longitude) <= 360 / 2 ** 26, note);
      assert.ok(Math.abs(decoded.latitude - drawn.latitude) <= 180 / 2 ** 26, note);
      assert.equal(encodePosition(decoded), score, note);
      assert.equal(geohashText(score), naiveText(score), note);
    }
  });

  function isAtEdge({ latitude }: Position): boolean {
    const row = ((latitude + LATITUDE_MAX) / (2 * LATITUDE_MAX)) * 2 ** 26;
    return Math.abs(row - Math.round(row)) < 1e-6;
  }

  test("any score stands for some position", () => {
    for (const score of [0, -0, -1, 0.5, 2 ** 52, 2 ** 53 + 2, 2 ** 63, 2 ** 64, 1e300, -1e300, Infinity, -Infinity]) {
      const { longitude, latitude } = decodePosition(score);
      assert.ok(Math.abs(longitude) <= LONGITUDE_MAX && Math.abs(latitude) <= LATITUDE_MAX, String(score));
    }
  });

  test("a distance is the same both ways, at most half the globe, and a number at opposite ends too", () => {
    const seed = chooseSeed();
    console.log(`SEED=${seed}`);
    const { position } = drawing(seededRandom(seed));
    const half = Math.PI * 6372797.560856;
    for (let i = 0; i < 3000; i++) {
      const [a, b] = [position(), position()];
      const note = `SEED=${seed} ${JSON.stringify([a, b])}`;
      assert.equal(distanceBetween(a, b), distanceBetween(b, a), note);
      const opposite = { longitude: a.longitude > 0 ? a.longitude - 180 : a.longitude + 180, latitude: -a.latitude };
      assert.ok(Math.abs(distanceBetween(a, opposite) - half) < 1, note);
    }
    assert.equal(distanceBetween(PALERMO, PALERMO), 0);
  });
});

describe("the intervals of a search", () => {
  /** Draws extents up to this many meters, around centers up to this latitude, and looks for what is missed or doubled. */
  function check(reachMax: number, latitudeMax: number): void {
    const seed = chooseSeed();
    console.log(`SEED=${seed}`);
    const { between, position } = drawing(seededRandom(seed));
    let found = 0;
    for (let round = 0; round < 2000; round++) {
      const center = position(latitudeMax);
      const reach = reachMax ** between(0, 1);
      const extent: Extent =
        round % 2 === 0 ? { radius: reach } : { width: reach * between(0, 2), height: reach * between(0, 2) };
      const shape = { center, ...extent };
      const intervals = intervalsToSearch(shape);
      assert.ok(intervals.length <= 9);
      // Positions near the center, a degree being 111 km; across the line of 180 degrees as well.
      const spread = reach / 111_000;
      for (let i = 0; i < 10; i++) {
        const away = center.longitude + between(-spread, spread) / Math.cos((center.latitude * Math.PI) / 180);
        const score = encodePosition({
          longitude: ((((away + 180) % 360) + 360) % 360) - 180,
          latitude: Math.min(85, Math.max(-85, center.latitude + between(-spread, spread))),
        });
        const times = intervals.filter(({ min, max }) => score >= min && score < max).length;
        const inside = distanceWithin(shape, decodePosition(score)) !== undefined;
        const note = `SEED=${seed} ${JSON.stringify(shape)} ${score}`;
        assert.ok(times <= 1, `twice: ${note}`);
        assert.ok(!inside || times === 1, `missed: ${note}`);
        if (inside) found++;
      }
    }
    assert.ok(found > 4000, `only ${found} positions were inside`);
  }

  test("hold every position within a shape, once", () => check(1_000_000, 60));
  test("hold them where shapes are small, close to the poles too", () => check(10_000, 80));

  test("are few and small for a small shape", () => {
    const intervals = intervalsToSearch({ center: PALERMO, radius: 1000 });
    const searched = intervals.reduce((sum, { min, max }) => sum + max - min, 0);
    assert.ok(searched / 2 ** 52 < 1e-6, `${searched}`);
  });

  test("cover the globe for a shape as large as that", () => {
    for (const extent of [{ radius: Infinity }, { width: Infinity, height: Infinity }, { radius: 2.2e7 }]) {
      const intervals = intervalsToSearch({ center: CATANIA, ...extent });
      assert.equal(
        intervals.reduce((sum, { min, max }) => sum + max - min, 0),
        2 ** 52,
      );
    }
  });
});
