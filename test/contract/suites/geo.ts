import { suite } from "../suite.ts";

const SICILY = "GEOADD g 13.361389 38.115556 Palermo 15.087269 37.502669 Catania 13.583333 37.316667 Agrigento";
const EDGES = "GEOADD e 12.758489 38.788135 edge1 17.241510 38.788135 edge2";
/** As many members as no longer fit the small form, spread over the globe. */
const MANY = `GEOADD many ${Array.from({ length: 300 }, (_, i) => `${((i * 37) % 360) - 180}.${i} ${((i * 53) % 170) - 85}.0${i} m${i}`).join(" ")}`;

/** A grid of members, a tenth of a degree apart, so far north that the cells of a search are narrow. */
const GRID = `GEOADD grid ${Array.from({ length: 480 }, (_, i) => `${9 + (i % 30) / 10} ${60.4 + Math.floor(i / 30) / 10} m${i}`).join(" ")}`;
/** From the first two centers a radius of 74 km leads into all nine cells, and into the corners in the north or south. */
const CENTERS = ["10.567991 61.112487", "10.564773 61.179291", "10.6 60.6", "11 61.3", "11.25 61"];
const GRID_SEARCHES = CENTERS.flatMap((center) =>
  [15, 30, 50, 74].flatMap((km) => [
    `GEOSEARCH grid FROMLONLAT ${center} BYBOX ${2 * km} ${km} km`,
    `GEOSEARCH grid FROMLONLAT ${center} BYRADIUS ${km} km`,
  ]),
).join("\n");

export const geoSuite = suite({
  GEOADD: `
    # Members are added once, with a geohash as their score.
    ${SICILY}
    ${SICILY}
    ZRANGE g 0 -1 WITHSCORES
    TYPE g

    # CH counts what has moved; NX and XX restrict what changes.
    GEOADD g 13 38 Palermo 14 38 New
    GEOADD g CH 13.5 38 Palermo 14 38 New 15 38 Newer
    GEOADD g NX 1 1 Palermo 2 2 Newest
    GEOADD g XX 1 1 Palermo 2 2 Absent
    GEOADD g xx ch 1.5 1 Palermo 2 2 Absent
    GEOADD g CH nx 1 1 Palermo 2 2 Other
    GEOADD g CH CH 1 1 Palermo
    ZRANGE g 0 -1 WITHSCORES

    # XX makes no key.
    GEOADD fresh XX 1 1 a
    EXISTS fresh

    # Failures: options.
    GEOADD g NX XX 1 1 a
    GEOADD g XX NX 1 1 a
    GEOADD g NX CH CH
    GEOADD g GT 1 1 a
    GEOADD g INCR 1 1 a

    # Failures: arity and numbers.
    GEOADD g 1 1 NX
    GEOADD g 1 1
    GEOADD g 1 1 a 2
    GEOADD g 1 1 a 2 2
    GEOADD g CH 1 1
    GEOADD g x 1 a
    GEOADD g 1 x a
    GEOADD g 1 "" a
    GEOADD g nan 1 a

    # All of it is read before anything is added.
    GEOADD g 1 1 kept 2 x lost
    GEOADD g 1 1 kept 200 1 lost
    ZSCORE g kept

    # Numbers in any form that C reads.
    GEOADD g 0x10 +1e1 hex 1. .5 points
    ZSCORE g hex
    ZSCORE g points

    # A key of another type, after the words.
    SET s x
    GEOADD s 1 1 a
    GEOADD s 200 1 a
    GEOADD s NX XX 1 1 a
  `,
  "the limits of the globe": `
    # The corners, and where the hemispheres meet.
    GEOADD g 180 85.05112878 ne -180 -85.05112878 sw 180 -85.05112878 se -180 85.05112878 nw
    GEOADD g 0 0 zero -0 -0.0 minus 179.999999 0 east -179.999999 0 west 180 0 line 180 12.345678901 odd
    ZRANGE g 0 -1 WITHSCORES
    GEOPOS g ne sw se nw zero minus east west line odd
    GEOHASH g ne sw se nw zero minus east west line odd

    # Distances across them.
    GEODIST g ne sw
    GEODIST g se nw
    GEODIST g east west
    GEODIST g zero line KM

    # Searches around them.
    GEOSEARCH g FROMLONLAT 180 0 BYRADIUS 10 m WITHHASH WITHDIST WITHCOORD
    GEOSEARCH g FROMLONLAT -180 0 BYRADIUS 10 m WITHHASH
    GEOSEARCH g FROMMEMBER ne BYRADIUS 0 m WITHHASH
    GEOSEARCH g FROMMEMBER odd BYRADIUS 0 m WITHHASH
    GEOSEARCH g FROMMEMBER odd BYRADIUS 1 km WITHHASH
    GEOSEARCH g FROMMEMBER nw BYBOX 100 100 km WITHHASH
    GEOSEARCH g FROMLONLAT 0 0 BYRADIUS 40000 km WITHHASH
    GEOSEARCH g FROMLONLAT 0 0 BYBOX 40000 40000 km WITHHASH

    # Radii without end.
    GEOSEARCH g FROMLONLAT 0 0 BYRADIUS inf m
    GEOSEARCH g FROMLONLAT 0 85 BYRADIUS inf km ASC
    GEOSEARCH g FROMLONLAT 0 0 BYBOX inf inf m
    GEOSEARCH g FROMLONLAT 0 0 BYBOX inf 1 m

    # Positions beyond the limits are refused.
    GEOADD g 180.000001 0 a
    GEOADD g 0 85.05112879 a
    GEOADD g 0 -85.05112879 a
    GEOADD g -181.0078125 85.0234375 a
    GEOADD g 181.0234375 0.0000005 a
    GEOADD g inf -inf a
    GEOADD g 1e300 1e21 a
    GEOADD g 1e-300 -1e-9 a
  `,
  "GEOPOS, GEOHASH": `
    # GEOPOS.
    ${SICILY}
    GEOPOS g
    GEOPOS g Palermo
    GEOPOS g Palermo absent Catania Palermo
    GEOPOS absent
    GEOPOS absent a b
    GEOPOS

    # GEOHASH.
    GEOHASH g
    GEOHASH g Palermo
    GEOHASH g Palermo absent Catania Palermo
    GEOHASH absent
    GEOHASH absent a b
    GEOHASH

    # A key of another type.
    SET s x
    GEOPOS s
    GEOPOS s a
    GEOHASH s
    GEOHASH s a
  `,
  "scores that are no geohashes": `
    # Scores below, above and between all geohashes.
    ZADD g -1 neg inf top -inf bottom 1e30 huge -1e30 tiny 18446744073709551615 u64 9223372036854775808 i64
    ZADD g 4503599627370497.5 beyond 1.5 fraction -0.5 half 1e16 e16 -9223372036854775808 min -4294967297 low
    GEOPOS g neg top bottom huge tiny u64 i64 beyond fraction half e16 min low
    GEOHASH g neg top bottom huge tiny u64 i64 beyond fraction half e16 min low

    # Distances and searches take them for positions nevertheless.
    GEODIST g neg fraction
    GEODIST g top bottom mi
    GEORADIUSBYMEMBER g fraction 1 m WITHHASH WITHDIST WITHCOORD
    GEOSEARCH g FROMMEMBER huge BYRADIUS 30000 km WITHHASH
  `,
  GEODIST: `
    # In every unit, either way.
    ${SICILY}
    GEODIST g Palermo Catania
    GEODIST g Palermo Catania m
    GEODIST g Palermo Catania KM
    GEODIST g Palermo Catania Mi
    GEODIST g Palermo Catania ft
    GEODIST g Catania Palermo
    GEODIST g Palermo Palermo

    # Missing members and keys.
    GEODIST g Palermo absent
    GEODIST g absent Palermo
    GEODIST absent a b

    # The unit is read first.
    GEODIST absent a b xx
    GEODIST absent a b m m
    GEODIST absent a b xx m

    # Failures: unit and arity.
    GEODIST g Palermo Catania yards
    GEODIST g Palermo Catania ""
    GEODIST g Palermo Catania m m
    GEODIST g Palermo

    # A key of another type.
    SET s x
    GEODIST s a b
    GEODIST s a b xx
  `,
  GEOSEARCH: `
    # Members inside and outside of the areas.
    ${SICILY}
    ${EDGES}
    ZUNIONSTORE g 2 g e

    # A radius around a position, in either order.
    GEOSEARCH g FROMLONLAT 15 37 BYRADIUS 200 km
    GEOSEARCH g FROMLONLAT 15 37 BYRADIUS 200 km ASC
    GEOSEARCH g FROMLONLAT 15 37 BYRADIUS 200 km DESC
    GEOSEARCH g FROMLONLAT 15 37 BYRADIUS 200 km ASC DESC

    # A box, and all that WITH options add.
    GEOSEARCH g FROMLONLAT 15 37 BYBOX 400 400 km ASC WITHCOORD WITHDIST
    GEOSEARCH g ASC BYBOX 400 400 km WITHDIST FROMLONLAT 15 37 WITHHASH
    geosearch g frommember Palermo byradius 200 KM withdist withcoord withhash
    GEOSEARCH g FROMMEMBER Palermo BYRADIUS 200 KM WITHHASH WITHCOORD WITHDIST WITHDIST

    # Around a member, down to an area of nothing.
    GEOSEARCH g FROMMEMBER Palermo BYRADIUS 0 m
    GEOSEARCH g FROMMEMBER Palermo BYBOX 0 0 m

    # The same distance in every unit.
    GEOSEARCH g FROMMEMBER Palermo BYRADIUS 100000 m WITHDIST
    GEOSEARCH g FROMMEMBER Palermo BYRADIUS 500000 ft WITHDIST
    GEOSEARCH g FROMMEMBER Palermo BYRADIUS 120 mi WITHDIST
    GEOSEARCH g FROMMEMBER Palermo BYRADIUS 0x64 km WITHDIST

    # COUNT takes the nearest, or with ANY the first.
    GEOSEARCH g FROMLONLAT 15 37 BYRADIUS 200 km COUNT 1
    GEOSEARCH g FROMLONLAT 15 37 BYRADIUS 200 km COUNT 2 WITHDIST
    GEOSEARCH g FROMLONLAT 15 37 BYRADIUS 200 km COUNT 2 DESC WITHDIST
    GEOSEARCH g FROMLONLAT 15 37 BYRADIUS 200 km COUNT 100 WITHDIST
    GEOSEARCH g FROMLONLAT 15 37 BYRADIUS 200 km COUNT 1 ANY
    GEOSEARCH g FROMLONLAT 15 37 BYRADIUS 200 km COUNT 2 ANY ASC
    GEOSEARCH g FROMLONLAT 15 37 BYRADIUS 200 km ANY COUNT 2 DESC
    GEOSEARCH g FROMLONLAT 15 37 BYRADIUS 200 km COUNT 100 ANY
    GEOSEARCH g FROMLONLAT 15 37 BYRADIUS 200 km COUNT 1 COUNT 2

    # Nothing there.
    GEOSEARCH g FROMLONLAT -100 -37 BYRADIUS 200 km WITHDIST

    # Options that are repeated: the last one counts.
    GEOSEARCH g FROMMEMBER Palermo FROMMEMBER Catania BYRADIUS 10 km
    GEOSEARCH g FROMLONLAT 1 1 FROMLONLAT 15 37 BYRADIUS 10 km BYRADIUS 200 km
    GEOSEARCH g FROMMEMBER Palermo BYBOX 1 1 m BYBOX 10 10 km

    # A missing key.
    GEOSEARCH absent FROMLONLAT 15 37 BYRADIUS 200 km
    GEOSEARCH absent FROMMEMBER x BYBOX 1 1 m WITHDIST
  `,
  "GEOSEARCH with wrong words": `
    # Options that exclude each other, or are missing.
    ${SICILY}
    GEOSEARCH g FROMMEMBER Palermo FROMLONLAT 1 1 BYRADIUS 10 km
    GEOSEARCH g FROMLONLAT 1 1 FROMMEMBER Palermo BYRADIUS 10 km
    GEOSEARCH g FROMMEMBER Palermo BYRADIUS 10 km BYBOX 10 10 km
    GEOSEARCH g FROMMEMBER Palermo BYBOX 10 10 km BYRADIUS 10 km
    GEOSEARCH g BYBOX 10 10 km ASC WITHDIST
    geosearch g BYRADIUS 10 km ASC WITHDIST
    GEOSEARCH g FROMMEMBER Palermo ASC WITHDIST DESC
    GEOSEARCH g ASC WITHDIST DESC ANY WITHHASH
    GEOSEARCH g FROMMEMBER Palermo BYRADIUS 10 km ANY

    # The member, before or after the area.
    GEOSEARCH g FROMMEMBER absent BYRADIUS 10 km
    GEOSEARCH g FROMMEMBER absent BYRADIUS x km
    GEOSEARCH g BYRADIUS x km FROMMEMBER absent

    # Numbers and units.
    GEOSEARCH g FROMLONLAT 200 1 BYRADIUS 10 km
    GEOSEARCH g FROMLONLAT x 1 BYRADIUS 10 km
    GEOSEARCH g FROMLONLAT 1 x BYRADIUS 10 km
    GEOSEARCH g FROMLONLAT 1 1 BYRADIUS x km
    GEOSEARCH g FROMLONLAT 1 1 BYRADIUS nan km
    GEOSEARCH g FROMLONLAT 1 1 BYRADIUS -1 km
    GEOSEARCH g FROMLONLAT 1 1 BYRADIUS -1 xx
    GEOSEARCH g FROMLONLAT 1 1 BYRADIUS -0 km
    GEOSEARCH g FROMLONLAT 1 1 BYRADIUS 10 xx
    GEOSEARCH g FROMLONLAT 1 1 BYRADIUS 10 ASC
    GEOSEARCH g FROMLONLAT 1 1 BYBOX x 1 km
    GEOSEARCH g FROMLONLAT 1 1 BYBOX 1 x km
    GEOSEARCH g FROMLONLAT 1 1 BYBOX x x km
    GEOSEARCH g FROMLONLAT 1 1 BYBOX -1 1 km
    GEOSEARCH g FROMLONLAT 1 1 BYBOX 1 -1 km
    GEOSEARCH g FROMLONLAT 1 1 BYBOX -1 x km
    GEOSEARCH g FROMLONLAT 1 1 BYBOX 1 1 xx
    GEOSEARCH g FROMLONLAT 1 1 BYBOX 1 1
    GEOSEARCH g FROMLONLAT 1 1 BYRADIUS 1
    GEOSEARCH g BYRADIUS 1 km FROMLONLAT 1
    GEOSEARCH g BYRADIUS 1 km ASC FROMMEMBER

    # COUNT.
    GEOSEARCH g FROMLONLAT 1 1 BYRADIUS 10 km COUNT
    GEOSEARCH g FROMLONLAT 1 1 BYRADIUS 10 km COUNT 0
    GEOSEARCH g FROMLONLAT 1 1 BYRADIUS 10 km COUNT -1
    GEOSEARCH g FROMLONLAT 1 1 BYRADIUS 10 km COUNT x
    GEOSEARCH g FROMLONLAT 1 1 BYRADIUS 10 km COUNT 1.5
    GEOSEARCH g FROMLONLAT 1 1 BYRADIUS 10 km COUNT ANY
    GEOSEARCH g FROMLONLAT 1 1 BYRADIUS 10 km COUNT 9223372036854775807
    GEOSEARCH g FROMLONLAT 1 1 BYRADIUS 10 km COUNT 9223372036854775808

    # Options of other commands.
    GEOSEARCH g FROMLONLAT 1 1 BYRADIUS 10 km STORE d
    GEOSEARCH g FROMLONLAT 1 1 BYRADIUS 10 km STOREDIST
    GEOSEARCH g FROMLONLAT 1 1 BYRADIUS 10 km NOPE

    # A missing key: its words are read all the same.
    GEOSEARCH absent FROMMEMBER x BYRADIUS x km
    GEOSEARCH absent FROMMEMBER x FROMLONLAT 1 1 BYRADIUS 1 km
    GEOSEARCH absent BYRADIUS 1 km ASC ASC
    GEOSEARCH absent FROMMEMBER x ASC ASC ASC

    # Nothing after an option, and a key of another type.
    GEOSEARCH g FROMMEMBER
    SET s x
    GEOSEARCH s FROMLONLAT 1 1 BYRADIUS 10 km
    GEOSEARCH s FROMLONLAT x 1 BYRADIUS 10 km
    GEOSEARCH s NOPE 1 1 BYRADIUS 10 km
  `,
  GEOSEARCHSTORE: `
    # The destination has the geohashes of what was found.
    ${SICILY}
    GEOSEARCHSTORE d g FROMLONLAT 15 37 BYRADIUS 200 km
    ZRANGE d 0 -1 WITHSCORES
    GEOSEARCHSTORE d g FROMLONLAT 15 37 BYRADIUS 200 km COUNT 1
    ZRANGE d 0 -1 WITHSCORES
    GEOSEARCHSTORE d g FROMMEMBER Palermo BYBOX 400 400 km COUNT 2 DESC
    ZRANGE d 0 -1 WITHSCORES
    GEOSEARCHSTORE d g FROMLONLAT 15 37 BYRADIUS 200 km COUNT 2 ANY
    ZRANGE d 0 -1 WITHSCORES

    # Distances in place of geohashes.
    GEOSEARCHSTORE d g FROMLONLAT 15 37 BYRADIUS 200 km STOREDIST
    ZRANGE d 0 -1
    ≈ZRANGE d 0 -1 WITHSCORES
    GEOSEARCHSTORE d g STOREDIST FROMMEMBER Palermo BYRADIUS 300000 m ASC
    ZRANGE d 0 -1
    ≈ZRANGE d 0 -1 WITHSCORES

    # The destination is replaced, and removed when nothing was found.
    EXPIRE d 100
    GEOSEARCHSTORE d g FROMLONLAT 15 37 BYRADIUS 200 km
    TTL d
    GEOSEARCHSTORE d g FROMLONLAT 100 37 BYRADIUS 1 km
    EXISTS d
    GEOSEARCHSTORE d g FROMLONLAT 100 37 BYRADIUS 1 km
    SET s x
    GEOSEARCHSTORE s g FROMLONLAT 15 37 BYRADIUS 200 km
    TYPE s
    GEOSEARCHSTORE s absent FROMLONLAT 15 37 BYRADIUS 200 km
    EXISTS s

    # Source and destination may be one.
    GEOSEARCHSTORE g g FROMMEMBER Palermo BYRADIUS 1 km
    ZRANGE g 0 -1 WITHSCORES

    # Options that do not go with storing.
    GEOSEARCHSTORE d g FROMLONLAT 15 37 BYRADIUS 200 km WITHDIST
    GEOSEARCHSTORE d g FROMLONLAT 15 37 BYRADIUS 200 km WITHHASH
    GEOSEARCHSTORE d g FROMLONLAT 15 37 BYRADIUS 200 km WITHCOORD ANY
    GEOSEARCHSTORE d g FROMLONLAT 15 37 ASC ASC WITHDIST

    # Failures.
    GEOSEARCHSTORE d g FROMLONLAT 15 37 BYRADIUS 200 km ANY
    GEOSEARCHSTORE d g FROMLONLAT 15 37 BYRADIUS 200 km STORE x
    GEOSEARCHSTORE d g FROMLONLAT 15 37 BYRADIUS 200 km STOREDIST x
    GEOSEARCHSTORE d g BYRADIUS 200 km ASC ASC ASC
    geosearchstore d g FROMMEMBER Palermo ASC ASC ASC
    GEOSEARCHSTORE d g FROMMEMBER absent BYRADIUS 200 km
    GEOSEARCHSTORE d g FROMLONLAT 15 37 BYRADIUS 200

    # A source of another type.
    SET s x
    GEOSEARCHSTORE d s FROMLONLAT 15 37 BYRADIUS 200 km
    GEOSEARCHSTORE d s FROMLONLAT 15 37 BYRADIUS x km
  `,
  GEORADIUS: `
    # What to answer of each member.
    ${SICILY}
    GEORADIUS g 15 37 200 km
    GEORADIUS g 15 37 200 km WITHDIST
    GEORADIUS g 15 37 200 km WITHCOORD WITHHASH
    GEORADIUS g 15 37 200 km WITHDIST WITHCOORD WITHHASH ASC
    GEORADIUS g 15 37 200 km DESC COUNT 2
    GEORADIUS g 15 37 200 km COUNT 1 ANY

    # The form that cannot store.
    GEORADIUS_RO g 15 37 200 km WITHDIST
    GEORADIUS_RO g 15 37 200 km COUNT 1 DESC WITHHASH

    # Storing geohashes, or distances; the last option counts.
    GEORADIUS g 15 37 200 km STORE d
    ZRANGE d 0 -1 WITHSCORES
    GEORADIUS g 15 37 200 km STOREDIST d
    ZRANGE d 0 -1
    ≈ZRANGE d 0 -1 WITHSCORES
    GEORADIUS g 15 37 200 km STOREDIST x STORE d COUNT 2
    ZRANGE d 0 -1 WITHSCORES
    EXISTS x

    # Nothing found removes the destination.
    GEORADIUS g 15 37 1 m STORE d
    EXISTS d

    # A missing key.
    GEORADIUS absent 15 37 200 km
    GEORADIUS absent 15 37 200 km STORE g2
    GEORADIUS absent 15 37 x km
    GEORADIUS absent 15 x 1 km

    # Failures: options.
    GEORADIUS g 15 37 200 km STORE d WITHDIST
    GEORADIUS g 15 37 200 km WITHHASH STOREDIST d
    GEORADIUS g 15 37 200 km WITHCOORD STOREDIST d ANY
    GEORADIUS g 15 37 200 km STORE
    GEORADIUS g 15 37 200 km STOREDIST
    GEORADIUS g 15 37 200 km ANY
    GEORADIUS g 15 37 200 km COUNT
    GEORADIUS g 15 37 200 km COUNT 0
    GEORADIUS g 15 37 200 km FROMMEMBER Palermo
    GEORADIUS g 15 37 200 km BYBOX 1 1 m
    GEORADIUS g 15 37 200 NOPE

    # Failures: numbers.
    GEORADIUS g 15 37 -200 km
    GEORADIUS g 15 37 x km
    GEORADIUS g 15 370 x km
    GEORADIUS g 15 37 200

    # Failures of the form that cannot store.
    GEORADIUS_RO g 15 37 200 km STORE d
    GEORADIUS_RO g 15 37 200 km STOREDIST d
    GEORADIUS_RO g 15 37 200
    GEORADIUS_RO absent 15 37 200 km

    # Keys of another type: the source is refused, the destination replaced.
    SET s x
    GEORADIUS s 15 37 200 km
    GEORADIUS_RO s x 37 200 km
    GEORADIUS g 15 37 200 km STORE s
    TYPE s
    GEORADIUS absent 15 37 200 km STORE s
    EXISTS s
  `,
  GEORADIUSBYMEMBER: `
    # Around a member.
    ${SICILY}
    GEORADIUSBYMEMBER g Palermo 200 km
    GEORADIUSBYMEMBER g Palermo 200 km WITHDIST WITHCOORD WITHHASH ASC
    GEORADIUSBYMEMBER g Palermo 0 km
    GEORADIUSBYMEMBER_RO g Palermo 200 km DESC WITHDIST
    GEORADIUSBYMEMBER_RO g Palermo 200 km COUNT 1 ANY

    # Storing.
    GEORADIUSBYMEMBER g Palermo 200 km STORE d
    ZRANGE d 0 -1 WITHSCORES
    GEORADIUSBYMEMBER g Palermo 200000 m STOREDIST d
    ≈ZRANGE d 0 -1 WITHSCORES

    # Failures.
    GEORADIUSBYMEMBER g absent 200 km
    GEORADIUSBYMEMBER g absent x km
    GEORADIUSBYMEMBER g Palermo x km
    GEORADIUSBYMEMBER g Palermo -1 km
    GEORADIUSBYMEMBER g Palermo 1 xx
    GEORADIUSBYMEMBER g Palermo 1 km NOPE
    GEORADIUSBYMEMBER g Palermo 1 km STORE d WITHCOORD

    # A missing key: only some of its words are read.
    GEORADIUSBYMEMBER absent Palermo 1 km
    GEORADIUSBYMEMBER absent Palermo x y
    GEORADIUSBYMEMBER absent Palermo x y NOPE
    GEORADIUSBYMEMBER absent Palermo x y ANY
    GEORADIUSBYMEMBER absent Palermo x y STORE d
    EXISTS d

    # The form that cannot store.
    GEORADIUSBYMEMBER_RO absent Palermo x y
    GEORADIUSBYMEMBER_RO g absent 1 m
    GEORADIUSBYMEMBER_RO g Palermo 1 m STORE d
    GEORADIUSBYMEMBER_RO g Palermo 1

    # Failures, and keys of another type.
    GEORADIUSBYMEMBER g Palermo 1
    SET s x
    GEORADIUSBYMEMBER s Palermo 1 km
    GEORADIUSBYMEMBER_RO s Palermo x km
  `,
  "the order of what is found": `
    # Members are found cell by cell, which REST shows without an order.
    ${GRID}
    ${GRID_SEARCHES}
  `,
  "a large set": `
    # Searches of every size.
    ${MANY}
    ZCARD many
    GEOSEARCH many FROMLONLAT 10 10 BYRADIUS 1000 km
    GEOSEARCH many FROMLONLAT 10 10 BYRADIUS 3000 km WITHDIST ASC
    GEOSEARCH many FROMLONLAT -170 -70 BYRADIUS 3000 km WITHHASH
    GEOSEARCH many FROMLONLAT 175 70 BYBOX 4000 2000 km WITHDIST
    GEOSEARCH many FROMLONLAT 10 10 BYRADIUS 8000 km COUNT 10 WITHDIST
    GEOSEARCH many FROMLONLAT 10 10 BYRADIUS 8000 km COUNT 10 DESC WITHDIST
    GEOSEARCH many FROMLONLAT 10 10 BYRADIUS 8000 km COUNT 10 ANY
    GEOSEARCH many FROMLONLAT 10 10 BYRADIUS 20000 km COUNT 200 ANY
    GEOSEARCH many FROMLONLAT 10 10 BYRADIUS 22000 km

    # All of them are stored.
    GEOSEARCHSTORE d many FROMLONLAT 10 10 BYRADIUS 22000 km
    ZRANGE d 0 -1 WITHSCORES

    # A member moves; source and destination are one.
    GEOADD many XX CH 0 0 m5
    GEOSEARCH many FROMLONLAT 0 0 BYRADIUS 1 m
    GEOSEARCHSTORE many many FROMMEMBER m5 BYRADIUS 500 km
    ZRANGE many 0 -1 WITHSCORES
  `,
});
