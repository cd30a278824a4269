import { suite } from "../suite.ts";

export const stringSuite = suite({
  "GET and SET": `
    # A missing key, and values of any bytes.
    GET missing
    SET k v
    GET k
    SET k ""
    GET k
    SET bin "\\x00\\xff\\r\\n"
    GET bin
    SET "" "the empty key"
    GET ""
    SET utf8 héllo
    GET utf8
    STRLEN utf8

    # Failures: arity.
    GET
    SET k
    get k extra

    # Names of commands in any case.
    sEt k mixed
    gEt k
  `,
  "SET with conditions": `
    # NX needs a missing key, XX an existing one.
    SET k a NX
    SET k b NX
    SET k c XX
    SET none c XX
    GET none
    GET k

    # GET answers the old value, also where the condition does not hold.
    SET k d GET
    SET none2 d GET
    GET none2
    SET k e NX GET
    GET k
    SET none3 e NX GET
    SET k f XX GET
    SET none4 f XX GET
    GET none4

    # Failures.
    SET k g nx xx
    SET k g XX NX
    SET k g nx nX get GET
    SET k e nope
    SET k e ""
    SET k e GET nope
    GET k
  `,
  "SET with expiry": `
    # Every option sets a deadline; the last of equal ones counts.
    SET k v EX 100
    SET k v PX 100000
    SET k v EXAT 33177117420
    SET k v PXAT 33177117420000
    SET k v ex 10 Ex 20

    # KEEPTTL keeps it.
    SET k w KEEPTTL
    SET k w KEEPTTL KEEPTTL GET
    GET k

    # Failures: two options.
    SET k v EX 10 PX 10
    SET k v EX 10 EXAT 10
    SET k v PXAT 10 EXAT 10
    SET k v EX 10 KEEPTTL
    SET k v KEEPTTL EX 10
    SET k v KEEPTTL PXAT 10

    # Failures: times that are missing, not positive or no integer.
    SET k v EX
    SET k v NX EX
    SET k v EX NX
    SET k v EX 0
    SET k v EX -1
    SET k v PX 0
    SET k v EXAT 0
    SET k v PXAT -5
    SET k v EX 1.5
    SET k v EX ""

    # Failures: deadlines beyond 64 bits.
    SET k v EX 9223372036854775807
    SET k v EX 9223372036854776
    SET k v PX 9223372036854775807
    SET k v EXAT 9223372036854776
    SET k v EX 9223372036854775808

    # The last deadlines that fit.
    SET far v EXAT 9223372036854775
    GET far
    SET far v PXAT 9223372036854775807
    GET far

    # A failure changes nothing.
    SET k v NX EX 0
    SET k v EX 0 GET
    SET k v PERSIST
    GET k

    # A deadline that has passed deletes the key.
    SET k gone EXAT 1
    GET k
    SET k gone PXAT 1 NX
    GET k
    SET k v
    SET k gone PXAT 1 GET
    GET k
    SET k v
    SET k gone PXAT 1 NX
    GET k
  `,
  "SET with comparisons": `
    # By value. Redis 7.0 does not have these.
    SET k hello
    SET k bye IFEQ nothello => null
    GET k
    SET k2 v IFEQ hello => null
    GET k2
    SET k bye IFEQ hello => "OK"
    SET k again IFNE bye => null
    SET k again ifne other => "OK"
    SET k hello IFEQ again GET => "again"
    SET k other IFEQ again GET => "hello"

    # By digest, in either case of its letters.
    SET k new IFDEQ 9555e8555c62dcfd => "OK"
    SET k hello IFDEQ 0000000000000000 => null
    SET k hello IFDNE 0000000000000000 => "OK"
    SET k new IFDNE 9555E8555C62DCFD => null
    SET k new IFDEQ 9555E8555C62DCFD EX 100 => "OK"
    GET k => "new"

    # A missing key has no value: it is equal to none.
    SET m1 v IFDEQ 9555e8555c62dcfd => null
    SET m2 v IFNE x => "OK"
    SET m3 v IFDNE 9555e8555c62dcfd => "OK"
    SET m4 v IFNE x GET => null
    GET m4 => "v"

    # Failures.
    SET k v IFEQ => !ERR syntax error
    SET k v IFEQ new NX => !ERR syntax error
    SET k v XX IFEQ new => !ERR syntax error
    SET k v IFEQ new IFNE old => !ERR syntax error
    SET k v IFEQ new EX 0 => !ERR invalid expire time in 'set' command
    GET k => "new"
  `,
  "DIGEST and DELEX": `
    # Digests.
    DIGEST missing => null
    SET k hello
    DIGEST k => "9555e8555c62dcfd"
    SET k ""
    DIGEST k => "2d06800538d394c2"
    DIGEST => !ERR wrong number of arguments for 'digest' command

    # DELEX without a condition.
    DELEX missing => 0
    DELEX k => 1
    GET k => null

    # Conditions that do not hold.
    SET k hello
    DELEX k IFEQ bye => 0
    DELEX k IFNE hello => 0
    DELEX k IFDEQ 0000000000000000 => 0
    DELEX k IFDNE 9555e8555c62dcfd => 0
    GET k => "hello"

    # Conditions that hold.
    DELEX k ifeq hello => 1
    GET k => null
    SET k hello
    DELEX k IFDEQ 9555E8555C62DCFD => 1
    SET k hello
    DELEX k IFNE bye => 1
    SET k hello
    DELEX k IFDNE 0000000000000000 => 1
    GET k => null

    # A missing key.
    DELEX missing IFNE x => 0
    DELEX missing IFDNE x => 0

    # Failures.
    DELEX => !ERR wrong number of arguments for 'delex' command
    DELEX k IFEQ => !ERR wrong number of arguments for 'delex' command
    DELEX k IFEQ a b => !ERR wrong number of arguments for 'delex' command
    DELEX k NX a => !ERR Invalid condition. Use IFEQ, IFNE, IFDEQ, or IFDNE
  `,
  "SETNX, SETEX, PSETEX, GETSET and GETDEL": `
    # SETNX sets a missing key.
    SETNX k v
    SETNX k w
    GET k

    # SETEX and PSETEX.
    SETEX k 10 v
    PSETEX k 10000 w
    GET k

    # Failures: times and arity.
    SETEX k 0 v
    SETEX k -1 v
    SETEX k x v
    SETEX k 9223372036854775807 v
    PSETEX k 0 v
    PSETEX k 9223372036854775807 v
    PSETEX k 1e3 v
    SETEX k 10

    # GETSET.
    GET k
    GETSET k x
    GETSET missing x
    GET missing

    # GETDEL.
    GETDEL k
    GETDEL k

    # Failures: arity.
    GETSET k
    GETDEL k k
    SETNX k
  `,
  GETEX: `
    # A missing key: the time is not read.
    GETEX missing
    GETEX missing EX 0
    GETEX missing EX abc

    # Every option; the last of equal ones counts.
    SET k v
    GETEX k
    GETEX k EX 100
    GETEX k PX 100000
    GETEX k EXAT 33177117420
    GETEX k PXAT 33177117420000
    GETEX k EX 10 EX 20
    GETEX k EX 10 ex abc

    # PERSIST removes the deadline.
    GETEX k persist
    GETEX k PERSIST PERSIST

    # Failures: two options, and options of SET.
    GETEX k EX 10 PERSIST
    GETEX k PERSIST EX 10
    GETEX k EX 10 PX 10
    GETEX k KEEPTTL
    GETEX k NX
    GETEX k EX
    GETEX k EX 10 nope
    GETEX missing EX

    # Failures: times.
    GETEX k EX 0
    GETEX k EX -5
    GETEX k PX abc
    GETEX k EX 9223372036854775807
    GETEX k PX 9223372036854775807

    # None of these has changed anything; a time that has passed deletes the key.
    GET k
    GETEX k PXAT 1
    GET k

    # Arity.
    GETEX
  `,
  "MGET, MSET and MSETNX": `
    # The last of two values counts.
    MSET a 1 b 2 c 3
    MGET a b missing c a
    MSET a x a y
    GET a

    # Failures.
    MSET a
    MSET a 1 b

    # All or none.
    MSETNX d 1 e 2
    MSETNX e 9 f 9
    MGET d e f
    MSETNX g 1 g 2
    GET g

    # Failures.
    MSETNX g
    MSETNX g 1 h
    MGET
  `,
  MSETEX: `
    # Redis 7.0 does not have it.
    MSETEX 2 a 1 b 2 => 1
    MGET a b => ["1", "2"]

    # Conditions are about all keys.
    MSETEX 2 a x c 3 NX => 0
    MSETEX 2 a x c 3 XX => 0
    MGET a c => ["1", null]
    MSETEX 2 c 3 d 4 nx ex 100 => 1
    MSETEX 2 c 5 d 6 px 1000 xx => 1

    # Deadlines.
    MSETEX 1 c 7 KEEPTTL => 1
    MSETEX 1 c 8 EXAT 33177117420 => 1
    MGET c d => ["8", "6"]
    MSETEX 2 a gone b gone PXAT 1 => 1
    MGET a b => [null, null]

    # Failures: the number of keys.
    MSETEX 0 a 1 => !ERR invalid numkeys value
    MSETEX -1 a 1 => !ERR invalid numkeys value
    MSETEX x a 1 => !ERR invalid numkeys value
    MSETEX 2147483648 a 1 => !ERR invalid numkeys value
    MSETEX 2147483647 a 1 => !ERR wrong number of key-value pairs
    MSETEX 2 a 1 b => !ERR wrong number of key-value pairs

    # Failures: options.
    MSETEX 1 a 1 b 2 => !ERR syntax error
    MSETEX 1 a 1 NX XX => !ERR syntax error
    MSETEX 1 a 1 EX 10 PX 10 => !ERR syntax error
    MSETEX 1 a 1 KEEPTTL EX 10 => !ERR syntax error
    MSETEX 1 a 1 GET => !ERR syntax error
    MSETEX 1 a 1 IFEQ 1 => !ERR syntax error
    MSETEX 1 a 1 EX 0 => !ERR invalid expire time in 'msetex' command
    MSETEX 1 a 1 EX x => !ERR value is not an integer or out of range

    # Arity.
    MSETEX 1 a => !ERR wrong number of arguments for 'msetex' command
  `,
  "APPEND and STRLEN": `
    # A missing key is an empty string.
    APPEND k hello
    APPEND k " world"
    GET k
    STRLEN k
    APPEND empty ""
    GET empty
    STRLEN empty
    STRLEN missing

    # Failures: arity.
    APPEND k
    STRLEN

    # A number stays one.
    SET n 12
    APPEND n 3
    INCR n
  `,
  "GETRANGE and SUBSTR": `
    # Both ends count, negative ones from the end.
    SET k "Hello World"
    GETRANGE k 0 3
    GETRANGE k 0 -1
    GETRANGE k -4 -1
    GETRANGE k 5 3
    GETRANGE k 5 5000
    GETRANGE k -5000 10000
    GETRANGE k 0 -100
    GETRANGE k 1 -100
    GETRANGE k -1 -100
    GETRANGE k -100 -99
    GETRANGE k -100 -100
    GETRANGE k -100 -101
    GETRANGE k 11 11
    GETRANGE k 10 11

    # As far as 64 bits reach, and beyond.
    GETRANGE k 9223372036854775807 9223372036854775807
    GETRANGE k -9223372036854775808 9223372036854775807
    GETRANGE k 0 9223372036854775808

    # A missing key, and failures.
    GETRANGE missing 0 -1
    GETRANGE missing x 1
    GETRANGE k 1

    # SUBSTR.
    SUBSTR k 0 3
    SUBSTR k -3 -1
    SUBSTR missing 0 1
    SUBSTR k 0 y

    # An empty string.
    SET empty ""
    GETRANGE empty 0 -1
    GETRANGE empty 0 0
  `,
  SETRANGE: `
    # A missing key is padded with zeros, and not made for nothing.
    SETRANGE missing 0 ""
    GET missing
    SETRANGE missing 5 ""
    SETRANGE pad 3 x
    GET pad

    # In the middle, at the end and beyond it.
    SET k "Hello World"
    SETRANGE k 6 Redis
    GET k
    SETRANGE k 0 ""
    SETRANGE k 15 end
    GET k
    SETRANGE k 1 a
    GET k

    # Failures.
    SETRANGE k -1 x
    SETRANGE k x x
    SETRANGE k 536870912 x
    SETRANGE missing 536870912 x
    SETRANGE k 9223372036854775807 x
    SETRANGE k 536870908 world
    SETRANGE k 1

    # A number.
    SET n 1234
    SETRANGE n 1 3
    GET n
    SETRANGE n 5 2
    GET n
  `,
  "INCR, DECR, INCRBY and DECRBY": `
    # A missing key counts as 0.
    INCR k
    INCRBY k 10
    DECR k
    DECRBY k 5
    GET k
    DECR new
    DECRBY new2 -3
    INCRBY k 0

    # Up to the ends of 64 bits, and not beyond.
    SET k 9223372036854775807
    INCR k
    INCRBY k 1
    DECR k
    INCRBY k 1
    DECRBY k -1
    SET k -9223372036854775808
    DECR k
    DECRBY k 1
    INCRBY k -1
    INCR k
    INCRBY k 9223372036854775807
    INCRBY k 9223372036854775807
    INCRBY k 9223372036854775807
    DECRBY k -9223372036854775808
    DECRBY missing -9223372036854775808

    # Increments that are no integer.
    INCRBY k 9223372036854775808
    INCRBY k -9223372036854775809
    INCRBY k 1.5
    INCRBY k +1
    INCRBY k 01
    INCRBY k ""

    # Values that are no integer.
    SET s " 1"
    INCR s
    SET s "1 "
    INCR s
    SET s +1
    INCR s
    SET s 01
    INCR s
    SET s -0
    INCR s
    SET s -01
    INCR s
    SET s ""
    INCR s
    SET s 1.0
    INCR s
    SET s 1e3
    INCR s
    SET s 9223372036854775808
    INCR s

    # Beyond 2^53, exactly.
    SET s 9007199254740991
    INCR s
    INCR s
    INCR s
    DECRBY s 4

    # Values that are too long for an integer.
    SET s 00000000000000000001
    INCR s
    SET s 123456789012345678901
    INCR s

    # Failures: arity.
    INCR
    INCRBY k
    DECRBY k
  `,
  INCRBYFLOAT: `
    # Sums are printed as Redis prints them.
    INCRBYFLOAT k 10.5
    INCRBYFLOAT k 0.1
    INCRBYFLOAT k -5
    INCRBYFLOAT k 5.0e3
    INCRBYFLOAT k 0
    GET k
    SET k 3
    INCRBYFLOAT k 1.1
    SET k 0.1
    INCRBYFLOAT k 0.2

    # Nothing is left of a sum that is too small.
    SET k 1
    INCRBYFLOAT k -1
    INCRBYFLOAT k -0.0
    INCRBYFLOAT k 1e-17
    INCRBYFLOAT k 1e-18
    INCRBYFLOAT k 1e300

    # Beyond what a double holds.
    SET k 9223372036854775807
    INCRBYFLOAT k 1
    SET k 18446744073709551615
    INCRBYFLOAT k 0
    INCRBYFLOAT k 0.5
    SET k 1234567890123456789012345678901234567890
    INCRBYFLOAT k 1

    # Numbers in any form that C reads.
    SET k 0x10
    INCRBYFLOAT k 0x1p-1

    # Increments that are refused.
    INCRBYFLOAT k inf
    INCRBYFLOAT k -infinity
    INCRBYFLOAT k nan
    INCRBYFLOAT k 1e5000
    INCRBYFLOAT k 1e-5000
    INCRBYFLOAT k abc
    INCRBYFLOAT k ""
    INCRBYFLOAT k " 1"
    INCRBYFLOAT k "1 "
    INCRBYFLOAT k 1e

    # Values that are no float, or infinite.
    SET k inf
    INCRBYFLOAT k 1
    INCRBYFLOAT k -inf
    SET k nan
    INCRBYFLOAT k 1
    SET k "hello"
    INCRBYFLOAT k 1
    INCRBYFLOAT k x
    SET k 1.189731495357231765e+4932
    INCRBYFLOAT k 1.189731495357231765e+4932

    # Failures: arity.
    INCRBYFLOAT k
  `,
  LCS: `
    # The text, its length, and where it matches.
    MSET a ohmytext b mynewtext n 12345 m 1345
    LCS a b
    LCS a b LEN
    LCS a b IDX
    LCS a b IDX MINMATCHLEN 4
    LCS a b idx minmatchlen 4 WithMatchLen
    LCS a b IDX WITHMATCHLEN MINMATCHLEN 5

    # Options without effect.
    LCS a b IDX MINMATCHLEN -5
    LCS a b MINMATCHLEN 4 WITHMATCHLEN
    LCS a b LEN MINMATCHLEN 4

    # Several matches, and the whole string.
    LCS n m IDX
    LCS m n IDX
    LCS a a IDX

    # Missing keys.
    LCS a missing
    LCS a missing LEN
    LCS missing missing2 IDX

    # Failures.
    LCS a b LEN IDX
    LCS a b nope
    LCS a b MINMATCHLEN
    LCS a b MINMATCHLEN x
    LCS a

    # Too large for the memory that it would take.
    SETRANGE big1 20000 x
    SETRANGE big2 20000 x
    LCS big1 big2 LEN
  `,
  "keys of another type": `
    # Most read the key before their words.
    RPUSH list a
    GET list
    GETDEL list
    GETEX list
    GETEX list EX 0
    GETSET list v
    STRLEN list
    APPEND list v
    INCR list
    DECRBY list 1
    INCRBY list x
    INCRBYFLOAT list 1
    INCRBYFLOAT list x
    GETRANGE list 0 1
    GETRANGE list x 1
    SUBSTR list 0 1
    SETRANGE list 0 v

    # Some read their words before the key.
    SETRANGE list -1 v
    LCS list missing
    LCS list missing nope

    # Commands that do not mind the type.
    MGET list missing

    # SET with GET and with conditions.
    SET list v GET
    SET list v NX GET
    SET list v NX
    SETNX list v
    MSETNX list v

    # Commands that Redis 7.0 does not have.
    SET list v IFEQ v => !WRONGTYPE Operation against a key holding the wrong kind of value
    DIGEST list => !WRONGTYPE Operation against a key holding the wrong kind of value
    DELEX list IFEQ a => !ERR Key should be of string type if conditions are specified

    # None of these has changed the list; SET replaces it.
    LRANGE list 0 -1
    SET list v
    GET list
  `,
});
