/** Reads positions and units, and formats positions and distances as Redis does. */
import * as geoErrors from "../core/errors/geo.ts";
import { formatFixed } from "../core/numbers.ts";
import { DoubleText } from "../core/reply.ts";
import { LATITUDE_MAX, LONGITUDE_MAX } from "../data/types/geohash.ts";
import type { Position } from "../data/types/geohash.ts";
import { double } from "./args.ts";

const METERS_OF: ReadonlyMap<string, number> = new Map([
  ["M", 1],
  ["KM", 1000],
  ["FT", 0.3048],
  ["MI", 1609.34],
]);

/** The longitude at word `at` and the latitude after it. */
export function position(words: readonly string[], at: number): Position {
  const [longitude, latitude] = [double(words[at]!), double(words[at + 1]!)];
  if (Math.abs(longitude) > LONGITUDE_MAX || Math.abs(latitude) > LATITUDE_MAX) {
    const pair = `${formatFixed(longitude, 6)},${formatFixed(latitude, 6)}`;
    throw geoErrors.badPosition(pair);
  }
  return { longitude, latitude };
}

/** A unit's length in meters. */
export function unit(word: string): number {
  const meters = METERS_OF.get(word.toUpperCase());
  if (meters === undefined) throw geoErrors.UNSUPPORTED_UNIT;
  return meters;
}

/** A distance with four decimals, which is a string in every protocol. */
export function distanceReply(distance: number): string {
  return formatFixed(distance, 4);
}

/** Longitude and latitude with up to 17 decimals. */
export function positionReply({ longitude, latitude }: Position): DoubleText[] {
  return [coordinate(longitude), coordinate(latitude)];
}

function coordinate(angle: number): DoubleText {
  return new DoubleText(formatFixed(angle, 17).replace(/\.?0+$/, ""));
}
