import { suite } from "../suite.ts";

export const connectionSuite = suite({
  "PING and ECHO": String.raw`
    PING
    ping
    PING hello
    PING ""
    PING a b
    ECHO
    ECHO "hello world"
    ECHO "\x00\xff"
    ECHO a b
  `,
  SELECT: `
    SELECT
    SELECT 0 1
    SELECT x
    SELECT -1
    SELECT 16
    SELECT 2147483648
    SELECT -2147483649
    SELECT 99999999999999999999
    SET k zero
    SELECT 1
    GET k
    SET k one
    COPY k k DB 0
    COPY k k DB 0 REPLACE
    COPY k j
    MOVE j 0
    MOVE k 1
    MOVE k 15
    GET k
    SELECT 15
    GET k
    SELECT 0
    ~ KEYS *
    GET k
    SET t v EX 100
    COPY t t DB 2
    MOVE t 3
    EXISTS t
    SELECT 2
    ≈ TTL t
    SELECT 3
    ≈ TTL t
    GET t
    SELECT 0
  `,
  "CLIENT names": `
    CLIENT
    CLIENT NOPE
    CLIENT GETNAME
    CLIENT GETNAME x
    CLIENT SETNAME
    CLIENT SETNAME a b
    CLIENT SETNAME app
    CLIENT GETNAME
    client getname
    CLIENT SETNAME "a b"
    CLIENT SETNAME "line\\nbreak"
    CLIENT SETNAME é
    CLIENT GETNAME
    CLIENT SETNAME ""
    CLIENT GETNAME
    # Redis 7.0 has no CLIENT SETINFO.
    CLIENT SETINFO LIB-NAME redis-py => "OK"
    CLIENT SETINFO lib-ver 5.0.1 => "OK"
    CLIENT SETINFO LIB-VER "" => "OK"
    CLIENT SETINFO LIB-NAME "a b" => !ERR LIB-NAME cannot contain spaces, newlines or special characters.
    CLIENT SETINFO lib-ver "a b" => !ERR lib-ver cannot contain spaces, newlines or special characters.
    CLIENT SETINFO NOPE x => !ERR Unrecognized option 'NOPE'
    CLIENT SETINFO LIB-NAME => !ERR wrong number of arguments for 'client|setinfo' command
  `,
  "CLIENT ID, INFO and LIST": `
    ? CLIENT ID
    CLIENT ID x
    ? CLIENT INFO
    CLIENT INFO x
    ? CLIENT LIST
    ? CLIENT LIST TYPE normal
    ? CLIENT LIST type NORMAL
    CLIENT LIST TYPE master
    CLIENT LIST TYPE replica
    CLIENT LIST TYPE slave
    CLIENT LIST TYPE pubsub
    CLIENT LIST TYPE nope
    CLIENT LIST TYPE
    CLIENT LIST TYPE normal normal
    CLIENT LIST ID
    CLIENT LIST ID x
    CLIENT LIST ID 1 x
    CLIENT LIST ID 999999999
    CLIENT LIST NOPE
    CLIENT LIST NOPE x
    # Our own wording.
    CLIENT HELP x
  `,
  "CLIENT NO-EVICT and NO-TOUCH": `
    CLIENT NO-EVICT
    CLIENT NO-EVICT ON
    CLIENT NO-EVICT off
    CLIENT NO-EVICT maybe
    # Redis 7.0 has no CLIENT NO-TOUCH.
    CLIENT NO-TOUCH on => "OK"
    CLIENT NO-TOUCH OFF => "OK"
    CLIENT NO-TOUCH maybe => !ERR syntax error
  `,
  "RESET and QUIT": `
    SELECT 3
    CLIENT SETNAME app
    CLIENT NO-EVICT ON
    SET three v
    RESET
    GET three
    CLIENT GETNAME
    RESET x
    # The reference would be gone.
    QUIT => "OK"
    QUIT for now => "OK"
  `,
});
