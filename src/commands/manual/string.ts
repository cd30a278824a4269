/** The manual of the string commands; `manual.ts` tells how it is written. */
export const stringManual = `
APPEND key value
  O(1)

DECR key
  O(1)

DECRBY key decrement
  O(1)

DELEX key [condition=<IFEQ ifeq-value | IFNE ifne-value | IFDEQ ifdeq-digest | IFDNE ifdne-digest>]
  O(1)

DIGEST key
  O(N), N bytes

GET key
  O(1)

GETDEL key
  O(1)

GETEX key [expiration=<EX seconds | PX milliseconds | EXAT unix-time-seconds | PXAT unix-time-milliseconds
    | PERSIST>]
  O(1)

GETRANGE key start:integer end:integer
  O(N), N bytes returned

GETSET key value
  O(1)
  replaced 6.2.0: SET with GET

INCR key
  O(1)

INCRBY key increment
  O(1)

INCRBYFLOAT key increment:double
  O(1)

LCS key1 key2#0 [LEN] [IDX] [MINMATCHLEN len] [WITHMATCHLEN]
  O(N*M), N and M bytes of the strings

MGET key …
  O(N), N keys

MSET key_value=(key value) …
  O(N), N keys

MSETEX numkeys data=(key value) … [condition=<NX | XX>] [expiration=<EX seconds | PX milliseconds
    | EXAT unix-time-seconds | PXAT unix-time-milliseconds | KEEPTTL>]
  O(N), N keys

MSETNX key_value=(key value) …
  O(N), N keys

PSETEX key milliseconds value
  O(1)

SET key value [condition@2.6.12=<NX | XX | IFEQ ifeq-value@8.4.0 | IFNE ifne-value@8.4.0 | IFDEQ ifdeq-digest@8.4.0
    | IFDNE ifdne-digest@8.4.0>] [GET@6.2.0] [expiration=<EX seconds@2.6.12 | PX milliseconds@2.6.12
    | EXAT unix-time-seconds@6.2.0 | PXAT unix-time-milliseconds@6.2.0 | KEEPTTL@6.0.0>]
  O(1)
  2.6.12: EX, PX, NX and XX
  6.0.0: KEEPTTL
  6.2.0: GET, EXAT and PXAT
  7.0.0: NX together with GET
  8.4.0: IFEQ, IFNE, IFDEQ and IFDNE

SETEX key seconds value
  O(1)

SETNX key value
  O(1)

SETRANGE key offset value
  O(1); O(M) for a value of M bytes

STRLEN key
  O(1)

SUBSTR key start:integer end:integer
  O(N), N bytes returned
  replaced 2.0.0: GETRANGE
`;
