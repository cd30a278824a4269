/** GEOSEARCH, GEORADIUS and their variants: reads the options, searches, and answers or stores the result. */
import type { KeyPosition } from "../core/command-spec.ts";
import * as errors from "../core/errors.ts";
import * as geoErrors from "../core/errors/geo.ts";
import { truncatedInt64 } from "../core/numbers.ts";
import { EMPTY_ARRAY } from "../core/reply.ts";
import type { Reply } from "../core/reply.ts";
import type { Words } from "../engine/command.ts";
import type { Context } from "../engine/context.ts";
import { decodePosition, distanceWithin, intervalsToSearch } from "../data/types/geohash.ts";
import type { Extent, Position, Shape } from "../data/types/geohash.ts";
import { SortedSetValue } from "../data/types/sorted-set.ts";
import { double, integer } from "./args.ts";
import { distanceReply, position, positionReply, unit } from "./geo-args.ts";
import { storeSortedSet } from "./sorted-set-algebra.ts";

/**
 * Finds the keys of GEORADIUS and GEORADIUSBYMEMBER. `options` is the index of the first option. A key may have the
 * name of an option.
 */
export function radiusKeys(options: number): (words: readonly string[]) => KeyPosition[] {
  return (words) => {
    const found = [{ index: 1, flags: "RO access" }];
    for (let i = options; i < words.length - 1; i++) {
      const option = words[i]!.toUpperCase();
      if (option !== "STORE" && option !== "STOREDIST") continue;
      found.push({ index: ++i, flags: "OW update" });
    }
    return found;
  };
}

/** The options of a search, filled in word by word. */
interface Search {
  /** Undefined when there is no such key. The words are read nevertheless, for their errors. */
  readonly set: SortedSetValue | undefined;
  center: Position | undefined;
  /** The option that gave GEOSEARCH its center. */
  from: "member" | "position" | undefined;
  extent: Extent | undefined;
  /** The unit of the distances to answer, in meters. */
  unit: number;
  withDistance: boolean;
  withHash: boolean;
  withPosition: boolean;
  /** 1 for the nearest first, -1 for the farthest, 0 for the order in which they are found. */
  sort: 1 | -1 | 0;
  /** The most members to answer; 0 for all. */
  count: number;
  /** Whether any `count` members will do, not only the nearest. */
  any: boolean;
  destination: string | undefined;
  /** Whether to store distances as scores, in place of geohashes. */
  storesDistance: boolean;
}

function searchOf(context: Context, key: string): Search {
  return {
    set: context.db.read(key, SortedSetValue),
    center: undefined,
    from: undefined,
    extent: undefined,
    unit: 1,
    withDistance: false,
    withHash: false,
    withPosition: false,
    sort: 0,
    count: 0,
    any: false,
    destination: undefined,
    storesDistance: false,
  };
}

/**
 * GEORADIUS key longitude latitude radius <M | KM | FT | MI> [WITHCOORD] [WITHDIST] [WITHHASH] [COUNT count [ANY]]
 *   [ASC | DESC] [STORE key] [STOREDIST key]
 */
export function georadius(context: Context, words: Words): Reply {
  return aroundPosition(context, words, readDestination);
}

/**
 * GEORADIUS_RO key longitude latitude radius <M | KM | FT | MI> [WITHCOORD] [WITHDIST] [WITHHASH] [COUNT count [ANY]]
 *   [ASC | DESC]
 */
export function georadiusRo(context: Context, words: Words): Reply {
  return aroundPosition(context, words, noOptions);
}

/**
 * GEORADIUSBYMEMBER key member radius <M | KM | FT | MI> [WITHCOORD] [WITHDIST] [WITHHASH] [COUNT count [ANY]] [ASC |
 *   DESC] [STORE key] [STOREDIST key]
 */
export function georadiusbymember(context: Context, words: Words): Reply {
  return aroundMember(context, words, readDestination);
}

/**
 * GEORADIUSBYMEMBER_RO key member radius <M | KM | FT | MI> [WITHCOORD] [WITHDIST] [WITHHASH] [COUNT count [ANY]]
 *   [ASC | DESC]
 */
export function georadiusbymemberRo(context: Context, words: Words): Reply {
  return aroundMember(context, words, noOptions);
}

/**
 * GEOSEARCH key <FROMMEMBER member | FROMLONLAT longitude latitude> <BYRADIUS radius <M | KM | FT | MI> | BYBOX width
 *   height <M | KM | FT | MI>> [ASC | DESC] [COUNT count [ANY]] [WITHCOORD] [WITHDIST] [WITHHASH]
 */
export function geosearch(context: Context, words: Words): Reply {
  const search = searchOf(context, words[1]);
  readOptions(words, 2, search, readArea);
  checkArea(words[0], search);
  return run(context, search, "");
}

/**
 * GEOSEARCHSTORE destination source <FROMMEMBER member | FROMLONLAT longitude latitude> <BYRADIUS radius <M | KM | FT
 *   | MI> | BYBOX width height <M | KM | FT | MI>> [ASC | DESC] [COUNT count [ANY]] [STOREDIST]
 */
export function geosearchstore(context: Context, words: Words): Reply {
  const search = searchOf(context, words[2]);
  search.destination = words[1];
  readOptions(words, 3, search, readAreaToStore);
  checkStored(search, "GEOSEARCHSTORE");
  checkArea(words[0], search);
  return run(context, search, "geosearchstore");
}

function aroundPosition(context: Context, words: Words, readOwn: OptionReader): Reply {
  const search = searchOf(context, words[1]);
  search.center = position(words, 2);
  readRadius(words, 4, search);
  readOptions(words, 6, search, readOwn);
  checkStored(search, "STORE option in GEORADIUS");
  return run(context, search, "georadiusstore");
}

function aroundMember(context: Context, words: Words, readOwn: OptionReader): Reply {
  const search = searchOf(context, words[1]);
  // As in Redis, without a key the member and the radius may be anything.
  if (search.set !== undefined) {
    search.center = positionOf(search.set, words[2]);
    readRadius(words, 3, search);
  }
  readOptions(words, 5, search, readOwn);
  checkStored(search, "STORE option in GEORADIUS");
  return run(context, search, "georadiusstore");
}

/** Reads the option at word `at`. Answers the index of its last word; undefined when the word is no option. */
type OptionReader = (words: Words, at: number, search: Search) => number | undefined;

function readOptions(words: Words, start: number, search: Search, readOwn: OptionReader): void {
  for (let at = start; at < words.length; at++) {
    const last = readCommon(words, at, search) ?? readOwn(words, at, search);
    if (last === undefined) throw errors.SYNTAX;
    at = last;
  }
}

/** Reads the options that every search has. */
function readCommon(words: Words, at: number, search: Search): number | undefined {
  const option = words[at]!.toUpperCase();
  if (option === "WITHDIST") search.withDistance = true;
  else if (option === "WITHHASH") search.withHash = true;
  else if (option === "WITHCOORD") search.withPosition = true;
  else if (option === "ANY") search.any = true;
  else if (option === "ASC") search.sort = 1;
  else if (option === "DESC") search.sort = -1;
  else if (option === "COUNT" && at + 1 < words.length) {
    search.count = integer(words[at + 1]!);
    if (search.count <= 0) throw errors.COUNT_OPTION_NOT_POSITIVE;
    return at + 1;
  } else return undefined;
  return at;
}

function noOptions(): undefined {
  return undefined;
}

/** Reads STORE and STOREDIST of GEORADIUS. */
function readDestination(words: Words, at: number, search: Search): number | undefined {
  const option = words[at]!.toUpperCase();
  if ((option !== "STORE" && option !== "STOREDIST") || at + 1 >= words.length) return undefined;
  search.destination = words[at + 1]!;
  search.storesDistance = option === "STOREDIST";
  return at + 1;
}

/** Reads the center and the area of GEOSEARCH. An option may be repeated, but not follow one that excludes it. */
function readArea(words: Words, at: number, search: Search): number | undefined {
  const option = words[at]!.toUpperCase();
  const left = words.length - 1 - at;
  const { set, extent } = search;
  if (option === "FROMMEMBER" && left >= 1 && search.from !== "position") {
    if (set !== undefined) search.center = positionOf(set, words[at + 1]!);
    search.from = "member";
    return at + 1;
  }
  if (option === "FROMLONLAT" && left >= 2 && search.from !== "member") {
    search.center = position(words, at + 1);
    search.from = "position";
    return at + 2;
  }
  if (option === "BYRADIUS" && left >= 2 && (extent === undefined || "radius" in extent)) {
    readRadius(words, at + 1, search);
    return at + 2;
  }
  if (option === "BYBOX" && left >= 3 && (extent === undefined || "width" in extent)) {
    readBox(words, at + 1, search);
    return at + 3;
  }
  return undefined;
}

function readAreaToStore(words: Words, at: number, search: Search): number | undefined {
  if (words[at]!.toUpperCase() !== "STOREDIST") return readArea(words, at, search);
  search.storesDistance = true;
  return at;
}

function positionOf(set: SortedSetValue, member: string): Position {
  const score = set.score(member);
  if (score === undefined) throw geoErrors.MEMBER_UNKNOWN;
  return decodePosition(score);
}

/** Reads a radius and its unit. */
function readRadius(words: Words, at: number, search: Search): void {
  const radius = double(words[at]!, geoErrors.RADIUS_NOT_FLOAT);
  if (radius < 0) throw geoErrors.RADIUS_NEGATIVE;
  search.unit = unit(words[at + 1]!);
  search.extent = { radius: radius * search.unit };
}

/** Reads a width, a height and the unit of both. */
function readBox(words: Words, at: number, search: Search): void {
  const width = double(words[at]!, geoErrors.WIDTH_NOT_FLOAT);
  const height = double(words[at + 1]!, geoErrors.HEIGHT_NOT_FLOAT);
  if (width < 0 || height < 0) throw geoErrors.SIDE_NEGATIVE;
  search.unit = unit(words[at + 2]!);
  search.extent = { width: width * search.unit, height: height * search.unit };
}

/** Throws when a WITH option is combined with storing, since a sorted set has no place for details. */
function checkStored(search: Search, storing: string): void {
  if (search.destination === undefined) return;
  if (search.withDistance || search.withHash || search.withPosition) {
    throw geoErrors.storesNoDetails(storing);
  }
}

function checkArea(name: string, { from, extent }: Search): void {
  if (from === undefined) throw geoErrors.exactlyOne("FROMMEMBER or FROMLONLAT", name);
  if (extent === undefined) throw geoErrors.exactlyOne("BYRADIUS and BYBOX", name);
}

/** Searches, and answers or stores the result. `event` is the name of the event when it is stored. */
function run(context: Context, search: Search, event: string): Reply {
  if (search.any && search.count === 0) throw geoErrors.ANY_WITHOUT_COUNT;
  const places = select(search);
  const { destination, storesDistance } = search;
  if (destination === undefined) return places.length === 0 ? EMPTY_ARRAY : places.map((place) => reply(place, search));
  const stored = places.map(
    ({ member, score, distance }) => [member, storesDistance ? distance / search.unit : score] as const,
  );
  return storeSortedSet(context, destination, SortedSetValue.from(stored), event);
}

/** A member that lies within the area. */
interface Place {
  readonly member: string;
  readonly score: number;
  readonly position: Position;
  /** Meters from the center. */
  readonly distance: number;
}

function reply({ member, score, position, distance }: Place, search: Search): Reply {
  const { withDistance, withHash, withPosition } = search;
  if (!withDistance && !withHash && !withPosition) return member;
  const parts: Reply[] = [member];
  if (withDistance) parts.push(distanceReply(distance / search.unit));
  if (withHash) parts.push(truncatedInt64(score));
  if (withPosition) parts.push(positionReply(position));
  return parts;
}

/** The members to answer, in order. */
function select({ set, center, extent, sort, count, any }: Search): Place[] {
  if (set === undefined || center === undefined || extent === undefined) return [];
  const places = find(set, { center, ...extent }, any ? count : Infinity);
  const limit = count === 0 ? Infinity : count;
  // With COUNT and without ANY, the nearest are answered.
  const order = sort === 0 && count > 0 && !any ? 1 : sort;
  return order === 0 ? places : firstInOrder(places, limit, order);
}

/** Elements that are visited at once: as many as a leaf of the sorted set's tree holds. */
const STRETCH = 128;

/** The members within a shape, at most `limit`, in the order of their cells. */
function find(set: SortedSetValue, shape: Shape, limit: number): Place[] {
  const places: Place[] = [];
  const visit = (member: string, score: number): void => {
    const position = decodePosition(score);
    const distance = distanceWithin(shape, position);
    if (distance !== undefined && places.length < limit) places.push({ member, score, position, distance });
  };
  for (const { min, max } of intervalsToSearch(shape)) {
    const { start, end } = set.scoreRange({ score: min, after: false }, { score: max, after: false });
    for (let at = start; at < end && places.length < limit; at += STRETCH) {
      set.forEach({ start: at, end: Math.min(end, at + STRETCH) }, false, visit);
    }
  }
  return places;
}

/** The first `limit` places by distance times `order`. Equal ones stay in the order in which they were found. */
function firstInOrder(places: Place[], limit: number, order: 1 | -1): Place[] {
  const byDistance = (a: Place, b: Place): number => order * (a.distance - b.distance);
  if (limit >= places.length) return places.sort(byDistance);
  // For few of many: sorting the distances alone finds the farthest of them, so that few places are left to sort.
  const distances = Float64Array.from(places, ({ distance }) => order * distance).sort();
  const last = distances[limit - 1]!;
  return places
    .filter(({ distance }) => order * distance <= last)
    .sort(byDistance)
    .slice(0, limit);
}
