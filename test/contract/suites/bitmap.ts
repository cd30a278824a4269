import { suite } from "../suite.ts";

export const bitmapSuite = suite({
  "SETBIT and GETBIT": `
    # A string grows to the bit that is set.
    GETBIT missing 0
    SETBIT k 7 1
    SETBIT k 7 1
    SETBIT k 7 0
    SETBIT k 0 1
    SETBIT k 100 0
    STRLEN k
    GET k
    GETBIT k 0
    GETBIT k 1
    GETBIT k 100
    GETBIT k 100000
    SETBIT zero 0 0
    GET zero

    # A string that looks like a number.
    SET n 12
    GETBIT n 2
    SETBIT n 23 1
    GET n

    # The deadline stays.
    SET expiring a EX 1000
    SETBIT expiring 6 1
    ≈ TTL expiring
    TYPE k

    # Offsets and bits out of range.
    SETBIT k -1 1
    SETBIT k x 1
    SETBIT k "" 1
    SETBIT k 4294967296 1
    SETBIT k 9223372036854775808 1
    SETBIT k 1 2
    SETBIT k 1 -1
    SETBIT k 1 x
    SETBIT k x x

    # Reading ends at Redis's longest string.
    GETBIT k 4294967295
    GETBIT k 4294967296
    BITFIELD k GET u8 4294967295 GET i64 #67108863 GET u1 #4294967295
    BITFIELD k GET u8 4294967296
    BITFIELD_RO k GET u8 4294967288

    # Bad offsets to read.
    GETBIT k -1
    GETBIT k x
    GETBIT k 4294967296

    # Arity, and a key of another type.
    SETBIT k 1
    GETBIT k
    SADD s m
    SETBIT s 1 1
    SETBIT s 1 2
    GETBIT s 1
  `,
  "a bitmap that is held as a buffer reads as a string everywhere": `
    # SETBIT makes a buffer, and leaves one unchanged.
    SETBIT big 20000 1
    SETBIT big 20000 1
    STRLEN big
    GET big
    TYPE big

    # Commands on keys take it for a string.
    ~ SCAN 0 TYPE string
    COPY big duplicate
    SETBIT duplicate 20000 0
    GETBIT big 20000
    RENAME duplicate renamed
    GETBIT renamed 20000

    # Ranges are read and written.
    GETRANGE big 2499 -1
    GETRANGE big -3 -1
    GETRANGE big 3000 4000
    GETRANGE big 5 2
    SETRANGE big 2400 hello
    GETRANGE big 2398 2406
    SETRANGE big 2600 end
    STRLEN big

    # APPEND, and several keys.
    APPEND big tail
    APPEND big ""
    GETRANGE big 2500 -1
    MGET big missing big

    # Failures: no number, and another type.
    INCR big
    INCRBYFLOAT big 1
    ? MEMORY USAGE big
    SADD big x
    SETNX big x

    # Commands that read two keys, or replace the value.
    SET other x
    LCS big other
    LCS big big LEN
    GETSET big short
    GET big
    SETBIT big 20000 1
    SET big again GET
    SETBIT big 20000 1
    GETDEL big

    # SETRANGE makes a buffer, too.
    SETRANGE text 2000 x
    APPEND text y
    SETRANGE text 0 z
    GET text

    # SETRANGE without a value, and out of range.
    SETRANGE text 0 ""
    SETRANGE text 536870912 x
    SETRANGE text -1 x
    SETRANGE missing 5 ""
    SETRANGE missing 536870912 x
    EXISTS missing

    # Commands of other types refuse a buffer.
    SETBIT large 9000 1
    RPUSH list arge
    SORT list ALPHA GET l*
    SORT large
    HGET large f
    LPUSH large x
    ZADD large 1 x
    SUNION large
    DELEX large IFEQ nope => 0

    # Deletion.
    DEL large
    EXISTS large
  `,
  BITCOUNT: `
    # A missing key.
    BITCOUNT missing
    BITCOUNT missing 0 -1

    # Bytes and bits, from either end.
    SET k foobar
    BITCOUNT k
    BITCOUNT k 0 0
    BITCOUNT k 1 1
    BITCOUNT k 1 1 BYTE
    BITCOUNT k 5 30 BIT
    BITCOUNT k 5 30 bit
    BITCOUNT k 0 -1
    BITCOUNT k -2 -1
    BITCOUNT k -2 -1 BIT

    # Ends beyond the string.
    BITCOUNT k -100 2
    BITCOUNT k -100 -50
    BITCOUNT k -50 -100
    BITCOUNT k 4 2
    BITCOUNT k 10 20
    BITCOUNT k 0 100
    BITCOUNT k 0 9223372036854775807
    BITCOUNT k -9223372036854775808 -1 BIT
    BITCOUNT k 0 7 BIT
    BITCOUNT k 3 3 BIT
    BITCOUNT k 8 15 BIT

    # An empty string.
    SET empty ""
    BITCOUNT empty
    BITCOUNT empty 0 -1
    BITCOUNT empty 0 0 BIT

    # A buffer.
    SETBIT big 10007 1
    SETBIT big 5 1
    BITCOUNT big
    BITCOUNT big 1 -1
    BITCOUNT big 1250 1250
    BITCOUNT big 6 10006 BIT
    BITCOUNT big 5 10007 BIT

    # Failures.
    BITCOUNT k 0
    BITCOUNT k x 1
    BITCOUNT k 1 x
    BITCOUNT k 1 2 NOPE
    BITCOUNT k 1 2 BIT more

    # Redis reads its words before it looks at the key since 7.2.
    # Redis reads its words before it looks at the key since 7.2.
    BITCOUNT missing x y => !ERR value is not an integer or out of range
    BITCOUNT missing 0 1 NOPE => !ERR syntax error

    # Arity, and a key of another type.
    BITCOUNT
    SADD s m
    BITCOUNT s
    BITCOUNT s 0 1
  `,
  BITPOS: `
    # A missing key.
    BITPOS missing 0
    BITPOS missing 1
    BITPOS missing 0 1 2
    BITPOS missing 1 1 2 BIT

    # Ones: a zero lies after the end, unless one was given.
    SET ones "\\xff\\xff\\xff"
    BITPOS ones 0
    BITPOS ones 0 0
    BITPOS ones 0 2
    BITPOS ones 0 0 -1
    BITPOS ones 0 0 2
    BITPOS ones 0 0 -1 BIT
    BITPOS ones 0 3 10
    BITPOS ones 0 3
    BITPOS ones 1
    BITPOS ones 1 2
    BITPOS ones 1 -1
    BITPOS ones 1 7 15 BIT

    # Zeros.
    SET zeros "\\x00\\x00\\x00"
    BITPOS zeros 1
    BITPOS zeros 1 1
    BITPOS zeros 0
    BITPOS zeros 0 1 -1
    BITPOS zeros 1 3 5 BIT

    # Both, by bytes and by bits.
    SET k "\\x00\\xff\\xf0"
    BITPOS k 1
    BITPOS k 1 2
    BITPOS k 0 1
    BITPOS k 1 2 -1 BYTE
    BITPOS k 1 7 15 BIT
    BITPOS k 1 7 -3 bit
    BITPOS k 0 8 19 BIT
    BITPOS k 0 8 20 BIT
    BITPOS k 1 20 -1 BIT

    # Nothing lies between.
    BITPOS k 1 -100 -50
    BITPOS k 0 -50 -100
    BITPOS k 1 2 1
    BITPOS k 1 3 2 BIT

    # An empty string.
    SET empty ""
    BITPOS empty 0
    BITPOS empty 1
    BITPOS empty 0 0 -1

    # A buffer.
    SETBIT big 9001 1
    BITPOS big 1
    BITPOS big 1 5 -1
    BITPOS big 1 40 9000 BIT
    BITPOS big 1 9001 9001 BIT
    BITPOS big 0 1125 -1

    # Failures.
    BITPOS k 2
    BITPOS k -1
    BITPOS k x
    BITPOS k 1 x
    BITPOS k 1 1 x
    BITPOS k 1 1 2 NOPE
    BITPOS k 1 1 2 BIT more
    BITPOS missing 1 x => !ERR value is not an integer or out of range
    BITPOS k

    # A key of another type.
    SADD s m
    BITPOS s 1
    BITPOS s 1 0 -1
  `,
  BITOP: `
    # Strings of other lengths are padded with zeros.
    SET a "\\xf0\\x0f\\xaa"
    SET b "\\xff\\x00"
    SET c "\\x81\\x7e\\x18\\x24"
    BITOP AND d a b
    GET d
    BITOP OR d a b c
    GET d
    BITOP xor d a b c
    GET d
    BITOP NOT d a
    GET d

    # One source, and missing ones.
    BITOP AND d a
    GET d
    BITOP AND d a missing
    GET d
    BITOP OR d a missing
    GET d

    # The destination is a source.
    BITOP XOR a a a
    GET a
    BITOP NOT b b
    GET b

    # The deadline of the destination goes.
    SET d x EX 1000
    BITOP OR d b c
    TTL d

    # An empty outcome removes the destination.
    BITOP AND d missing none
    GET d
    BITOP AND d missing
    BITOP NOT d missing

    # Buffers.
    SETBIT big 20000 1
    SETBIT large 30000 1
    BITOP OR d big large c
    BITCOUNT d
    GET d
    BITOP NOT d big
    BITCOUNT d
    BITOP XOR d d d
    BITCOUNT d
    BITOP AND d big large
    BITCOUNT d
    BITOP AND d large b
    STRLEN d

    # A source of another type; a destination is replaced.
    SADD s m
    BITOP AND d a s
    BITOP OR s b c
    GET s

    # Failures.
    BITOP NOPE d a
    BITOP NOT d a b
    BITOP AND d
    BITOP AND
  `,
  "BITOP DIFF, DIFF1, ANDOR, ONE": `
    # Redis 7.0 does not have these.
    SET a "\\x61\\x0f"
    SET b "\\x03\\x01\\x70"
    SET c "\\x41"

    # Three sources.
    BITOP DIFF d a b c => 3
    GET d => " \\u000e\\u0000"
    BITOP DIFF1 d a b c => 3
    GET d => "\\u0002\\u0000p"
    BITOP ANDOR d a b c => 3
    GET d => "A\\u0001\\u0000"
    BITOP ONE d a b c => 3
    GET d => "\\"\\u000ep"

    # One source, and missing ones.
    BITOP one d a => 2
    GET d => "a\\u000f"
    BITOP diff d a missing => 2
    GET d => "a\\u000f"
    BITOP DIFF d missing a => 2
    GET d => "\\u0000\\u0000"
    BITOP DIFF1 d missing a => 2
    GET d => "a\\u000f"
    BITOP ANDOR d missing none => 0
    GET d => null

    # Failures.
    BITOP DIFF d a => !ERR BITOP DIFF must be called with at least two source keys.
    BITOP diff1 d a => !ERR BITOP DIFF1 must be called with at least two source keys.
    BITOP ANDOR d a => !ERR BITOP ANDOR must be called with at least two source keys.

    # A source of another type.
    SADD s m
    BITOP ONE d a s => !WRONGTYPE Operation against a key holding the wrong kind of value
  `,
  BITFIELD: `
    # A missing key is not made by reading.
    BITFIELD missing
    BITFIELD missing GET u8 0
    BITFIELD missing GET i64 100 GET u63 7
    GET missing

    # Fields anywhere, with and without a sign.
    BITFIELD k SET u8 0 255 GET u8 0 GET i8 0 GET u4 2
    BITFIELD k INCRBY u8 0 1 INCRBY i5 3 1
    BITFIELD k set i8 #1 -100 get i8 #1 get u8 #1
    BITFIELD k GET u16 4
    GET k

    # As wide as can be, across bytes.
    BITFIELD k SET i64 0 9223372036854775807 INCRBY i64 0 1
    BITFIELD k SET i64 0 -9223372036854775808 INCRBY i64 0 -1
    BITFIELD k SET u63 3 9223372036854775807 GET u63 3 INCRBY u63 3 1
    BITFIELD k SET i64 5 -1 GET i64 5 GET i63 6 GET u1 68 GET u1 69
    BITFIELD k SET u4 0 -1 GET u4 0 SET i4 0 8 GET i4 0
    GET k

    # The deadline stays.
    SET expiring a EX 1000
    BITFIELD expiring SET u8 8 98
    ≈ TTL expiring
    GET expiring

    # A buffer.
    SET big x
    BITFIELD big SET u8 16000 7 INCRBY u32 #500 -1 GET u32 #500
    STRLEN big
    BITFIELD big GET u8 16000 GET u8 0
    GET big
  `,
  "BITFIELD with overflow": `
    # Fields without a sign: wrap, saturate, or fail.
    BITFIELD k OVERFLOW WRAP SET u4 0 17 INCRBY u4 0 15 INCRBY u4 0 -2
    BITFIELD k OVERFLOW SAT SET u4 0 17 INCRBY u4 0 15 INCRBY u4 0 -100 SET u4 0 -1
    BITFIELD k OVERFLOW FAIL SET u4 0 17 INCRBY u4 0 1 INCRBY u4 0 -100 SET u4 0 -1 GET u4 0

    # Fields with a sign.
    BITFIELD i OVERFLOW WRAP SET i4 0 8 INCRBY i4 0 -1 INCRBY i4 0 9
    BITFIELD i OVERFLOW SAT SET i4 0 8 INCRBY i4 0 1 INCRBY i4 0 -100 SET i4 0 -9
    BITFIELD i OVERFLOW FAIL SET i4 0 8 INCRBY i4 0 -100 INCRBY i4 0 100 SET i4 0 -9 GET i4 0

    # Distances that overflow themselves.
    BITFIELD i OVERFLOW SAT SET i31 0 -9223372036854775808 SET i31 0 -9223372035781033984 SET i31 0 -9223372035781033985
    BITFIELD i SET i31 0 -9223372036854775808 SET i31 0 -9223372036854775807 GET i31 0

    # 64 bits.
    BITFIELD l SET i64 0 9223372036854775807 OVERFLOW SAT INCRBY i64 0 9 OVERFLOW FAIL INCRBY i64 0 9
    BITFIELD l SET i64 0 -9223372036854775808 OVERFLOW SAT INCRBY i64 0 -9 OVERFLOW FAIL INCRBY i64 0 -9
    BITFIELD l OVERFLOW WRAP INCRBY i64 0 -9 overflow sat INCRBY u63 0 9223372036854775807

    # The mode holds for what follows it.
    BITFIELD m INCRBY u2 100 1 OVERFLOW SAT INCRBY u2 102 1
    BITFIELD m INCRBY u2 100 1 OVERFLOW SAT INCRBY u2 102 1
    BITFIELD m INCRBY u2 100 1 OVERFLOW SAT INCRBY u2 102 1
    BITFIELD m INCRBY u2 100 1 OVERFLOW SAT INCRBY u2 102 1
    BITFIELD m OVERFLOW FAIL INCRBY u2 102 1

    # A failed write still makes the string as long as it needs.
    BITFIELD made OVERFLOW FAIL SET u4 20 17
    EXISTS made
    GET made

    # Failures, and a mode without a field.
    BITFIELD m OVERFLOW SAT
    BITFIELD m OVERFLOW NOPE
    BITFIELD m OVERFLOW
  `,
  "BITFIELD refuses": `
    # Failures: types.
    SET k abc
    BITFIELD k GET u64 0
    BITFIELD k GET u0 0
    BITFIELD k GET i65 0
    BITFIELD k GET i0 0
    BITFIELD k GET u08 0
    BITFIELD k GET U8 0
    BITFIELD k GET x8 0
    BITFIELD k GET u 0
    BITFIELD k GET "" 0
    BITFIELD k GET u-1 0

    # Failures: offsets.
    BITFIELD k GET u8 -1
    BITFIELD k GET u8 x
    BITFIELD k GET u8 #x
    BITFIELD k GET u8 #
    BITFIELD k GET u8 #-1
    BITFIELD k GET u8 4294967296
    BITFIELD k GET u8 #536870912

    # Failures: values and arity.
    BITFIELD k SET u8 0 x
    BITFIELD k SET u8 0 9223372036854775808
    BITFIELD k INCRBY u8 0 1.5
    BITFIELD k SET u8 0
    BITFIELD k GET u8

    # Failures: names; none of the fields has changed then.
    BITFIELD k NOPE u8 0
    BITFIELD k GET u8 0 NOPE
    BITFIELD k SET u8 0 1 SET u8 8 x
    GET k

    # Arity, and a key of another type.
    BITFIELD
    SADD s m
    BITFIELD s
    BITFIELD s GET u8 0
    BITFIELD s SET u8 0 1
    BITFIELD s SET u8 0 x
  `,
  BITFIELD_RO: `
    # A missing key.
    BITFIELD_RO missing
    BITFIELD_RO missing GET u8 0

    # Fields within the string, and beyond it.
    SET k abc
    BITFIELD_RO k GET u8 0 GET u8 #2 get i64 0
    BITFIELD_RO k GET u8 20 GET u8 1000

    # Anything but GET is refused, after the words.
    BITFIELD_RO k SET u8 0 1
    BITFIELD_RO k GET u8 0 INCRBY u8 0 1
    BITFIELD_RO k SET u8 0 x
    BITFIELD_RO k OVERFLOW SAT GET u8 0
    BITFIELD_RO k OVERFLOW NOPE GET u8 0

    # Failures.
    BITFIELD_RO k GET u64 0
    BITFIELD_RO k GET u8
    BITFIELD_RO

    # A key of another type.
    SADD s m
    BITFIELD_RO s GET u8 0
    BITFIELD_RO s SET u8 0 1
  `,
});
