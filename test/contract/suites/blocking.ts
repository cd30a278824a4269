import { suite } from "../suite.ts";

/** Commands that wait, where they do not: something is there, the words are wrong, or a transaction or script runs them. */
export const blockingSuite = suite({
  "what is there comes at once": `
    # Lists, from the first key that has one.
    RPUSH l 1 2 3 4 5 6
    BLPOP l 0
    BRPOP none l other 0
    BLMPOP 0 1 l LEFT
    BLMPOP 1.5 2 none l RIGHT COUNT 2
    BLMOVE l m LEFT RIGHT 0
    BRPOPLPUSH m m 0
    BLPOP m 0
    EXISTS l m

    # Sorted sets.
    ZADD z 1 a 2 b 3 c 4 d 5 e 6 f
    BZPOPMIN z 0
    BZPOPMAX none z 0
    BZMPOP 0 1 z MIN
    BZMPOP 0 2 none z MAX COUNT 10
    EXISTS z

    # Streams, with and without a group.
    XADD s 1-1 f v
    XADD s 2-1 f v
    XREAD BLOCK 0 STREAMS s 0
    XREAD COUNT 1 BLOCK 0 STREAMS none s $ 0
    XGROUP CREATE s g 0
    XREADGROUP GROUP g c COUNT 1 BLOCK 0 STREAMS s >
    XREADGROUP GROUP g c BLOCK 0 STREAMS s >
    XREADGROUP GROUP g c BLOCK 0 STREAMS s 0
  `,
  "wrong words and wrong types": `
    # Timeouts that are refused.
    BLPOP
    BLPOP k
    BLPOP k x
    BLPOP k -1
    BLPOP k -0.01
    BLPOP k nan
    BLPOP k ""
    BLPOP k " 1"
    BRPOP k 1,5
    # Redis 7.0 takes these for negative ones.
    BLPOP k 1e30 => !ERR timeout is out of range
    BLPOP k inf => !ERR timeout is out of range
    BLPOP k 9223372036854775 => !ERR timeout is out of range
    XREAD BLOCK 9223372036854775807 STREAMS k $ => !ERR timeout is out of range

    # Words that are refused before the timeout is read, or after it.
    BLMOVE k l LEFT
    BLMOVE k l FOO LEFT x
    BLMOVE k l LEFT FOO x
    BLMOVE k l LEFT RIGHT x
    BRPOPLPUSH k l x
    BRPOPLPUSH k l -1
    BLMPOP x 0 k LEFT
    BLMPOP x 1 k FOO
    BLMPOP x 1 k LEFT COUNT 0
    BLMPOP x 1 k LEFT
    BLMPOP -1 1 k LEFT COUNT 5
    BLMPOP 0 2 k LEFT
    BLMPOP 0 1 k LEFT COUNT 1 COUNT 1
    BZPOPMIN k x
    BZPOPMAX k -1
    BZMPOP x 0 k MIN
    BZMPOP x 1 k FOO
    BZMPOP x 1 k MIN COUNT 0
    BZMPOP x 1 k MIN
    BZMPOP 0 1 k MIN COUNT

    # The first key that exists decides, also by its type.
    SET str x
    RPUSH l 1
    ZADD z 1 a
    BLPOP str 0
    BLPOP none str l 0
    BRPOP z 0
    BLMOVE str l LEFT LEFT 0
    BLMOVE l str LEFT LEFT 0
    BRPOPLPUSH l z 0
    BLMPOP 0 2 z l LEFT
    BZPOPMIN l 0
    BZMPOP 0 2 str z MIN
    XREAD BLOCK 0 STREAMS str $
    LRANGE l 0 -1

    # CLIENT UNBLOCK without a client that waits.
    CLIENT UNBLOCK
    CLIENT UNBLOCK x
    CLIENT UNBLOCK 999999
    CLIENT UNBLOCK 999999 TIMEOUT
    CLIENT UNBLOCK 999999 maybe
    CLIENT UNBLOCK 999999 ERROR x
  `,
  "a transaction and a script do not wait": `
    # Every command answers at once that there is nothing.
    MULTI
    BLPOP k 0
    BRPOP k 0
    BLMPOP 0 1 k LEFT
    BLMOVE k l LEFT RIGHT 0
    BRPOPLPUSH k l 0
    BZPOPMIN k 0
    BZPOPMAX k 0
    BZMPOP 0 1 k MAX
    XREAD BLOCK 0 STREAMS k $

    # What the transaction itself has added is served.
    RPUSH k 1 2 3
    BLPOP k 0
    BLMOVE k l LEFT RIGHT 0
    BRPOPLPUSH k l 0
    ZADD k 1 a
    BZPOPMIN k 0
    XADD s 1-1 f v
    XREAD BLOCK 0 STREAMS s 0
    XGROUP CREATE s g $
    # Redis 7.0 makes the consumer only when there is something for it, later versions at once.
    XGROUP CREATECONSUMER s g c
    XREADGROUP GROUP g c BLOCK 0 STREAMS s >
    EXEC

    # Scripts get what BLPOP would get at its time-out.
    EVAL "return redis.call('BLMPOP', 0, 1, 'none', 'LEFT')" 0
    EVAL "return redis.call('BZMPOP', 0, 1, 'none', 'MIN')" 0
    EVAL "return redis.call('BLMPOP', 0, 1, 'l', 'LEFT')" 0
    # Redis 7.4 lets scripts run it.
    EVAL "return redis.pcall('XREAD', 'BLOCK', 0, 'STREAMS', 's', '0')" 0 => [["s", [["1-1", ["f", "v"]]]]]
    EVAL "return redis.pcall('XREAD', 'BLOCK', 0, 'STREAMS', 's', '$')" 0 => null
  `,
});
