import { suite } from "../suite.ts";

export const genericSuite = suite({
  "DEL, UNLINK, EXISTS and TOUCH": String.raw`
    # Failures.
    DEL
    UNLINK
    EXISTS
    TOUCH

    # Keys are counted as often as they are named.
    DEL missing
    MSET a 1 b 2 c 3 d 4 "" empty
    EXISTS a
    EXISTS a a missing b
    TOUCH a missing a
    DEL a a b missing
    EXISTS a b
    UNLINK c missing c d
    DEL ""
    EXISTS a b c d ""

    # Names of any bytes.
    SET bin\x00key 1
    SET "bin\x00key" 1
    DEL "bin\x00key"
    exists bin\x00key
  `,
  TYPE: `
    # A missing key, and a string.
    TYPE missing
    SET k v
    TYPE k
    type k

    # Failures.
    TYPE
    TYPE k k

    # After its removal.
    DEL k
    TYPE k
  `,
  RENAME: `
    # Failures.
    RENAME missing missing
    RENAME missing k
    RENAME k
    RENAME a b c

    # A key keeps its value under the new name.
    SET k v
    RENAME k k
    GET k
    RENAME k other
    GET k
    GET other

    # The deadline moves along, and replaces that of the destination.
    SET k w EX 100
    RENAME k other
    GET other
    ≈ TTL other
    SET k plain
    RENAME k other
    TTL other
    SET k with-ttl EX 100
    SET other no-ttl
    RENAME other k
    TTL k
    GET k
  `,
  RENAMENX: `
    # Failures.
    RENAMENX missing missing
    RENAMENX missing k
    RENAMENX k

    # An existing destination stays.
    MSET k 1 taken 2
    RENAMENX k k
    RENAMENX k taken
    MGET k taken
    RENAMENX k free
    MGET k taken free

    # The deadline moves along.
    EXPIRE free 100
    RENAMENX free k
    ≈ TTL k
  `,
  COPY: `
    # Failures, and a missing key.
    COPY missing k
    COPY k
    SET k v

    # Redis refuses these four; the hosted service copies nothing.
    COPY k k => 0
    COPY k k REPLACE => 0
    COPY k k DB 0
    COPY missing missing DB 0
    COPY missing missing => 0

    # The destination stays, unless REPLACE.
    COPY k k2
    MGET k k2
    COPY k k2
    SET k2 w
    COPY k k2
    GET k2
    COPY k k2 REPLACE
    GET k2
    COPY k k3 replace db 0
    APPEND k3 x
    MGET k k3

    # The deadline is copied.
    EXPIRE k 100
    COPY k k4
    ≈ TTL k4
    COPY k2 k4 REPLACE
    TTL k4

    # Databases and words that are refused.
    COPY k k5 DB
    COPY k k5 DB x
    COPY k k5 DB 16
    COPY k k5 DB -1
    COPY k k5 DB 99999999999
    COPY k k5 DB 99999999999999999999
    COPY k k5 NOPE
    COPY k k5 REPLACE NOPE
    COPY missing missing NOPE
    EXISTS k5
  `,
  RANDOMKEY: `
    # An empty database.
    RANDOMKEY
    RANDOMKEY x

    # Some key.
    SET only v
    RANDOMKEY
    SET other v
    ? RANDOMKEY
  `,
  KEYS: String.raw`
    # Failures, and an empty database.
    KEYS
    KEYS a b

    # No key.
    KEYS *

    # Patterns.
    MSET user:1 a user:2 b user:10 c other d [x] e a*b f "" g
    ~ KEYS *
    ~ KEYS user:*
    ~ KEYS user:?
    ~ KEYS user:[12]
    ~ KEYS user:[^1]
    ~ KEYS user:[0-9]*
    ~ KEYS *o*
    KEYS other
    KEYS a\*b
    KEYS \[x]
    KEYS nothing*
    KEYS ""
    ~ KEYS **

    # Removed keys.
    SET gone v PX 100000
    DEL gone
    ~ KEYS *
  `,
  SCAN: `
    # Failures, and a missing key.
    SCAN
    SCAN 0
    SCAN x
    SCAN 18446744073709551616
    SCAN 1.5

    # One page, with patterns.
    MSET a 1 b 2 c 3 aa 4 ab 5
    ~ SCAN 0
    ~ SCAN 0 COUNT 10000
    ~ SCAN 0 COUNT 100 MATCH a*
    ~ scan 0 match a* count 100
    ~ SCAN 0 MATCH * COUNT 100
    ~ SCAN 0 MATCH nothing COUNT 100
    ~ SCAN 0 MATCH x MATCH a* COUNT 100

    # Types.
    ~ SCAN 0 TYPE string COUNT 100
    ~ SCAN 0 type STRING count 100
    ~ SCAN 0 TYPE list COUNT 100
    ~ SCAN 0 TYPE nosuch COUNT 100
    ~ SCAN 0 TYPE string MATCH b COUNT 100
    ~ SCAN 0 TYPE list TYPE string COUNT 100

    # Options that are refused.
    SCAN 0 COUNT 0
    SCAN 0 COUNT -1
    SCAN 0 COUNT x
    SCAN 0 COUNT
    SCAN 0 MATCH
    SCAN 0 TYPE
    SCAN 0 NOPE
    SCAN 0 MATCH a NOPE
    SCAN x NOPE
    SCAN x COUNT 0
  `,
  "SCAN WITHTYPE": `
    # Names and types, which Redis does not have.
    SET only v
    SCAN 0 WITHTYPE => ["0",["only","string"]]
    SCAN 0 withtype MATCH o* TYPE string => ["0",["only","string"]]
    SCAN 0 TYPE list WITHTYPE => ["0",[]]
    SCAN 0 WITHTYPE NOPE => !ERR syntax error
  `,
  MOVE: `
    # Missing keys, and databases that are refused.
    MOVE missing 1
    MOVE missing 0
    MOVE k
    MOVE k x
    MOVE k 16
    MOVE k -1
    MOVE k 99999999999

    # A key moves once, and with its deadline.
    SET k v EX 100
    MOVE k 0
    MOVE k 1
    EXISTS k
    SET k second
    MOVE k 1
    GET k

    # A copy to the other database.
    COPY k k DB 1
    COPY k k DB 1 REPLACE
    COPY k j DB 1
    DEL k
    MOVE j 1
  `,
  "WAIT and WAITAOF": `
    # WAIT without replicas.
    WAIT 0 0
    WAIT x 0
    WAIT 0 x
    WAIT 0 -1
    WAIT 0
    WAIT 1 10 => 0

    # WAITAOF, which Redis 7.0 does not have.
    WAITAOF 0 0 0 => [0, 0]
    WAITAOF 0 1 10 => [0, 0]
    WAITAOF 1 0 0 => !ERR WAITAOF cannot be used when numlocal is set but appendonly is disabled.
    WAITAOF 2 0 0 => !ERR value is out of range, value must between 0 and 1
    WAITAOF 0 -1 0 => !ERR value is out of range, must be positive
    WAITAOF 0 0 -1 => !ERR timeout is negative
  `,
});
