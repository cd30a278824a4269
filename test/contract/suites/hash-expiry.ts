import { suite } from "../suite.ts";

// redis-server 7.0 does not know these commands, so each line states its reply, as Redis 8.0 documents it.

const ARITY = (name: string): string => `!ERR wrong number of arguments for '${name}' command`;
const WRONG_TYPE = "!WRONGTYPE Operation against a key holding the wrong kind of value";
const NOT_INTEGER = "!ERR value is not an integer or out of range";
const NEGATIVE = "!ERR invalid expire time, must be >= 0";
const MISSING = "!ERR Mandatory argument FIELDS is missing or not at the right position";
const MISMATCH = "!ERR The `numfields` parameter must match the number of arguments";
const EXPIRE_NUMBER = "!ERR Parameter `numFields` should be greater than 0";
const NUMBER = "!ERR Number of fields must be a positive integer";
const CONDITIONS = "!ERR Only one of FXX or FNX arguments can be specified";
const EXPIRIES = "!ERR Only one of EX, PX, EXAT, PXAT or KEEPTTL arguments can be specified";
const TOO_FAR = (name: string): string => `!ERR invalid expire time in '${name}' command`;

/** 2^53 - 1 milliseconds, the last deadline, and the second in which it lies. */
const LAST_MS = "9007199254740991";
const LAST_S = "9007199254740";

/** What is wrong with the words of each member of the HEXPIRE family. */
function expireErrors(name: string): string {
  const lower = name.toLowerCase();
  return `
    # Arity, and the number of fields.
    HSET h a 1 => 1
    ${name} h => ${ARITY(lower)}
    ${name} h 100 FIELDS 1 => ${ARITY(lower)}
    ${name} h 100 NX FIELDS 1 => ${MISMATCH}
    ${name} h 100 FIELDS 2 a => ${MISMATCH}
    ${name} h 100 FIELDS 1 a b => ${MISMATCH}
    ${name} h 100 FIELDS 0 a => ${EXPIRE_NUMBER}
    ${name} h 100 FIELDS -1 a => ${EXPIRE_NUMBER}
    ${name} h 100 FIELDS x a => ${EXPIRE_NUMBER}

    # The place of FIELDS, and conditions.
    ${name} h 100 FIELD 1 a => ${MISSING}
    ${name} h 100 NOPE FIELDS 1 a => ${MISSING}
    ${name} h 100 NX XX FIELDS 1 a => ${MISSING}
    ${name} h 100 NX 1 a b => ${MISSING}

    # Times.
    ${name} h x FIELDS 1 a => ${NOT_INTEGER}
    ${name} h 1.5 FIELDS 1 a => ${NOT_INTEGER}
    ${name} h 9223372036854775808 FIELDS 1 a => ${NOT_INTEGER}
    ${name} h -1 FIELDS 1 a => ${NEGATIVE}
    ${name} h 9223372036854775807 FIELDS 1 a => ${TOO_FAR(lower)}
    ${name} h 9007199254740992 FIELDS 1 a => ${TOO_FAR(lower)}

    # None of these has changed anything.
    HTTL h FIELDS 1 a => [-1]

    # A key of another type, and a missing one.
    SET str x => "OK"
    ${name} str 100 FIELDS 1 a => ${WRONG_TYPE}
    ${name} none 100 FIELDS 2 a b => [-2, -2]
    ${name} none 0 FIELDS 1 a => [-2]
    HLEN none => 0

    # A time that has passed deletes the field.
    ${name} h 0 FIELDS 3 a nope a => [2, -2, -2]
    HLEN h => 0
  `;
}

/** What is wrong with the words of commands that only list fields. */
function listErrors(name: string): string {
  const lower = name.toLowerCase();
  return `
    # Arity, and the number of fields.
    HSET h a 1 => 1
    ${name} h => ${ARITY(lower)}
    ${name} h FIELDS 1 => ${ARITY(lower)}
    ${name} h FIELDS 2 a => ${MISMATCH}
    ${name} h FIELDS 1 a b => ${MISMATCH}
    ${name} h FIELDS 0 a => ${NUMBER}
    ${name} h FIELDS -1 a => ${NUMBER}
    ${name} h FIELDS x a => ${NUMBER}
    ${name} h FIELDS 9223372036854775808 a => ${NUMBER}

    # The place of FIELDS, and a key of another type.
    ${name} h FIELD 1 a => ${MISSING}
    SET str x => "OK"
    ${name} str FIELDS 1 a => ${WRONG_TYPE}

    # None of these has changed anything.
    HGETALL h => ["a", "1"]
  `;
}

export const hashExpirySuite = suite({
  "HEXPIRE: what is wrong": expireErrors("HEXPIRE"),
  "HPEXPIRE: what is wrong": expireErrors("HPEXPIRE"),
  "HEXPIREAT: what is wrong": expireErrors("HEXPIREAT"),
  "HPEXPIREAT: what is wrong": expireErrors("HPEXPIREAT"),
  "HTTL: what is wrong": listErrors("HTTL"),
  "HPTTL: what is wrong": listErrors("HPTTL"),
  "HEXPIRETIME: what is wrong": listErrors("HEXPIRETIME"),
  "HPEXPIRETIME: what is wrong": listErrors("HPEXPIRETIME"),
  "HPERSIST: what is wrong": listErrors("HPERSIST"),
  "HGETDEL: what is wrong": listErrors("HGETDEL"),
  "deadlines in every unit": `
    # Each command sets, and each reader reads.
    HSET h a 1 b 2 c 3 d 4 e 5 => 5
    HEXPIRE h 1000 FIELDS 2 a nope => [1, -2]
    HPEXPIRE h 2000000 fields 1 b => [1]
    HEXPIREAT h ${LAST_S} FIELDS 1 c => [1]
    HPEXPIREAT h ${LAST_MS} FIELDS 1 d => [1]
    HTTL h FIELDS 5 a b e nope a => [1000, 2000, -1, -2, 1000]
    HEXPIRETIME h FIELDS 4 c d e nope => [${LAST_S}, 9007199254740, -1, -2]
    HPEXPIRETIME h FIELDS 4 c d e nope => [${LAST_S}000, ${LAST_MS}, -1, -2]
    HPTTL h FIELDS 2 e nope => [-1, -2]

    # Missing keys, and values that stay.
    HTTL none FIELDS 2 a b => [-2, -2]
    HPTTL none FIELDS 1 a => [-2]
    HEXPIRETIME none FIELDS 1 a => [-2]
    HPEXPIRETIME none FIELDS 1 a => [-2]
    HGETALL h => ["a", "1", "b", "2", "c", "3", "d", "4", "e", "5"]
  `,
  "the conditions of HEXPIRE": `
    # Without a deadline, which counts as later than any.
    HSET h a 1 b 2 => 2
    HPEXPIREAT h ${LAST_MS} XX FIELDS 1 a => [0]
    HPEXPIREAT h ${LAST_MS} GT FIELDS 1 a => [0]
    HTTL h FIELDS 1 a => [-1]

    # With one.
    HEXPIREAT h 5000000000 NX FIELDS 2 a a => [1, 0]
    HEXPIREAT h 6000000000 nx FIELDS 2 a b => [0, 1]
    HEXPIRETIME h FIELDS 2 a b => [5000000000, 6000000000]
    HEXPIREAT h 5500000000 gt FIELDS 2 a b => [1, 0]
    HEXPIREAT h 5500000000 GT FIELDS 1 a => [0]
    HEXPIREAT h 5500000000 lt FIELDS 2 a b => [0, 1]
    HEXPIREAT h 5600000000 xx FIELDS 2 a b => [1, 1]
    HEXPIRETIME h FIELDS 2 a b => [5600000000, 5600000000]

    # Times that have passed, where the condition holds and where not.
    HSET h c 3 => 1
    HEXPIREAT h 5000000000 LT FIELDS 1 c => [1]
    HEXPIRE h 0 GT FIELDS 1 c => [0]
    HEXPIRE h 0 NX FIELDS 1 c => [0]
    HEXPIREAT h 1 LT FIELDS 1 c => [2]
    HPEXPIREAT h 0 XX FIELDS 1 b => [2]
    HGETALL h => ["a", "1"]

    # A missing key.
    HPEXPIREAT none 5000000000000 NX FIELDS 1 a => [-2]
  `,
  HPERSIST: `
    # A deadline is removed once.
    HSET h a 1 b 2 => 2
    HEXPIRE h 1000 FIELDS 1 a => [1]
    HPERSIST h FIELDS 4 a b nope a => [1, -1, -2, -1]
    HTTL h FIELDS 2 a b => [-1, -1]

    # A missing key.
    HPERSIST none FIELDS 2 a b => [-2, -2]
  `,
  HGETDEL: `
    # Fields are deleted as they are read.
    HSET h a 1 b 2 c 3 => 3
    HGETDEL h FIELDS 3 a nope a => ["1", null, null]
    HGETALL h => ["b", "2", "c", "3"]
    HGETDEL h fields 2 b c => ["2", "3"]
    HLEN h => 0

    # The hash was removed with its last field.
    SET h string => "OK"
    HGETDEL none FIELDS 2 a b => [null, null]
  `,
  HGETEX: `
    # Without an option nothing changes.
    HSET h a 1 b 2 c 3 d 4 e 5 => 5
    HGETEX h FIELDS 3 a nope b => ["1", null, "2"]
    HTTL h FIELDS 2 a b => [-1, -1]

    # Options that set a deadline.
    HGETEX h EX 1000 FIELDS 2 a nope => ["1", null]
    HGETEX h px 2000000 FIELDS 1 b => ["2"]
    HGETEX h EXAT 5000000000 FIELDS 1 c => ["3"]
    HGETEX h PXAT ${LAST_MS} FIELDS 1 d => ["4"]
    HTTL h FIELDS 3 a b e => [1000, 2000, -1]
    HPEXPIRETIME h FIELDS 2 c d => [5000000000000, ${LAST_MS}]

    # The deadline stays without an option, and goes with PERSIST.
    HGETEX h FIELDS 1 a => ["1"]
    HTTL h FIELDS 1 a => [1000]
    HGETEX h persist FIELDS 3 a e nope => ["1", "5", null]
    HTTL h FIELDS 2 a e => [-1, -1]

    # A time that has passed deletes what was read.
    HGETEX h PXAT 1 FIELDS 3 a b a => ["1", "2", null]
    HGETEX h EX 0 FIELDS 3 c d e => ["3", "4", "5"]
    HLEN h => 0

    # A missing key.
    HGETEX none FIELDS 2 a b => [null, null]
    HGETEX none EX 10 FIELDS 1 a => [null]
    HLEN none => 0
  `,
  "HGETEX: what is wrong": `
    # Arity, and the number of fields.
    HSET h a 1 => 1
    HGETEX h => ${ARITY("hgetex")}
    HGETEX h FIELDS 1 => ${ARITY("hgetex")}
    HGETEX h EX 10 FIELDS => ${ARITY("hgetex")}
    HGETEX h EX 10 FIELDS 1 => ${MISMATCH}
    HGETEX h FIELDS 2 a => ${MISMATCH}
    HGETEX h FIELDS 0 a => ${NUMBER}
    HGETEX h EX 10 FIELDS x a => ${NUMBER}

    # Words that are no option.
    HGETEX h NOPE FIELDS 1 a => ${MISSING}
    HGETEX h NOPE 1 a => ${MISSING}
    HGETEX h PERSIST 10 FIELDS 1 a => ${MISSING}
    HGETEX h PXAT 1 1 => ${MISSING}
    HGETEX h EX 10 PX 10 FIELDS 1 a => ${MISSING}
    HGETEX h KEEPTTL FIELDS 1 a => ${MISSING}

    # Times.
    HGETEX h EX x FIELDS 1 a => ${NOT_INTEGER}
    HGETEX h EX 9223372036854775808 FIELDS 1 a => ${NOT_INTEGER}
    HGETEX h PX -1 FIELDS 1 a => ${NEGATIVE}
    HGETEX h EX 9223372036854775807 FIELDS 1 a => ${TOO_FAR("hgetex")}
    HGETEX h PXAT 9007199254740992 FIELDS 1 a => ${TOO_FAR("hgetex")}

    # None of these has changed anything; a key of another type.
    HTTL h FIELDS 1 a => [-1]
    SET str x => "OK"
    HGETEX str FIELDS 1 a => ${WRONG_TYPE}
    HGETEX str EX 10 FIELDS 1 a => ${WRONG_TYPE}
  `,
  HSETEX: `
    # Fields without a deadline, and with one by each option.
    HSETEX h FIELDS 2 a 1 b 2 => 1
    HTTL h FIELDS 2 a b => [-1, -1]
    HSETEX h EX 1000 FIELDS 1 a 3 => 1
    HSETEX h px 2000000 fields 1 b 4 => 1
    HSETEX h EXAT 5000000000 FIELDS 1 c 5 => 1
    HSETEX h PXAT ${LAST_MS} FIELDS 2 d 6 e 7 => 1
    HTTL h FIELDS 2 a b => [1000, 2000]
    HPEXPIRETIME h FIELDS 3 c d e => [5000000000000, ${LAST_MS}, ${LAST_MS}]

    # KEEPTTL keeps it, no option removes it.
    HSETEX h KEEPTTL FIELDS 2 c 8 f 9 => 1
    HEXPIRETIME h FIELDS 2 c f => [5000000000, -1]
    HSETEX h FIELDS 1 c 10 => 1
    HTTL h FIELDS 1 c => [-1]

    # HSET removes it, of its own fields only.
    HSET h d 11 => 0
    HPEXPIRETIME h FIELDS 2 d e => [-1, ${LAST_MS}]

    # A time that has passed deletes the fields.
    HSETEX h PXAT 1 FIELDS 3 a 1 b 2 z 3 => 1
    HGETALL h => ["c", "10", "d", "11", "e", "7", "f", "9"]
    HSETEX h EX 0 FIELDS 4 c 1 d 1 e 1 f 1 => 1
    HLEN h => 0
    HSETEX none EX 0 FIELDS 1 a 1 => 1
    HLEN none => 0

    # A field that is named twice.
    HSETEX dup EX 1000 FIELDS 2 a 1 a 2 => 1
    HGETALL dup => ["a", "2"]
  `,
  "HSETEX with conditions": `
    # FXX needs all fields, FNX none.
    HSETEX h FXX FIELDS 1 a 1 => 0
    HLEN h => 0
    HSETEX h FNX FIELDS 2 a 1 b 2 => 1
    HSETEX h fnx FIELDS 2 b 3 c 3 => 0
    HSETEX h fxx FIELDS 2 b 3 c 3 => 0
    HSETEX h FXX EX 1000 FIELDS 2 a 3 b 4 => 1
    HSETEX h KEEPTTL FXX FIELDS 1 a 5 => 1

    # Conditions are checked before a time that has passed.
    HSETEX h EX 0 FNX FIELDS 1 a 6 => 0
    HTTL h FIELDS 2 a b => [1000, 1000]
    HGETALL h => ["a", "5", "b", "4"]
    HSETEX h FNX EX 0 FIELDS 1 c 6 => 1
    HGETALL h => ["a", "5", "b", "4"]
  `,
  "HSETEX: what is wrong": `
    # Arity, and the number of fields.
    HSETEX h => ${ARITY("hsetex")}
    HSETEX h FIELDS 1 a => ${ARITY("hsetex")}
    HSETEX h FIELDS 2 a b => ${ARITY("hsetex")}
    HSETEX h FIELDS 2 a b c => ${ARITY("hsetex")}
    HSETEX h FIELDS 1 a b c => ${ARITY("hsetex")}
    HSETEX h FIELDS 1 a b FNX => ${ARITY("hsetex")}
    HSETEX h EX 10 FIELDS 1 => ${ARITY("hsetex")}
    HSETEX h FIELDS 0 a b => !ERR invalid number of fields
    HSETEX h FIELDS -1 a b => !ERR invalid number of fields
    HSETEX h FIELDS x a b => !ERR invalid number of fields

    # Words that are no option, and options that exclude each other.
    HSETEX h nope FIELDS 1 a b => !ERR unknown argument: nope
    HSETEX h EX 10 1 a b => !ERR unknown argument: 1
    HSETEX h FXX FXX FIELDS 1 a b => ${CONDITIONS}
    HSETEX h FNX FXX FIELDS 1 a b => ${CONDITIONS}
    HSETEX h EX 10 PX 10 FIELDS 1 a b => ${EXPIRIES}
    HSETEX h EX 10 EX 10 FIELDS 1 a b => ${EXPIRIES}
    HSETEX h EX 10 KEEPTTL FIELDS 1 a b => ${EXPIRIES}
    HSETEX h KEEPTTL EXAT 10 FIELDS 1 a b => ${EXPIRIES}
    HSETEX h KEEPTTL KEEPTTL FIELDS 1 a b => ${EXPIRIES}

    # Times, and where the words end.
    HSETEX h EX FIELDS 1 a b => ${NOT_INTEGER}
    HSETEX h EX 10 FNX PX => ${EXPIRIES}
    HSETEX h KEEPTTL FNX EX 10 => ${EXPIRIES}
    HSETEX h FNX EX 10 FIELDS => ${ARITY("hsetex")}
    HSETEX h EX -1 FIELDS 1 a b => ${NEGATIVE}
    HSETEX h PX 9007199254740992 FIELDS 1 a b => ${TOO_FAR("hsetex")}
    HSETEX h EXAT 9007199254741 FIELDS 1 a b => ${TOO_FAR("hsetex")}

    # None of these has changed anything; a key of another type.
    HLEN h => 0
    SET str x => "OK"
    HSETEX str FIELDS 1 a b => ${WRONG_TYPE}
    HSETEX str EX 0 FIELDS 1 a b => ${WRONG_TYPE}
  `,
  "what keeps a deadline and what ends it": `
    # HSET, HMSET and HINCRBY beside the others.
    HSETEX h EXAT 5000000000 FIELDS 6 set 1 incr 1 float 1 hmset 1 del 1 nx 1 => 1
    HSET h set 2 => 0
    HMSET h hmset 2 => "OK"
    HINCRBY h incr 2 => 3
    HINCRBYFLOAT h float 0.5 => "1.5"
    HSETNX h nx 2 => 0
    HDEL h del => 1
    HSETNX h del 2 => 1
    HEXPIRETIME h FIELDS 6 set hmset incr float nx del => [-1, -1, 5000000000, 5000000000, 5000000000, -1]

    # SET replaces the hash.
    SET h string => "OK"
    HTTL h FIELDS 1 incr => ${WRONG_TYPE}
  `,
});
