import { suite } from "../suite.ts";

export const connectionSuite = suite({
  "PING and ECHO": String.raw`
    # The reply is PONG or the message.
    PING
    ping
    PING hello
    PING ""
    PING a b

    # ECHO.
    ECHO
    ECHO "hello world"
    ECHO "\x00\xff"
    ECHO a b
  `,
  SELECT: `
    # Indexes that are refused.
    SELECT
    SELECT 0 1
    SELECT x
    SELECT -1
    SELECT 16
    SELECT 2147483648
    SELECT -2147483649
    SELECT 99999999999999999999

    # Each database has its own keys.
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

    # A copy and a move keep the deadline.
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
    # Failures.
    CLIENT
    CLIENT NOPE
    CLIENT GETNAME x
    CLIENT SETNAME
    CLIENT SETNAME a b

    # The name is what was set last.
    CLIENT GETNAME
    CLIENT SETNAME app
    CLIENT GETNAME
    client getname

    # Names with spaces or special characters are refused.
    CLIENT SETNAME "a b"
    CLIENT SETNAME "line\\nbreak"
    CLIENT SETNAME é
    CLIENT GETNAME

    # The empty name removes it.
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
    # What the client itself sees.
    ? CLIENT ID
    ? CLIENT INFO
    ? CLIENT LIST
    ? CLIENT LIST TYPE normal
    ? CLIENT LIST type NORMAL
    CLIENT LIST TYPE master
    CLIENT LIST TYPE replica
    CLIENT LIST TYPE slave
    CLIENT LIST TYPE pubsub

    # Failures.
    CLIENT LIST TYPE nope
    CLIENT ID x
    CLIENT INFO x
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
  "CLIENT TRACKING, as far as one client sees it": `
    # Words and combinations that are refused.
    CLIENT TRACKING
    CLIENT TRACKING maybe
    CLIENT TRACKING on nope
    CLIENT TRACKING on REDIRECT
    CLIENT TRACKING on REDIRECT x
    CLIENT TRACKING on REDIRECT 999999
    CLIENT TRACKING on REDIRECT 0
    CLIENT TRACKING on PREFIX
    CLIENT TRACKING on PREFIX x
    CLIENT TRACKING off PREFIX x
    CLIENT TRACKING on BCAST OPTIN
    CLIENT TRACKING on BCAST OPTOUT
    CLIENT TRACKING on OPTIN OPTOUT
    CLIENT TRACKING on BCAST PREFIX ab PREFIX abc
    CLIENT TRACKING on BCAST PREFIX abc PREFIX ab

    # CLIENT CACHING and GETREDIR without tracking.
    CLIENT CACHING
    CLIENT CACHING yes
    CLIENT CACHING nope
    CLIENT GETREDIR
    CLIENT GETREDIR x

    # The state without tracking.
    CLIENT TRACKINGINFO
    CLIENT TRACKINGINFO x

    # OPTIN, with CACHING YES and not NO.
    CLIENT TRACKING on OPTIN
    CLIENT TRACKINGINFO
    CLIENT CACHING yes
    CLIENT TRACKINGINFO
    CLIENT GETREDIR
    CLIENT CACHING no

    # The mode cannot change while tracking is on.
    CLIENT TRACKING on OPTOUT
    CLIENT TRACKING on BCAST

    # OPTOUT, with CACHING NO.
    CLIENT TRACKING off
    CLIENT TRACKING on OPTOUT NOLOOP
    CLIENT CACHING no
    CLIENT TRACKINGINFO

    # Prefixes are added, and must not overlap.
    CLIENT TRACKING OFF
    CLIENT TRACKING ON bcast prefix b: prefix a:
    CLIENT TRACKING ON bcast prefix c:
    CLIENT TRACKING ON bcast prefix a
    CLIENT TRACKINGINFO

    # Off again.
    CLIENT TRACKING off
    CLIENT TRACKINGINFO
  `,
  "CLIENT NO-EVICT and NO-TOUCH": `
    # NO-EVICT.
    CLIENT NO-EVICT
    CLIENT NO-EVICT ON
    CLIENT NO-EVICT off
    CLIENT NO-EVICT maybe
    # Redis 7.0 has no CLIENT NO-TOUCH.
    CLIENT NO-TOUCH on => "OK"
    CLIENT NO-TOUCH OFF => "OK"
    CLIENT NO-TOUCH maybe => !ERR syntax error
  `,
  "CLIENT REPLY, KILL and PAUSE": `
    # CLIENT REPLY.
    CLIENT REPLY
    CLIENT REPLY maybe
    CLIENT REPLY ON x
    client reply on

    # CLIENT KILL without a client that fits.
    CLIENT KILL
    CLIENT KILL 1.2.3.4:5
    CLIENT KILL ID 999999
    CLIENT KILL TYPE pubsub
    CLIENT KILL USER default ID 999999
    CLIENT KILL ADDR 1.2.3.4:5 LADDR 1.2.3.4:6
    CLIENT KILL ID 999999 SKIPME no

    # Failures.
    CLIENT KILL ID
    CLIENT KILL ID 0
    CLIENT KILL ID x
    CLIENT KILL TYPE nope
    CLIENT KILL USER nope
    CLIENT KILL ADDR 1.2.3.4:5 LADDR
    CLIENT KILL SKIPME maybe
    CLIENT KILL SKIPME yes x
    CLIENT KILL NOPE x
    # Redis 7.0 has no MAXAGE.
    CLIENT KILL MAXAGE 1000000 => 0
    CLIENT KILL MAXAGE x => !ERR maxage is not an integer or out of range
    CLIENT KILL MAXAGE 0 => !ERR maxage should be greater than 0

    # CLIENT PAUSE and UNPAUSE.
    CLIENT PAUSE
    CLIENT PAUSE x
    CLIENT PAUSE -1
    CLIENT PAUSE 1.5
    CLIENT PAUSE 0
    CLIENT PAUSE 0 ALL
    CLIENT PAUSE 0 maybe
    CLIENT PAUSE 0 write x
    CLIENT UNPAUSE
    CLIENT UNPAUSE x
  `,
  HELLO: `
    # Words that are refused set nothing.
    HELLO x
    HELLO 1
    HELLO 4
    HELLO 2 FOO
    HELLO 2 SETNAME
    HELLO 2 SETNAME "a b"
    HELLO 2 AUTH default
    AUTH
    AUTH a b c
    CLIENT GETNAME

    # The reply, and the name that SETNAME sets.
    ? HELLO
    ? HELLO 2
    ? hello 2 setname app
    CLIENT GETNAME
  `,
  "RESET and QUIT": `
    # RESET selects database 0 and removes name and flags.
    SELECT 3
    CLIENT SETNAME app
    CLIENT NO-EVICT ON
    SET three v
    RESET
    GET three
    CLIENT GETNAME

    # Failures, and the end.
    RESET x
    # The reference would be gone.
    QUIT => "OK"
    QUIT for now => "OK"
  `,
});
