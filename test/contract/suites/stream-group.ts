import { suite } from "../suite.ts";
import { entries } from "./stream.ts";

export const streamGroupSuite = suite({
  XGROUP: `
    XGROUP CREATE s g $
    XGROUP CREATE s g $ MKSTREAM
    XLEN s
    XGROUP CREATE s g 0
    XGROUP CREATE s g x
    XADD s 1-0 a 1
    XADD s 2-0 a 1
    XGROUP CREATE s h 0 ENTRIESREAD 1
    XGROUP CREATE s i $ entriesread -1
    XGROUP CREATE s j 1-0
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
    # From 7.2 on a group that is behind every entry lags by all of them, whatever it is said to have read.
    XINFO GROUPS s => [["name","g","consumers",0,"pending",0,"last-delivered-id","0-0","entries-read",null,"lag",2],["name","h","consumers",0,"pending",0,"last-delivered-id","0-0","entries-read",1,"lag",2],["name","i","consumers",0,"pending",0,"last-delivered-id","2-0","entries-read",null,"lag",0],["name","j","consumers",0,"pending",0,"last-delivered-id","1-0","entries-read",null,"lag",1]]
    XGROUP SETID s g 1
    XGROUP SETID s h $ ENTRIESREAD 2
    XGROUP SETID s i -
    XGROUP SETID s j +
    XGROUP SETID s j x
    XGROUP SETID s j 1 ENTRIESREAD -5
    XGROUP SETID s j 1 MKSTREAM
    XGROUP SETID s j 1 ENTRIESREAD 1 ENTRIESREAD 1
    XGROUP SETID s none 1
    XGROUP SETID missing g 1
    XGROUP SETID s g
    XINFO GROUPS s
    XGROUP CREATECONSUMER s g bob
    XGROUP CREATECONSUMER s g bob
    XGROUP CREATECONSUMER s g alice
    XGROUP CREATECONSUMER s none bob
    XGROUP CREATECONSUMER missing g bob
    XGROUP CREATECONSUMER s g
    XGROUP DELCONSUMER s g bob
    XGROUP DELCONSUMER s g bob
    XGROUP DELCONSUMER s none bob
    XGROUP DELCONSUMER missing g bob
    XGROUP DESTROY s g
    XGROUP DESTROY s g
    XGROUP DESTROY missing g
    XGROUP DESTROY s
    XGROUP FOO s g
    XGROUP
    SET str v
    XGROUP CREATE str g $
    XGROUP CREATE str g $ MKSTREAM
    XGROUP SETID str g 1
    XGROUP DESTROY str g
    XGROUP CREATECONSUMER str g c
    XGROUP DELCONSUMER str g c
  `,
  "XREADGROUP, XACK and XPENDING": `
    XADD s 1-0 a 1
    XADD s 2-0 a 2
    XADD s 3-0 a 3
    XGROUP CREATE s g 0
    XREADGROUP GROUP g bob COUNT 1 STREAMS s >
    XREADGROUP GROUP g alice STREAMS s >
    XREADGROUP GROUP g alice STREAMS s >
    XREADGROUP GROUP g bob STREAMS s 0
    XREADGROUP GROUP g alice STREAMS s 0
    XREADGROUP GROUP g alice COUNT 1 STREAMS s 0
    XREADGROUP GROUP g alice STREAMS s 2-0
    XREADGROUP GROUP g alice STREAMS s 9
    XREADGROUP GROUP g nobody STREAMS s 0
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
    XDEL s 3-0
    XREADGROUP GROUP g alice STREAMS s 0
    XACK s g 1-0 1-0 9-9
    XACK s g 2
    XPENDING s g
    XACK s g 3-0
    XPENDING s g
    XACK s g 3-0
    XACK s none 1
    XACK missing g 1
    XACK missing g x
    XACK s g x
    XACK s g 1 x
    XACK s g
    XINFO GROUPS s
    XGROUP CREATE s h 0
    XGROUP CREATE t g $ MKSTREAM
    XADD t 1-0 b 1
    XREADGROUP GROUP g bob STREAMS s t > >
    XREADGROUP GROUP h bob NOACK STREAMS s >
    XPENDING s h
    XINFO GROUPS t
    XGROUP DELCONSUMER t g bob
    XPENDING t g
  `,
  "errors of the group commands": `
    XADD s 1-0 a 1
    XGROUP CREATE s g 0
    XREADGROUP GROUP g c STREAMS s
    XREADGROUP GROUP g c COUNT x STREAMS s >
    XREADGROUP GROUP g c STREAMS s $
    XREADGROUP GROUP g c STREAMS s x
    XREADGROUP GROUP g c STREAMS s + => !ERR The + ID is meaningless in the context of XREADGROUP: you want to read the history of this consumer by specifying a proper ID, or use the > ID to get new messages. The + ID would just return an empty result set.
    XREADGROUP GROUP none c STREAMS s >
    XREADGROUP GROUP g c STREAMS missing >
    XREADGROUP GROUP g c STREAMS s s > => !ERR Unbalanced 'xreadgroup' list of streams: for each stream key an ID or '>' must be specified.
    XREADGROUP GROUP g c FOO STREAMS s >
    XREADGROUP COUNT 1 NOACK NOACK NOACK STREAMS s >
    XREADGROUP COUNT 1 NOACK NOACK NOACK NOACK
    XREADGROUP GROUP g c BLOCK -1 STREAMS s >
    XREADGROUP
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
    SET str v
    XREADGROUP GROUP g c STREAMS str >
    XPENDING str g
    XPENDING str g - + 1
    XCLAIM str g c 0 1-0
    XAUTOCLAIM str g c 0 0
    XACK str g 1-0
  `,
  XCLAIM: `
    ${entries("s", 5)}
    XGROUP CREATE s g 0
    XGROUP CREATECONSUMER s g bob
    XREADGROUP GROUP g alice COUNT 3 STREAMS s >
    XCLAIM s g bob 0 1-0 2-0
    XCLAIM s g bob 100000 3-0
    XCLAIM s g bob -5 3-0 JUSTID
    XCLAIM s g bob 0 4-0
    XCLAIM s g bob 0 4-0 FORCE
    XCLAIM s g bob 0 9-9 FORCE
    ≈ XPENDING s g - + 10
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
    XDEL s 2-0
    XCLAIM s g bob 0 1 2 3 LASTID 3-0
    XPENDING s g
    XCLAIM s g bob 0 1 LASTID 4-0
    XINFO GROUPS s
    XCLAIM s g carol 0 9-9 LASTID 1-0
    XREADGROUP GROUP g bob STREAMS s >
    XPENDING s g
  `,
  XAUTOCLAIM: `
    ${entries("s", 8)}
    XGROUP CREATE s g 0
    XGROUP CREATECONSUMER s g bob
    XREADGROUP GROUP g alice COUNT 7 STREAMS s >
    XAUTOCLAIM s g bob 0 - COUNT 2
    XAUTOCLAIM s g bob 0 3-0 COUNT 2 JUSTID
    XAUTOCLAIM s g bob 0 (3-0 COUNT 1
    XAUTOCLAIM s g bob 100000 0
    XAUTOCLAIM s g bob 100000 0 COUNT 1
    ≈ XPENDING s g - + 10
    XDEL s 1 3 5
    XAUTOCLAIM s g alice 0 0 COUNT 2
    XAUTOCLAIM s g alice 0 0 JUSTID
    XAUTOCLAIM s g alice 0 +
    XPENDING s g
    XAUTOCLAIM s g alice 0 8
  `,
  lag: `
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
    XREADGROUP GROUP start c COUNT 2 STREAMS s >
    XREADGROUP GROUP middle c COUNT 1 STREAMS s >
    XINFO GROUPS s
    XDEL s 3-0
    XINFO GROUPS s
    XREADGROUP GROUP start c COUNT 1 STREAMS s >
    XINFO GROUPS s
    XTRIM s MAXLEN 1
    XADD s 5-0 a 1
    XREADGROUP GROUP start c COUNT 1 STREAMS s >
    XTRIM s MAXLEN 0
    # From 7.2 on no group lags behind nothing.
    XINFO GROUPS s => [["name","beyond","consumers",0,"pending",0,"last-delivered-id","9-0","entries-read",null,"lag",0],["name","end","consumers",0,"pending",0,"last-delivered-id","4-0","entries-read",null,"lag",0],["name","first","consumers",0,"pending",0,"last-delivered-id","1-0","entries-read",null,"lag",0],["name","middle","consumers",1,"pending",1,"last-delivered-id","3-0","entries-read",null,"lag",0],["name","start","consumers",1,"pending",4,"last-delivered-id","5-0","entries-read",4,"lag",0]]
    XADD s 10-0 a 1
    XADD s 11-0 a 1
    XREADGROUP GROUP end c COUNT 1 STREAMS s >
  `,
  XDELEX: `
    ${entries("s", 6)}
    XGROUP CREATE s g 0
    XGROUP CREATE s h 0
    XREADGROUP GROUP g c COUNT 4 STREAMS s >
    XREADGROUP GROUP h c COUNT 3 STREAMS s >
    XACK s g 1 2
    XACK s h 1
    XDELEX s IDS 2 6-0 9-9 => [1,-1]
    XDELEX s ACKED IDS 5 1 2 3 4 5 => [1,2,2,2,2]
    XDELEX s DELREF IDS 1 2-0 => [1]
    XPENDING s h => [1,"3-0","3-0",[["c","1"]]]
    XDELEX s keepref ids 1 3-0 => [1]
    XPENDING s h => [1,"3-0","3-0",[["c","1"]]]
    XDELEX s IDS 1 3-0 DELREF => [-1]
    XPENDING s h => [0,null,null,null]
    XLEN s => 2
    XDELEX missing IDS 2 1 2 => [-1,-1]
    XDELEX s IDS 0 1 => !ERR Number of IDs must be a positive integer
    XDELEX s IDS x 1 => !ERR Number of IDs must be a positive integer
    XDELEX s IDS 3 1 2 => !ERR The \`numids\` parameter must match the number of arguments
    XDELEX s IDS 1 1 2 => !ERR syntax error
    XDELEX s IDS 1 x => !ERR Invalid stream ID specified as stream command argument
    XDELEX s FOO IDS 1 1 => !ERR syntax error
    XDELEX s ACKED DELREF KEEPREF => !ERR syntax error
    XDELEX s IDS => !ERR wrong number of arguments for 'xdelex' command
    ${entries("alone", 2)}
    XDELEX alone ACKED IDS 1 1-0 => [1]
    SET str v
    XDELEX str IDS 1 1 => !WRONGTYPE Operation against a key holding the wrong kind of value
  `,
  XACKDEL: `
    ${entries("s", 6)}
    XGROUP CREATE s g 0
    XGROUP CREATE s h 0
    XREADGROUP GROUP g c STREAMS s >
    XREADGROUP GROUP h c COUNT 4 STREAMS s >
    XACK s h 1
    XACKDEL s g ACKED IDS 4 1 2 6 9 => [1,2,2,-1]
    # It was acknowledged: the hosted service deletes it all the same, where Redis answers -1.
    XACKDEL s g IDS 1 2 => [1]
    # The group has not been given it yet.
    XACKDEL s h IDS 1 6 => [-1]
    XACKDEL s g IDS 1 3 => [1]
    XPENDING s h => [3,"2-0","4-0",[["c","3"]]]
    XACKDEL s g DELREF IDS 1 4-0 => [1]
    XPENDING s h => [2,"2-0","3-0",[["c","2"]]]
    XACKDEL s none IDS 2 1 2 => [-1,-1]
    XACKDEL missing g IDS 1 1 => [-1]
    XACKDEL s g IDS 2 1 => !ERR The \`numids\` parameter must match the number of arguments
    XACKDEL s g FOO IDS 1 1 => !ERR syntax error
    XACKDEL s g => !ERR wrong number of arguments for 'xackdel' command
    XRANGE s - + => [["5-0",["f","4"]],["6-0",["f","5"]]]
    SET str v
    XACKDEL str g IDS 1 1 => !WRONGTYPE Operation against a key holding the wrong kind of value
  `,
  "trimming with regard to groups": `
    ${entries("s", 10)}
    XTRIM s MAXLEN 9 ACKED => 1
    XTRIM s KEEPREF MAXLEN 8 => 1
    XGROUP CREATE s g 0 => "OK"
    XREADGROUP GROUP g c COUNT 4 STREAMS s > => [["s",[["3-0",["f","2"]],["4-0",["f","3"]],["5-0",["f","4"]],["6-0",["f","5"]]]]]
    XACK s g 4 5 => 2
    XTRIM s MAXLEN 7 ACKED => 1
    XTRIM s ACKED MAXLEN 0 => 1
    XLEN s => 6
    XTRIM s MINID 8 DELREF => 3
    XPENDING s g => [0,null,null,null]
    XADD s DELREF MAXLEN 1 11-0 f v => "11-0"
    XADD s MAXLEN 1 ACKED 12-0 f v => "12-0"
    XLEN s => 2
    XTRIM s MAXLEN 0 ACKED DELREF => !ERR syntax error
    XADD s KEEPREF 13-0 f v => "13-0"
    XLEN s => 3
  `,
});
