/** What geospatial commands refuse. */
import { err } from "../errors.ts";
import type { CommandError } from "../reply.ts";

export const UNSUPPORTED_UNIT = err("unsupported unit provided. please use M, KM, FT, MI");
export const MEMBER_UNKNOWN = err("could not decode requested zset member");
export const RADIUS_NOT_FLOAT = err("need numeric radius");
export const RADIUS_NEGATIVE = err("radius cannot be negative");
export const WIDTH_NOT_FLOAT = err("need numeric width");
export const HEIGHT_NOT_FLOAT = err("need numeric height");
export const SIDE_NEGATIVE = err("height or width cannot be negative");
export const ANY_WITHOUT_COUNT = err("the ANY argument requires COUNT argument");

/** `pair` is the longitude and the latitude, with a comma between. */
export const badPosition = (pair: string): CommandError => err(`invalid longitude,latitude pair ${pair}`);

/** `storing` is the command, or its option, that stores. */
export const storesNoDetails = (storing: string): CommandError =>
  err(`${storing} is not compatible with WITHDIST, WITHHASH and WITHCOORD options`);

/** `options` are two options, with their conjunction between. */
export const exactlyOne = (options: string, command: string): CommandError =>
  err(`exactly one of ${options} can be specified for ${command}`);
