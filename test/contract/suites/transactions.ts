import { suite } from "../suite.ts";

export const transactionsSuite = suite({
  "MULTI and EXEC": `
    MULTI
    SET a 1
    INCR a
    GET a
    LPUSH a x
    EXEC
    GET a
    MULTI
    EXEC
    MULTI
    PING
    SELECT 1
    SET b one
    SELECT 0
    EXEC
    EXISTS b
    multi
    echo hello
    exec
    MULTI x
    EXEC x
  `,
  "errors before EXEC": `
    EXEC
    DISCARD
    MULTI
    MULTI
    WATCH a
    PING
    EXEC
    MULTI
    SET a
    SET a 1
    EXEC
    GET a
    MULTI
    NOSUCHCOMMAND
    GET a
    EXEC
    EXEC
    MULTI
    GET a
    EXEC now
    EXEC
    MULTI
    CLIENT NOPE
    EXEC
    MULTI
    WATCH
    EXEC
    MULTI
    DISCARD x
    DISCARD
  `,
  DISCARD: `
    SET a 1
    WATCH a
    MULTI
    SET a 2
    DISCARD
    GET a
    DISCARD
    MULTI
    NOSUCHCOMMAND
    DISCARD
    MULTI
    PING
    EXEC
  `,
  "WATCH and UNWATCH": `
    WATCH
    UNWATCH x
    UNWATCH
    WATCH a b a
    MULTI
    SET a 1
    EXEC
    # Its own change counts.
    WATCH a
    SET a 2
    MULTI
    GET a
    EXEC
    GET a
    WATCH a
    SET a 3
    UNWATCH
    MULTI
    GET a
    EXEC
    WATCH a
    MULTI
    UNWATCH
    SET a 4
    EXEC
    # A command that changes nothing is no change.
    WATCH a none
    DEL none
    SETNX a x
    GET a
    MULTI
    GET a
    EXEC
    WATCH none
    FLUSHALL
    MULTI
    PING
    EXEC
    SET a 1
    WATCH a
    FLUSHDB
    MULTI
    PING
    EXEC
    # The watch is over after EXEC.
    SET a 1
    MULTI
    PING
    EXEC
  `,
  "other commands in a transaction": `
    MULTI
    CLIENT SETNAME app
    CLIENT GETNAME
    HELLO 2 FOO
    UNWATCH
    CLIENT REPLY ON
    COMMAND COUNT x
    DISCARD
    MULTI
    SET k v
    RESET
    EXEC
    EXISTS k
  `,
});
