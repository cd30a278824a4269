/** The manual of the sorted-set commands; `manual.ts` tells how it is written. */
export const sortedSetManual = `
BZMPOP timeout:double numkeys key … where=<MIN | MAX> [COUNT count]
  O(K) + O(M*log(N)), K keys, N elements, M of them removed

BZPOPMAX key … timeout:double
  O(log(N)), N elements
  6.0.0: a timeout may have a fraction

BZPOPMIN key … timeout:double
  O(log(N)), N elements
  6.0.0: a timeout may have a fraction

ZADD key [condition@3.0.2=<NX | XX>] [comparison@6.2.0=<GT | LT>] [change=CH@3.0.2] [increment=INCR@3.0.2]
    score_member=(score member) …
  O(log(N)) for each member, N elements
  2.4.0: several members
  3.0.2: NX, XX, CH and INCR
  6.2.0: GT and LT

ZCARD key
  O(1)

ZCOUNT key min:double max:double
  O(log(N)), N elements

ZDIFF numkeys key … [WITHSCORES]
  O(L + (N-K)log(N)), L elements of all sorted sets together, N of the first, K of the result

ZDIFFSTORE destination numkeys key …
  O(L + (N-K)log(N)), L elements of all sorted sets together, N of the first, K of the result

ZINCRBY key increment member
  O(log(N)), N elements

ZINTER numkeys key … [WEIGHTS weight …] [AGGREGATE aggregate=<SUM | MIN | MAX>] [WITHSCORES]
  O(N*K)+O(M*log(M)), N elements of the smallest of K sorted sets, M of the result

ZINTERCARD numkeys key … [LIMIT limit]
  O(N*K), N elements of the smallest of K sorted sets

ZINTERSTORE destination numkeys key … [WEIGHTS weight …] [AGGREGATE aggregate=<SUM | MIN | MAX>]
  O(N*K)+O(M*log(M)), N elements of the smallest of K sorted sets, M of the result

ZLEXCOUNT key min max
  O(log(N)), N elements

ZMPOP numkeys key … where=<MIN | MAX> [COUNT count]
  O(K) + O(M*log(N)), K keys, N elements, M of them removed

ZMSCORE key member …
  O(N), N members

ZPOPMAX key [count]
  O(log(N)*M), N elements, M of them removed

ZPOPMIN key [count]
  O(log(N)*M), N elements, M of them removed

ZRANDMEMBER key [options=(count [WITHSCORES])]
  O(N), N elements returned

ZRANGE key start stop [sortby@6.2.0=<BYSCORE | BYLEX>] [REV@6.2.0] [LIMIT offset_count@6.2.0=(offset count)]
    [WITHSCORES]
  O(log(N)+M), N elements, M of them returned
  6.2.0: BYSCORE, BYLEX, REV and LIMIT

ZRANGEBYLEX key min max [LIMIT offset_count=(offset count)]
  O(log(N)+M), N elements, M of them returned
  replaced 6.2.0: ZRANGE with BYLEX

ZRANGEBYSCORE key min:double max:double [WITHSCORES@2.0.0] [LIMIT offset_count=(offset count)]
  O(log(N)+M), N elements, M of them returned
  replaced 6.2.0: ZRANGE with BYSCORE
  2.0.0: WITHSCORES

ZRANGESTORE dst src min max [sortby=<BYSCORE | BYLEX>] [REV] [LIMIT offset_count=(offset count)]
  O(log(N)+M), N elements, M of them stored

ZRANK key member [WITHSCORE@7.2.0]
  O(log(N)), N elements
  7.2.0: WITHSCORE

ZREM key member …
  O(M*log(N)), N elements, M of them removed
  2.4.0: several members

ZREMRANGEBYLEX key min max
  O(log(N)+M), N elements, M of them removed

ZREMRANGEBYRANK key start:integer stop:integer
  O(log(N)+M), N elements, M of them removed

ZREMRANGEBYSCORE key min:double max:double
  O(log(N)+M), N elements, M of them removed

ZREVRANGE key start:integer stop:integer [WITHSCORES]
  O(log(N)+M), N elements, M of them returned
  replaced 6.2.0: ZRANGE with REV

ZREVRANGEBYLEX key max min [LIMIT offset_count=(offset count)]
  O(log(N)+M), N elements, M of them returned
  replaced 6.2.0: ZRANGE with REV and BYLEX

ZREVRANGEBYSCORE key max:double min:double [WITHSCORES] [LIMIT offset_count=(offset count)]
  O(log(N)+M), N elements, M of them returned
  replaced 6.2.0: ZRANGE with REV and BYSCORE
  2.1.6: open ranges

ZREVRANK key member [WITHSCORE@7.2.0]
  O(log(N)), N elements
  7.2.0: WITHSCORE

ZSCAN key cursor [MATCH pattern] [COUNT count]
  O(1) for each call; O(N) for all N elements

ZSCORE key member
  O(1)

ZUNION numkeys key … [WEIGHTS weight …] [AGGREGATE aggregate=<SUM | MIN | MAX>] [WITHSCORES]
  O(N)+O(M*log(M)), N elements of all sorted sets together, M of the result

ZUNIONSTORE destination numkeys key … [WEIGHTS weight …] [AGGREGATE aggregate=<SUM | MIN | MAX>]
  O(N)+O(M*log(M)), N elements of all sorted sets together, M of the result
`;
