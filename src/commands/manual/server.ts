/** The manual of the server commands; `manual.ts` tells how it is written. */
export const serverManual = `
ACL

ACL CAT [categoryname]
  O(1)

ACL DELUSER username …
  O(1)

ACL DRYRUN username command [arg …]
  O(1)

ACL GENPASS [bits]
  O(1)

ACL GENTOKEN username [password]
  O(1)

ACL GETUSER username
  O(N), N rules
  6.2.0: patterns of channels
  7.0.0: selectors; patterns are listed as rules

ACL HELP
  O(1)

ACL LIST
  O(N), N users

ACL LOAD
  O(N), N users

ACL LOG [operation=<count | RESET>]
  O(N), N entries of the log returned

ACL RESTTOKEN username password
  O(1)

ACL SAVE
  O(N), N users

ACL SETUSER username [rule …]
  O(N), N rules
  6.2.0: patterns of channels
  7.0.0: selectors and rights by key

ACL USERS
  O(N), N users

ACL WHOAMI
  O(1)

COMMAND
  O(N), N commands

COMMAND COUNT
  O(1)

COMMAND DOCS [command-name …]
  O(N), N commands

COMMAND GETKEYS command [arg …]
  O(N), N arguments

COMMAND GETKEYSANDFLAGS command [arg …]
  O(N), N arguments

COMMAND HELP
  O(1)

COMMAND INFO [command-name …]
  O(N), N commands
  7.0.0: all commands, if none is named

COMMAND LIST [FILTERBY filterby=<MODULE module-name | ACLCAT category | PATTERN pattern>]
  O(N), N commands

CONFIG

CONFIG GET parameter=(parameter) …
  O(N), N parameters
  7.0.0: several patterns

CONFIG HELP
  O(1)

CONFIG RESETSTAT
  O(1)

CONFIG REWRITE
  O(1)

CONFIG SET parameter_value=(parameter value) …
  O(N), N parameters
  7.0.0: several parameters

DEBUG subcommand [arg …]
  syscmd

INFO [section …]
  O(1)
  7.0.0: several sections

LATENCY

LATENCY DOCTOR
  O(1)

LATENCY GRAPH event
  O(1)

LATENCY HELP
  O(1)

LATENCY HISTOGRAM [command …]
  O(N), N commands

LATENCY HISTORY event
  O(1)

LATENCY LATEST
  O(1)

LATENCY RESET [event …]
  O(1)

MEMORY

MEMORY DOCTOR
  O(1)

MEMORY HELP
  O(1)

MEMORY MALLOC-STATS
  depends on the memory in use

MEMORY PURGE
  depends on the memory in use

MEMORY STATS
  O(1)

MEMORY USAGE key [SAMPLES count]
  O(N), N samples

MODULE

MODULE HELP
  O(1)

MODULE LIST
  O(N), N modules

BGREWRITEAOF
  O(1)

BGSAVE [SCHEDULE@3.2.2]
  O(1)
  3.2.2: SCHEDULE

LASTSAVE
  O(1)

SAVE
  O(N), N keys of all databases

SHUTDOWN [nosave_save=<NOSAVE | SAVE>] [NOW@7.0.0] [FORCE@7.0.0] [ABORT@7.0.0]
  O(N) when saving, N keys; else O(1)
  7.0.0: NOW, FORCE and ABORT

DBSIZE
  O(1)

FLUSHALL [async=<ASYNC@4.0.0 | SYNC@6.2.0>]
  O(N), N keys of all databases
  4.0.0: ASYNC
  6.2.0: SYNC

FLUSHDB [async=<ASYNC@4.0.0 | SYNC@6.2.0>]
  O(N), N keys of the database
  4.0.0: ASYNC
  6.2.0: SYNC

LOLWUT [VERSION version]

MONITOR

ROLE
  O(1)

SWAPDB index1 index2
  O(N), N clients that watch or wait

TIME
  O(1)

SLOWLOG

SLOWLOG GET [count]
  O(N), N entries returned
  4.0.0: the client's address and name

SLOWLOG HELP
  O(1)

SLOWLOG LEN
  O(1)

SLOWLOG RESET
  O(N), N entries

FAILOVER [TO target=(host port [FORCE])] [ABORT] [TIMEOUT milliseconds]
  O(1)

MODULE LOAD path [arg …]
  O(1)

MODULE LOADEX path [(CONFIG configs=(name value)) …] [ARGS args=(arg) …]
  O(1)

MODULE UNLOAD name
  O(1)

PSYNC replicationid offset

REPLCONF
  O(1)
  syscmd

REPLICAOF args=<host-port=(host port) | no-one=(NO ONE)>
  O(1)

RESTORE-ASKING key ttl serialized-value [REPLACE@3.0.0] [ABSTTL@5.0.0] [IDLETIME seconds@5.0.0]
    [FREQ frequency@5.0.0]
  O(1), and O(N*M) for N parts of M bytes
  syscmd
  3.0.0: REPLACE
  5.0.0: ABSTTL
  5.0.0: IDLETIME and FREQ

SLAVEOF args=<host-port=(host port) | no-one=(NO ONE)>
  O(1)
  replaced 5.0.0: REPLICAOF

SYNC
`;
