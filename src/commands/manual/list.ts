/** The manual of the list commands; `manual.ts` tells how it is written. */
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
