/**
 * Positions on the globe as 52-bit geohashes, which are the scores of a geo set.
 *
 * Longitude and latitude are halved 26 times each; the outcomes are interleaved, longitude first. Positions in one cell
 * of such a grid are neighbours in the order of scores, so a search reads a few ranges of scores: those of the center's
 * cell and of the cells around it. The steps are Redis's, so scores, positions and the order of results are Redis's
 * too. Angles are in degrees, distances in meters.
 */

/** A position in degrees. */
export interface Position {
  readonly longitude: number;
  readonly latitude: number;
}

/** A circle or a box around a center. The sides of a box follow meridians and parallels. */
export type Shape = { readonly center: Position } & Extent;
/** The size of a circle or box, in meters. */
export type Extent = { readonly radius: number } | { readonly width: number; readonly height: number };

/** Scores from `min`, and below `max`. */
interface ScoreInterval {
  readonly min: number;
  readonly max: number;
}

/** A cell of the grid of 2^step columns, counted eastwards, and 2^step rows, counted northwards. */
interface Cell {
  readonly column: number;
  readonly row: number;
  readonly step: number;
}

interface Bounds {
  readonly west: number;
  readonly east: number;
  readonly south: number;
  readonly north: number;
}

/** Longitude limit of the projection, in degrees. */
export const LONGITUDE_MAX = 180;
/** Latitude limit of the Mercator projection EPSG:3857, at which the map is a square. */
export const LATITUDE_MAX = 85.05112878;

const STEP_MAX = 26;
const EARTH_RADIUS = 6372797.560856;
/** Half the equator's length on the Mercator map, in meters. */
const MERCATOR_MAX = 20037726.37;
const RADIANS_PER_DEGREE = Math.PI / 180;

/** The score of a position within {@link LONGITUDE_MAX} and {@link LATITUDE_MAX}. */
export function encodePosition(position: Position): number {
  return interleaved(cellAt(position, STEP_MAX), 0);
}

/** The center of a score's cell. As in Redis, every score has one. */
export function decodePosition(score: number): Position {
  const { west, east, south, north } = boundsOf(cellOfScore(score));
  return {
    longitude: clamp((west + east) / 2, LONGITUDE_MAX),
    latitude: clamp((south + north) / 2, LATITUDE_MAX),
  };
}

const ALPHABET = "0123456789bcdefghjkmnpqrstuvwxyz";

/**
 * The standard geohash of a score's position, with latitudes from -90 to 90. It has 11 chars as in Redis; the last is
 * always `0`, since 52 bits make 10 chars and a bit.
 */
export function geohashText(score: number): string {
  const hash = interleaved(cellAt(decodePosition(score), STEP_MAX, 90), 0);
  let text = "";
  for (let shift = 47; shift > 0; shift -= 5) text += ALPHABET[Math.floor(hash / 2 ** shift) % 32];
  return `${text}0`;
}

/** The distance between two positions on a sphere, in meters, by the haversine formula. */
export function distanceBetween(a: Position, b: Position): number {
  const v = Math.sin((radians(b.longitude) - radians(a.longitude)) / 2);
  if (v === 0) return distanceOfLatitudes(a.latitude, b.latitude);
  const [latitudeA, latitudeB] = [radians(a.latitude), radians(b.latitude)];
  const u = Math.sin((latitudeB - latitudeA) / 2);
  const squared = u * u + Math.cos(latitudeA) * Math.cos(latitudeB) * v * v;
  // Between opposite sides of the globe, rounding may exceed 1, where asin is NaN. Redis answers NaN.
  return 2 * EARTH_RADIUS * Math.asin(Math.min(1, Math.sqrt(squared)));
}

/** The distance of a position from a shape's center, in meters; undefined outside of the shape. */
export function distanceWithin(shape: Shape, position: Position): number | undefined {
  const { center } = shape;
  if ("radius" in shape) {
    // The difference of latitudes is a lower bound that costs little. The margin is for rounding.
    if (distanceOfLatitudes(position.latitude, center.latitude) > shape.radius * 1.000001) return undefined;
    const distance = distanceBetween(center, position);
    return distance > shape.radius ? undefined : distance;
  }
  if (distanceOfLatitudes(position.latitude, center.latitude) > shape.height / 2) return undefined;
  const onSameParallel = { longitude: center.longitude, latitude: position.latitude };
  if (distanceBetween(position, onSameParallel) > shape.width / 2) return undefined;
  return distanceBetween(center, position);
}

/** The center's cell and the eight around it (columns east, rows north), in Redis's order of search. */
const AROUND = [
  [0, 0],
  [0, 1],
  [0, -1],
  [1, 0],
  [-1, 0],
  [1, 1],
  [-1, 1],
  [1, -1],
  [-1, -1],
] as const;

/** Intervals of scores that cover the positions within a shape. They do not overlap. */
export function intervalsToSearch(shape: Shape): ScoreInterval[] {
  const { center } = shape;
  const box = boundingBox(shape);
  let cell = cellAt(center, stepFor(reachOf(shape), center.latitude));
  if (cell.step > 1 && !reaches(cell, box)) cell = cellAt(center, cell.step - 1);
  const own = boundsOf(cell);
  // Where the center's cell extends beyond the box, its neighbours on that side are outside.
  const trims = cell.step >= 2;
  const [noWest, noEast] = [trims && own.west < box.west, trims && own.east > box.east];
  const [noSouth, noNorth] = [trims && own.south < box.south, trims && own.north > box.north];
  const intervals: ScoreInterval[] = [];
  for (const [east, north] of AROUND) {
    if (east === 0 ? false : east > 0 ? noEast : noWest) continue;
    if (north === 0 ? false : north > 0 ? noNorth : noSouth) continue;
    const interval = intervalOf(neighbour(cell, east, north));
    // In a grid of two columns, the eastern and the western neighbour are the same.
    if (interval.min !== intervals.at(-1)?.min) intervals.push(interval);
  }
  return intervals;
}

/** The largest distance from a shape's center, in meters. */
function reachOf(shape: Shape): number {
  return "radius" in shape ? shape.radius : Math.sqrt((shape.width / 2) ** 2 + (shape.height / 2) ** 2);
}

/** The bounds of a shape where it is widest. For a very large shape they may be infinite or NaN. */
function boundingBox(shape: Shape): Bounds {
  const { longitude, latitude } = shape.center;
  const [halfWidth, halfHeight] =
    "radius" in shape ? [shape.radius, shape.radius] : [shape.width / 2, shape.height / 2];
  const high = degrees(halfHeight / EARTH_RADIUS);
  // Away from the equator the same length spans more degrees.
  const widest = latitude < 0 ? latitude - high : latitude + high;
  const wide = degrees(halfWidth / EARTH_RADIUS / Math.cos(radians(widest)));
  return { west: longitude - wide, east: longitude + wide, south: latitude - high, north: latitude + high };
}

/** The finest grid in which a cell and its neighbours about cover what lies within `reach` meters. */
function stepFor(reach: number, latitude: number): number {
  if (reach === 0) return STEP_MAX;
  let step = -1;
  for (let doubled = reach; doubled < MERCATOR_MAX; doubled *= 2) step++;
  // Cells become narrow towards the poles.
  if (Math.abs(latitude) > 66) step--;
  if (Math.abs(latitude) > 80) step--;
  return Math.min(Math.max(step, 1), STEP_MAX);
}

/** Whether a cell and its neighbours cover the box on all four sides. */
function reaches(cell: Cell, box: Bounds): boolean {
  return !(
    boundsOf(neighbour(cell, 0, 1)).north < box.north ||
    boundsOf(neighbour(cell, 0, -1)).south > box.south ||
    boundsOf(neighbour(cell, 1, 0)).east < box.east ||
    boundsOf(neighbour(cell, -1, 0)).west > box.west
  );
}

/** A neighbour. The grid wraps around: east of the last column is the first one, and so for rows. */
function neighbour({ column, row, step }: Cell, east: number, north: number): Cell {
  const mask = (1 << step) - 1;
  return {
    column: east === 0 ? column : (column + east) & mask,
    row: north === 0 ? row : (row + north) & mask,
    step,
  };
}

/** The scores of all positions in a cell. */
function intervalOf(cell: Cell): ScoreInterval {
  const scale = 2 ** (2 * (STEP_MAX - cell.step));
  return { min: interleaved(cell, 0) * scale, max: interleaved(cell, 1) * scale };
}

/** The cell of a position. One at the very limit gets a column or row beyond the last. */
function cellAt({ longitude, latitude }: Position, step: number, latitudeMax = LATITUDE_MAX): Cell {
  const count = 1 << step;
  return {
    column: Math.floor(((longitude + LONGITUDE_MAX) / (2 * LONGITUDE_MAX)) * count),
    row: Math.floor(((latitude + latitudeMax) / (2 * latitudeMax)) * count),
    step,
  };
}

function boundsOf({ column, row, step }: Cell): Bounds {
  const count = 1 << step;
  // 32-bit numbers, which makes a difference for scores beyond 52 bits.
  const [next, above] = [(column + 1) >>> 0, (row + 1) >>> 0];
  return {
    west: -LONGITUDE_MAX + (column / count) * (2 * LONGITUDE_MAX),
    east: -LONGITUDE_MAX + (next / count) * (2 * LONGITUDE_MAX),
    south: -LATITUDE_MAX + (row / count) * (2 * LATITUDE_MAX),
    north: -LATITUDE_MAX + (above / count) * (2 * LATITUDE_MAX),
  };
}

/**
 * Interleaves the bits of column and row, the column's above the row's, and adds `more`. Beyond 2^53 the result is
 * rounded.
 */
function interleaved({ column, row }: Cell, more: number): number {
  const high = spread(row >>> 16) | (spread(column >>> 16) << 1);
  const low = spread(row & 0xffff) | (spread(column & 0xffff) << 1);
  return (high >>> 0) * 2 ** 32 + ((low >>> 0) + more);
}

/** The cell of a score. In a sorted set that GEOADD has not made, a score may be any number. */
function cellOfScore(score: number): Cell {
  // C does not define the integer of a double beyond 64 bits; these are the values of x86.
  const whole = score >= 2 ** 64 ? 0 : score < -(2 ** 63) ? -(2 ** 63) : Math.trunc(score);
  // Bit operations see the last 32 bits of a number; `%` would be several times slower.
  const high = Math.floor(whole / 2 ** 32) | 0;
  const low = whole | 0;
  return {
    column: ((gathered(high >>> 1) << 16) | gathered(low >>> 1)) >>> 0,
    row: ((gathered(high) << 16) | gathered(low)) >>> 0,
    step: STEP_MAX,
  };
}

/** Spreads 16 bits to the even bits of 32. Source: "Bit Twiddling Hacks", Interleave bits by Binary Magic Numbers. */
function spread(bits: number): number {
  let x = bits;
  x = (x | (x << 8)) & 0x00ff00ff;
  x = (x | (x << 4)) & 0x0f0f0f0f;
  x = (x | (x << 2)) & 0x33333333;
  return (x | (x << 1)) & 0x55555555;
}

/** Gathers the even bits of 32 into 16. */
function gathered(bits: number): number {
  let x = bits & 0x55555555;
  x = (x | (x >>> 1)) & 0x33333333;
  x = (x | (x >>> 2)) & 0x0f0f0f0f;
  x = (x | (x >>> 4)) & 0x00ff00ff;
  return (x | (x >>> 8)) & 0xffff;
}

function distanceOfLatitudes(a: number, b: number): number {
  return EARTH_RADIUS * Math.abs(radians(b) - radians(a));
}

function radians(angle: number): number {
  return angle * RADIANS_PER_DEGREE;
}

function degrees(angle: number): number {
  return angle / RADIANS_PER_DEGREE;
}

function clamp(value: number, max: number): number {
  return Math.min(Math.max(value, -max), max);
}
