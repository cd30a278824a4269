/** Places on the earth as a plot: found by their scores, and projected to a rectangle. Longitudes and latitudes in degrees. */

export interface GeoPoint {
  readonly name: string;
  readonly lon: number;
  readonly lat: number;
}

/** What a plot shows. */
interface GeoBounds {
  readonly west: number;
  readonly east: number;
  readonly south: number;
  readonly north: number;
}

/** Latitudes that Redis takes. */
const LAT_MAX = 85.05112878;

/** Degrees that a plot is wide at least: some hundred metres. */
const SPAN_MIN = 0.005;

/**
 * Whether scores may be those of GEOADD: whole numbers of 52 bits, which interleave longitude and latitude. The corner of the
 * earth that small numbers stand for is empty, so that ranks and times in seconds and milliseconds are told apart.
 */
export function areGeoScores(scores: readonly string[]): boolean {
  const isGeo = (score: string): boolean => {
    const value = Number(score);
    return Number.isInteger(value) && value >= 2 ** 44 && value < 2 ** 52;
  };
  return scores.length > 0 && scores.every(isGeo);
}

/** What shows all points, with some space around; the world where there are none. */
export function boundsOf(points: readonly GeoPoint[]): GeoBounds {
  if (points.length === 0) return { west: -180, east: 180, south: -LAT_MAX, north: LAT_MAX };
  let [west, east, south, north] = [180, -180, 90, -90];
  for (const { lon, lat } of points) {
    west = Math.min(west, lon);
    east = Math.max(east, lon);
    south = Math.min(south, lat);
    north = Math.max(north, lat);
  }
  const padLon = Math.max(SPAN_MIN, (east - west) * 0.08);
  const padLat = Math.max(SPAN_MIN, (north - south) * 0.08);
  return {
    west: Math.max(-180, west - padLon),
    east: Math.min(180, east + padLon),
    south: Math.max(-LAT_MAX, south - padLat),
    north: Math.min(LAT_MAX, north + padLat),
  };
}

/** Places points of `bounds` in a rectangle: a degree is as wide in the middle as it is there on the earth. */
export class Projection {
  private readonly bounds: GeoBounds;
  private readonly scaleX: number;
  private readonly scaleY: number;
  private readonly left: number;
  private readonly top: number;

  constructor(bounds: GeoBounds, width: number, height: number) {
    const { west, east, south, north } = bounds;
    const squeeze = Math.cos((((south + north) / 2) * Math.PI) / 180);
    const scale = Math.min(width / ((east - west) * squeeze), height / (north - south));
    this.bounds = bounds;
    this.scaleX = scale * squeeze;
    this.scaleY = scale;
    this.left = (width - (east - west) * this.scaleX) / 2;
    this.top = (height - (north - south) * this.scaleY) / 2;
  }

  x(lon: number): number {
    return this.left + (lon - this.bounds.west) * this.scaleX;
  }

  y(lat: number): number {
    return this.top + (this.bounds.north - lat) * this.scaleY;
  }
}

const STEPS = [30, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001];

/** Lines of a graticule between two degrees: four to ten of them, at round degrees. */
export function linesBetween(from: number, to: number): number[] {
  const step = STEPS.find((step) => (to - from) / step >= 4) ?? STEPS.at(-1)!;
  const lines: number[] = [];
  for (let i = Math.ceil(from / step); i * step <= to; i++) lines.push(Number((i * step).toFixed(3)));
  return lines;
}
