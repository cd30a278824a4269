/** The manual of commands on connections, messages, scripts and the server; `manual.ts` tells how it is written. */

export const connectionManual = `
CLIENT

CLIENT CACHING mode=<YES | NO>
  O(1)

CLIENT GETNAME
  O(1)

CLIENT GETREDIR
  O(1)

CLIENT HELP
  O(1)

CLIENT ID
  O(1)

CLIENT INFO
  O(1)

CLIENT KILL filter=<ip:port!2.8.12 | new-format=<[ID client-id@2.8.12]
    | [TYPE normal_master_slave_pubsub@2.8.12=<NORMAL | MASTER@3.2.0 | SLAVE | REPLICA@5.0.0 | PUBSUB>]
    | [USER username] | [ADDR ip:port] | [LADDR ip:port@6.2.0] | [SKIPME yes/no] | [MAXAGE maxage@7.4.0]> …>
  O(N), N clients
  2.8.12: filters
  2.8.12: ID
  3.2.0: TYPE MASTER
  5.0.0: TYPE REPLICA, which was SLAVE
  6.2.0: LADDR
  7.4.0: MAXAGE

CLIENT LIST [TYPE normal_master_replica_pubsub@5.0.0=<NORMAL | MASTER | REPLICA | PUBSUB>]
    [ID id@6.2.0=(client-id …)]
  O(N), N clients
  2.8.12: the field id
  5.0.0: TYPE
  6.0.0: the field user
  6.2.0: ID; the fields argv-mem, tot-mem, laddr and redir
  7.0.0: the fields resp, multi-mem, rbs and rbp
  7.0.3: the field ssub

CLIENT NO-EVICT enabled=<ON | OFF>
  O(1)

CLIENT NO-TOUCH enabled=<ON | OFF>
  O(1)

CLIENT PAUSE timeout [mode@6.2.0=<WRITE | ALL>]
  O(1)
  6.2.0: WRITE and ALL

CLIENT REPLY on_off_skip=<ON | OFF | SKIP>
  O(1)

CLIENT SETINFO attr=<LIB-NAME libname | LIB-VER libver>
  O(1)

CLIENT SETNAME connection-name
  O(1)

CLIENT TRACKING status=<ON | OFF> [REDIRECT client-id] [(PREFIX prefix) …] [BCAST] [OPTIN] [OPTOUT] [NOLOOP]
  O(1) if nothing is broadcast

CLIENT TRACKINGINFO
  O(1)

CLIENT UNBLOCK client-id [timeout_error=<TIMEOUT | ERROR>]
  O(log N), N clients

CLIENT UNPAUSE
  O(N), N clients

AUTH [username@6.0.0] password
  O(N), N passwords of the user
  6.0.0: the name of a user

ECHO message
  O(1)

HELLO [arguments=(protover [AUTH username_password=(username password)] [SETNAME clientname])]
  O(1)
  6.2.0: the version of the protocol may be left out

PING [message]
  O(1)

QUIT
  O(1)

RESET
  O(1)

SELECT index
  O(1)
`;

export const transactionsManual = `
DISCARD
  O(N), N commands queued

EXEC
  depends on the commands

MULTI
  O(1)

UNWATCH
  O(1)

WATCH key …
  O(1) for each key
`;

export const pubsubManual = `
PSUBSCRIBE pattern=(pattern) …
  O(N), N patterns of the connection

PUBLISH channel message
  O(N+M), N subscribers of the channel, M patterns of all connections

PUNSUBSCRIBE [pattern …]
  O(N+M), N patterns of the connection, M of all connections

SPUBLISH shardchannel message
  O(N), N subscribers

SSUBSCRIBE shardchannel …
  O(N), N channels

SUBSCRIBE channel …
  O(N), N channels

SUNSUBSCRIBE [shardchannel …]
  O(N), N subscribers

UNSUBSCRIBE [channel …]
  O(N), N subscribers

PUBSUB

PUBSUB CHANNELS [pattern]
  O(N), N channels of all connections

PUBSUB HELP
  O(1)

PUBSUB NUMPAT
  O(1)

PUBSUB NUMSUB [channel …]
  O(N), N channels asked for

PUBSUB SHARDCHANNELS [pattern]
  O(N), N channels of all connections

PUBSUB SHARDNUMSUB [shardchannel …]
  O(N), N channels asked for
`;

export const scriptingManual = `
FCALL function numkeys [key …] [arg …]
  depends on the function

FCALL_RO function numkeys [key …] [arg …]
  depends on the function

FUNCTION

FUNCTION DELETE library-name
  O(1)

FUNCTION DUMP
  O(N), N libraries

FUNCTION FLUSH [async=<ASYNC | SYNC>]
  O(N), N libraries

FUNCTION HELP
  O(1)

FUNCTION KILL
  O(1)

FUNCTION LIST [LIBRARYNAME library-name-pattern] [WITHCODE]
  O(N), N libraries

FUNCTION LOAD [REPLACE] function-code
  O(1)

FUNCTION RESTORE serialized-value [policy=<FLUSH | APPEND | REPLACE>]
  O(N), N libraries

FUNCTION STATS
  O(1)

EVAL script numkeys [key …] [arg …]
  depends on the script

EVAL_RO script numkeys [key …] [arg …]
  depends on the script

EVALSHA sha1 numkeys [key …] [arg …]
  depends on the script

EVALSHA_RO sha1 numkeys [key …] [arg …]
  depends on the script

SCRIPT

SCRIPT EXISTS sha1 …
  O(N), N scripts

SCRIPT FLUSH [async@6.2.0=<ASYNC | SYNC>]
  O(N), N scripts
  6.2.0: ASYNC and SYNC

SCRIPT HELP
  O(1)

SCRIPT KILL
  O(1)

SCRIPT LOAD script
  O(N), N bytes

SCRIPT DEBUG mode=<YES | SYNC | NO>
  O(1)
`;

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

export const clusterManual = `
ASKING
  O(1)

READONLY
  O(1)

READWRITE
  O(1)

CLUSTER

CLUSTER ADDSLOTS slot …
  O(N), N slots

CLUSTER ADDSLOTSRANGE start-slot_end-slot=(start-slot end-slot) …
  O(N), N slots

CLUSTER BUMPEPOCH
  O(1)

CLUSTER COUNT-FAILURE-REPORTS node-id
  O(N), N reports

CLUSTER COUNTKEYSINSLOT slot
  O(1)

CLUSTER DELSLOTS slot …
  O(N), N slots

CLUSTER DELSLOTSRANGE start-slot_end-slot=(start-slot end-slot) …
  O(N), N slots

CLUSTER FAILOVER [options=<FORCE | TAKEOVER>]
  O(1)

CLUSTER FLUSHSLOTS
  O(1)

CLUSTER FORGET node-id
  O(1)

CLUSTER GETKEYSINSLOT slot count
  O(log(N)), N keys asked for

CLUSTER HELP
  O(1)

CLUSTER INFO
  O(1)

CLUSTER KEYSLOT key:string
  O(N), N bytes of the key

CLUSTER LINKS
  O(N), N nodes

CLUSTER MEET ip port [cluster_bus_port:integer@4.0.0]
  O(1)
  4.0.0: the port of the bus

CLUSTER MYID
  O(1)

CLUSTER MYSHARDID
  O(1)

CLUSTER NODES
  O(N), N nodes

CLUSTER REPLICAS node-id
  O(1)

CLUSTER REPLICATE node-id
  O(1)

CLUSTER RESET [hard_soft=<HARD | SOFT>]
  O(N), N nodes

CLUSTER SAVECONFIG
  O(1)

CLUSTER SET-CONFIG-EPOCH config-epoch
  O(1)

CLUSTER SETSLOT slot subcommand=<IMPORTING node-id | MIGRATING node-id | NODE node-id | STABLE>
  O(1)

CLUSTER SHARDS
  O(N), N nodes

CLUSTER SLAVES node-id
  O(1)
  replaced 5.0.0: CLUSTER REPLICAS

CLUSTER SLOTS
  O(N), N nodes
  replaced 7.0.0: CLUSTER SHARDS
  4.0.0: ids of nodes
  7.0.0: further addresses
`;
