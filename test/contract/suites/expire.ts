import { suite } from "../suite.ts";

export const expireSuite = suite({
  "EXPIRE and TTL": `
    # Failures, and a missing key.
    EXPIRE
    EXPIRE k
    EXPIRE missing 10

    # A key without a deadline.
    SET k v
    TTL k
    PTTL k
    TTL missing
    PTTL missing
    TTL
    PTTL k k

    # Times in seconds and in milliseconds.
    EXPIRE k 100
    ≈ TTL k
    ≈ PTTL k
    EXPIRE k 200
    ≈ TTL k
    PEXPIRE k 100000
    ≈ PTTL k

    # SET removes the deadline.
    SET k w
    TTL k

    # Times that are no integer.
    EXPIRE k x
    EXPIRE k 1.5
    EXPIRE k ""

    # A time that has passed removes the key.
    EXPIRE k 0
    EXISTS k
    SET k v
    EXPIRE k -1
    EXISTS k
    SET k v
    PEXPIRE k 0
    EXISTS k
    SET k v
    PEXPIRE k -9223372036854775808
    EXISTS k
  `,
  "EXPIREAT, EXPIRETIME and PEXPIRETIME": `
    # Failures, and a missing key.
    EXPIREAT k
    EXPIREAT missing 4000000000
    EXPIRETIME missing
    PEXPIRETIME missing
    EXPIRETIME
    PEXPIRETIME k k

    # Deadlines in seconds and in milliseconds, rounded to the second.
    SET k v
    EXPIRETIME k
    PEXPIRETIME k
    EXPIREAT k 4000000000
    EXPIRETIME k
    PEXPIRETIME k
    PEXPIREAT k 4000000000499
    EXPIRETIME k
    PEXPIRETIME k
    PEXPIREAT k 4000000000500
    EXPIRETIME k
    PEXPIREAT k 4000000000999
    EXPIRETIME k

    # A deadline that has passed removes the key.
    EXPIREAT k 0
    EXISTS k
    SET k v
    EXPIREAT k 1
    EXISTS k
    SET k v
    EXPIREAT k -5
    EXISTS k
    SET k v
    PEXPIREAT k 1000
    EXISTS k
  `,
  "times that do not fit": `
    # Times whose deadline is beyond 64 bits are refused.
    SET k v
    EXPIRE k 9223372036854775807
    EXPIRE k 9223372036854776
    EXPIRE k 9223372036854775
    EXPIRE k -9223372036854776
    EXPIRE k -9223372036854775807
    EXPIRE k 9223372036854775808
    EXPIREAT k 9223372036854776
    PEXPIRE k 9223372036854775807
    expire k 9223372036854775807
    TTL k

    # The key is looked up first: a missing one is no error.
    EXPIRE missing 9223372036854775807

    # The largest times that fit.
    EXPIREAT k 8000000000000000
    EXPIRETIME k
    PEXPIREAT k 4611686018427387904
    PEXPIRETIME k
    PEXPIREAT k 9007199254740992
    PEXPIRETIME k

    # The smallest.
    EXPIREAT k -9223372036854775
    EXISTS k
  `,
  "times beyond 2^53, to the last digit": `
    # EXPIRE's family and its readers.
    SET k v
    PEXPIREAT k 9007199254740993
    PEXPIRETIME k
    EXPIRETIME k
    PEXPIREAT k 9007199254740992 LT
    PEXPIREAT k 9007199254740993 GT
    PEXPIREAT k 9007199254740993 LT
    PEXPIRETIME k
    PEXPIREAT k 9223372036854775806
    PEXPIREAT k 9223372036854775807 GT
    PEXPIRETIME k
    PEXPIREAT k 9223372036854775307
    EXPIRETIME k
    PEXPIREAT k 9223372036854774500
    EXPIRETIME k
    PEXPIREAT k 9223372036854774499
    EXPIRETIME k

    # Redis rounds by adding half a second, which overflows here.
    PEXPIREAT k 9223372036854775807
    EXPIRETIME k => 9223372036854776

    # The last second that fits.
    EXPIREAT k 9223372036854775
    PEXPIRETIME k
    EXPIREAT k 9223372036854776
    PEXPIREAT k 9223372036854775808
    PEXPIRETIME k

    # SET, SETEX, PSETEX, GETEX and MSETEX.
    SET k v PXAT 9223372036854775807
    PEXPIRETIME k
    SET k v KEEPTTL
    APPEND k v
    PEXPIRETIME k
    SET k v EXAT 9223372036854775
    PEXPIRETIME k
    SET k v EXAT 9223372036854776
    SET k v PX 9223372036854775807
    SETEX k 9223372036854775807 v
    PSETEX k 9223372036854775807 v
    GETEX k PXAT 9007199254740993
    PEXPIRETIME k
    GETEX k PX 9223372036854775807
    GETEX k EXAT 9223372036854776
    PEXPIRETIME k
    MSETEX 1 other v PXAT 9007199254740993 => 1
    PEXPIRETIME other => 9007199254740993
    DEL other => 1

    # The deadline moves with the key, and with a slot.
    SET m v PXAT 9007199254740993
    PEXPIRETIME m
    RENAME k l
    PEXPIRETIME l
    COPY l k
    PEXPIRETIME k
    MOVE k 1
    SELECT 1
    PEXPIRETIME k
    SELECT 0
    SET other v
    SET k v PXAT 9007199254740995
    DEL other
    PEXPIRETIME k
    PEXPIRETIME l

    # PERSIST removes it.
    PERSIST k
    PEXPIRETIME k
  `,
  "NX, XX, GT and LT": `
    # A key without a deadline.
    SET k v
    EXPIRE k 100 XX
    EXPIRE k 100 GT
    TTL k

    # A key with one.
    EXPIRE k 100 NX
    ≈ TTL k
    EXPIRE k 500 NX
    ≈ TTL k
    EXPIRE k 200 XX
    ≈ TTL k
    EXPIRE k 100 GT
    ≈ TTL k
    EXPIRE k 300 gt
    ≈ TTL k
    EXPIRE k 400 LT
    ≈ TTL k
    EXPIRE k 50 lt
    ≈ TTL k

    # Two conditions that go together.
    EXPIRE k 60 XX GT
    ≈ TTL k
    EXPIRE k 30 XX LT
    ≈ TTL k
    EXPIRE k 10 LT LT LT

    # No deadline is later than any.
    PERSIST k
    EXPIRE k 100 LT
    ≈ TTL k
    PERSIST k
    EXPIRE k 100 XX LT
    TTL k

    # Equal deadlines.
    PEXPIREAT k 4000000000000
    PEXPIREAT k 4000000000000 GT
    PEXPIREAT k 4000000000000 LT
    PEXPIREAT k 4000000000001 GT
    PEXPIREAT k 4000000000000 LT
    EXPIREAT k 3000000000 GT
    EXPIREAT k 5000000000 GT
    PEXPIRETIME k

    # A time that has passed removes the key, if the condition holds.
    PEXPIRE k 10 GT
    EXPIRE k -1 GT
    EXISTS k
    EXPIRE k -1 NX
    EXISTS k
    EXPIRE k -1 LT
    EXISTS k

    # A missing key.
    EXPIRE missing 100 NX
    EXPIRE missing 100 LT
  `,
  "options that conflict": `
    # A key without a deadline.
    SET k v

    # Conditions that exclude each other.
    EXPIRE k 100 NX XX
    EXPIRE k 100 NX GT
    EXPIRE k 100 LT NX
    EXPIRE k 100 GT LT
    EXPIRE k 100 XX GT LT

    # Words that are no option.
    EXPIRE k 100 NOPE
    EXPIRE k 100 "a\\r\\nb\\n\\nc\\r\\n"
    EXPIRE k 100 nope

    # The time is read after the options, and the key looked up last.
    EXPIRE k x NOPE
    EXPIRE k x NX XX
    EXPIRE k x NX
    EXPIREAT k 100 GT LT
    PEXPIRE k 100 NX XX
    PEXPIREAT k 100 NX NOPE
    PEXPIREAT k 100 NX XX NOPE
    EXPIRE missing 100 NX XX
    TTL k
  `,
  PERSIST: `
    # A missing key, and one without a deadline.
    PERSIST
    PERSIST missing
    SET k v
    PERSIST k

    # A deadline is removed once.
    EXPIRE k 100
    PERSIST k
    TTL k
    PERSIST k
    PERSIST k k
  `,
});
