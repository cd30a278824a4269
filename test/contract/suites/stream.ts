import { suite } from "../suite.ts";

/** XADD lines that put so many small entries into a stream, for what depends on nodes. */
export function entries(key: string, count: number): string {
  return Array.from({ length: count }, (_, i) => `XADD ${key} ${i + 1}-0 f ${i}`).join("\n");
}

export const streamSuite = suite({
  "nodes of other sizes": `
    # The bounds, and values that are refused.
    ~ CONFIG GET stream-node-max-*
    CONFIG SET stream-node-max-bytes x
    CONFIG SET stream-node-max-entries -1

    # Bounds that are set, and none.
    CONFIG SET stream-node-max-entries 10
    ~ CONFIG GET stream-node-max-*
    CONFIG SET stream-node-max-entries 0 stream-node-max-bytes 0
    ~ CONFIG GET stream-node-max-*

    # The defaults again.
    CONFIG SET stream-node-max-entries 100 stream-node-max-bytes 4kb
    ~ CONFIG GET stream-node-max-*
  `,
  "XADD and XLEN": `
    # IDs grow, with a part of them or all of it chosen by the server.
    XADD s 1-1 a 1
    XADD s 1-2 a 1 b 2
    XADD s 1-2 a 1
    XADD s 1-1 a 1
    XADD s 0-5 a 1
    XADD s 1 a 1
    XADD s 2 a 1
    XADD s 2-* a 1
    XADD s 2-* a 1
    XADD s 5-* "" ""
    XADD s 4-* a 1
    XLEN s
    XLEN missing
    XRANGE s - +

    # Failures: arity.
    XADD
    XADD s *
    XADD s * f
    XADD s * f v g
    XADD s 1-1
    XADD s 9-9 f v g

    # Failures: IDs.
    XADD new 0-0 a 1
    XADD new 0 a 1
    XADD new - a 1
    XADD new + a 1
    XADD new x-1 a 1
    XADD new 1-x a 1
    XADD new -1-1 a 1
    XADD new 1- a 1
    XADD new 1-1-1 a 1
    XADD new "" a 1
    XADD new *-1 a 1
    XADD new **  a 1
    XADD new 18446744073709551616-1 a 1
    XADD new 1-18446744073709551616 a 1

    # Nothing was added.
    XLEN new

    # IDs in any form that C reads.
    XADD zero 0-* a 1
    XADD zero 007-010 a 1
    XADD zero +8-+1 a 1

    # IDs of the clock.
    ? XADD auto * a 1
    ? XADD auto * a 1
    XLEN auto

    # A key of another type.
    SET str v
    XADD str 1-1 a 1
    XADD str NOMKSTREAM 1-1 a 1
    XLEN str
  `,
  "XADD NOMKSTREAM and large IDs": `
    # NOMKSTREAM needs an existing stream.
    XADD s NOMKSTREAM * a 1
    XADD s NOMKSTREAM 1-1 a 1
    XLEN s
    XADD s 1-1 a 1
    XADD s nomkstream 2-1 a 1

    # Beyond 2^53, exactly.
    XADD s 9007199254740991-9007199254740991 a 1
    XADD s 9007199254740991-9007199254740992 a 1
    XADD s 9007199254740991-* a 1
    XADD s 9007199254740993-0 a 1

    # Up to the last ID.
    XADD s 18446744073709551615-18446744073709551613 a 1
    XADD s 18446744073709551615-* a 1
    XRANGE s 9007199254740991 +
    XRANGE s (9007199254740991-9007199254740991 (18446744073709551615-18446744073709551614
    XREVRANGE s + (9007199254740991-9007199254740992

    # No entry after the last.
    XADD s * a 1
    XRANGE s 18446744073709551615-18446744073709551615 +
    XADD s 18446744073709551615-18446744073709551615 a 1
    XADD s * a 1
    XADD s 1-1 a 1

    # The last sequence number of a millisecond.
    XADD t 5-18446744073709551615 a 1
    XADD t 5-* a 1 => !ERR The ID specified in XADD is equal or smaller than the target stream top item
    XADD t 4-* a 1
    XRANGE t (5-18446744073709551614 6
    XRANGE t (5-18446744073709551615 6

    # Reading after the last ID.
    XREAD STREAMS s 18446744073709551615-18446744073709551615
    XREAD STREAMS s 18446744073709551615-18446744073709551614
  `,
  "XADD with trimming": `
    # MAXLEN, before or after NOMKSTREAM.
    XADD s MAXLEN 3 1-0 a 1
    XADD s MAXLEN = 3 2-0 a 1
    XADD s maxlen 3 3-0 a 1
    XADD s MAXLEN 3 4-0 a 1
    XADD s MAXLEN 3 NOMKSTREAM 5-0 a 1
    XRANGE s - +

    # MINID.
    XADD s MINID 4 6-0 a 1
    XADD s MINID = 5-1 7-0 a 1
    XRANGE s - +

    # Down to nothing, and approximately.
    XADD s MAXLEN 0 8-0 a 1
    XLEN s
    XADD s MAXLEN ~ 1 9-0 a 1
    XADD s MAXLEN ~ 1 LIMIT 5 10-0 a 1
    XADD s MAXLEN ~ 1 LIMIT 0 11-0 a 1
    XLEN s

    # Failures: LIMIT.
    XADD s LIMIT 0 12-0 a 1
    XADD s LIMIT 5 13-0 a 1
    XADD s MAXLEN 1 LIMIT 5 13-0 a 1
    XADD s MAXLEN 1 LIMIT 5 nope a 1
    XADD s LIMIT 5 nope a 1
    XADD s MAXLEN = 1 LIMIT 5 13-0 a 1
    XADD s MAXLEN ~ 1 LIMIT -5 13-0 a 1
    XADD s MAXLEN ~ 1 LIMIT x 13-0 a 1

    # Failures: the threshold.
    XADD s MAXLEN -1 13-0 a 1
    XADD s MAXLEN x 13-0 a 1
    XADD s MAXLEN ~ x 13-0 a 1
    XADD s MINID x 13-0 a 1
    XADD s MINID - 13-0 a 1

    # Failures: two rules, and arity.
    XADD s MINID ~ 4 MAXLEN 5 13-0 a 1
    XADD s MAXLEN 4 MAXLEN 5 13-0 a 1
    XADD s MAXLEN
    XADD s MAXLEN ~
    XADD s MAXLEN ~ 4
    XADD s MAXLEN 4 13-0 a

    # A MINID above the new entry removes it, too.
    XADD s MINID 18446744073709551615 14-0 a 1
    XLEN s
    XINFO STREAM s FULL
  `,
  XTRIM: `
    # By length and by ID, exactly and approximately.
    ${entries("s", 20)}
    XTRIM s MAXLEN 15
    XTRIM s MAXLEN = 15
    XTRIM s MAXLEN ~ 5
    XTRIM s MINID 8
    XTRIM s MINID = 8-1
    XTRIM s MINID ~ 100
    XRANGE s - + COUNT 2

    # Nothing to remove.
    XTRIM s MAXLEN 100
    XTRIM s MINID 0

    # Down to nothing, and a missing key.
    XTRIM s MAXLEN 0
    XTRIM s MAXLEN 0
    XLEN s
    XTRIM missing MAXLEN 0

    # Failures.
    XTRIM s
    XTRIM s MAXLEN
    XTRIM s MAXLEN x
    XTRIM s MAXLEN -1
    XTRIM s FOO 1
    XTRIM s LIMIT 1
    XTRIM s LIMIT 0
    XTRIM s LIMIT 1 MAXLEN ~ 5
    XTRIM s LIMIT 0 MAXLEN 5
    XTRIM s MAXLEN 5 LIMIT 1
    XTRIM s MAXLEN 5 MINID 1
    XTRIM s MAXLEN 5 FOO
    XTRIM s MAXLEN 5 NOMKSTREAM
    XTRIM s MINID (5

    # A key of another type.
    SET str v
    XTRIM str MAXLEN 1
    XTRIM str MAXLEN x
  `,
  "approximate trimming removes whole nodes": `
    # Four nodes, by length.
    ${entries("s", 350)}
    XTRIM s MAXLEN ~ 340
    XTRIM s MAXLEN ~ 250
    XLEN s

    # LIMIT counts whole nodes.
    XTRIM s MAXLEN ~ 0 LIMIT 99
    XTRIM s MAXLEN ~ 0 LIMIT 100
    XLEN s

    # By ID.
    XTRIM s MINID ~ 300
    XTRIM s MINID ~ 301
    XLEN s

    # With XADD.
    XADD s MAXLEN ~ 50 351-0 f v
    XADD s MAXLEN ~ 51 352-0 f v
    XLEN s

    # A node that was cut has fewer entries.
    XTRIM s MAXLEN 20
    XRANGE s - + COUNT 1
    XTRIM s MAXLEN ~ 0
    XLEN s
    XADD s 400 f v
    XRANGE s - +

    # Deleted entries still count for their node.
    ${entries("d", 105)}
    XDEL d 1 2 3 4 5 6 7 8 9 10
    XTRIM d MAXLEN ~ 6
    XTRIM d MAXLEN ~ 5

    # A node without entries is gone.
    XDEL d 101 102 103 104 105
    XTRIM d MINID = 50
    XRANGE d - + COUNT 1
    XLEN d
    XADD d 200 f v
    XRANGE d - +
  `,
  // Redis removes whole nodes and no more, the hosted service the rest too.
  "approximate trimming is exact once a whole node goes": `
    # By length.
    ${entries("s", 130)}
    XTRIM s MAXLEN ~ 31
    XTRIM s MAXLEN ~ 5 => 125
    XLEN s => 5
    XTRIM s MAXLEN ~ 1 => 0
    XTRIM s MAXLEN ~ 0 => 5

    # By ID.
    ${entries("m", 130)}
    XTRIM m MINID ~ 100
    XTRIM m MINID ~ 121 => 120
    XTRIM m MINID ~ 125 => 0
    XTRIM m MINID 125 => 4

    # LIMIT.
    ${entries("l", 230)}
    XTRIM l MAXLEN ~ 5 LIMIT 99
    XTRIM l MAXLEN ~ 5 LIMIT 210
    XTRIM l MAXLEN ~ 5 LIMIT 24
    XLEN l

    # With XADD.
    ${entries("a", 120)}
    XADD a MAXLEN ~ 40 121 f v
    XLEN a
    XADD a MAXLEN ~ 20 122 f v => "122-0"
    XLEN a => 20

    # With references.
    ${entries("r", 130)}
    XTRIM r MAXLEN ~ 5 DELREF => 125
    XLEN r => 5
  `,
  "XRANGE and XREVRANGE": `
    # Two entries of one millisecond.
    XADD s 1-0 a 1
    XADD s 1-1 a 2
    XADD s 2-0 a 3
    XADD s 3-5 a 4

    # Bounds with and without a sequence number, included and not.
    XRANGE s - +
    XRANGE s 1 1
    XRANGE s 1-1 2
    XRANGE s (1-0 (3-5
    XRANGE s (1 3
    XRANGE s 1 (2
    XRANGE s (1-1 +
    XRANGE s - (1

    # Nothing lies between.
    XRANGE s + -
    XRANGE s 3 1

    # COUNT, of which the last one counts.
    XRANGE s - + COUNT 2
    XRANGE s - + COUNT 0
    XRANGE s - + COUNT -5
    XRANGE s - + COUNT 1 COUNT 3

    # In reverse.
    XREVRANGE s + -
    XREVRANGE s + - COUNT 2
    XREVRANGE s 2 1
    XREVRANGE s (3-5 (1-0
    XREVRANGE s 1 1
    XREVRANGE s - +
    XREVRANGE s + - COUNT 0

    # A missing key.
    XRANGE missing - +
    XRANGE missing - + COUNT 0

    # Bounds beyond the first and last ID.
    XRANGE s - (0-0
    XRANGE s (18446744073709551615-18446744073709551615 +
    XREVRANGE s + (18446744073709551615-18446744073709551615
    XREVRANGE s (0-0 -

    # Failures.
    XRANGE s (- +
    XRANGE s - (+
    XRANGE s ( +
    XRANGE s x +
    XRANGE s - x
    XRANGE s - + COUNT
    XRANGE s - + COUNT x
    XRANGE s - + FOO 1
    XRANGE s - + FOO
    XRANGE s -

    # A key of another type.
    SET str v
    XRANGE str - +
    XREVRANGE str + -
  `,
  "ranges across nodes": `
    # Ranges that begin or end in another node.
    ${entries("s", 250)}
    XRANGE s 99 102
    XREVRANGE s 102 99
    XRANGE s 199-1 202
    XREVRANGE s 300 248
    XRANGE s 0 1
    XRANGE s 251 +
    XREVRANGE s + - COUNT 3
    XREVRANGE s 150-5 - COUNT 3

    # Without the entries at the edges.
    XDEL s 100 101 250
    XRANGE s 98 103
    XREVRANGE s + - COUNT 1
    XRANGE s - + COUNT 120
    XREVRANGE s + - COUNT 120
  `,
  XDEL: `
    # Entries are deleted once.
    XADD s 1-0 a 1
    XADD s 2-0 a 2
    XADD s 3-0 a 3
    XDEL s 2-0
    XDEL s 2-0 2 9-9

    # The last entry leaves the stream with its last ID.
    XDEL s 1 3-0 3-0
    XLEN s
    XADD s 3-0 a 1
    XADD s 4-0 a 1
    XINFO STREAM s FULL

    # Failures delete nothing; a missing key.
    XDEL s x
    XDEL s 4-0 x
    XLEN s
    XDEL missing 1
    XDEL missing x

    # Arity, and a key of another type.
    XDEL s
    SET str v
    XDEL str 1
  `,
  XREAD: `
    # Two streams.
    XADD s 1-0 a 1
    XADD s 2-0 a 2
    XADD t 5-0 b 1

    # Entries after an ID; streams without any are left out.
    XREAD STREAMS s 0
    XREAD STREAMS s t 0 0
    XREAD STREAMS s t 1 5

    # COUNT.
    XREAD COUNT 1 STREAMS s t 0 0
    XREAD count 0 streams s 0
    XREAD COUNT -3 STREAMS s 0

    # Nothing there.
    XREAD STREAMS s 2-0
    XREAD STREAMS s $
    XREAD STREAMS missing 0
    XREAD STREAMS missing s $ 1

    # The same stream twice.
    XREAD STREAMS s s 0 1

    # The last entry, which Redis 7.0 does not know.
    XREAD STREAMS s + => [["s",[["2-0",["a","2"]]]]]
    XREAD STREAMS missing + => null

    # Failures: keys and IDs.
    XREAD STREAMS s
    XREAD STREAMS s t 0 => !ERR Unbalanced 'xread' list of streams: for each stream key an ID or '$' must be specified.

    # Failures: options, also those of groups.
    XREAD COUNT 1 s 0
    XREAD COUNT x STREAMS s 0
    XREAD COUNT
    XREAD FOO STREAMS s 0
    XREAD GROUP g c STREAMS s 0
    XREAD NOACK STREAMS s 0

    # Failures: IDs and timeouts.
    XREAD STREAMS s >
    XREAD STREAMS s x
    XREAD STREAMS s -
    XREAD BLOCK x STREAMS s 0
    XREAD BLOCK -1 STREAMS s 0

    # BLOCK when there is something.
    XREAD BLOCK 10 STREAMS s 0
    XREAD

    # A key of another type.
    SET str v
    XREAD STREAMS str 0
    XREAD STREAMS s str 0 0
    XREAD STREAMS str s 0 x
    XREAD STREAMS s str x 0
  `,
  XINFO: `
    # Groups and consumers.
    XADD s 1-0 a 1 b 2
    XINFO GROUPS s
    XGROUP CREATE s empty 0
    XINFO CONSUMERS s empty

    # Missing ones.
    XINFO CONSUMERS s none => []
    XINFO CONSUMERS missing g
    XINFO GROUPS missing
    XINFO STREAM missing
    XINFO STREAM missing FOO

    # The whole of it.
    ? XINFO STREAM s

    # Failures.
    XINFO STREAM s FULL COUNT
    XINFO STREAM s FULL FOO 1
    XINFO STREAM s FULL COUNT x
    XINFO STREAM s FOO
    XINFO STREAM s FOO COUNT 1
    XINFO stream s foo
    XINFO STREAM
    XINFO GROUPS
    XINFO CONSUMERS s
    XINFO FOO s
    XINFO

    # FULL, with a count and without.
    XADD s 2-0 a 1
    XADD s 3-0 a 1
    XINFO STREAM s FULL COUNT 2
    XINFO STREAM s FULL COUNT 0
    XINFO STREAM s FULL COUNT -1

    # A key of another type.
    SET str v
    XINFO STREAM str
    XINFO GROUPS str
    XINFO CONSUMERS str g
  `,
  XSETID: `
    # The last ID moves on, and not back.
    XADD s 5-0 a 1
    XSETID s 6-0
    XADD s 6-0 a 1
    XADD s 6-1 a 1
    XSETID s 6-0

    # Counts and the largest deleted ID.
    XSETID s 7-0 ENTRIESADDED 1
    XSETID s 7-0 ENTRIESADDED 2
    XSETID s 7-0 ENTRIESADDED 9223372036854775807 MAXDELETEDID 3-0
    XINFO STREAM s FULL

    # Failures: counts.
    XSETID s 7-0 ENTRIESADDED -1
    XSETID s 7-0 ENTRIESADDED x
    XSETID s 7-0 ENTRIESADDED

    # Failures: IDs and options.
    XSETID s 7-0 MAXDELETEDID x
    XSETID s 7-0 MAXDELETEDID 8-0
    XSETID s 7-0 FOO 1
    XSETID s x
    XSETID s -

    # A missing key, and arity.
    XSETID missing 1-0
    XSETID s

    # An empty stream, down to its largest deleted ID.
    XTRIM s MAXLEN 0
    XSETID s 2-0 => !ERR The ID specified in XSETID is smaller than current max_deleted_entry_id
    XSETID s 4-0
    XINFO STREAM s FULL

    # A key of another type.
    SET str v
    XSETID str 1-0
  `,
});
