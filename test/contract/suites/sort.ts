import { suite } from "../suite.ts";

const LIST = "RPUSH l 3 1 2 10 -5 2.5 1e1";
const WORDS = "RPUSH w banana apple Cherry apple2 app éclair";
const WEIGHTS = "MSET w_1 30 w_2 20 w_3 10 o_1 one o_2 two o_3 three";

export const sortSuite = suite({
  "SORT by number": String.raw`
    # Failures and a missing key.
    SORT
    SORT l NOPE
    SORT missing

    # In either direction; the last word counts.
    ${LIST}
    SORT l
    sort l asc
    SORT l DESC
    SORT l ASC DESC
    SORT l DESC ASC

    # Numbers in any form that C reads.
    RPUSH odd inf -inf 0x10 " 7" 1e-2
    SORT odd
    SORT odd DESC
    RPUSH empty "" 1 -1
    SORT empty
    RPUSH cut "2\x00junk" 1
    SORT cut

    # Elements that are no number.
    RPUSH nan 1 nan
    SORT nan
    RPUSH text 1 b
    SORT text
    RPUSH spaces 1 "  "
    SORT spaces
    RPUSH trailing 1 "2 "
    SORT trailing

    # A number beyond a double. Redis 7.0 refuses it too, and then also the next SORT.
    RPUSH huge 1e400 1
    SORT huge => !ERR One or more scores can't be converted into double

    # Numbers that a double does not tell apart, by their bytes.
    RPUSH big 9223372036854775807 9223372036854775806 -9223372036854775808
    SORT big
    RPUSH ties 1.0 1 1.00 01
    SORT ties
    SORT ties DESC

    # Keys of another type.
    SET string v
    SORT string
    HSET hash f v
    SORT hash
  `,
  "SORT ALPHA": `
    # Words need ALPHA.
    ${WORDS}
    SORT w
    SORT w ALPHA
    SORT w alpha DESC

    # A missing key, and numbers as words.
    SORT missing ALPHA
    ${LIST}
    SORT l ALPHA
    SORT l ALPHA LIMIT 1 3
  `,
  "SORT LIMIT": `
    # Offset and count, up to the end and beyond it.
    ${LIST}
    SORT l LIMIT 0 3
    SORT l LIMIT 2 2
    SORT l LIMIT 5 10
    SORT l LIMIT 6 1
    SORT l LIMIT 7 1
    SORT l LIMIT 100 1
    SORT l LIMIT 0 0

    # Negative ones.
    SORT l LIMIT 0 -1
    SORT l LIMIT 3 -1
    SORT l LIMIT -1 2
    SORT l LIMIT -5 -5
    SORT l LIMIT 1 -9

    # As large as can be.
    SORT l LIMIT 0 9223372036854775807
    SORT l LIMIT 9223372036854775807 1

    # Failures.
    SORT l LIMIT x 1
    SORT l LIMIT 1 x
    SORT l LIMIT 1
    SORT l LIMIT

    # With an order, and without one.
    SORT l DESC LIMIT 0 2
    SORT l BY nosort LIMIT 1 2
    SORT l BY nosort LIMIT 1 2 DESC
    SORT l BY nosort LIMIT 10 2
    SORT l BY nosort LIMIT -2 -2

    # A missing key.
    SORT missing LIMIT 1 2
    SORT missing BY nosort LIMIT 0 1
  `,
  "SORT BY and GET with strings": `
    # Weights and values are strings at keys that an element completes.
    RPUSH l 1 2 3 4
    ${WEIGHTS}
    SORT l BY w_*
    SORT l BY w_* DESC
    SORT l BY w_* GET #
    SORT l BY w_* GET # GET o_*
    SORT l GET o_*
    SORT l GET nosuch_*
    SORT l GET nostar
    SORT l GET w_* GET nosuch_* GET #

    # Missing weights, and weights that are no numbers.
    SORT l BY nosuch_*
    SORT l BY nosuch_* DESC
    SORT l BY o_*
    SORT l BY o_* ALPHA
    SORT l BY o_* ALPHA DESC

    # With other options, in any order.
    SORT l BY w_* LIMIT 1 2 GET o_*
    SORT l by w_* get # limit 0 1 desc

    # Failures.
    SORT l BY
    SORT l GET

    # A pattern without a star keeps the order.
    SORT l BY nosort
    SORT l BY nosort DESC
    SORT l BY # DESC
    SORT l BY "" DESC

    # The last such pattern counts.
    SORT l BY *
    SORT l BY w_* BY nosort
    SORT l BY nosort BY w_*

    # A star at the end, and a key without one.
    RPUSH notkey 1 2
    SORT notkey BY note*
    SORT notkey GET l* GET notkey
  `,
  "SORT BY and GET with hashes": `
    # Weights and values are fields.
    RPUSH l 1 2 3
    HSET h_1 weight 30 name one
    HSET h_2 weight 20 name two
    HSET h_3 name three
    SORT l BY h_*->weight
    SORT l BY h_*->weight GET # GET h_*->name GET h_*->weight GET h_*->nosuch
    SORT l BY h_*->name ALPHA DESC

    # Patterns without a field, and values without a hash.
    SORT l GET h_*
    SORT l GET h_*->
    SORT l GET nosuch_*->name

    # Strings in place of hashes.
    SET s_1 string
    SORT l GET s_*->name GET s_*

    # Arrows that are part of a key's or a field's name.
    SET x_1-> arrow
    SORT l GET x_*->
    HSET y_1-z weight 5 "->" strange
    SORT l GET y_*-z->weight
    SORT l GET y_*-z->->
    HSET p->1 weight 7
    SORT l GET p->*->weight
    SORT l GET p->*
    SORT l BY nosort->x*
  `,
  "SORT STORE": `
    # The outcome is a list; an empty one removes the destination.
    ${LIST}
    SORT l STORE d
    LRANGE d 0 -1
    TYPE d
    SORT l LIMIT 100 1 STORE d
    EXISTS d
    SORT missing STORE d

    # Another type is replaced, with its deadline.
    SET d string
    EXPIRE d 100
    SORT l DESC LIMIT 0 2 STORE d
    TTL d
    LRANGE d 0 -1
    SORT missing STORE d
    EXISTS d

    # Values in place of elements; a missing one is empty.
    ${WEIGHTS}
    RPUSH n 3 1 4 2
    SORT n GET o_* STORE d
    LRANGE d 0 -1
    SORT n GET # GET w_* STORE d
    LRANGE d 0 -1

    # The key itself, and the last of two destinations.
    SORT n STORE n
    LRANGE n 0 -1
    SORT n STORE a STORE b
    EXISTS a b

    # Failures leave the destination.
    RPUSH text b a
    SORT text STORE d
    SORT text ALPHA STORE d
    LRANGE d 0 -1
    SORT l STORE
    HSET hash f v
    SORT hash STORE d
    LRANGE d 0 -1
  `,
  "SORT of sets and sorted sets": `
    # Sets have no order of their own, except when it is stored.
    SADD s 3 1 2 10 -5
    SORT s
    SORT s DESC LIMIT 1 2
    ~ SORT s BY nosort
    ~ SORT s BY nosort DESC
    SORT s BY nosort STORE d
    LRANGE d 0 -1
    SORT s BY nosort DESC STORE d
    LRANGE d 0 -1
    SORT s BY nosort LIMIT 1 2 STORE d
    LRANGE d 0 -1

    # Words.
    SADD words b a c
    SORT words
    SORT words ALPHA
    SORT words ALPHA DESC STORE d
    LRANGE d 0 -1

    # With weights and values.
    ${WEIGHTS}
    SADD three 1 2 3
    SORT three BY w_* GET o_* GET #

    # Sorted sets keep theirs.
    ZADD z 5 c 1 a 3 b 3 bb
    SORT z
    SORT z ALPHA
    SORT z BY nosort
    SORT z BY nosort DESC
    SORT z BY nosort LIMIT 1 2
    SORT z BY nosort DESC LIMIT 1 2
    SORT z BY nosort LIMIT 9 2
    SORT z BY nosort STORE d
    LRANGE d 0 -1

    # Members as numbers.
    ZADD numbers 1 30 2 20 3 10
    SORT numbers
    SORT numbers DESC
    SORT numbers BY nosort GET # GET nosuch_*
  `,
  SORT_RO: `
    # Failures and a missing key.
    SORT_RO
    SORT_RO missing
    ${LIST}
    SORT_RO l STORE d
    SORT_RO l STORE

    # Everything but storing.
    SORT_RO l
    SORT_RO l DESC LIMIT 1 2

    # Nothing was stored.
    EXISTS d

    # With weights and values.
    ${WEIGHTS}
    RPUSH n 1 2 3
    SORT_RO n BY w_* GET o_* GET #
    SORT_RO n ALPHA BY o_*

    # A key of another type.
    SET string v
    SORT_RO string
  `,
});
