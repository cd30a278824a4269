/** The manual of the set commands; `manual.ts` tells how it is written. */
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
