/** The manual of commands on keys and of values but for those that are ordered; `manual.ts` tells how it is written. */

export const genericManual = `
DUMP key
  O(1), and O(N*M) for N parts of M bytes

RESTORE key ttl serialized-value [REPLACE@3.0.0] [ABSTTL@5.0.0] [IDLETIME seconds@5.0.0] [FREQ frequency@5.0.0]
  O(1), and O(N*M) for N parts of M bytes
  3.0.0: REPLACE
  5.0.0: ABSTTL
  5.0.0: IDLETIME and FREQ

EXPIRE key seconds [condition@7.0.0=<NX | XX | GT | LT>]
  O(1)
  7.0.0: NX, XX, GT and LT

EXPIREAT key unix-time-seconds [condition@7.0.0=<NX | XX | GT | LT>]
  O(1)
  7.0.0: NX, XX, GT and LT

EXPIRETIME key
  O(1)

PERSIST key
  O(1)

PEXPIRE key milliseconds [condition@7.0.0=<NX | XX | GT | LT>]
  O(1)
  7.0.0: NX, XX, GT and LT

PEXPIREAT key unix-time-milliseconds [condition@7.0.0=<NX | XX | GT | LT>]
  O(1)
  7.0.0: NX, XX, GT and LT

PEXPIRETIME key
  O(1)

PTTL key
  O(1)
  2.8.0: -2 for a key that is not there

TTL key
  O(1)
  2.8.0: -2 for a key that is not there

COPY source destination [DB destination-db] [REPLACE]
  O(N), N elements; O(1) for a string

DEL key …
  O(N), N keys; O(M) for a value of M elements

EXISTS key …
  O(N), N keys
  3.0.3: several keys

KEYS pattern
  O(N), N keys of the database

MOVE key db
  O(1)

RANDOMKEY
  O(1)

RENAME key newkey
  O(1)

RENAMENX key newkey
  O(1)
  3.2.0: a key may have the new name already

SCAN cursor [MATCH pattern] [COUNT count] [TYPE type@6.0.0] [WITHTYPE@upstash]
  O(1) for each call; O(N) for all N elements
  6.0.0: TYPE

TOUCH key …
  O(N), N keys

TYPE key
  O(1)

UNLINK key …
  O(1) for each key; O(N) for a value of N elements, which are freed later

WAIT numreplicas timeout
  O(1)

WAITAOF numlocal numreplicas timeout
  O(1)

OBJECT

OBJECT ENCODING key
  O(1)

OBJECT FREQ key
  O(1)

OBJECT HELP
  O(1)

OBJECT IDLETIME key
  O(1)

OBJECT REFCOUNT key
  O(1)

SORT key [BY pattern#1] [LIMIT offset_count=(offset count)] [(GET pattern#1) …] [order=<ASC | DESC>] [sorting=ALPHA]
    [STORE destination#2]
  O(N+M*log(M)), N elements, M of them returned; O(N) if they are not sorted

SORT_RO key [BY pattern#1] [LIMIT offset_count=(offset count)] [(GET pattern#1) …] [order=<ASC | DESC>]
    [sorting=ALPHA]
  O(N+M*log(M)), N elements, M of them returned; O(N) if they are not sorted

MIGRATE host port key_or_empty_string=<key | empty_string=""> destination-db timeout [COPY@3.0.0] [REPLACE@3.0.0]
    [authentication=<[AUTH password@4.0.7] | [AUTH2 username_password@6.0.0=(username password)]>]
    [KEYS key@3.0.6 …]
  as DUMP, DEL and RESTORE, and O(N) to send N bytes
  3.0.0: COPY and REPLACE
  3.0.6: KEYS
  4.0.7: AUTH
  6.0.0: AUTH2
`;

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

export const bitmapManual = `
BITFIELD key [operation=<GET encoding_offset=(encoding offset)
    | write=([OVERFLOW wrap_sat_fail=<WRAP | SAT | FAIL>]
    write_operation=<SET encoding_offset_value=(encoding offset value:integer)
    | INCRBY encoding_offset_increment=(encoding offset increment)>)> …]
  O(1) for each operation

BITFIELD_RO key [(GET encoding_offset=(encoding offset)) …]
  O(1) for each operation

BITCOUNT key [index=(start:integer end:integer [index_unit@7.0.0=<BYTE | BIT>])]
  O(N), N bytes of the string
  7.0.0: BYTE and BIT

BITOP operation=<AND | OR | XOR | NOT | DIFF@8.2.0 | DIFF1@8.2.0 | ANDOR@8.2.0 | ONE@8.2.0> destkey key …
  O(N), N bytes of the longest string
  8.2.0: DIFF, DIFF1, ANDOR and ONE

BITPOS key bit [index=(start:integer [end_index=(end:integer [index_unit@7.0.0=<BYTE | BIT>])])]
  O(N), N bytes of the string
  7.0.0: BYTE and BIT

GETBIT key offset
  O(1)

SETBIT key offset value:integer
  O(1)
`;

export const hyperloglogManual = `
PFADD key [element …]
  O(1) for each element of the sketch

PFCOUNT key …
  O(1) for one key; O(N) for N keys

PFDEBUG subcommand=<GETREG | DECODE | ENCODING | TODENSE> key
  syscmd

PFMERGE destkey [sourcekey …]
  O(N), N sketches

PFSELFTEST
  syscmd
`;

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

export const listManual = `
BLMOVE source destination wherefrom=<LEFT | RIGHT> whereto=<LEFT | RIGHT> timeout:double
  O(1)

BLMPOP timeout:double numkeys key … where=<LEFT | RIGHT> [COUNT count]
  O(N+M), N keys, M elements returned

BLPOP key … timeout:double
  O(N), N keys
  6.0.0: a timeout may have a fraction

BRPOP key … timeout:double
  O(N), N keys
  6.0.0: a timeout may have a fraction

BRPOPLPUSH source destination timeout:double
  O(1)
  replaced 6.2.0: BLMOVE with RIGHT and LEFT
  6.0.0: a timeout may have a fraction

LINDEX key index
  O(N), N elements of the list; O(1) at either end

LINSERT key where=<BEFORE | AFTER> pivot element
  O(N), N elements up to the pivot

LLEN key
  O(1)

LMOVE source destination wherefrom=<LEFT | RIGHT> whereto=<LEFT | RIGHT>
  O(1)

LMPOP numkeys key … where=<LEFT | RIGHT> [COUNT count]
  O(N+M), N keys, M elements returned

LPOP key [count@6.2.0]
  O(N), N elements returned
  6.2.0: a count

LPOS key element [RANK rank] [COUNT num-matches] [MAXLEN len]
  O(N), N elements of the list

LPUSH key element …
  O(1) for each element
  2.4.0: several elements

LPUSHX key element …
  O(1) for each element
  4.0.0: several elements

LRANGE key start:integer stop:integer
  O(S+N), S elements before the range, N within it

LREM key count element
  O(N+M), N elements, M of them removed

LSET key index element
  O(N), N elements of the list; O(1) at either end

LTRIM key start:integer stop:integer
  O(N), N elements removed

RPOP key [count@6.2.0]
  O(N), N elements returned
  6.2.0: a count

RPOPLPUSH source destination
  O(1)
  replaced 6.2.0: LMOVE with RIGHT and LEFT

RPUSH key element …
  O(1) for each element
  2.4.0: several elements

RPUSHX key element …
  O(1) for each element
  4.0.0: several elements
`;

export const setManual = `
SADD key member …
  O(1) for each member
  2.4.0: several members

SCARD key
  O(1)

SDIFF key …
  O(N), N elements of all sets together

SDIFFCARD numkeys key … [LIMIT limit]
  O(N), N elements of all sets together

SDIFFSTORE destination key …
  O(N), N elements of all sets together

SINTER key …
  O(N*M), N elements of the smallest of M sets

SINTERCARD numkeys key … [LIMIT limit]
  O(N*M), N elements of the smallest of M sets

SINTERSTORE destination key …
  O(N*M), N elements of the smallest of M sets

SISMEMBER key member
  O(1)

SMEMBERS key
  O(N), N elements of the set

SMISMEMBER key member …
  O(N), N members

SMOVE source destination member
  O(1)

SPOP key [count@3.2.0]
  O(1); O(N) for N elements, if there is a count
  3.2.0: a count

SRANDMEMBER key [count@2.6.0]
  O(1); O(N) for N elements, if there is a count
  2.6.0: a count

SREM key member …
  O(N), N members
  2.4.0: several members

SSCAN key cursor [MATCH pattern] [COUNT count]
  O(1) for each call; O(N) for all N elements

SUNION key …
  O(N), N elements of all sets together

SUNIONCARD numkeys key … [LIMIT limit]
  O(N), N elements of all sets together

SUNIONSTORE destination key …
  O(N), N elements of all sets together
`;

export const jsonManual = `
JSON.ARRAPPEND key path value …
  O(1)

JSON.ARRINDEX key path value [range=(start:integer [stop:integer])]
  O(N), N elements of the array

JSON.ARRINSERT key path index value …
  O(N), N elements of the array

JSON.ARRLEN key [path]
  O(1)

JSON.ARRPOP key [FORMAT format=<STRINGS | EXPAND1 | EXPAND>] [position=(path [index])]
  O(N), N elements of the array

JSON.ARRTRIM key path start:integer stop:integer
  O(N), N elements of the array

JSON.CLEAR key [path]
  O(N), N values of the document

JSON.DEBUG subcommand=<MEMORY target=(key [path]) | HELP>
  O(N), N values of the document

JSON.DEL key [path]
  O(N), N values of the document

JSON.FORGET key [path]
  O(N), N values of the document

JSON.GET key [FORMAT format=<STRING | EXPAND1 | EXPAND>] [INDENT indent] [NEWLINE newline] [SPACE space] [NOESCAPE]
    [path …]
  O(N), N values of the document

JSON.MERGE key path value
  O(M+N), N values of the document, M of the new one

JSON.MGET key … path
  O(M*N), N values of each of M documents

JSON.MSET triplet=(key path value) …
  O(K*(M+N)), K documents of N values, M of the new value

JSON.NUMINCRBY key path value:double
  O(1)

JSON.NUMMULTBY key path value:double
  O(1)

JSON.NUMPOWBY key path value:double
  O(1)

JSON.OBJKEYS key [path]
  O(N), N keys of the object

JSON.OBJLEN key [path]
  O(1)

JSON.RESP key [path]
  O(N), N values of the document

JSON.SET key path value [condition=<NX | XX>]
  O(M+N), N values of the document, M of the new one

JSON.STRAPPEND key [path] value
  O(1)

JSON.STRLEN key [path]
  O(1)

JSON.TOGGLE key path
  O(1)

JSON.TYPE key [path]
  O(1)
`;
