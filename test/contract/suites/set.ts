import { suite } from "../suite.ts";

const words = (count: number, prefix: string): string => Array.from({ length: count }, (_, i) => prefix + i).join(" ");

export const setSuite = suite({
  "SADD, SREM and SCARD": `
    # New members are counted.
    SADD s a b c a
    SADD s c d

    # Members of any bytes.
    SADD s "" "\\x00\\xff"
    SCARD s
    ~SMEMBERS s

    # SREM counts members once, and removes an empty set.
    SREM s a nope b
    SREM s a
    SREM none a
    SCARD s
    SREM s c d "" "\\x00\\xff"
    GET s
    SCARD s
    SMEMBERS s

    # A member that is named twice.
    SADD s a
    SREM s a a

    # Failures: arity.
    SADD
    SADD s
    SREM s
    SCARD
    SCARD s extra

    # A key of another type.
    SET str x
    SADD str a
    SREM str a
    SCARD str
    SMEMBERS str
    SMEMBERS
  `,
  "numbers as members": `
    # Only canonical integers of 64 bits are one.
    SADD n 1 01 1.0 -0 9223372036854775807 9223372036854775808
    SCARD n
    SISMEMBER n 1
    SISMEMBER n 01
    SISMEMBER n 9223372036854775808
    ~SMEMBERS n
  `,
  "SISMEMBER and SMISMEMBER": `
    # Present and missing members and keys.
    SADD s a b
    SISMEMBER s a
    SISMEMBER s x
    SISMEMBER none a
    SMISMEMBER s a x b a
    SMISMEMBER none a b

    # Failures: arity.
    SMISMEMBER s
    SISMEMBER s
    SISMEMBER s a b

    # A key of another type.
    SET str x
    SISMEMBER str a
    SMISMEMBER str a
  `,
  SMOVE: `
    # A member leaves one set and enters the other.
    SADD a 1 2 3
    SADD b 3 4
    SMOVE a b 1
    SMOVE a b 3
    SMOVE a b nope
    SMOVE none b 1
    ~SMEMBERS a
    ~SMEMBERS b

    # Within one set.
    SMOVE a a 2
    SMOVE a a nope

    # The last member, and a new destination.
    SMOVE a c 2
    GET a
    SMEMBERS c

    # Keys of another type: the source is looked at first.
    SET str x
    SMOVE none str 1
    SMOVE str b 1
    SMOVE b str 1
    SMOVE b str nope

    # Failures: arity.
    SMOVE a b
  `,
  SPOP: `
    # The last member, and a missing key.
    SADD one a
    SPOP one
    GET one
    SPOP one
    SPOP none 3

    # Random members, until none is left.
    SADD s a b c d e
    SPOP s 0
    ?SPOP s
    SCARD s
    ?SPOP s 3
    SCARD s
    ?SPOP s 100
    GET s

    # As many as there are.
    SADD s a b
    ~SPOP s 2
    GET s

    # Failures: counts.
    SPOP s x
    SPOP s -1
    SPOP s 99999999999999999999
    SPOP s 1 2

    # A key of another type.
    SET str x
    SPOP str
    SPOP str 1
    SPOP str x
    SPOP
  `,
  SRANDMEMBER: `
    # A set of one member, with repetition, and a missing key.
    SADD one a
    SRANDMEMBER one
    SRANDMEMBER one -5
    SRANDMEMBER none
    SRANDMEMBER none 5
    SRANDMEMBER none -9223372036854775807

    # Random members, distinct with a positive count.
    SADD s a b c d e
    ?SRANDMEMBER s
    SRANDMEMBER s 0
    ?SRANDMEMBER s 3
    ?SRANDMEMBER s -30
    ~SRANDMEMBER s 5
    ~SRANDMEMBER s 9223372036854775807
    SCARD s

    # Failures: counts.
    SRANDMEMBER s x
    SRANDMEMBER s 1 2
    SRANDMEMBER s -9223372036854775808
    SRANDMEMBER s 9223372036854775808
    SRANDMEMBER s -9223372036854775807 => !ERR value is out of range

    # A key of another type.
    SET str x
    SRANDMEMBER str
    SRANDMEMBER str 1
  `,
  "SINTER, SUNION and SDIFF": `
    # Intersections; a missing key is an empty set.
    SADD a 1 2 3 4
    SADD b 3 4 5
    SADD c 4 6
    ~SINTER a
    ~SINTER a b
    ~SINTER a b c
    ~SINTER a a
    SINTER a none
    SINTER none

    # Unions.
    ~SUNION a
    ~SUNION a b c
    ~SUNION none c none
    SUNION none

    # Differences.
    ~SDIFF a
    ~SDIFF a b
    ~SDIFF a b c
    ~SDIFF a none
    ~SDIFF a c c c c c c
    SDIFF a a
    SDIFF a b a
    SDIFF none a

    # Keys of another type, and arity.
    SET str x
    SINTER a str
    SINTER none str
    SUNION a str
    SDIFF a str
    SDIFF none str
    SINTER
    SUNION
    SDIFF
  `,
  "storing the outcome": `
    # The outcome replaces the destination, which may be a source.
    SADD a 1 2 3 4
    SADD b 3 4 5
    SINTERSTORE d a b
    ~SMEMBERS d
    SUNIONSTORE d a b
    ~SMEMBERS d
    SDIFFSTORE d a b
    ~SMEMBERS d
    SDIFFSTORE d a
    SUNIONSTORE a a b
    ~SMEMBERS a

    # A destination of another type is replaced.
    SET str x
    SINTERSTORE str a b
    ~SMEMBERS str

    # An empty outcome removes the destination.
    SINTERSTORE d a none
    GET d
    SADD d x
    SUNIONSTORE d none
    GET d
    SADD d x
    SDIFFSTORE d a a
    GET d
    SDIFFSTORE d a a

    # A source of another type.
    SET str x
    SINTERSTORE d a str
    SUNIONSTORE d a str
    SDIFFSTORE d a str

    # A failure has not changed the destination; arity.
    SADD d x
    SUNIONSTORE d b
    SINTERSTORE d
    SUNIONSTORE d
    SDIFFSTORE d
  `,
  "counting the outcome": `
    # Intersections, counted up to a limit.
    SADD a 1 2 3 4
    SADD b 3 4 5
    SINTERCARD 2 a b
    SINTERCARD 2 a b LIMIT 1
    SINTERCARD 2 a b LIMIT 0
    SINTERCARD 2 a b limit 10
    SINTERCARD 2 a b LIMIT 1 LIMIT 2
    SINTERCARD 2 a none

    # Failures.
    SINTERCARD 0 a
    SINTERCARD -1 a
    SINTERCARD x a
    SINTERCARD 2 a
    SINTERCARD 1 a b
    SINTERCARD 1 a LIMIT
    SINTERCARD 1 a LIMIT -1
    SINTERCARD 1 a LIMIT x
    SINTERCARD 1 a NOPE 1
    SINTERCARD 1

    # Keys of another type.
    SET str x
    SINTERCARD 1 str
    SINTERCARD 2 none str

    # Unions, which Redis does not count.
    SUNIONCARD 2 a b => 5
    SUNIONCARD 2 a b LIMIT 3 => 3
    SUNIONCARD 3 a b none LIMIT 0 => 5
    SUNIONCARD 1 none => 0

    # Failures of unions.
    SUNIONCARD 1 str => !WRONGTYPE Operation against a key holding the wrong kind of value
    SUNIONCARD 0 a => !ERR numkeys should be greater than 0
    SUNIONCARD 2 a => !ERR Number of keys can't be greater than number of args
    SUNIONCARD 1 a LIMIT -1 => !ERR LIMIT can't be negative
    SUNIONCARD 1 a b => !ERR syntax error
    SUNIONCARD 1 => !ERR wrong number of arguments for 'sunioncard' command

    # Differences, which Redis does not count.
    SDIFFCARD 2 a b => 2
    SDIFFCARD 2 a b LIMIT 1 => 1
    SDIFFCARD 2 a b LIMIT 0 => 2
    SDIFFCARD 3 a b none => 2
    SDIFFCARD 2 a a => 0
    SDIFFCARD 2 none a => 0
    SDIFFCARD 6 a b b b b b LIMIT 1 => 1

    # Failures of differences.
    SDIFFCARD 2 a str => !WRONGTYPE Operation against a key holding the wrong kind of value
    SDIFFCARD x a => !ERR numkeys should be greater than 0
    SDIFFCARD 2 a => !ERR Number of keys can't be greater than number of args
    SDIFFCARD 1 a LIMIT => !ERR syntax error
  `,
  SSCAN: `
    # One page, with patterns, and a missing key.
    SADD s a1 a2 a3 b1 b2
    ~SSCAN s 0 COUNT 100
    ~SSCAN s 0 COUNT 100 MATCH a*
    ~SSCAN s 0 match nothing count 100
    ~SSCAN s 0 MATCH * COUNT 100
    SSCAN none 0

    # Failures, and a key of another type.
    SSCAN s x
    SSCAN s 0 COUNT 0
    SSCAN s 0 COUNT x
    SSCAN s 0 COUNT
    SSCAN s 0 NOPE
    SSCAN s
    SET str x
    SSCAN str 0
    SSCAN none x
  `,
  "sets that have grown": `
    # Members are added and found.
    SADD big ${words(300, "m")}
    SADD big m0 m299 m300
    SCARD big
    SISMEMBER big m150
    SISMEMBER big nope
    ~SMEMBERS big

    # Against a smaller set.
    SADD half ${words(150, "m")}
    ~SINTER big half
    ~SDIFF big half
    SINTERCARD 2 big half LIMIT 100
    ~SUNION big half

    # Members are removed, many at once and at random.
    SREM big ${words(200, "m")}
    ~SMEMBERS big
    ?SPOP big 10
    ?SRANDMEMBER big 20
    ?SRANDMEMBER big 90
    ?SRANDMEMBER big -200
    SCARD big

    # Down to the last; a scan of a large set.
    SREM big ${words(301, "m")}
    ~SSCAN half 0 COUNT 1000
    ~SSCAN half 0 COUNT 1000 MATCH m1?
  `,
});
