// Commands from https://redis.io/docs/latest/commands/?group=geo
import { key, keywordKey } from "../core/command-spec.ts";
import * as errors from "../core/errors.ts";
import { NULL_ARRAY } from "../core/reply.ts";
import type { Reply } from "../core/reply.ts";
import { commandTable, row } from "../engine/command.ts";
import type { Words } from "../engine/command.ts";
import type { Context } from "../engine/context.ts";
import { decodePosition, distanceBetween, encodePosition, geohashText } from "../data/types/geohash.ts";
import { SortedSetValue } from "../data/types/sorted-set.ts";
import { distanceReply, position, positionReply, unit } from "./geo-args.ts";
import * as search from "./geo-search.ts";
import { addMembers, PLAIN } from "./sorted-set.ts";

const READ = key("RO access");
const UPDATE = key("RW update");
const STORE = [key("OW update"), key("RO access", 2)];
const storeOption = (from: number) =>
  [READ, keywordKey("OW update", "STORE", from), keywordKey("OW update", "STOREDIST", from)] as const;
const RADIUS = storeOption(6);
const MEMBER = storeOption(5);
const FIND = { findKeys: search.radiusKeys(6) };
const BY_MEMBER = { findKeys: search.radiusKeys(5) };
const byMember = search.georadiusbymember;
const byMemberRo = search.georadiusbymemberRo;

export const geoCommands = commandTable("geo", [
  row("GEOADD", -5, "write denyoom", UPDATE, "3.2.0", geoadd, "Adds members with their positions, or moves them."),
  row("GEODIST", -4, "readonly", READ, "3.2.0", geodist, "Returns the distance between two members."),
  row("GEOHASH", -2, "readonly", READ, "3.2.0", geohash, "Returns the geohashes of members as text."),
  row("GEOPOS", -2, "readonly", READ, "3.2.0", geopos, "Returns the positions of members."),
  row("GEORADIUS", -6, "write denyoom", RADIUS, "3.2.0", search.georadius, "Finds members around a position.", FIND),
  row("GEORADIUS_RO", -6, "readonly", READ, "3.2.10", search.georadiusRo, "As GEORADIUS, without storing."),
  row("GEORADIUSBYMEMBER", -5, "write denyoom", MEMBER, "3.2.0", byMember, "Finds members around one.", BY_MEMBER),
  row("GEORADIUSBYMEMBER_RO", -5, "readonly", READ, "3.2.10", byMemberRo, "As GEORADIUSBYMEMBER, without storing."),
  row("GEOSEARCH", -7, "readonly", READ, "6.2.0", search.geosearch, "Finds the members within a circle or a box."),
  row("GEOSEARCHSTORE", -8, "write denyoom", STORE, "6.2.0", search.geosearchstore, "Stores what GEOSEARCH finds."),
]);

function lookUp(context: Context, key: string): SortedSetValue | undefined {
  return context.db.read(key, SortedSetValue);
}

/** GEOADD key [NX | XX] [CH] longitude latitude member [longitude latitude member …] */
function geoadd(context: Context, words: Words): Reply {
  let at = 2;
  let [nx, xx, ch] = [false, false, false];
  for (; at < words.length; at++) {
    const option = words[at]!.toUpperCase();
    if (option === "NX") nx = true;
    else if (option === "XX") xx = true;
    else if (option === "CH") ch = true;
    else break;
  }
  const rest = words.length - at;
  if (rest === 0 || rest % 3 !== 0 || (nx && xx)) throw errors.SYNTAX;
  const scores: number[] = [];
  for (let i = at; i < words.length; i += 3) scores.push(encodePosition(position(words, i)));
  const options = nx || xx || ch ? { ...PLAIN, nx, xx, ch } : PLAIN;
  return addMembers(context, words, scores, at + 2, 3, options);
}

/** GEODIST key member1 member2 [M | KM | FT | MI] */
function geodist(context: Context, words: Words): Reply {
  const [, key, first, second, word] = words;
  const unitMeters = words.length === 5 ? unit(word) : 1;
  if (words.length > 5) throw errors.SYNTAX;
  const set = lookUp(context, key);
  const [from, to] = [set?.score(first), set?.score(second)];
  if (from === undefined || to === undefined) return null;
  return distanceReply(distanceBetween(decodePosition(from), decodePosition(to)) / unitMeters);
}

/** GEOHASH key [member …] */
function geohash(context: Context, words: Words): Reply {
  return eachMember(context, words, (score) => (score === undefined ? null : geohashText(score)));
}

/** GEOPOS key [member …] */
function geopos(context: Context, words: Words): Reply {
  return eachMember(context, words, (score) =>
    score === undefined ? NULL_ARRAY : positionReply(decodePosition(score)),
  );
}

/** A reply for the score of each member from word 2 on; undefined for a member that does not exist. */
function eachMember(context: Context, words: Words, reply: (score: number | undefined) => Reply): Reply {
  const set = lookUp(context, words[1]);
  const replies: Reply[] = [];
  for (let i = 2; i < words.length; i++) replies.push(reply(set?.score(words[i]!)));
  return replies;
}
