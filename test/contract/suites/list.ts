import { suite } from "../suite.ts";

const words = (count: number, prefix: string): string =>
  Array.from({ length: count }, (_, i) => `${prefix}${i}`).join(" ");

export const listSuite = suite({
  "pushes and lengths": `
    # Elements are added one by one at either end.
    RPUSH l a b c
    LPUSH l x y z
    LRANGE l 0 -1
    LLEN l

    # A missing key, which the forms with X do not make.
    LLEN missing
    LPUSHX missing a
    RPUSHX missing a b
    LPUSHX l p q
    RPUSHX l r s
    LRANGE l 0 -1

    # Elements of any bytes.
    RPUSH bin "\\x00\\xff\\r\\n" ""
    LRANGE bin 0 -1

    # Failures: arity.
    LPUSH l
    RPUSH l
    LPUSHX l
    RPUSHX l
    LLEN
    LLEN l extra
  `,
  pops: `
    # One element, or several; 0 takes none.
    RPUSH l a b c d e f
    LPOP l
    RPOP l
    LPOP l 2
    RPOP l 0
    LPOP l 0

    # The last elements, and a missing key.
    RPOP l 5
    LLEN l
    LPOP l
    RPOP l
    LPOP l 1
    RPOP l 0
    LPOP l 0

    # Failures: counts and arity.
    RPUSH l a b c
    LPOP l -1
    LPOP l x
    LPOP l 1.5
    LPOP l 9223372036854775808
    RPOP l 9223372036854775807
    LPOP l 1 2
    rpop l 1 2
    LPOP
    RPOP

    # The order in which several are popped.
    RPUSH l a b c d e
    RPOP l 3
    LRANGE l 0 -1
  `,
  "an index": `
    # A missing key: the index is not read.
    LINDEX missing 0
    LINDEX missing x
    LSET missing 0 v
    LSET missing x v

    # From either end, and beyond it.
    RPUSH l a b c
    LINDEX l 0
    LINDEX l 2
    LINDEX l 3
    LINDEX l -1
    LINDEX l -3
    LINDEX l -4
    LINDEX l 9223372036854775807
    LINDEX l -9223372036854775808

    # Failures.
    LINDEX l x
    LINDEX l 1.0
    LINDEX l

    # LSET.
    LSET l 0 A
    LSET l -1 C

    # Failures of LSET.
    LSET l 3 no
    LSET l -4 no
    LSET l x no
    LSET l 9223372036854775807 no
    LSET l 0

    # The list after all of it.
    LRANGE l 0 -1
  `,
  ranges: `
    # A missing key: the indexes are not read.
    LRANGE missing 0 -1

    # From either end, and beyond it.
    RPUSH l a b c d e
    LRANGE l 0 -1
    LRANGE l 1 3
    LRANGE l -2 -1
    LRANGE l -100 100
    LRANGE l 3 1
    LRANGE l 5 10
    LRANGE l -100 -6
    LRANGE l -9223372036854775808 9223372036854775807
    LRANGE missing x 1

    # Failures.
    LRANGE l x 1
    LRANGE l 1 x
    LRANGE l 1

    # LTRIM of a missing key, and failures.
    LTRIM missing 0 1
    LTRIM l x 1
    LTRIM l 0 x
    LTRIM l 0

    # LTRIM keeps a range.
    LTRIM l 0 -1
    LRANGE l 0 -1
    LTRIM l 1 -2
    LRANGE l 0 -1
    LTRIM l -2 100
    LRANGE l 0 -1

    # A range without elements removes the key.
    LTRIM l 5 10
    LLEN l
    RPUSH l a b c
    LTRIM l 2 1
    LLEN l
    RPUSH l a b c
    LTRIM l -100 -100
    LLEN l
  `,
  insertion: `
    # A missing key: the word is read, the pivot not looked up.
    LINSERT missing BEFORE a b
    LINSERT missing NEAR a b

    # Before and after the first such element.
    RPUSH l a b c b
    LINSERT l BEFORE b x
    LINSERT l after b y
    LINSERT l AFTER c z
    LINSERT l BEFORE a head
    LINSERT l AFTER missing z
    LRANGE l 0 -1

    # At the end of a list.
    RPUSH m a
    LINSERT m AFTER a b
    LRANGE m 0 -1

    # Failures.
    LINSERT l NEAR a b
    LINSERT l BEFORE a
  `,
  removal: `
    # A missing key: the count is read first.
    LREM missing 0 a

    # From the head, from the tail, and all.
    RPUSH l a b a c a b a
    LREM l 1 a
    LRANGE l 0 -1
    LREM l -1 a
    LRANGE l 0 -1
    LREM l -1 b
    LRANGE l 0 -1
    LREM l 0 nothing
    LREM l 5 a
    LRANGE l 0 -1
    LREM missing x a

    # Failures, and counts as large as can be.
    LREM l x a
    LREM l -9223372036854775807 c
    LREM l 9223372036854775807 b
    LLEN l
    LREM l 0

    # The last elements go with the key.
    RPUSH l a a a
    LREM l 0 a
    LLEN l

    # Redis 7.0 takes the smallest count for 0.
    LREM l -9223372036854775808 a => !ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807
  `,
  positions: `
    # A missing key.
    LPOS missing a
    LPOS missing a COUNT 0

    # The first match, by rank and from either end.
    RPUSH l a b c 1 2 3 c c
    LPOS l c
    LPOS l nothing
    LPOS l nothing COUNT 1
    LPOS l c RANK 2
    LPOS l c RANK -1
    LPOS l c RANK -3
    LPOS l c RANK 4
    LPOS l c RANK -4

    # Several matches.
    LPOS l c COUNT 2
    LPOS l c COUNT 0
    LPOS l c RANK -1 COUNT 2
    LPOS l c RANK 2 COUNT 0
    LPOS l c RANK -2 COUNT 0

    # Elements to compare.
    LPOS l c MAXLEN 2
    LPOS l c MAXLEN 3
    LPOS l c MAXLEN 0
    LPOS l c COUNT 0 MAXLEN 7
    LPOS l c RANK -1 COUNT 0 MAXLEN 1
    LPOS l c RANK -1 COUNT 0 MAXLEN 6
    LPOS l a RANK -1 COUNT 0 MAXLEN 7
    LPOS l c RANK -1 COUNT 0 MAXLEN 100

    # The last of equal options counts.
    LPOS l c rank 1 rank 2
    LPOS l c COUNT 9223372036854775807 RANK 9223372036854775807
    LPOS l c RANK -9223372036854775807
    LPOS missing a RANK 0

    # Failures.
    LPOS l c RANK 0
    LPOS l c RANK x
    LPOS l c COUNT -1
    LPOS l c COUNT x
    LPOS l c MAXLEN -1
    LPOS l c MAXLEN x
    LPOS l c RANK
    LPOS l c COUNT 1 MAXLEN
    LPOS l c NOPE 1
    LPOS l c RANK 0 NOPE
    LPOS l

    # Redis 7.0 takes the smallest rank for a rank.
    LPOS l c RANK -9223372036854775808 => !ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807
  `,
  moves: `
    # From any end to any end.
    RPUSH s a b c d
    LMOVE s t LEFT RIGHT
    LMOVE s t right left
    LMOVE s t LEFT LEFT
    LMOVE s t RIGHT RIGHT
    LMOVE s t LEFT LEFT
    LLEN s
    LRANGE t 0 -1

    # Within one list.
    LMOVE t t LEFT RIGHT
    LRANGE t 0 -1
    LMOVE t t RIGHT RIGHT

    # RPOPLPUSH, also within one list and of a missing key.
    RPOPLPUSH t t
    RPOPLPUSH t u
    RPOPLPUSH missing u
    LRANGE t 0 -1
    LRANGE u 0 -1

    # The only element moves to itself.
    LMOVE u u LEFT LEFT
    LLEN u

    # Failures.
    LMOVE t u UP LEFT
    LMOVE missing u LEFT DOWN
    LMOVE t u LEFT
    RPOPLPUSH t
  `,
  LMPOP: `
    # Missing keys.
    LMPOP 1 missing LEFT
    LMPOP 2 missing none RIGHT COUNT 5

    # The first list that exists, from either end.
    RPUSH b 1 2 3 4 5
    LMPOP 2 a b LEFT
    LMPOP 2 a b RIGHT COUNT 2
    LMPOP 2 a b left count 10
    LLEN b

    # Failures: the number of keys.
    RPUSH b 1 2 3
    LMPOP 0 b LEFT
    LMPOP x b LEFT
    LMPOP -1 b LEFT
    LMPOP 2 b LEFT
    LMPOP 3 b LEFT COUNT
    LMPOP 9223372036854775807 b LEFT
    LMPOP 9223372036854775808 b LEFT

    # Failures: the end and the count.
    LMPOP 1 b UP
    LMPOP 1 b LEFT COUNT 0
    LMPOP 1 b LEFT COUNT -1
    LMPOP 1 b LEFT COUNT x
    LMPOP 1 b LEFT COUNT
    LMPOP 1 b LEFT NOPE 1
    LMPOP 1 b LEFT COUNT 1 COUNT 1
    LMPOP 1 b LEFT COUNT 0 COUNT 1
    LMPOP 1 b
    LMPOP 1

    # A count as large as can be.
    LMPOP 1 b LEFT COUNT 9223372036854775807
  `,
  "the wrong type": `
    # Strings are refused by every command, before or after its words are read.
    SET s v
    RPUSH l a
    GET l
    LPUSH s a
    RPUSH s a
    LPUSHX s a
    RPUSHX s a
    LPOP s
    RPOP s
    LPOP s 0
    RPOP s 2
    LPOP s x
    LLEN s
    LINDEX s 0
    LINDEX s x
    LSET s 0 a
    LSET s x a
    LINSERT s BEFORE a b
    LRANGE s 0 1
    LRANGE s x 1
    LTRIM s 0 1
    LREM s 0 a
    LPOS s a
    LPOS s a COUNT 1

    # Two keys: the destination is looked at only if something moves.
    LMOVE s l LEFT LEFT
    LMOVE l s LEFT LEFT
    LMOVE missing s LEFT LEFT
    RPOPLPUSH s l
    RPOPLPUSH l s
    RPOPLPUSH missing s
    LMPOP 2 missing s LEFT
    LMPOP 2 l s LEFT

    # SET replaces a list.
    SET l v
    GET l
  `,
  "a long list": `
    # Pushes make a list of chunks.
    RPUSH l ${words(300, "e")}
    LPUSH l ${words(300, "h")}
    LLEN l

    # Indexes across the chunks.
    LINDEX l 0
    LINDEX l 299
    LINDEX l 300
    LINDEX l -1
    LINDEX l -301
    LINDEX l 600

    # Elements are changed and found in the middle.
    LSET l 321 changed
    LPOS l changed
    LINSERT l BEFORE changed before
    LINSERT l AFTER changed after
    LRANGE l 315 330
    LRANGE l 120 140

    # Elements are found and removed from either end.
    RPUSH l changed
    LPOS l changed COUNT 0
    LPOS l changed RANK -1 COUNT 0 MAXLEN 400
    LREM l -1 changed
    LREM l 1 h1

    # Elements move, and many are popped.
    LMOVE l l LEFT RIGHT
    RPOPLPUSH l m
    LPOP l 150
    RPOP l 130
    LRANGE l 0 -1

    # A range across the chunks is kept.
    LTRIM l 100 160
    LRANGE l 0 -1
    LMPOP 1 l RIGHT COUNT 20
    LRANGE l 0 -1
  `,
});
