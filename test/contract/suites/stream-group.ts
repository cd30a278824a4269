import { suite } from "../suite.ts";
import { entries } from "./stream.ts";

export const streamGroupSuite = suite({
  XGROUP: `
    # The stream must exist, unless MKSTREAM.
    XGROUP CREATE s g $
    XGROUP CREATE s g $ MKSTREAM
    XLEN s
    XGROUP CREATE s g 0
    XGROUP CREATE s g x

    # Where a group begins, and how many entries it counts as read.
    XADD s 1-0 a 1
    XADD s 2-0 a 1
    XGROUP CREATE s h 0 ENTRIESREAD 1
    XGROUP CREATE s i $ entriesread -1
    XGROUP CREATE s j 1-0

    # Failures of CREATE.
    XGROUP CREATE s k 1-0 ENTRIESREAD -2
    XGROUP CREATE s k 1-0 ENTRIESREAD x
    XGROUP CREATE s k 1-0 ENTRIESREAD
    XGROUP CREATE s k 1-0 FOO
    XGROUP create s k 1-0 FOO
    XGROUP CREATE s k -
    XGROUP CREATE s k +
    XGROUP CREATE s k x MKSTREAM
    XGROUP CREATE s k 0 MKSTREAM MKSTREAM MKSTREAM MKSTREAM
    XGROUP CREATE missing k 0 ENTRIESREAD 5
    XGROUP CREATE s

    # From 7.2 on a group that is behind every entry lags behind all.
    # From 7.2 on a group that is behind every entry lags by all of them, whatever it is said to have read.
    XINFO GROUPS s => [["name","g","consumers",0,"pending",0,"last-delivered-id","0-0","entries-read",null,"lag",2],["name","h","consumers",0,"pending",0,"last-delivered-id","0-0","entries-read",1,"lag",2],["name","i","consumers",0,"pending",0,"last-delivered-id","2-0","entries-read",null,"lag",0],["name","j","consumers",0,"pending",0,"last-delivered-id","1-0","entries-read",null,"lag",1]]

    # SETID moves a group.
    XGROUP SETID s g 1
    XGROUP SETID s h $ ENTRIESREAD 2
    XGROUP SETID s i -
    XGROUP SETID s j +

    # Failures of SETID.
    XGROUP SETID s j x
    XGROUP SETID s j 1 ENTRIESREAD -5
    XGROUP SETID s j 1 MKSTREAM
    XGROUP SETID s j 1 ENTRIESREAD 1 ENTRIESREAD 1
    XGROUP SETID s none 1
    XGROUP SETID missing g 1
    XGROUP SETID s g

    # The groups after that.
    XINFO GROUPS s

    # Consumers are created once.
    XGROUP CREATECONSUMER s g bob
    XGROUP CREATECONSUMER s g bob
    XGROUP CREATECONSUMER s g alice

    # Failures of CREATECONSUMER.
    XGROUP CREATECONSUMER s none bob
    XGROUP CREATECONSUMER missing g bob
    XGROUP CREATECONSUMER s g

    # DELCONSUMER answers how many entries were pending.
    XGROUP DELCONSUMER s g bob
    XGROUP DELCONSUMER s g bob

    # Failures of DELCONSUMER.
    XGROUP DELCONSUMER s none bob
    XGROUP DELCONSUMER missing g bob

    # A group is destroyed once.
    XGROUP DESTROY s g
    XGROUP DESTROY s g

    # Failures.
    XGROUP DESTROY missing g
    XGROUP DESTROY s
    XGROUP FOO s g
    XGROUP

    # A key of another type.
    SET str v
    XGROUP CREATE str g $
    XGROUP CREATE str g $ MKSTREAM
    XGROUP SETID str g 1
    XGROUP DESTROY str g
    XGROUP CREATECONSUMER str g c
    XGROUP DELCONSUMER str g c
  `,
  "XREADGROUP, XACK and XPENDING": `
    # New entries go to one consumer of the group.
    XADD s 1-0 a 1
    XADD s 2-0 a 2
    XADD s 3-0 a 3
    XGROUP CREATE s g 0
    XREADGROUP GROUP g bob COUNT 1 STREAMS s >
    XREADGROUP GROUP g alice STREAMS s >
    XREADGROUP GROUP g alice STREAMS s >

    # A consumer reads its own pending entries again.
    XREADGROUP GROUP g bob STREAMS s 0
    XREADGROUP GROUP g alice STREAMS s 0
    XREADGROUP GROUP g alice COUNT 1 STREAMS s 0
    XREADGROUP GROUP g alice STREAMS s 2-0
    XREADGROUP GROUP g alice STREAMS s 9
    XREADGROUP GROUP g nobody STREAMS s 0

    # XPENDING: the summary, ranges, and idle times.
    XPENDING s g
    ≈ XPENDING s g - + 10
    ≈ XPENDING s g - + 10 alice
    ≈ XPENDING s g - + 1
    ≈ XPENDING s g (1-0 2 10
    ≈ XPENDING s g IDLE 0 - + 10 bob
    XPENDING s g IDLE 100000 - + 10
    XPENDING s g - + 10 nobody
    XPENDING s g - + 0
    XPENDING s g - + -5

    # A deleted entry stays pending.
    XDEL s 3-0
    XREADGROUP GROUP g alice STREAMS s 0

    # XACK counts what was pending.
    XACK s g 1-0 1-0 9-9
    XACK s g 2
    XPENDING s g
    XACK s g 3-0
    XPENDING s g
    XACK s g 3-0

    # Missing groups and keys, and failures.
    XACK s none 1
    XACK missing g 1
    XACK missing g x
    XACK s g x
    XACK s g 1 x
    XACK s g

    # The group after that.
    XINFO GROUPS s

    # Several streams, and NOACK.
    XGROUP CREATE s h 0
    XGROUP CREATE t g $ MKSTREAM
    XADD t 1-0 b 1
    XREADGROUP GROUP g bob STREAMS s t > >
    XREADGROUP GROUP h bob NOACK STREAMS s >
    XPENDING s h
    XINFO GROUPS t

    # A deleted consumer has nothing pending.
    XGROUP DELCONSUMER t g bob
    XPENDING t g
  `,
  "errors of the group commands": `
    # A group with nothing pending.
    XADD s 1-0 a 1
    XGROUP CREATE s g 0

    # XREADGROUP: IDs and counts.
    XREADGROUP GROUP g c STREAMS s
    XREADGROUP GROUP g c COUNT x STREAMS s >
    XREADGROUP GROUP g c STREAMS s $
    XREADGROUP GROUP g c STREAMS s x
    XREADGROUP GROUP g c STREAMS s + => !ERR The + ID is meaningless in the context of XREADGROUP: you want to read the history of this consumer by specifying a proper ID, or use the > ID to get new messages. The + ID would just return an empty result set.

    # XREADGROUP: groups, keys and options.
    XREADGROUP GROUP none c STREAMS s >
    XREADGROUP GROUP g c STREAMS missing >
    XREADGROUP GROUP g c STREAMS s s > => !ERR Unbalanced 'xreadgroup' list of streams: for each stream key an ID or '>' must be specified.
    XREADGROUP GROUP g c FOO STREAMS s >
    XREADGROUP COUNT 1 NOACK NOACK NOACK STREAMS s >
    XREADGROUP COUNT 1 NOACK NOACK NOACK NOACK
    XREADGROUP GROUP g c BLOCK -1 STREAMS s >
    XREADGROUP

    # XPENDING.
    XPENDING s
    XPENDING s none
    XPENDING missing g
    XPENDING s g -
    XPENDING s g - +
    XPENDING s g - + x
    XPENDING s g x + 1
    XPENDING s g - x 1
    XPENDING s g (18446744073709551615-18446744073709551615 + 1
    XPENDING s g - (0-0 1
    XPENDING s g IDLE 5
    XPENDING s g IDLE x - + 1
    XPENDING s g IDLE 1 - +
    XPENDING s g - + 1 c d e f

    # XCLAIM.
    XCLAIM s g c x 1-0
    XCLAIM s g c 0
    XCLAIM s none c 0 1-0
    XCLAIM missing g c 0 1-0
    XCLAIM s g c 0 1-0 FOO
    XCLAIM s g c 0 1-0 IDLE x
    XCLAIM s g c 0 1-0 TIME x
    XCLAIM s g c 0 1-0 RETRYCOUNT x
    XCLAIM s g c 0 1-0 RETRYCOUNT
    XCLAIM s g c 0 1-0 LASTID x

    # XAUTOCLAIM.
    XAUTOCLAIM s g c x 0
    XAUTOCLAIM s g c 0 x
    XAUTOCLAIM s g c 0 (18446744073709551615-18446744073709551615
    XAUTOCLAIM s g c 0 0 COUNT 0
    XAUTOCLAIM s g c 0 0 COUNT -1
    XAUTOCLAIM s g c 0 0 COUNT x
    XAUTOCLAIM s g c 0 0 COUNT
    XAUTOCLAIM s g c 0 0 FOO
    XAUTOCLAIM s none c 0 0
    XAUTOCLAIM missing g c 0 0
    XAUTOCLAIM s g c 0

    # A key of another type.
    SET str v
    XREADGROUP GROUP g c STREAMS str >
    XPENDING str g
    XPENDING str g - + 1
    XCLAIM str g c 0 1-0
    XAUTOCLAIM str g c 0 0
    XACK str g 1-0
  `,
  XCLAIM: `
    # Five entries.
    ${entries("s", 5)}
    XGROUP CREATE s g 0
    XGROUP CREATECONSUMER s g bob

    # Some entries are pending for one consumer.
    XREADGROUP GROUP g alice COUNT 3 STREAMS s >

    # Claims by idle time.
    XCLAIM s g bob 0 1-0 2-0
    XCLAIM s g bob 100000 3-0
    XCLAIM s g bob -5 3-0 JUSTID

    # An entry that is not pending needs FORCE.
    XCLAIM s g bob 0 4-0
    XCLAIM s g bob 0 4-0 FORCE
    XCLAIM s g bob 0 9-9 FORCE
    ≈ XPENDING s g - + 10

    # How often, and when, entries count as delivered.
    XCLAIM s g alice 0 1 2 IDLE 50000 RETRYCOUNT 9223372036854775807
    ≈ XPENDING s g - + 10
    XCLAIM s g alice 0 1 2 IDLE 50000 RETRYCOUNT 9007199254740993
    XCLAIM s g alice 0 1 2 IDLE 50000
    ≈ XPENDING s g - + 10
    XCLAIM s g alice 0 1 2 IDLE 50000 RETRYCOUNT 7
    XCLAIM s g alice 100000 1 2
    ≈ XPENDING s g IDLE 40000 - + 10
    XCLAIM s g alice 0 1 TIME 0 JUSTID
    XPENDING s g IDLE 1000000000 - + 10 bob
    XCLAIM s g alice 0 2 TIME 99999999999999 justid force
    ≈ XPENDING s g 2 2 1

    # A deleted entry is no longer pending.
    XDEL s 2-0

    # LASTID moves the group, and never back.
    XCLAIM s g bob 0 1 2 3 LASTID 3-0
    XPENDING s g
    XCLAIM s g bob 0 1 LASTID 4-0
    XINFO GROUPS s
    XCLAIM s g carol 0 9-9 LASTID 1-0

    # What the group then reads.
    XREADGROUP GROUP g bob STREAMS s >
    XPENDING s g
  `,
  XAUTOCLAIM: `
    # Eight entries.
    ${entries("s", 8)}
    XGROUP CREATE s g 0
    XGROUP CREATECONSUMER s g bob

    # Some entries are pending for one consumer.
    XREADGROUP GROUP g alice COUNT 7 STREAMS s >

    # Claims from a start, a few at a time.
    XAUTOCLAIM s g bob 0 - COUNT 2
    XAUTOCLAIM s g bob 0 3-0 COUNT 2 JUSTID
    XAUTOCLAIM s g bob 0 (3-0 COUNT 1

    # By idle time.
    XAUTOCLAIM s g bob 100000 0
    XAUTOCLAIM s g bob 100000 0 COUNT 1
    ≈ XPENDING s g - + 10

    # Deleted entries are told of, and are no longer pending.
    XDEL s 1 3 5
    XAUTOCLAIM s g alice 0 0 COUNT 2
    XAUTOCLAIM s g alice 0 0 JUSTID
    XAUTOCLAIM s g alice 0 +
    XPENDING s g

    # Nothing is left to claim.
    XAUTOCLAIM s g alice 0 8
  `,
  lag: `
    # Groups at every place, and beyond the end.
    XADD s 1-0 a 1
    XADD s 2-0 a 1
    XADD s 3-0 a 1
    XADD s 4-0 a 1
    XGROUP CREATE s start 0
    XGROUP CREATE s first 1-0
    XGROUP CREATE s middle 2-0
    XGROUP CREATE s end $
    XGROUP CREATE s beyond 9-0
    XINFO GROUPS s

    # Reading shortens the lag.
    XREADGROUP GROUP start c COUNT 2 STREAMS s >
    XREADGROUP GROUP middle c COUNT 1 STREAMS s >
    XINFO GROUPS s

    # A deleted entry ahead of a group makes it unknown.
    XDEL s 3-0
    XINFO GROUPS s
    XREADGROUP GROUP start c COUNT 1 STREAMS s >
    XINFO GROUPS s

    # Trimming, down to an empty stream.
    XTRIM s MAXLEN 1
    XADD s 5-0 a 1
    XREADGROUP GROUP start c COUNT 1 STREAMS s >
    XTRIM s MAXLEN 0
    # From 7.2 on no group lags behind nothing.
    XINFO GROUPS s => [["name","beyond","consumers",0,"pending",0,"last-delivered-id","9-0","entries-read",null,"lag",0],["name","end","consumers",0,"pending",0,"last-delivered-id","4-0","entries-read",null,"lag",0],["name","first","consumers",0,"pending",0,"last-delivered-id","1-0","entries-read",null,"lag",0],["name","middle","consumers",1,"pending",1,"last-delivered-id","3-0","entries-read",null,"lag",0],["name","start","consumers",1,"pending",4,"last-delivered-id","5-0","entries-read",4,"lag",0]]

    # New entries.
    XADD s 10-0 a 1
    XADD s 11-0 a 1
    XREADGROUP GROUP end c COUNT 1 STREAMS s >
  `,
  XDELEX: `
    # Two groups have read, and acknowledged, some of the entries.
    ${entries("s", 6)}
    XGROUP CREATE s g 0
    XGROUP CREATE s h 0
    XREADGROUP GROUP g c COUNT 4 STREAMS s >
    XREADGROUP GROUP h c COUNT 3 STREAMS s >
    XACK s g 1 2
    XACK s h 1

    # Entries that no group refers to.
    XDELEX s IDS 2 6-0 9-9 => [1,-1]

    # ACKED keeps what a group refers to.
    XDELEX s ACKED IDS 5 1 2 3 4 5 => [1,2,2,2,2]

    # DELREF drops the references, KEEPREF keeps them.
    XDELEX s DELREF IDS 1 2-0 => [1]
    XPENDING s h => [1,"3-0","3-0",[["c","1"]]]
    XDELEX s keepref ids 1 3-0 => [1]
    XPENDING s h => [1,"3-0","3-0",[["c","1"]]]
    XDELEX s IDS 1 3-0 DELREF => [-1]
    XPENDING s h => [0,null,null,null]

    # The entries that are left, and a missing key.
    XLEN s => 2
    XDELEX missing IDS 2 1 2 => [-1,-1]

    # Failures.
    XDELEX s IDS 0 1 => !ERR Number of IDs must be a positive integer
    XDELEX s IDS x 1 => !ERR Number of IDs must be a positive integer
    XDELEX s IDS 3 1 2 => !ERR The \`numids\` parameter must match the number of arguments
    XDELEX s IDS 1 1 2 => !ERR syntax error
    XDELEX s IDS 1 x => !ERR Invalid stream ID specified as stream command argument
    XDELEX s FOO IDS 1 1 => !ERR syntax error
    XDELEX s ACKED DELREF KEEPREF => !ERR syntax error
    XDELEX s IDS => !ERR wrong number of arguments for 'xdelex' command

    # A stream without groups.
    ${entries("alone", 2)}
    XDELEX alone ACKED IDS 1 1-0 => [1]

    # A key of another type.
    SET str v
    XDELEX str IDS 1 1 => !WRONGTYPE Operation against a key holding the wrong kind of value
  `,
  XACKDEL: `
    # Two groups have read some of the entries.
    ${entries("s", 6)}
    XGROUP CREATE s g 0
    XGROUP CREATE s h 0
    XREADGROUP GROUP g c STREAMS s >
    XREADGROUP GROUP h c COUNT 4 STREAMS s >
    XACK s h 1

    # ACKED keeps what the other group refers to.
    XACKDEL s g ACKED IDS 4 1 2 6 9 => [1,2,2,-1]
    # It was acknowledged: the hosted service deletes it all the same, where Redis answers -1.
    XACKDEL s g IDS 1 2 => [1]
    # The group has not been given it yet.
    XACKDEL s h IDS 1 6 => [-1]

    # The references of the other group stay, or go with DELREF.
    XACKDEL s g IDS 1 3 => [1]
    XPENDING s h => [3,"2-0","4-0",[["c","3"]]]
    XACKDEL s g DELREF IDS 1 4-0 => [1]
    XPENDING s h => [2,"2-0","3-0",[["c","2"]]]

    # Missing groups and keys.
    XACKDEL s none IDS 2 1 2 => [-1,-1]
    XACKDEL missing g IDS 1 1 => [-1]

    # Failures.
    XACKDEL s g IDS 2 1 => !ERR The \`numids\` parameter must match the number of arguments
    XACKDEL s g FOO IDS 1 1 => !ERR syntax error
    XACKDEL s g => !ERR wrong number of arguments for 'xackdel' command

    # The entries that are left, and a key of another type.
    XRANGE s - + => [["5-0",["f","4"]],["6-0",["f","5"]]]
    SET str v
    XACKDEL str g IDS 1 1 => !WRONGTYPE Operation against a key holding the wrong kind of value
  `,
  "trimming with regard to groups": `
    # A stream without groups.
    ${entries("s", 10)}
    XTRIM s MAXLEN 9 ACKED => 1
    XTRIM s KEEPREF MAXLEN 8 => 1

    # A group has read and acknowledged some.
    XGROUP CREATE s g 0 => "OK"
    XREADGROUP GROUP g c COUNT 4 STREAMS s > => [["s",[["3-0",["f","2"]],["4-0",["f","3"]],["5-0",["f","4"]],["6-0",["f","5"]]]]]
    XACK s g 4 5 => 2

    # ACKED stops at what is not acknowledged.
    XTRIM s MAXLEN 7 ACKED => 1
    XTRIM s ACKED MAXLEN 0 => 1
    XLEN s => 6

    # DELREF drops the references.
    XTRIM s MINID 8 DELREF => 3
    XPENDING s g => [0,null,null,null]
    XADD s DELREF MAXLEN 1 11-0 f v => "11-0"
    XADD s MAXLEN 1 ACKED 12-0 f v => "12-0"
    XLEN s => 2

    # Failures, and XADD without trimming.
    XTRIM s MAXLEN 0 ACKED DELREF => !ERR syntax error
    XADD s KEEPREF 13-0 f v => "13-0"
    XLEN s => 3
  `,
});
