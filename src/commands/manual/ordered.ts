/** The manual of commands on sorted sets, positions and streams; `manual.ts` tells how it is written. */

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

export const geoManual = `
GEOADD key [condition@6.2.0=<NX | XX>] [change=CH@6.2.0] longitude_latitude_member=(longitude latitude member) …
  O(log(N)) for each member, N elements
  6.2.0: CH, NX and XX

GEODIST key member1 member2 [unit=<M | KM | FT | MI>]
  O(log(N)), N elements

GEOHASH key [member …]
  O(log(N)) for each member, N elements

GEOPOS key [member …]
  O(N), N members

GEORADIUS key longitude latitude radius unit=<M | KM | FT | MI> [WITHCOORD] [WITHDIST] [WITHHASH]
    [count=(COUNT count [ANY@6.2.0])] [order=<ASC | DESC>] [STORE key] [STOREDIST key]
  O(N+log(M)), N elements in the box around the circle, M within it
  replaced 6.2.0: GEOSEARCH and GEOSEARCHSTORE with BYRADIUS
  6.2.0: ANY
  7.0.0: units in upper case

GEORADIUS_RO key longitude latitude radius unit=<M | KM | FT | MI> [WITHCOORD] [WITHDIST] [WITHHASH]
    [count=(COUNT count [ANY@6.2.0])] [order=<ASC | DESC>]
  O(N+log(M)), N elements in the box around the circle, M within it
  replaced 6.2.0: GEOSEARCH with BYRADIUS
  6.2.0: ANY

GEORADIUSBYMEMBER key member radius unit=<M | KM | FT | MI> [WITHCOORD] [WITHDIST] [WITHHASH]
    [count=(COUNT count [ANY])] [order=<ASC | DESC>] [STORE key] [STOREDIST key]
  O(N+log(M)), N elements in the box around the circle, M within it
  replaced 6.2.0: GEOSEARCH and GEOSEARCHSTORE with FROMMEMBER and BYRADIUS
  7.0.0: units in upper case

GEORADIUSBYMEMBER_RO key member radius unit=<M | KM | FT | MI> [WITHCOORD] [WITHDIST] [WITHHASH]
    [count=(COUNT count [ANY])] [order=<ASC | DESC>]
  O(N+log(M)), N elements in the box around the circle, M within it
  replaced 6.2.0: GEOSEARCH with FROMMEMBER and BYRADIUS

GEOSEARCH key from=<FROMMEMBER member | FROMLONLAT longitude_latitude=(longitude latitude)>
    by=<circle=(BYRADIUS radius unit=<M | KM | FT | MI>) | box=(BYBOX width height unit=<M | KM | FT | MI>)>
    [order=<ASC | DESC>] [count=(COUNT count [ANY])] [WITHCOORD] [WITHDIST] [WITHHASH]
  O(N+log(M)), N elements in the cells around the shape, M within it
  7.0.0: units in upper case

GEOSEARCHSTORE destination source from=<FROMMEMBER member | FROMLONLAT longitude_latitude=(longitude latitude)>
    by=<circle=(BYRADIUS radius unit=<M | KM | FT | MI>) | box=(BYBOX width height unit=<M | KM | FT | MI>)>
    [order=<ASC | DESC>] [count=(COUNT count [ANY])] [STOREDIST]
  O(N+log(M)), N elements in the cells around the shape, M within it
  7.0.0: units in upper case
`;

export const streamManual = `
XACK key group id …
  O(1) for each entry

XACKDEL key group [condition=<KEEPREF | DELREF | ACKED>] IDS ids=(numids id …)
  O(1) for each entry

XADD key [NOMKSTREAM@6.2.0] [condition@8.2.0=<KEEPREF | DELREF | ACKED>]
    [trim=(strategy=<MAXLEN | MINID@6.2.0> [operator=<equal== | approximately=~>] threshold [LIMIT count@6.2.0])]
    id_or_auto=<auto_id=* | id> field_value=(field value) …
  O(1); O(N) to trim N entries
  6.2.0: NOMKSTREAM, MINID and LIMIT
  7.0.0: an id whose sequence number is left out
  8.2.0: KEEPREF, DELREF and ACKED

XAUTOCLAIM key group consumer min-idle-time:string start [COUNT count] [JUSTID]
  O(1) for a small count
  7.0.0: ids of entries that are deleted

XCLAIM key group consumer min-idle-time:string id … [IDLE ms] [TIME unix-time-milliseconds] [RETRYCOUNT count]
    [FORCE] [JUSTID] [LASTID id]
  O(log N), N entries pending

XDEL key id …
  O(1) for each entry

XDELEX key [condition=<KEEPREF | DELREF | ACKED>] IDS ids=(numids id …)
  O(1) for each entry

XGROUP

XGROUP CREATE key groupname id=<id | new_id=$> [MKSTREAM] [ENTRIESREAD entries_read]
  O(1)
  7.0.0: ENTRIESREAD

XGROUP CREATECONSUMER key groupname consumername
  O(1)

XGROUP DELCONSUMER key groupname consumername
  O(1)

XGROUP DESTROY key groupname
  O(N), N entries pending

XGROUP HELP
  O(1)

XGROUP SETID key groupname id=<id | new_id=$> [ENTRIESREAD entries_read]
  O(1)
  7.0.0: ENTRIESREAD

XINFO

XINFO CONSUMERS key groupname
  O(1)

XINFO GROUPS key
  O(1)
  7.0.0: the fields entries-read and lag

XINFO HELP
  O(1)

XINFO STREAM key [FULL full=([COUNT count])]
  O(1)
  6.0.0: FULL
  7.0.0: the ids of the first and of deleted entries; what groups have read

XLEN key
  O(1)

XPENDING key group [filters=([IDLE min-idle-time@6.2.0] start end count [consumer])]
  O(N), N entries returned
  6.2.0: IDLE and open ranges

XRANGE key start end [COUNT count]
  O(N), N elements returned
  6.2.0: open ranges

XREAD [COUNT count] [BLOCK milliseconds] STREAMS streams=(key … id …)
  O(N) for each stream, N entries returned

XREADGROUP GROUP group_consumer=(group consumer) [COUNT count] [BLOCK milliseconds] [NOACK] STREAMS
    streams=(key … id …)
  O(M) for each stream, M entries returned

XREVRANGE key end start [COUNT count]
  O(N), N elements returned
  6.2.0: open ranges

XSETID key last-id [ENTRIESADDED entries_added@7.0.0] [MAXDELETEDID max_deleted_entry_id@7.0.0]
  O(1)
  7.0.0: ENTRIESADDED and MAXDELETEDID

XTRIM key trim=(strategy=<MAXLEN | MINID@6.2.0> [operator=<equal== | approximately=~>] threshold [LIMIT count@6.2.0])
    [condition@8.2.0=<KEEPREF | DELREF | ACKED>]
  O(N), N entries removed
  6.2.0: MINID and LIMIT
  8.2.0: KEEPREF, DELREF and ACKED
`;
