/** The limit on memory. What redis-server counts is always above a limit of 100 bytes, and so are the keys here. */
import { suite } from "../suite.ts";

const FREQUENCY = "maxmemory-policy allkeys-lfu";

export const memorySuite = suite({
  "parameters of the limit on memory": `
    # Sizes with a suffix, and the policy in any case.
    CONFIG SET maxmemory 100mb
    CONFIG GET maxmemory
    CONFIG SET maxmemory 3gb maxmemory-policy VOLATILE-ttl maxmemory-samples 7
    ~ CONFIG GET maxmemory maxmemory-policy maxmemory-samples
    CONFIG SET maxmemory 1.5gb

    # Values that are refused.
    CONFIG SET maxmemory -1
    CONFIG SET maxmemory 1kx
    CONFIG SET maxmemory 5b

    # The last that was good, and none.
    CONFIG SET maxmemory 12k
    CONFIG GET maxmemory
    CONFIG SET maxmemory 0

    # Policies; optimistic-volatile is the hosted service's.
    CONFIG SET maxmemory-policy allkeys-nope => !ERR CONFIG SET failed (possibly related to argument 'maxmemory-policy') - argument(s) must be one of the following: volatile-lru, volatile-lfu, volatile-random, volatile-ttl, allkeys-lru, allkeys-lfu, allkeys-random, noeviction, optimistic-volatile
    CONFIG SET maxmemory-policy optimistic-volatile => "OK"
    CONFIG GET maxmemory-policy => ["maxmemory-policy", "optimistic-volatile"]

    # Samples, and the counters of LFU.
    CONFIG SET maxmemory-samples 0
    CONFIG SET maxmemory-samples x
    CONFIG SET lfu-log-factor -1
    CONFIG SET lfu-log-factor 20 lfu-decay-time 3
    ~ CONFIG GET lfu-*

    # The defaults again.
    CONFIG SET lfu-log-factor 10 lfu-decay-time 1 maxmemory-samples 10
    CONFIG SET maxmemory-policy noeviction
    ~ CONFIG GET maxmemory maxmemory-polic? maxmemory-samples
  `,
  "a full database takes nothing and gives everything": `
    # The keys take more than the limit.
    MSET a 1 b ${"v".repeat(200)}
    RPUSH l x y z
    CONFIG SET maxmemory 100

    # Commands that take memory are refused, before anything else is known of them.
    SET c 1
    GET a
    INCR a
    RPUSH l w
    LPOP l
    LRANGE l 0 -1
    EXPIRE a 100
    DEL b
    STRLEN b
    XADD s * f v
    PFADD p x
    SUNIONSTORE t l
    COPY a d
    RENAME a d
    PUBLISH c x

    # Without the limit they run again.
    CONFIG SET maxmemory 0
    SET c 1
    GET d
  `,
  "a full database and scripts": [
    `

    # The keys take more than the limit.
    MSET a 1 b ${"v".repeat(200)}
    CONFIG SET maxmemory 100

    # A script without flags is refused at its first command that takes memory, unless it has written.
    EVAL "return redis.call('get', 'a')" 0
    EVAL "return redis.pcall('set', 'a', '2')" 0
    EVAL "redis.call('del', 'a') return redis.call('set', 'a', '3')" 0
    EVAL "return redis.pcall('expire', 'a', 100)" 0
    EVAL_RO "return redis.call('get', 'a')" 0
  `,
    String.raw`EVAL "#!lua\nreturn redis.call('get', 'a')" 0`,
    String.raw`EVAL "#!lua flags=no-writes\nreturn redis.call('get', 'a')" 0`,
    String.raw`EVAL "#!lua flags=allow-oom\nreturn redis.call('set', 'a', '4')" 0`,
    String.raw`EVAL "#!lua flags=no-writes,allow-oom\nreturn redis.call('get', 'a')" 0`,
    `

    # Scripts and libraries take memory.
    SCRIPT LOAD "return 1"
    FUNCTION LOAD "x"

    # Without the limit they run again.
    CONFIG SET maxmemory 0
    EVAL "return redis.call('set', 'a', '2')" 0
  `,
    String.raw`FUNCTION LOAD REPLACE "#!lua name=full\nredis.register_function('full_f', function() return redis.call('get', 'a') end) redis.register_function{function_name='full_g', callback=function() return 1 end, flags={'allow-oom'}}"`,
    `

    # Flags decide at once.
    CONFIG SET maxmemory 100
    FCALL full_f 0
    FCALL full_g 0

    # Without the limit it runs.
    CONFIG SET maxmemory 0
    FCALL full_f 0
    FUNCTION DELETE full
  `,
  ].join("\n"),
  "how often keys are used": `
    # Under LRU there is no frequency.
    SET k v
    OBJECT FREQ k

    # Under LFU there is no idle time.
    CONFIG SET ${FREQUENCY}
    SET n v
    OBJECT FREQ n
    OBJECT FREQ missing
    OBJECT IDLETIME n
    OBJECT IDLETIME missing

    # Every use counts with a factor of 0.
    CONFIG SET lfu-log-factor 0
    GET n
    GET n
    OBJECT FREQ n

    # Under LRU again.
    CONFIG SET lfu-log-factor 10 maxmemory-policy noeviction
    OBJECT FREQ n
    ? OBJECT IDLETIME n
  `,
  "a transaction in a full database": `
    # The keys take more than the limit.
    MSET a 1 b ${"v".repeat(200)}
    CONFIG SET maxmemory 100

    # A command that takes memory is refused when it is queued.
    MULTI
    SET c 1
    EXEC

    # Reading, and giving up, take none.
    MULTI
    GET a
    DISCARD

    # Without the limit it runs.
    CONFIG SET maxmemory 0
    MULTI
    SET c 1
    GET c
    EXEC
  `,
});
