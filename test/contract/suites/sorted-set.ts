import { suite } from "../suite.ts";

const LONG_MEMBER = "m".repeat(65);
/** As many pairs as no longer fit the small form. */
const MANY_PAIRS = Array.from({ length: 200 }, (_, i) => `${i} m${i}`).join(" ");
const MANY_OF_ONE_SCORE = Array.from({ length: 200 }, (_, i) => `0 m${i}`).join(" ");

export const sortedSetSuite = suite({
  ZADD: `
    # New members are counted, and with CH changed ones.
    ZADD z 1 a
    ZADD z 1 a
    ZADD z 2 a 3 b 3 b
    ZRANGE z 0 -1 WITHSCORES
    ZADD z CH 5 a 3 b 1 c
    ZADD z ch 5 a

    # Scores in any form that C reads.
    ZADD z 1.5 half -1.5 minus 1e3 thousand .5 point 0x10 hex +3 plus 3. dot
    ZADD z inf top -inf bottom +inf top2 Infinity top3

    # Failures of scores add nothing.
    ZADD z 1e308 large 5e-324x bad

    # All of them, in order.
    ZADD z 0.1 tenth 3.14159265358979 pi 1e20 twenty 123456789012345680 wide
    ZRANGE z 0 -1 WITHSCORES

    # Members of any bytes.
    ZADD z 5 "" 6 "\\x00\\xff"
    ZSCORE z ""
    ZSCORE z "\\x00\\xff"

    # Failures: arity.
    ZADD z
    ZADD z 1
    ZADD z 1 a 2

    # Failures: scores.
    ZADD z x a
    ZADD z nan a
    ZADD z "" a
    ZADD z " 1" a
    ZADD z 1e400 a
    ZADD z 1 new x bad
    ZSCORE z new

    # A key of another type, after the scores.
    SET s x
    ZADD s 1 a
    ZADD s x a
  `,
  "ZADD with conditions": `
    # XX makes no key; NX and XX restrict what changes.
    ZADD z XX 1 a
    ZCARD z
    ZADD z NX 1 a
    ZADD z NX 2 a 2 b
    ZADD z XX 3 a 3 c
    ZADD z XX CH 4 a 4 c

    # GT and LT restrict how a score changes.
    ZADD z GT 3 a 9 d
    ZADD z GT CH 5 a 8 d
    ZADD z LT CH 6 a 7 d
    ZADD z XX GT CH 6 a 6 e
    ZADD z XX LT CH 6 a 1 d
    ZRANGE z 0 -1 WITHSCORES

    # Failures: options.
    ZADD z NX XX 1 a
    ZADD z NX GT 1 a
    ZADD z LT NX 1 a
    ZADD z GT LT 1 a
    ZADD z GT LT XX 1 a

    # Failures: arity.
    ZADD z NX
    ZADD z NX CH
    ZADD z NX 1

    # Options that are repeated, and one as a member.
    ZADD z NX NX CH CH 1 f
    ZADD z 1 NX
    ZSCORE z NX

    # GT and LT make a key.
    ZADD fresh GT 1 a
    ZADD fresh LT 1 b
  `,
  "ZADD INCR and ZINCRBY": `
    # The score is answered; null where a condition does not hold.
    ZADD z INCR 1 a
    ZADD z INCR 2.5 a
    ZADD z NX INCR 1 a
    ZADD z XX INCR 1 a
    ZADD z XX INCR 1 b
    ZADD missing XX INCR 1 b
    ZADD z NX INCR 1 b
    ZADD z GT INCR -1 a
    ZADD z GT INCR 1 a
    ZADD z LT INCR 1 a
    ZADD z LT INCR -1 a
    ZADD z GT INCR 0 a
    ZADD z CH INCR 0 a

    # Failures.
    ZADD z INCR 1 a 2 b
    ZADD z INCR x a

    # ZINCRBY.
    ZINCRBY z 1 a
    ZINCRBY z -0.5 a
    ZINCRBY z 1 new
    ZINCRBY fresh 1e20 a

    # Infinite scores, up to no number.
    ZINCRBY z inf a
    ZINCRBY z -inf a
    ZADD z INCR -inf a
    ZSCORE z a

    # Failures.
    ZINCRBY z nan a
    ZINCRBY z x a
    ZINCRBY z 1
    ZINCRBY z 1 a b

    # A key of another type.
    SET s x
    ZINCRBY s 1 a
    ZADD s INCR 1 a
  `,
  "a negative zero": `
    # It keeps its sign in the small form.
    ZADD small -0 a
    ZSCORE small a
    ZINCRBY small -0 b
    ZSCORE small b

    # It keeps its sign in the large form.
    ZADD large -0 ${LONG_MEMBER}
    ZSCORE large ${LONG_MEMBER}
    ZADD large 0 ${LONG_MEMBER}
    ZRANGE large 0 -1 WITHSCORES

    # Sums lose it, or not, as in Redis.
    ZADD zero 0 a
    ZUNION 1 zero WEIGHTS -1 WITHSCORES
    ZUNIONSTORE d 1 zero WEIGHTS -1
    ZSCORE d a

    # It equals zero.
    ZRANGEBYSCORE large 0 0
    ZRANGEBYSCORE small -0 -0
  `,
  "ZCARD, ZSCORE, ZMSCORE": `
    # A missing key.
    ZCARD z
    ZSCORE z a
    ZMSCORE z a b

    # Present and missing members.
    ZADD z 1 a 2.5 b
    ZCARD z
    ZSCORE z a
    ZSCORE z b
    ZSCORE z c
    ZMSCORE z b c a a

    # Failures.
    ZCARD
    ZCARD z z
    ZSCORE z
    ZSCORE z a b
    ZMSCORE z

    # A key of another type.
    SET s x
    ZCARD s
    ZSCORE s a
    ZMSCORE s a
  `,
  ZREM: `
    # Members are counted once.
    ZREM z a
    ZADD z 1 a 2 b 3 c
    ZREM z a x a
    ZREM z

    # The last member goes with the key.
    ZREM z b c d
    ZCARD z
    ZADD z 1 a
    ZREM z a

    # A key of another type.
    ZADD z 1 a
    SET z string
    ZREM z a
  `,
  "ZRANK and ZREVRANK": `
    # A missing key.
    ZRANK z a
    ZREVRANK z a

    # Equal scores, by member.
    ZADD z 1 a 2 b 3 c 3 d
    ZRANK z a
    ZRANK z d
    ZRANK z x
    ZREVRANK z a
    ZREVRANK z d
    ZREVRANK z x

    # With the score, which Redis 7.0 does not have.
    ZRANK z b WITHSCORE => [1,"2"]
    ZREVRANK z a withscore => [3,"1"]
    ZRANK z x WITHSCORE => null
    ZRANK missing x WITHSCORE => null
    ZREVRANK missing x WITHSCORE => null

    # Failures.
    ZRANK z a WITHSCORES => !ERR syntax error
    ZRANK z a WITHSCORE x
    ZREVRANK z a WITHSCORE x
    ZRANK z

    # A key of another type.
    SET s x
    ZRANK s a
    ZREVRANK s a
  `,
  "ZPOPMIN and ZPOPMAX": `
    # A missing key.
    ZPOPMIN z
    ZPOPMAX z 5

    # From either end, up to all.
    ZADD z 1 a 2 b 3 c 4 d 5 e 5 f
    ZPOPMIN z
    ZPOPMAX z
    ZPOPMIN z 0
    ZPOPMIN z 2
    ZPOPMAX z 1
    ZPOPMAX z 100
    ZCARD z

    # Failures.
    ZADD z 1 a 2 b
    ZPOPMIN z -1
    ZPOPMIN z x
    ZPOPMAX z -1
    ZPOPMIN z 1 2
    ZPOPMIN missing -1
    ZPOPMIN

    # As many as can be.
    ZPOPMIN z 9223372036854775807

    # A key of another type.
    SET s x
    ZPOPMIN s
    ZPOPMIN s 0
    ZPOPMAX s
    ZPOPMAX s x
  `,
  ZMPOP: `
    # A missing key.
    ZMPOP 1 z MIN

    # The first key that exists, from either end.
    ZADD z 1 a 2 b 3 c
    ZADD y 1 q
    ZMPOP 2 missing z MIN
    ZMPOP 2 missing z max COUNT 5
    ZCARD z
    ZMPOP 2 z y MAX
    ZMPOP 2 z y MAX

    # Several elements.
    ZADD z 1 a 2 b 3 c 4 d
    ZMPOP 1 z MIN COUNT 2
    ZMPOP 1 z MAX COUNT 1

    # Failures: the number of keys.
    ZMPOP 0 z MIN
    ZMPOP -1 z MIN
    ZMPOP x z MIN
    ZMPOP 2 z MIN
    ZMPOP 3 z MIN

    # Failures: the end and the count.
    ZMPOP 1 z
    ZMPOP 1 z UP
    ZMPOP 1 z MIN COUNT
    ZMPOP 1 z MIN COUNT 0
    ZMPOP 1 z MIN COUNT -1
    ZMPOP 1 z MIN COUNT x
    ZMPOP 1 z MIN COUNT 1 COUNT 1
    ZMPOP 1 z MIN COUNT 0 COUNT 1
    ZMPOP 1 z MIN NOPE 1

    # The words are counted first.
    ZMPOP 9223372036854775807 z MIN

    # Keys of another type: the first that exists decides.
    SET s x
    ZMPOP 2 s z MIN
    ZMPOP 2 missing s MIN
    ZMPOP 2 z s MIN
  `,
  ZRANDMEMBER: `
    # A missing key.
    ZRANDMEMBER z
    ZRANDMEMBER z 5
    ZRANDMEMBER z -5 WITHSCORES

    # One member, with and without repetition.
    ZADD one 1 a
    ZRANDMEMBER one
    ZRANDMEMBER one 1
    ZRANDMEMBER one 5 WITHSCORES
    ZRANDMEMBER one -3
    ZRANDMEMBER one -3 WITHSCORES
    ZRANDMEMBER one 0
    ZRANDMEMBER one 0 WITHSCORES

    # A small set.
    ZADD z 1 a 2 b 3 c
    ?ZRANDMEMBER z
    ?ZRANDMEMBER z 2
    ?ZRANDMEMBER z 2 WITHSCORES
    ?ZRANDMEMBER z -20
    ~ZRANDMEMBER z 3
    ~ZRANDMEMBER z 100 WITHSCORES

    # A large set.
    ZADD large ${MANY_PAIRS}
    ?ZRANDMEMBER large
    ?ZRANDMEMBER large 5 WITHSCORES
    ?ZRANDMEMBER large 150
    ?ZRANDMEMBER large -300
    ~ZRANDMEMBER large 200

    # Failures.
    ZRANDMEMBER z x
    ZRANDMEMBER z 1 NOPE
    ZRANDMEMBER z 1 WITHSCORES x
    ZRANDMEMBER z -9223372036854775808
    ZRANDMEMBER z 9223372036854775807 WITHSCORES
    ZRANDMEMBER missing -9223372036854775808
    ZRANDMEMBER

    # A key of another type.
    SET s x
    ZRANDMEMBER s
    ZRANDMEMBER s 1
  `,
  ZSCAN: `
    # A missing key.
    ZSCAN z 0

    # A small set is one page.
    ZADD z 1 a 2.5 b 3 ab inf c
    ZSCAN z 0
    ZSCAN z 0 COUNT 1
    ZSCAN z 0 MATCH a*
    ZSCAN z 0 MATCH a* COUNT 100
    ZSCAN z 0 MATCH nothing

    # A large set.
    ZADD large ${MANY_PAIRS}
    ~ZSCAN large 0 COUNT 1000
    ~ZSCAN large 0 COUNT 1000 MATCH m1?

    # Failures: the cursor before the key, options only with one.
    ZSCAN z x
    ZSCAN z 0 COUNT 0
    ZSCAN z 0 COUNT x
    ZSCAN z 0 COUNT
    ZSCAN z 0 NOPE
    ZSCAN z 0 TYPE zset
    ZSCAN missing x
    ZSCAN missing 0 NOPE
    ZSCAN missing 0 COUNT 0

    # Arity, and a key of another type.
    ZSCAN z
    SET s x
    ZSCAN s 0
    ZSCAN s x
  `,
  "a large sorted set": `
    # Ranges and ranks across the leaves of the tree.
    ZADD z ${MANY_PAIRS}
    ZCARD z
    ZRANGE z 0 -1 WITHSCORES
    ZREVRANGE z 0 -1
    ZRANGE z 120 140
    ZRANGE z -10 -1 REV
    ZRANK z m150
    ZREVRANK z m150
    ZRANGEBYSCORE z (60 70 WITHSCORES
    ZREVRANGEBYSCORE z 140 (120 LIMIT 5 5
    ZCOUNT z 10 (190

    # Members move from one end to the other.
    ZADD z 1000 m0 -1000 m199
    ZRANGE z 0 2 WITHSCORES
    ZRANGE z -3 -1 WITHSCORES
    ZINCRBY z 0.5 m100

    # Members go, singly and by ranges.
    ZPOPMIN z 3
    ZPOPMAX z
    ZREM z m50 m51 m52 nope
    ZREMRANGEBYRANK z 10 100
    ZREMRANGEBYSCORE z 150 160
    ZRANGE z 0 -1 WITHSCORES

    # All of them go.
    ZREMRANGEBYRANK z 0 -1
    ZCARD z

    # Equal scores.
    ZADD lex ${MANY_OF_ONE_SCORE}
    ZRANGEBYLEX lex [m1 (m12
    ZREVRANGEBYLEX lex + [m97 LIMIT 1 5
    ZLEXCOUNT lex [m1 [m2
    ZREMRANGEBYLEX lex [m1 (m2
    ZRANGE lex 0 -1

    # A long member makes a small set large.
    ZADD z 1 ${LONG_MEMBER} 2 b 3 a
    ZRANGE z 0 -1 WITHSCORES

    # Union, intersection and difference of large sets.
    ZADD z ${MANY_PAIRS}
    ZADD y ${MANY_OF_ONE_SCORE} 5 other
    ZUNION 2 z y WITHSCORES
    ZINTER 2 z y WITHSCORES
    ZDIFF 2 y z WITHSCORES
    ZINTERCARD 2 y z LIMIT 150
    ZUNIONSTORE d 2 z y WEIGHTS 2 1
    ZRANGE d 0 -1 WITHSCORES

    # Half of a set is popped.
    ZMPOP 1 d MAX COUNT 150
    ZRANGE d 0 -1 WITHSCORES

    # A range is stored.
    ZRANGESTORE e y 0 -1 REV
    ZRANGE e 0 -1
  `,
});
