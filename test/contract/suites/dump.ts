import { suite } from "../suite.ts";
import { helpOf } from "../../support/help.ts";

/** The string "10", as Redis's documentation dumps it. */
const TEN = '"\\x00\\xc0\\n\\n\\x00n\\x9fWE\\x0e\\xaec\\xbb"';

/** An empty list, with a checksum that is right. */
const EMPTY_LIST = '"\\x01\\x00\\n\\x00\\x5b\\xf8\\x25\\xcc\\x6c\\x17\\x43\\x56"';

const FREQ_REFUSED =
  "!ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when switching between " +
  "policies at runtime LRU and LFU data will take some time to adjust.";

const DEBUG_REFUSED =
  "!ERR DEBUG command not allowed. Start the server with --enable-debug, or with the option enableDebug, to allow it.";

export const dumpSuite = suite({
  DUMP: `
    # A missing key.
    DUMP missing

    # Strings, by their encodings.
    SET k 10
    DUMP k
    SET k hello
    DUMP k
    SET k ""
    DUMP k
    SET k -70000
    DUMP k
    SET k 2147483648
    DUMP k

    # The other types, in their small forms.
    RPUSH l a b 1
    DUMP l
    SADD ints 1 2 300
    DUMP ints
    SADD words a
    DUMP words
    HSET h f v n 1
    DUMP h
    ZADD z 1 a 2 b -3 c
    DUMP z
    XADD x 1-1 f v
    DUMP x

    # Failures.
    DUMP
    DUMP k l
  `,
  RESTORE: `
    # A key without a deadline.
    RESTORE k 0 ${TEN}
    GET k
    PTTL k

    # The key must not exist, unless REPLACE.
    RESTORE k 0 ${TEN}
    RESTORE k x ${TEN}
    RESTORE k 0 ${TEN} REPLACE

    # A time to live, and a deadline.
    RESTORE k 100000 ${TEN} replace
    ≈ PTTL k
    RESTORE k 33177117420000 ${TEN} REPLACE ABSTTL
    PEXPIRETIME k
    RESTORE k 0 ${TEN} ABSTTL REPLACE
    PTTL k

    # A deadline that has passed removes the key.
    RESTORE k 1 ${TEN} ABSTTL REPLACE
    EXISTS k
    RESTORE k 1 ${TEN} ABSTTL
    EXISTS k

    # IDLETIME and FREQ.
    RESTORE k 0 ${TEN} IDLETIME 1000 REPLACE
    ≈ OBJECT IDLETIME k
    RESTORE k 0 ${TEN} FREQ 255 REPLACE
    RPUSH l a

    # Deadlines beyond 2^53, to the last digit.
    RESTORE k 9007199254740993 ${TEN} REPLACE ABSTTL
    PEXPIRETIME k
    RESTORE k 9223372036854775807 ${TEN} REPLACE ABSTTL
    PEXPIRETIME k
    # Redis adds the time without a look, and deletes the key.
    RESTORE k 9223372036854775807 ${TEN} REPLACE => !ERR invalid expire time in 'restore' command
    PEXPIRETIME k

    # Another type is replaced.
    RESTORE l 0 ${TEN} REPLACE
    GET l
  `,
  "RESTORE and its errors": `
    # Failures: arity, time to live and payload.
    RESTORE
    RESTORE k 0
    RESTORE k x ${TEN}
    RESTORE k -1 ${TEN}
    RESTORE k 9223372036854775808 ${TEN}
    RESTORE k 0 ""
    RESTORE k 0 tooshort
    RESTORE k 0 "long enough and no payload"
    RESTORE k 0 ${EMPTY_LIST}

    # Failures: options.
    RESTORE k 0 ${TEN} NOPE
    RESTORE k 0 ${TEN} IDLETIME
    RESTORE k 0 ${TEN} IDLETIME x
    RESTORE k 0 ${TEN} IDLETIME -1
    RESTORE k 0 ${TEN} FREQ
    RESTORE k 0 ${TEN} FREQ x
    RESTORE k 0 ${TEN} FREQ -1
    RESTORE k 0 ${TEN} FREQ 256
    RESTORE k 0 ${TEN} FREQ 9223372036854775808
    RESTORE k 0 ${TEN} FREQ 5 IDLETIME 5
    RESTORE k 0 ${TEN} IDLETIME 5 FREQ 5

    # The order of the checks.
    RESTORE k -1 "" NOPE
    RESTORE k -1 ""
    EXISTS k
    SET k v
    RESTORE k -1 ""
    RESTORE k -1 "" REPLACE
    GET k
  `,
  "OBJECT ENCODING": `
    # Strings, as numbers, embedded and raw.
    OBJECT ENCODING missing
    SET k 123
    OBJECT ENCODING k
    SET k 9223372036854775807
    OBJECT ENCODING k
    SET k 9223372036854775808
    OBJECT ENCODING k
    SET k 0123
    OBJECT ENCODING k
    SET k ""
    OBJECT ENCODING k
    SET k 01234567890123456789012345678901234567890123
    OBJECT ENCODING k
    SET k 012345678901234567890123456789012345678901234
    OBJECT ENCODING k
    SETRANGE big 2000 x
    OBJECT ENCODING big

    # Sets.
    SADD ints 1 2 3 -9223372036854775808
    OBJECT ENCODING ints
    SADD ints 9223372036854775808
    # Redis 7.0 has no sets in a listpack.
    OBJECT ENCODING ints => "listpack"
    SADD long ${"m".repeat(65)}
    OBJECT ENCODING long

    # Hashes.
    HSET h f v
    OBJECT ENCODING h
    HSET h f ${"v".repeat(64)}
    OBJECT ENCODING h
    HSET h f ${"v".repeat(65)}
    OBJECT ENCODING h
    HSET g ${"f".repeat(65)} v
    OBJECT ENCODING g

    # Sorted sets, streams and documents.
    ZADD z 1 a
    OBJECT ENCODING z
    ZADD z 1 ${"m".repeat(65)}
    OBJECT ENCODING z
    XADD x 1-1 f v
    OBJECT ENCODING x
    JSON.SET j $ {} => "OK"
    OBJECT ENCODING j => "raw"
    # Redis 7.0 has no lists in a single listpack.
    RPUSH l a b
    OBJECT ENCODING l => "listpack"
    RPUSH l ${"e".repeat(9000)}
    OBJECT ENCODING l
  `,
  "the bounds of encodings": `
    # A bound of hashes takes effect, under its old name, too.
    CONFIG GET hash-max-listpack-entries
    CONFIG SET hash-max-listpack-entries 2
    ~ CONFIG GET hash-max-*-entries
    HSET h a 1 b 2
    OBJECT ENCODING h
    HSET h c 3
    OBJECT ENCODING h
    CONFIG SET hash-max-ziplist-value 1kb
    CONFIG GET hash-max-listpack-value

    # Bounds of the other types.
    CONFIG SET zset-max-listpack-entries 1 set-max-intset-entries 1 list-max-listpack-size 1
    ZADD z 1 a
    OBJECT ENCODING z
    ZADD z 1 b
    OBJECT ENCODING z
    SADD s 1
    OBJECT ENCODING s
    SADD s 2
    OBJECT ENCODING s => "listpack"
    CONFIG SET set-max-listpack-entries 1 => "OK"
    OBJECT ENCODING s => "hashtable"
    CONFIG GET set-max-listpack-value => ["set-max-listpack-value", "64"]
    RPUSH l a b
    OBJECT ENCODING l

    # Values that are refused.
    CONFIG SET hash-max-listpack-entries x
    CONFIG SET hash-max-listpack-entries -1
    CONFIG SET hash-max-listpack-value 1zz
    CONFIG SET hash-max-listpack-value 9999999999999999999999
    CONFIG SET list-max-listpack-size 99999999999
    CONFIG SET list-max-listpack-size x

    # The defaults again.
    CONFIG SET hash-max-listpack-entries 512 hash-max-listpack-value 64 zset-max-listpack-entries 128
    CONFIG SET set-max-intset-entries 512 list-max-listpack-size -2
    OBJECT ENCODING l => "listpack"
  `,
  "OBJECT REFCOUNT, IDLETIME and FREQ": `
    # A missing key, and one that exists.
    OBJECT REFCOUNT missing
    OBJECT IDLETIME missing
    OBJECT FREQ missing
    SET k hello
    OBJECT REFCOUNT k
    ≈ OBJECT IDLETIME k
    OBJECT FREQ k
    OBJECT FREQ k => ${FREQ_REFUSED}

    # Redis shares small integers.
    SET n 1
    OBJECT REFCOUNT n => 1

    # Failures.
    OBJECT
    OBJECT NOPE
    OBJECT NOPE k
    OBJECT ENCODING
    OBJECT ENCODING k k
    OBJECT REFCOUNT
    OBJECT IDLETIME
    OBJECT FREQ
    OBJECT HELP x
  `,
  "OBJECT HELP": `
    # Our own words, from the manual.
    OBJECT HELP => ${helpOf("OBJECT")}
  `,
  "DEBUG is refused unless enabled": `
    # Every subcommand alike.
    DEBUG OBJECT k => ${DEBUG_REFUSED}
    DEBUG SLEEP 0 => ${DEBUG_REFUSED}
    DEBUG
  `,
});
