import { suite } from "../suite.ts";

/** Commands that take a range of a sorted set, and those that combine several sets. */
export const sortedSetRangesSuite = suite({
  "ZRANGE by rank": `
    # A missing key.
    ZRANGE z 0 -1
    ZREVRANGE missing 0 -1

    # From either end, and beyond it.
    ZADD z 1 a 2 b 3 c 4 d
    ZRANGE z 0 -1
    ZRANGE z 0 -1 WITHSCORES
    ZRANGE z 1 2 withscores
    ZRANGE z -2 -1
    ZRANGE z -100 100
    ZRANGE z 3 1
    ZRANGE z 4 10
    ZRANGE z 0 -5

    # In reverse.
    ZRANGE z 0 1 REV
    ZRANGE z -2 -1 REV WITHSCORES
    ZRANGE z -100 1 REV
    ZRANGE z 9223372036854775807 -9223372036854775808
    ZRANGE z -9223372036854775808 9223372036854775807

    # ZREVRANGE.
    ZREVRANGE z 0 -1
    ZREVRANGE z 0 1 WITHSCORES
    ZREVRANGE z 1 -2

    # Failures of ZREVRANGE.
    ZREVRANGE z 0 -1 REV
    ZREVRANGE z 0 -1 BYSCORE
    ZREVRANGE z 0 -1 BYLEX
    ZREVRANGE z x 1
    ZREVRANGE z 0

    # Failures of ZRANGE.
    ZRANGE z x 1
    ZRANGE z 0 1.5
    ZRANGE z 0 9223372036854775808

    # LIMIT by rank, which Redis refuses.
    ZRANGE z 0 1 LIMIT 1 -1 => ["b"]
    ZREVRANGE z 0 1 LIMIT 0 1

    # Failures: options.
    ZRANGE z 0 1 LIMIT x 1
    ZRANGE z 0 1 LIMIT 0 x
    ZRANGE z 0 1 LIMIT 0
    ZRANGE z 0 1 NOPE
    ZRANGE z 0 1 REV REV
    ZRANGE z 0

    # A key of another type.
    SET s x
    ZRANGE s 0 1
    ZRANGE s x 1
    ZREVRANGE s 0 1
  `,
  // Redis refuses LIMIT by rank, the hosted service does not.
  "LIMIT by rank": `
    # Within the ranks, which count before the limit.
    ZADD z 1 a 2 b 3 c 4 d
    ZRANGE z 0 -1 LIMIT 1 2 => ["b","c"]
    ZRANGE z 0 2 LIMIT 1 5 WITHSCORES => ["b","2","c","3"]
    ZRANGE z 0 2 REV LIMIT 1 1 => ["c"]

    # Nothing is left.
    ZRANGE z 0 -1 LIMIT 9 1 => []
    ZRANGE z 0 -1 LIMIT -1 1 => []
    ZRANGE z 0 -1 LIMIT 0 0 => []

    # Stored.
    ZRANGESTORE d z 0 2 LIMIT 1 1 => 1
    ZRANGE d 0 -1 => ["b"]
    ZRANGESTORE d z 0 -1 REV LIMIT 0 3 => 3
    ZRANGE d 0 -1 => ["b","c","d"]

    # ZREVRANGE does not take it.
    ZREVRANGE z 0 -1 LIMIT 1 2
  `,
  "ranges of scores": `
    # Bounds, included and not.
    ZADD z -inf low 1 a 2 b 2 bb 3 c 4 d inf high
    ZRANGEBYSCORE z -inf +inf
    ZRANGEBYSCORE z 1 3 WITHSCORES
    ZRANGEBYSCORE z (1 3
    ZRANGEBYSCORE z (1 (3
    ZRANGEBYSCORE z 2 2
    ZRANGEBYSCORE z (2 2
    ZRANGEBYSCORE z 2 (2

    # Nothing lies between.
    ZRANGEBYSCORE z 3 1
    ZRANGEBYSCORE z (-inf (inf
    ZRANGEBYSCORE z inf inf

    # Bounds in any form that C reads.
    ZRANGEBYSCORE z 1e400 inf
    ZRANGEBYSCORE z -1e400 1
    ZRANGEBYSCORE z 1e-400 1
    ZRANGEBYSCORE z 0x1 0x2
    ZRANGEBYSCORE z " 1" 2

    # Bounds that are no numbers.
    ZRANGEBYSCORE z "1 " 2
    ZRANGEBYSCORE z "" 2
    ZRANGEBYSCORE z ( 2
    ZRANGEBYSCORE z " " 2
    ZRANGEBYSCORE z "1\\x00x" 2
    ZRANGEBYSCORE z nan 2
    ZRANGEBYSCORE z 1 x
    ZRANGEBYSCORE z [1 2
    ZRANGEBYSCORE z ((1 2

    # LIMIT, in any order with WITHSCORES.
    ZRANGEBYSCORE z 1 4 LIMIT 1 2
    ZRANGEBYSCORE z 1 4 LIMIT 1 2 WITHSCORES
    ZRANGEBYSCORE z 1 4 WITHSCORES LIMIT 1 2
    ZRANGEBYSCORE z 1 4 LIMIT 0 -1
    ZRANGEBYSCORE z 1 4 LIMIT 2 -5
    ZRANGEBYSCORE z 1 4 LIMIT 0 0
    ZRANGEBYSCORE z 1 4 LIMIT -1 2
    ZRANGEBYSCORE z 1 4 LIMIT 100 2
    ZRANGEBYSCORE z 1 4 LIMIT 2 9223372036854775807

    # Failures.
    ZRANGEBYSCORE z 1 4 LIMIT 1
    ZRANGEBYSCORE z 1 4 LIMIT x 1
    ZRANGEBYSCORE z 1 4 REV
    ZRANGEBYSCORE z 1 4 BYSCORE
    ZRANGEBYSCORE z 1 4 BYLEX
    ZRANGEBYSCORE z 1

    # In reverse.
    ZREVRANGEBYSCORE z 4 1
    ZREVRANGEBYSCORE z +inf -inf WITHSCORES
    ZREVRANGEBYSCORE z (4 (1
    ZREVRANGEBYSCORE z 1 4
    ZREVRANGEBYSCORE z 4 1 LIMIT 1 2
    ZREVRANGEBYSCORE z 4 1 LIMIT -1 2
    ZREVRANGEBYSCORE z 4 1 LIMIT 3 -1
    ZREVRANGEBYSCORE z x 1

    # ZRANGE with BYSCORE.
    ZRANGE z 1 3 BYSCORE
    ZRANGE z 3 1 BYSCORE REV WITHSCORES
    ZRANGE z 1 3 BYSCORE REV
    ZRANGE z (1 +inf BYSCORE LIMIT 1 2
    ZRANGE z +inf (1 REV BYSCORE LIMIT 1 2

    # Failures of BYSCORE and BYLEX.
    ZRANGE z 1 3 BYSCORE BYSCORE
    ZRANGE z 1 3 BYSCORE BYLEX

    # ZCOUNT.
    ZCOUNT z -inf +inf
    ZCOUNT z 1 2
    ZCOUNT z (1 (3
    ZCOUNT z 3 1

    # Missing keys: the bounds are read first.
    ZCOUNT missing 1 2
    ZCOUNT missing x 2
    ZRANGEBYSCORE missing 1 2
    ZREVRANGEBYSCORE missing 1 2

    # Failures of ZCOUNT.
    ZCOUNT z 1 x
    ZCOUNT z 1

    # A key of another type.
    SET s x
    ZRANGEBYSCORE s 1 2
    ZREVRANGEBYSCORE s 1 2
    ZCOUNT s 1 2
  `,
  "ranges of members": `
    # Bounds, included and not, and the ends.
    ZADD z 0 a 0 aa 0 b 0 c 0 d 0 "" 0 "\\xff"
    ZRANGEBYLEX z - +
    ZRANGEBYLEX z [a [c
    ZRANGEBYLEX z (a (c
    ZRANGEBYLEX z - [b
    ZRANGEBYLEX z (b +

    # Nothing lies between.
    ZRANGEBYLEX z + -
    ZRANGEBYLEX z - -
    ZRANGEBYLEX z + +
    ZRANGEBYLEX z [b [b
    ZRANGEBYLEX z (b [b
    ZRANGEBYLEX z [c [a

    # Members without a byte.
    ZRANGEBYLEX z [ [a
    ZRANGEBYLEX z ( [a

    # LIMIT.
    ZRANGEBYLEX z - + LIMIT 1 3
    ZRANGEBYLEX z - + LIMIT -1 3
    ZRANGEBYLEX z - + LIMIT 2 -1
    ZRANGEBYLEX z - + LIMIT 0 0

    # Failures.
    ZRANGEBYLEX z - + WITHSCORES
    ZRANGEBYLEX z a b
    ZRANGEBYLEX z "" +
    ZRANGEBYLEX z -x +
    ZRANGEBYLEX z - +x
    ZRANGEBYLEX z - + REV
    ZRANGEBYLEX z -

    # In reverse.
    ZREVRANGEBYLEX z + -
    ZREVRANGEBYLEX z [c [a
    ZREVRANGEBYLEX z (c (a LIMIT 0 1
    ZREVRANGEBYLEX z [a [c
    ZREVRANGEBYLEX z c a

    # ZRANGE with BYLEX.
    ZRANGE z [a [c BYLEX
    ZRANGE z [c [a BYLEX REV
    ZRANGE z + - BYLEX REV LIMIT 1 2
    ZRANGE z - + BYLEX WITHSCORES
    ZRANGE z a b BYLEX

    # ZLEXCOUNT.
    ZLEXCOUNT z - +
    ZLEXCOUNT z [a (c
    ZLEXCOUNT z [c [a
    ZLEXCOUNT z a b

    # Missing keys: the bounds are read first.
    ZLEXCOUNT missing - +
    ZLEXCOUNT missing a b
    ZRANGEBYLEX missing - +
    ZREVRANGEBYLEX missing + -

    # Arity.
    ZLEXCOUNT z -

    # A key of another type.
    SET s x
    ZRANGEBYLEX s - +
    ZREVRANGEBYLEX s + -
    ZLEXCOUNT s - +
  `,
  "ZREMRANGEBY…": `
    # By rank.
    ZADD z 1 a 2 b 3 c 4 d 5 e 6 f
    ZREMRANGEBYRANK z 0 0
    ZREMRANGEBYRANK z -1 -1
    ZREMRANGEBYRANK z 10 20
    ZREMRANGEBYRANK z 2 1

    # Failures and missing keys.
    ZREMRANGEBYRANK z x 1
    ZREMRANGEBYRANK missing x 1
    ZREMRANGEBYRANK missing 0 1
    ZRANGE z 0 -1
    ZREMRANGEBYSCORE z x 3

    # By score.
    ZREMRANGEBYSCORE z (2 3
    ZREMRANGEBYSCORE z 100 200
    ZREMRANGEBYSCORE missing 1 3
    ZRANGE z 0 -1

    # All of it goes with the key.
    ZREMRANGEBYSCORE z -inf +inf
    ZCARD z
    ZREMRANGEBYLEX z b d

    # By member.
    ZADD z 0 a 0 b 0 c 0 d
    ZREMRANGEBYLEX z [b (d
    ZREMRANGEBYLEX z [x [y
    ZREMRANGEBYLEX missing - +
    ZRANGE z 0 -1
    ZREMRANGEBYLEX z - +
    ZCARD z

    # The last member goes with the key.
    ZADD z 1 a
    ZREMRANGEBYRANK z -100 100
    ZCARD z

    # Failures: arity.
    ZREMRANGEBYRANK z 0
    ZREMRANGEBYSCORE z 0
    ZREMRANGEBYLEX z -

    # A key of another type.
    SET s x
    ZREMRANGEBYRANK s 0 1
    ZREMRANGEBYSCORE s 0 1
    ZREMRANGEBYLEX s - +
  `,
  ZRANGESTORE: `
    # By rank, in either direction.
    ZADD z 1 a 2 b 3 c 4 d
    ZRANGESTORE d z 1 2
    ZRANGE d 0 -1 WITHSCORES
    ZRANGESTORE d z 0 1 REV
    ZRANGE d 0 -1 WITHSCORES

    # By score.
    ZRANGESTORE d z 2 4 BYSCORE LIMIT 1 1
    ZRANGE d 0 -1 WITHSCORES
    ZRANGESTORE d z (4 1 BYSCORE REV LIMIT 0 2
    ZRANGE d 0 -1 WITHSCORES

    # By member.
    ZRANGESTORE d z [b + BYLEX
    ZRANGE d 0 -1 WITHSCORES

    # Source and destination are one.
    ZRANGESTORE z z 1 -1
    ZRANGE z 0 -1 WITHSCORES

    # An empty range removes the destination.
    ZRANGESTORE d z 10 20
    ZCARD d
    ZRANGESTORE d z 10 20

    # A destination of another type is replaced or removed.
    SET s x
    ZRANGESTORE s z 0 0
    ZRANGE s 0 -1
    ZRANGESTORE s missing 0 -1
    GET s

    # A source of another type.
    SET s x
    ZRANGESTORE d s 0 -1

    # Failures.
    ZRANGESTORE d z 0 -1 WITHSCORES
    ZRANGESTORE d z x -1
    ZRANGESTORE d z x 1 BYSCORE
    ZRANGESTORE d z x + BYLEX
    ZRANGESTORE d z 0
  `,
  "ZUNION and ZUNIONSTORE": `
    # Scores are added; a plain set has scores of 1.
    ZADD a 1 x 2 y
    ZADD b 10 y 20 z
    SADD s y w
    ZUNION 2 a b
    ZUNION 2 a b WITHSCORES
    ZUNION 3 a b s WITHSCORES

    # A missing key is an empty set.
    ZUNION 2 a missing WITHSCORES
    ZUNION 1 missing
    ZUNION 2 a a WITHSCORES

    # Weights, and other ways to combine.
    ZUNION 2 a b WEIGHTS 2 0.5 WITHSCORES
    ZUNION 2 a b AGGREGATE MIN WITHSCORES
    ZUNION 2 a b aggregate max withscores weights -1 1
    ZUNION 2 a b AGGREGATE SUM WITHSCORES WITHSCORES

    # Infinite scores and weights: what is no number counts as 0.
    ZADD i inf x -inf y
    ZUNION 2 i i WEIGHTS 1 -1 WITHSCORES
    ZUNION 1 i WEIGHTS 0 WITHSCORES
    ZUNION 2 a b WEIGHTS inf -inf WITHSCORES

    # Stored, also over a source.
    ZUNIONSTORE d 2 a b WEIGHTS 1 2
    ZRANGE d 0 -1 WITHSCORES
    ZUNIONSTORE a 2 a s
    ZRANGE a 0 -1 WITHSCORES

    # An empty union removes the destination.
    ZUNIONSTORE d 1 missing
    ZCARD d
    ZUNIONSTORE d 1 missing

    # A destination of another type is replaced.
    SET str x
    ZUNIONSTORE str 1 s
    ZRANGE str 0 -1 WITHSCORES

    # Sources of another type come before the options.
    SET str x
    ZUNION 2 a str
    ZUNION 1 str NOPE
    ZUNIONSTORE d 1 str

    # Failures: the number of keys.
    ZUNION 0 a
    ZUNION -1 a
    ZUNION x a
    ZUNION 3 a b

    # Failures: options.
    ZUNION 2 a b NOPE
    ZUNION 2 a b WEIGHTS 1
    ZUNION 2 a b WEIGHTS 1 x
    ZUNION 2 a b WEIGHTS 1 nan
    ZUNION 2 a b WEIGHTS 1 2 3
    ZUNION 2 a b AGGREGATE
    ZUNION 2 a b AGGREGATE AVG
    ZUNION 2 a b LIMIT 1

    # Failures of storing.
    ZUNIONSTORE d 0 a
    ZUNIONSTORE d x a
    ZUNIONSTORE d 3 a b
    ZUNIONSTORE d 1 a WITHSCORES
    ZUNIONSTORE d 1

    # Arity.
    ZUNION 1
  `,
  "ZINTER, ZINTERSTORE and ZINTERCARD": `
    # Members of all; a plain set has scores of 1.
    ZADD a 1 x 2 y 3 z
    ZADD b 10 y 20 z 30 q
    SADD s y w z
    ZINTER 2 a b
    ZINTER 2 a b WITHSCORES
    ZINTER 3 a b s WITHSCORES

    # A missing key is an empty set.
    ZINTER 2 a missing
    ZINTER 1 a WITHSCORES
    ZINTER 2 a a WITHSCORES

    # Weights, and other ways to combine.
    ZINTER 2 a b WEIGHTS 2 3 AGGREGATE MAX WITHSCORES
    ZINTER 2 s s WITHSCORES

    # Infinite scores.
    ZADD i inf y -inf z
    ZINTER 2 i i WEIGHTS 1 -1 WITHSCORES
    ZINTER 2 a i WEIGHTS 1 0 AGGREGATE MIN WITHSCORES

    # Stored, also over a source.
    ZINTERSTORE d 2 a b AGGREGATE MIN
    ZRANGE d 0 -1 WITHSCORES
    ZINTERSTORE d 2 a missing
    ZCARD d
    ZINTERSTORE a 2 a s WEIGHTS 0 0
    ZRANGE a 0 -1 WITHSCORES

    # Counted, up to a limit.
    ZINTERCARD 2 b s
    ZINTERCARD 2 b s LIMIT 1
    ZINTERCARD 2 b s LIMIT 0
    ZINTERCARD 2 b s limit 100
    ZINTERCARD 2 b s LIMIT 1 LIMIT 2
    ZINTERCARD 2 b missing

    # Failures of ZINTERCARD.
    ZINTERCARD 2 b s LIMIT -1
    ZINTERCARD 2 b s LIMIT x
    ZINTERCARD 2 b s LIMIT
    ZINTERCARD 2 b s WEIGHTS 1 1
    ZINTERCARD 2 b s WITHSCORES
    ZINTERCARD 0 b
    ZINTERCARD x b
    ZINTERCARD 3 b s
    ZINTERCARD 1

    # Sources of another type.
    SET str x
    ZINTER 2 missing str
    ZINTERSTORE d 2 a str
    ZINTERCARD 1 str
    ZINTERCARD 1 str LIMIT x

    # Failures: the number of keys and options.
    ZINTER 0 a
    ZINTER 2 a
    ZINTER 2 a b AGGREGATE NOPE
    ZINTERSTORE d 0 a
    ZINTERSTORE d 2 a
    ZINTERSTORE d 1 a WITHSCORES
  `,
  "ZDIFF and ZDIFFSTORE": `
    # Members of the first alone.
    ZADD a 1 x 2 y 3 z
    ZADD b 10 y
    SADD s z
    ZDIFF 2 a b
    ZDIFF 2 a b WITHSCORES
    ZDIFF 3 a b s WITHSCORES

    # Missing keys, and the set itself.
    ZDIFF 2 a missing WITHSCORES
    ZDIFF 2 missing a
    ZDIFF 2 a a
    ZDIFF 1 s WITHSCORES

    # Failures: options.
    ZDIFF 2 a b WEIGHTS 1 1
    ZDIFF 2 a b AGGREGATE MIN
    ZDIFF 2 a b NOPE

    # Failures: the number of keys.
    ZDIFF 0 a
    ZDIFF x a
    ZDIFF 2 a
    ZDIFF 1

    # Stored, also over a source.
    ZDIFFSTORE d 2 a b
    ZRANGE d 0 -1 WITHSCORES
    ZDIFFSTORE a 2 a s
    ZRANGE a 0 -1 WITHSCORES

    # An empty difference removes the destination.
    ZDIFFSTORE d 2 a a
    ZCARD d

    # Failures of storing.
    ZDIFFSTORE d 2 a b WITHSCORES
    ZDIFFSTORE d 0 a
    ZDIFFSTORE d 2 a
    ZDIFFSTORE d 1

    # Keys of another type.
    SET str x
    ZDIFF 2 a str
    ZDIFFSTORE d 2 str a
  `,
});
