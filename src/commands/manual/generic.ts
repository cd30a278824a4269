/** The manual of the generic commands; `manual.ts` tells how it is written. */
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

SCAN cursor [MATCH pattern] [COUNT count] [TYPE type@6.0.0] [WITHTYPE]
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
