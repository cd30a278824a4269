/** The manual of the hash commands; `manual.ts` tells how it is written. */
export const hashManual = `
HDEL key field …
  O(N), N fields
  2.4.0: several fields

HEXISTS key field
  O(1)

HGET key field
  O(1)

HGETALL key
  O(N), N fields of the hash

HINCRBY key field increment
  O(1)

HINCRBYFLOAT key field increment:double
  O(1)

HKEYS key
  O(N), N fields of the hash

HLEN key
  O(1)

HMGET key field …
  O(N), N fields

HMSET key field_value=(field value) …
  O(N), N fields
  replaced 4.0.0: HSET

HRANDFIELD key [options=(count [WITHVALUES])]
  O(N), N elements returned

HSCAN key cursor [MATCH pattern] [COUNT count] [NOVALUES@7.4.0]
  O(1) for each call; O(N) for all N elements
  7.4.0: NOVALUES

HSET key field_value=(field value) …
  O(1) for each pair
  4.0.0: several fields

HSETNX key field value
  O(1)

HSTRLEN key field
  O(1)

HVALS key
  O(N), N fields of the hash

HEXPIRE key seconds [condition=<NX | XX | GT | LT>] FIELDS fields=(numfields field …)
  O(N), N fields

HEXPIREAT key unix-time-seconds [condition=<NX | XX | GT | LT>] FIELDS fields=(numfields field …)
  O(N), N fields

HEXPIRETIME key FIELDS fields=(numfields field …)
  O(N), N fields

HGETDEL key FIELDS fields=(numfields field …)
  O(N), N fields

HGETEX key [expiration=<EX seconds | PX milliseconds | EXAT unix-time-seconds | PXAT unix-time-milliseconds
    | PERSIST>] FIELDS fields=(numfields field …)
  O(N), N fields

HPERSIST key FIELDS fields=(numfields field …)
  O(N), N fields

HPEXPIRE key milliseconds [condition=<NX | XX | GT | LT>] FIELDS fields=(numfields field …)
  O(N), N fields

HPEXPIREAT key unix-time-milliseconds [condition=<NX | XX | GT | LT>] FIELDS fields=(numfields field …)
  O(N), N fields

HPEXPIRETIME key FIELDS fields=(numfields field …)
  O(N), N fields

HPTTL key FIELDS fields=(numfields field …)
  O(N), N fields

HSETEX key [condition=<FNX | FXX>] [expiration=<EX seconds | PX milliseconds | EXAT unix-time-seconds
    | PXAT unix-time-milliseconds | KEEPTTL>] FIELDS fields=(numfields data=(field value) …)
  O(N), N fields

HTTL key FIELDS fields=(numfields field …)
  O(N), N fields
`;
