/** The manual of the stream commands; `manual.ts` tells how it is written. */
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
