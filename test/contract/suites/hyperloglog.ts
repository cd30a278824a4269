import { suite } from "../suite.ts";

/** Elements enough to make a sketch dense, several to a line. */
const MANY = Array.from({ length: 40 }, (_, line) =>
  ["PFADD many", ...Array.from({ length: 60 }, (_, i) => `element-${line * 60 + i}`)].join(" "),
);

export const hyperloglogSuite = suite({
  PFADD: `
    # A sketch without elements.
    PFADD k
    GET k
    PFADD k

    # Elements are counted when a register has grown.
    PFADD k a
    GET k
    PFADD k a
    PFADD k a b c "" "hello world" "\\x00\\xff" 1234567 12345678 123456789 1234567890123456
    GET k
    PFCOUNT k
    GET k

    # A change drops the estimate that was kept.
    PFADD k d
    GET k
    STRLEN k
    TYPE k

    # Failures: arity, another type, and strings that are no sketch.
    PFADD
    SADD s m
    PFADD s a
    SET text hello
    PFADD text a
    SET number 12
    PFADD number a
    SET empty ""
    PFADD empty
  `,
  "a sketch becomes dense beyond another size": `
    # The bound, and values that are refused.
    CONFIG GET hll-sparse-max-bytes
    CONFIG SET hll-sparse-max-bytes -1
    CONFIG SET hll-sparse-max-bytes x

    # It takes effect with the next element.
    PFADD k a b c d e
    PFDEBUG ENCODING k
    CONFIG SET hll-sparse-max-bytes 30
    PFADD k f
    PFDEBUG ENCODING k

    # Sizes with a suffix.
    CONFIG SET hll-sparse-max-bytes 1kb
    CONFIG GET hll-sparse-max-bytes
    ${MANY.slice(0, 10).join("\nPFDEBUG ENCODING many\nSTRLEN many\n")}
    CONFIG SET hll-sparse-max-bytes 3000
  `,
  "a sketch becomes dense": `
    # Each step on the way.
    ${MANY.join("\nGET many\nPFCOUNT many\n")}
    GET many
    PFCOUNT many
    GET many
    PFDEBUG ENCODING many

    # Dense, it takes elements as before.
    PFADD many element-1
    PFADD many another other more
    PFCOUNT many
    GET many
    STRLEN many
    TYPE many

    # Merging makes the destination dense as well.
    PFMERGE copy many
    GET copy
    PFADD few x y z
    PFMERGE few many
    GET few
    PFMERGE few few
    GET few
    PFCOUNT many few
  `,
  PFCOUNT: `
    # Missing keys.
    PFCOUNT missing
    PFCOUNT missing none

    # One sketch, and unions of several.
    PFADD a 1 2 3 4 5
    PFADD b 4 5 6 7 8
    PFCOUNT a
    PFCOUNT a
    PFCOUNT b
    PFCOUNT a b
    PFCOUNT a b missing
    PFCOUNT a a
    GET a

    # A sketch without elements.
    PFADD empty
    PFCOUNT empty

    # Failures: arity, another type, and strings that are no sketch.
    PFCOUNT
    SADD s m
    PFCOUNT s
    PFCOUNT a s
    SET text hello
    PFCOUNT text
    PFCOUNT a text
  `,
  PFMERGE: `
    # The destination is one of the sources.
    PFADD a 1 2 3
    PFADD b 3 4 5
    PFMERGE d a b
    GET d
    PFCOUNT d
    PFMERGE d a
    GET d

    # Missing sources, and no sources.
    PFMERGE a missing
    GET a
    PFMERGE new
    GET new
    PFMERGE new2 missing none
    GET new2
    PFMERGE new
    PFCOUNT new

    # Failures change nothing.
    PFMERGE
    SADD s m
    PFMERGE s a
    PFMERGE a s
    SET text hello
    PFMERGE text a
    PFMERGE a text
    PFMERGE d a b text
    GET d
  `,
  PFDEBUG: `
    # The key is looked up before the subcommand.
    PFDEBUG ENCODING missing
    PFDEBUG NOPE missing

    # A sparse sketch, and its way to a dense one.
    PFADD k a b c d e f g
    PFDEBUG encoding k
    PFDEBUG DECODE k
    PFDEBUG NOPE k
    PFDEBUG TODENSE k
    PFDEBUG TODENSE k
    GET k
    PFDEBUG ENCODING k
    PFDEBUG DECODE k
    PFCOUNT k

    # GETREG makes it dense, too, and drops the estimate.
    PFADD m a b c d e f g
    PFCOUNT m
    PFDEBUG GETREG m
    PFDEBUG ENCODING m
    PFDEBUG GETREG m
    GET m

    # Failures.
    PFDEBUG ENCODING
    PFDEBUG ENCODING k more
    SET text hello
    PFDEBUG ENCODING text
    SADD s m
    PFDEBUG ENCODING s
  `,
  PFSELFTEST: `
    # The sketches are tried.
    PFSELFTEST => "OK"
    PFSELFTEST more
  `,
  "strings that only look like sketches": `
    # Strings without a whole header.
    SET k HYL
    PFADD k a
    SET k HYLLxxxxxxxxxxx
    PFCOUNT k
    SET k "HYLL\\x02\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00"
    PFCOUNT k
    PFADD k a
    PFMERGE d k
    # Dense and too short.
    SET k "HYLL\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00zzz"
    PFCOUNT k
    # Sparse with a kept estimate, which is believed.
    SET k "HYLL\\x01\\x00\\x00\\x00\\x05\\x00\\x00\\x00\\x00\\x00\\x00\\x00"
    PFCOUNT k
    PFCOUNT k k
    PFADD k a
    PFDEBUG DECODE k
    PFDEBUG TODENSE k
    PFDEBUG GETREG k
    SET k "HYLL\\x01\\x00\\x00\\x00\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\x7f"
    PFCOUNT k
    # Runs that do not add up to all registers.
    SET k "HYLL\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x80\\x40\\x05\\x80"
    PFCOUNT k
    PFCOUNT k k
    PFMERGE d k
    PFMERGE k
    PFADD k a
    PFDEBUG DECODE k
    PFDEBUG TODENSE k
    PFDEBUG GETREG k
    # Too many registers.
    SET k "HYLL\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x80\\x7f\\xff\\x80"
    PFCOUNT k
    PFCOUNT k k
    PFMERGE d k
    PFDEBUG TODENSE k
    GET d
  `,
});
