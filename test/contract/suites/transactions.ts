import { suite } from "../suite.ts";

export const transactionsSuite = suite({
  "MULTI and EXEC": `
    # Replies come together; a failing command does not end the others.
    MULTI
    SET a 1
    INCR a
    GET a
    LPUSH a x
    EXEC
    GET a

    # An empty transaction.
    MULTI
    EXEC

    # SELECT takes effect within it, and stays.
    MULTI
    PING
    SELECT 1
    SET b one
    SELECT 0
    EXEC
    EXISTS b

    # Names in any case, and failures.
    multi
    echo hello
    exec
    MULTI x
    EXEC x
  `,
  "errors before EXEC": `
    # Nothing was begun.
    EXEC
    DISCARD

    # MULTI and WATCH inside do not discard it.
    MULTI
    MULTI
    WATCH a
    PING
    EXEC

    # A refused command does: arity, and an unknown name.
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

    # EXEC itself with too many words.
    MULTI
    GET a
    EXEC now
    EXEC

    # Subcommands, and other refusals.
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
    # Nothing of it has run.
    SET a 1
    WATCH a
    MULTI
    SET a 2
    DISCARD
    GET a

    # Nothing to discard; a transaction that would have failed.
    DISCARD
    MULTI
    NOSUCHCOMMAND
    DISCARD

    # The next transaction.
    MULTI
    PING
    EXEC
  `,
  "WATCH and UNWATCH": `
    # Failures.
    WATCH
    UNWATCH x

    # Without a change, and with a key named twice.
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

    # UNWATCH forgets the keys, also inside a transaction too late to help.
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

    # Keys that do not exist, and FLUSHALL.
    WATCH none
    FLUSHALL
    MULTI
    PING
    EXEC

    # FLUSHDB removes a watched key.
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
    # Commands about the connection.
    MULTI
    CLIENT SETNAME app
    CLIENT GETNAME
    HELLO 2 FOO
    UNWATCH
    CLIENT REPLY ON
    COMMAND COUNT x
    DISCARD

    # RESET discards it.
    MULTI
    SET k v
    RESET
    EXEC
    EXISTS k
  `,
});
