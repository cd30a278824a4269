import { suite } from "../suite.ts";

const pairs = (count: number): string => Array.from({ length: count }, (_, i) => `f${i} v${i}`).join(" ");
const fields = (count: number): string => Array.from({ length: count }, (_, i) => `f${i}`).join(" ");
const LONG = "x".repeat(100);

export const hashSuite = suite({
  "HSET, HGET and HDEL": `
    # New fields are counted, values replaced.
    HSET h a 1
    HSET h a 2 b 3
    HSET h c 4 c 5

    # Present and missing fields and keys.
    HGET h a
    HGET h c
    HGET h nope
    HGET none a

    # Names and values of any bytes, empty ones too.
    HSET h "" empty
    HGET h ""
    HSET h bin "\\x00\\xff"
    HGET h bin
    HSET h void ""
    HGET h void
    HLEN h

    # HDEL counts fields once, and removes an empty hash.
    HDEL h a nope b
    HDEL h a
    HDEL none a
    HGETALL h
    HDEL h c "" bin void
    GET h
    HLEN h
    HSET h a 1
    HDEL h a a
    GET h

    # Failures: arity.
    HSET h
    HSET h a
    HSET h a 1 b
    HGET h
    HGET h a b
    HDEL h
    HLEN

    # A key of another type.
    SET str x
    HSET str a 1
    HGET str a
    HDEL str a
    HLEN str
  `,
  "HMSET, HMGET and HSETNX": `
    # HMSET and HMGET.
    HMSET h a 1 b 2
    HMSET h a 3 c 4
    HMGET h a nope b c a
    HMGET none a b

    # HSETNX sets what is not there.
    HSETNX h a 9
    HSETNX h d 9
    HSETNX new d 9
    HGETALL h
    HGETALL new
    HMGET h
    HMSET h a
    HMSET h a 1 b

    # Failures: arity.
    HSETNX h a
    HSETNX h a 1 2

    # A key of another type.
    SET str x
    HMSET str a 1
    HMGET str a
    HSETNX str a 1
  `,
  "HEXISTS and HSTRLEN": `
    # Lengths, of integers too.
    HSET h a hello n 12345 v ""
    HEXISTS h a
    HEXISTS h nope
    HEXISTS none a
    HSTRLEN h a
    HSTRLEN h n
    HSTRLEN h v
    HSTRLEN h nope
    HSTRLEN none a

    # Failures, and a key of another type.
    HEXISTS h
    HSTRLEN h
    SET str x
    HEXISTS str a
    HSTRLEN str a
  `,
  "HGETALL, HKEYS and HVALS": `
    # In the order of addition.
    HSET h b 1 a 2 c 3
    HGETALL h
    HKEYS h
    HVALS h

    # A field keeps its place until it is deleted.
    HSET h a 9
    HDEL h b
    HSET h b 8
    HGETALL h
    HKEYS h
    HVALS h

    # A missing key.
    HGETALL none
    HKEYS none
    HVALS none

    # Failures, and a key of another type.
    HGETALL
    HKEYS h x
    SET str x
    HGETALL str
    HKEYS str
    HVALS str
  `,
  HINCRBY: `
    # A missing field counts as 0.
    HINCRBY h n 5
    HINCRBY h n -7
    HINCRBY h n 0
    HGET h n

    # Up to the ends of 64 bits, and not beyond.
    HSET h big 9223372036854775806
    HINCRBY h big 1
    HINCRBY h big 1
    HGET h big
    HINCRBY h big -9223372036854775808
    HSET h small -9223372036854775807
    HINCRBY h small -1
    HINCRBY h small -1

    # Values that are no integer.
    HSET h text abc void "" space " 1" zero 01 plus +1
    HINCRBY h text 1
    HINCRBY h void 1
    HINCRBY h space 1
    HINCRBY h zero 1
    HINCRBY h plus 1

    # Increments that are no integer.
    HINCRBY h n x
    HINCRBY h n 1.5
    HINCRBY h n 01
    HINCRBY h n 9223372036854775808
    HINCRBY h n

    # A failure makes no key; a key of another type.
    HINCRBY none n x
    GET none
    SET str x
    HINCRBY str n 1
    HINCRBY str n x
  `,
  HINCRBYFLOAT: `
    # Decimals, printed as Redis prints them.
    HINCRBYFLOAT h n 0.1
    HINCRBYFLOAT h n 0.2
    HINCRBYFLOAT h n -0.3
    HINCRBYFLOAT h n 5.0e3
    HINCRBYFLOAT h n 1e-3
    HINCRBYFLOAT h m 10.50
    HINCRBYFLOAT h m .5
    HINCRBYFLOAT h z -0
    HINCRBYFLOAT h big 1e17
    HINCRBYFLOAT h third 0.33333333333333333333
    HGETALL h

    # Values that are no float.
    HSET h text abc void "" space " 1" inf inf int 3
    HINCRBYFLOAT h int 1
    HINCRBYFLOAT h text 1
    HINCRBYFLOAT h void 1
    HINCRBYFLOAT h space 1
    HINCRBYFLOAT h inf 1

    # Increments that are refused.
    HINCRBYFLOAT h n inf
    HINCRBYFLOAT h n -Infinity
    HINCRBYFLOAT h n nan
    HINCRBYFLOAT h n x
    HINCRBYFLOAT h n ""
    HINCRBYFLOAT h n 1e5000
    HINCRBYFLOAT h n

    # A failure makes no key; a key of another type.
    HINCRBYFLOAT none n x
    GET none
    SET str x
    HINCRBYFLOAT str n 1
    HINCRBYFLOAT str n x
    HINCRBYFLOAT str n inf
  `,
  HRANDFIELD: `
    # A hash of one field, with and without repetition.
    HSET one a 1
    HRANDFIELD one
    HRANDFIELD one 1
    HRANDFIELD one -3
    HRANDFIELD one -3 WITHVALUES
    HRANDFIELD one 5 withvalues
    HRANDFIELD one 0
    HRANDFIELD one 0 WITHVALUES

    # A missing key.
    HRANDFIELD none
    HRANDFIELD none 3
    HRANDFIELD none -3 WITHVALUES
    HRANDFIELD none -9223372036854775807

    # Random fields, distinct with a positive count.
    HSET h a 1 b 2 c 3 d 4
    ?HRANDFIELD h
    ?HRANDFIELD h 2
    ?HRANDFIELD h 2 WITHVALUES
    ?HRANDFIELD h -10
    ?HRANDFIELD h -10 WITHVALUES
    ~HRANDFIELD h 4
    ~HRANDFIELD h 9223372036854775807
    ~HRANDFIELD h 4 WITHVALUES

    # Failures: options and counts.
    HRANDFIELD h x
    HRANDFIELD h x WITHVALUES
    HRANDFIELD h 1 NOPE
    HRANDFIELD h 1 WITHVALUES x
    HRANDFIELD h WITHVALUES
    HRANDFIELD h -9223372036854775808
    HRANDFIELD h 9223372036854775808
    HRANDFIELD h -4611686018427387904 WITHVALUES
    HRANDFIELD h 4611686018427387904 WITHVALUES
    ~HRANDFIELD h 4611686018427387903 WITHVALUES
    HRANDFIELD h -4611686018427387903 WITHVALUES => !ERR value is out of range
    HRANDFIELD h -9223372036854775807 => !ERR value is out of range

    # A key of another type, and arity.
    SET str x
    HRANDFIELD str
    HRANDFIELD str 1
    HRANDFIELD
  `,
  HSCAN: `
    # One page, with patterns.
    HSET h a1 1 a2 2 b1 3
    HSCAN h 0
    HSCAN h 0 MATCH a*
    HSCAN h 0 match 1
    HSCAN h 0 COUNT 1
    HSCAN h 0 COUNT 100 MATCH *

    # Names only, which Redis 7.0 does not have.
    HSCAN h 0 NOVALUES => ["0", ["a1", "a2", "b1"]]
    HSCAN h 0 novalues MATCH a* COUNT 5 => ["0", ["a1", "a2"]]
    HSCAN none 0 NOVALUES => ["0", []]

    # A missing key.
    HSCAN none 0

    # Failures, and a key of another type.
    HSCAN h x
    HSCAN h 0 COUNT 0
    HSCAN h 0 COUNT x
    HSCAN h 0 MATCH
    HSCAN h 0 NOPE
    HSCAN h
    HSCAN none x
    SET str x
    HSCAN str 0
  `,
  "long fields and values": `
    # Such a hash is not packed.
    HSET h a ${LONG} ${LONG} b
    HGET h a
    HGET h ${LONG}
    HSTRLEN h a
    ~HGETALL h

    # It stays so after the long field has gone.
    HSETNX h ${LONG} c
    HDEL h ${LONG}
    HGETALL h
  `,
  "hashes that have grown": `
    # The order of addition is kept up to the bound.
    HSET big ${pairs(128)}
    HGETALL big

    # Beyond it, any order.
    HSET big ${pairs(300)}
    HLEN big
    HGET big f250
    HGET big nope
    HSET big f250 new
    HGET big f250
    ~HKEYS big
    ~HVALS big
    ~HSCAN big 0 COUNT 1000
    ~HSCAN big 0 COUNT 1000 MATCH f1?

    # Fields are added and deleted.
    HINCRBY big n 1
    HDEL big n ${fields(200)}
    HLEN big

    # Random fields of a large hash.
    ?HRANDFIELD big 50
    ?HRANDFIELD big 5 WITHVALUES
    ?HRANDFIELD big -200 WITHVALUES
    ~HRANDFIELD big 1000 WITHVALUES

    # The last fields, and the key itself, go.
    HMGET big f0 f250 f299
    HDEL big ${fields(300)}
    GET big
  `,
});
