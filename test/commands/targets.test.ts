/** What the servers have that a database can be held to, by their own documentation. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { commandTables } from "../../src/commands/registry.ts";
import { hasCommand } from "../../src/commands/targets.ts";
import { COMPATIBILITIES } from "../../src/core/compatibility.ts";
import { targetOf } from "../../src/core/target.ts";
import type { Compatibility } from "../../src/core/compatibility.ts";

/** The commands of the hosted service, by its documentation of 2026, without those of search, vectors and arrays. */
const HOSTED =
  "BITCOUNT BITFIELD BITFIELD_RO BITOP BITPOS GETBIT SETBIT AUTH ECHO HELLO PING QUIT RESET SELECT COPY DEL DUMP " +
  "EXISTS EXPIRE EXPIREAT EXPIRETIME KEYS PERSIST PEXPIRE PEXPIREAT PEXPIRETIME PTTL RANDOMKEY RENAME RENAMENX " +
  "RESTORE SCAN TOUCH TTL TYPE UNLINK WAIT WAITAOF GEOADD GEODIST GEOHASH GEOPOS GEORADIUS GEORADIUSBYMEMBER " +
  "GEORADIUSBYMEMBER_RO GEORADIUS_RO GEOSEARCH GEOSEARCHSTORE HDEL HEXISTS HEXPIRE HEXPIREAT HEXPIRETIME HGET " +
  "HGETALL HGETDEL HGETEX HINCRBY HINCRBYFLOAT HKEYS HLEN HMGET HMSET HPERSIST HPEXPIRE HPEXPIREAT HPEXPIRETIME " +
  "HPTTL HRANDFIELD HSCAN HSET HSETEX HSETNX HSTRLEN HTTL HVALS PFADD PFCOUNT PFMERGE JSON.ARRAPPEND " +
  "JSON.ARRINDEX JSON.ARRINSERT JSON.ARRLEN JSON.ARRPOP JSON.ARRTRIM JSON.CLEAR JSON.DEBUG JSON.DEL JSON.FORGET " +
  "JSON.GET JSON.MERGE JSON.MGET JSON.MSET JSON.NUMINCRBY JSON.NUMMULTBY JSON.OBJKEYS JSON.OBJLEN JSON.RESP " +
  "JSON.SET JSON.STRAPPEND JSON.STRLEN JSON.TOGGLE JSON.TYPE BLMOVE BLMPOP BLPOP BRPOP BRPOPLPUSH LINDEX LINSERT " +
  "LLEN LMOVE LMPOP LPOP LPOS LPUSH LPUSHX LRANGE LREM LSET LTRIM RPOP RPOPLPUSH RPUSH RPUSHX PSUBSCRIBE PUBLISH " +
  "PUNSUBSCRIBE SUBSCRIBE UNSUBSCRIBE EVAL EVALSHA EVALSHA_RO EVAL_RO FCALL FCALL_RO COMMAND DBSIZE FLUSHALL " +
  "FLUSHDB INFO MONITOR TIME SADD SCARD SDIFF SDIFFSTORE SINTER SINTERCARD SINTERSTORE SISMEMBER SMEMBERS " +
  "SMISMEMBER SMOVE SPOP SRANDMEMBER SREM SSCAN SUNION SUNIONSTORE BZMPOP BZPOPMAX BZPOPMIN ZADD ZCARD ZCOUNT " +
  "ZDIFF ZDIFFSTORE ZINCRBY ZINTER ZINTERCARD ZINTERSTORE ZLEXCOUNT ZMPOP ZMSCORE ZPOPMAX ZPOPMIN ZRANDMEMBER " +
  "ZRANGE ZRANGEBYLEX ZRANGEBYSCORE ZRANGESTORE ZRANK ZREM ZREMRANGEBYLEX ZREMRANGEBYRANK ZREMRANGEBYSCORE " +
  "ZREVRANGE ZREVRANGEBYLEX ZREVRANGEBYSCORE ZREVRANK ZSCAN ZSCORE ZUNION ZUNIONSTORE XACK XACKDEL XADD " +
  "XAUTOCLAIM XCLAIM XDEL XDELEX XLEN XPENDING XRANGE XREAD XREADGROUP XREVRANGE XTRIM APPEND DECR DECRBY DELEX " +
  "DIGEST GET GETDEL GETEX GETRANGE GETSET INCR INCRBY INCRBYFLOAT MGET MSET MSETNX PSETEX SET SETEX SETNX " +
  "SETRANGE STRLEN SUBSTR DISCARD EXEC MULTI UNWATCH WATCH SDIFFCARD SUNIONCARD MSETEX " +
  "CLIENT:GETNAME,ID,INFO,LIST,SETINFO,SETNAME PUBSUB:CHANNELS,NUMPAT,NUMSUB " +
  "FUNCTION:DELETE,FLUSH,KILL,LIST,LOAD,STATS SCRIPT:EXISTS,FLUSH,KILL,LOAD " +
  "ACL:CAT,DELUSER,GENPASS,GENTOKEN,GETUSER,LIST,LOAD,LOG,RESTTOKEN,SAVE,SETUSER,USERS,WHOAMI CONFIG:GET,SET " +
  "MEMORY:USAGE XGROUP:CREATE,CREATECONSUMER,DELCONSUMER,DESTROY,SETID XINFO:CONSUMERS,GROUPS,STREAM";

/** Commands that came after Redis 7.0, by the servers that have them: `src/commands/*.json` of Redis and of Valkey 8.0.1. */
const LATER: readonly (readonly [commands: string, servers: string])[] = [
  ["WAITAOF CLIENT:SETINFO,NO-TOUCH", "redis-7.2 redis-7.4 redis-8 redis-8.2 redis-8.4 valkey-8"],
  [
    "HEXPIRE HEXPIREAT HEXPIRETIME HPERSIST HPEXPIRE HPEXPIREAT HPEXPIRETIME HPTTL HTTL",
    "redis-7.4 redis-8 redis-8.2 redis-8.4",
  ],
  ["HGETDEL HGETEX HSETEX JSON.GET JSON.SET JSON.MERGE", "redis-8 redis-8.2 redis-8.4"],
  ["XACKDEL XDELEX", "redis-8.2 redis-8.4"],
  ["DELEX DIGEST MSETEX", "redis-8.4"],
  ["SDIFFCARD SUNIONCARD ACL:GENTOKEN,RESTTOKEN", ""],
];

const namesIn = (text: string): string[] =>
  text.split(" ").flatMap((entry) => {
    const [name, parts] = entry.split(":");
    return parts === undefined ? [name!] : parts.split(",").map((part) => `${name} ${part}`);
  });

const served = commandTables.flat().filter(({ run }) => run !== undefined);

describe("a target", () => {
  test("has what the documentation of the hosted service lists, and nothing else", () => {
    const listed = new Set(namesIn(HOSTED));
    const target = targetOf("upstash");
    const had = served.filter((command) => hasCommand(target, command)).map(({ name }) => name);
    assert.deepEqual(new Set(had), listed);
  });

  test("has of later commands what the servers' own tables have", () => {
    for (const [commands, servers] of LATER) {
      for (const name of namesIn(commands)) {
        const command = served.find((one) => one.name === name)!;
        const having = COMPATIBILITIES.filter((one) => one !== "upstash" && hasCommand(targetOf(one), command));
        assert.deepEqual(having.join(" "), servers, name);
      }
    }
    // The list above is all that there is.
    const oldest = targetOf("redis-7.0");
    const lacking = served.filter((command) => !hasCommand(oldest, command) && !command.name.startsWith("JSON."));
    assert.deepEqual(
      new Set(lacking.map(({ name }) => name)),
      new Set(LATER.flatMap(([commands]) => namesIn(commands)).filter((name) => !name.startsWith("JSON."))),
    );
  });

  test("states a version of Redis, and of Valkey where it is one", () => {
    const versions = (name: Compatibility): unknown => {
      const { redisVersion, valkeyVersion } = targetOf(name);
      return [redisVersion, valkeyVersion];
    };
    assert.deepEqual(versions("redis-7.2"), ["7.2.0", undefined]);
    assert.deepEqual(versions("redis-8"), ["8.0.0", undefined]);
    assert.deepEqual(versions("redis-8.4"), ["8.4.0", undefined]);
    assert.deepEqual(versions("valkey-8"), ["7.2.4", "8.0.0"]);
    assert.deepEqual(versions("upstash"), ["8.2.0", undefined]);
  });
});
