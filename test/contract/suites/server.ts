import { suite } from "../suite.ts";
import { helpOf } from "../../support/help.ts";

export const serverSuite = suite({
  "DBSIZE, FLUSHDB and FLUSHALL": `
    # Keys are counted.
    DBSIZE
    MSET a 1 b 2
    DBSIZE

    # FLUSHDB in every mode.
    DBSIZE
    FLUSHDB
    DBSIZE
    SET a 1
    flushdb async
    SET a 1
    FLUSHDB SYNC
    GET a
    DBSIZE x
    FLUSHDB nope
    FLUSHDB SYNC ASYNC

    # Failures.
    FLUSHALL nope
    FLUSHALL ASYNC x

    # FLUSHALL in every mode.
    SET a 1
    FLUSHALL
    DBSIZE
    SET a 1
    FLUSHALL sync
    SET a 1
    FLUSHALL ASYNC
    DBSIZE
    FLUSHALL
  `,
  SWAPDB: `
    # Indexes that are refused.
    SET a 1
    SWAPDB 0
    SWAPDB 0 1 2
    SWAPDB x 1
    SWAPDB 0 x
    SWAPDB x y
    SWAPDB 2147483648 0
    SWAPDB 0 -2147483649
    SWAPDB -1 0
    SWAPDB 0 16
    SWAPDB 99 99

    # A database and itself.
    SWAPDB 0 0
    DBSIZE

    # Keys change places, and back.
    SWAPDB 0 1
    DBSIZE
    GET a
    SET b 2
    SWAPDB 1 0
    GET a
    GET b

    # Databases that are not selected.
    SWAPDB 1 2
    GET a
  `,
  "TIME, ROLE and LOLWUT": `
    # The time.
    ? TIME
    TIME x

    # The role.
    ROLE
    ROLE x

    # LOLWUT takes any parameters.
    ? LOLWUT
    ? LOLWUT VERSION 5 1 1 1
    LOLWUT VERSION x
    ? LOLWUT VERSION
    ? LOLWUT 1 2
  `,
  "CONFIG GET": `
    # Failures.
    CONFIG
    CONFIG NOPE
    CONFIG GET

    # Names in any case; none that match is no error.
    CONFIG GET notify-keyspace-events
    CONFIG GET NOTIFY-keyspace-EVENTS
    CONFIG GET nope no-such-*

    # A parameter that is asked for twice appears once.
    ~ CONFIG GET maxmemory maxmemory-polic? MAXMEMORY
    ~ CONFIG GET MAXMEMORY-POLIC? notify-keyspace-event[rs]
    ~ CONFIG GET MAXmemory-policy maxmemory-policy
    ~ CONFIG GET save databases appendonly timeout

    # Values of our own.
    CONFIG GET proto-max-bulk-len => ["proto-max-bulk-len", "536870887"]
    CONFIG GET maxclients => ["maxclients", "10000"]

    # HELP, REWRITE and RESETSTAT.
    CONFIG HELP => ${helpOf("CONFIG")}
    CONFIG HELP x
    CONFIG REWRITE
    CONFIG REWRITE x
    CONFIG RESETSTAT
    CONFIG RESETSTAT x
  `,
  "CONFIG SET": `
    # Failures: arity.
    CONFIG SET
    CONFIG SET notify-keyspace-events

    # Failures: a name twice, unknown and read-only, before any value.
    CONFIG SET notify-keyspace-events KEA notify-keyspace-events
    CONFIG SET nope 1
    CONFIG SET NoPe 1
    CONFIG SET databases 3
    CONFIG SET DataBases 3
    CONFIG SET nope 1 databases 3
    CONFIG SET databases 3 nope 1
    CONFIG SET notify-keyspace-events KEA databases 3
    CONFIG SET notify-keyspace-events KEA nope 3
    CONFIG SET notify-keyspace-events KEA NOTIFY-KEYSPACE-EVENTS ""

    # Failures: values.
    CONFIG SET notify-keyspace-events "K A"
    CONFIG SET NOTIFY-keyspace-events q
    CONFIG GET notify-keyspace-events

    # A value that cannot be another here.
    CONFIG SET maxclients 5 => !ERR CONFIG SET failed (possibly related to argument 'maxclients') - it cannot be changed on this server

    # A value takes effect.
    CONFIG SET notify-keyspace-events KEA
    CONFIG GET notify-keyspace-events
    CONFIG SET Notify-Keyspace-Events ""
    CONFIG GET notify-keyspace-events
  `,
  "notify-keyspace-events in its canonical form": [
    ..."g$lshzxetdmnKEA",
    "",
    "KEA",
    "nKE",
    "AnKEm",
    "Ag$",
    "g$lshztxed",
    "g$lshztxe",
    "g$lshztxedn",
    "dextzhsl$gnmEK",
    "xE",
    "Ex$K",
    "mm",
    "",
  ]
    .map((flags) => `CONFIG SET notify-keyspace-events "${flags}"\nCONFIG GET notify-keyspace-events`)
    .join("\n"),
  "CONFIG of what is noted and remembered": `
    # The defaults.
    CONFIG GET slowlog-log-slower-than
    CONFIG GET slowlog-max-len
    CONFIG GET latency-monitor-threshold
    CONFIG GET tracking-table-max-keys
    # Whatever is set is answered to the last digit.
    CONFIG SET slowlog-log-slower-than 9223372036854775807 slowlog-max-len 9007199254740993
    ~ CONFIG GET slowlog-log-slower-than slowlog-max-len
    CONFIG SET tracking-table-max-keys 9007199254740993 latency-monitor-threshold 9223372036854775807
    CONFIG GET tracking-table-max-keys
    CONFIG GET latency-monitor-threshold
    CONFIG SET set-max-intset-entries 9007199254740993 hash-max-listpack-value 9223372036854775807
    CONFIG GET set-max-intset-entries
    CONFIG GET hash-max-ziplist-value
    CONFIG SET hash-max-listpack-value 9223372036854775808
    CONFIG SET set-max-intset-entries 512 hash-max-listpack-value 64
    CONFIG SET slowlog-log-slower-than 10000 slowlog-max-len 128
    CONFIG SET tracking-table-max-keys 1000000 latency-monitor-threshold 0

    # The largest values of memory.
    CONFIG SET maxmemory 18446744073709551615
    CONFIG GET maxmemory
    CONFIG SET maxmemory 9007199254740993b
    CONFIG GET maxmemory
    CONFIG SET maxmemory 0

    # Values that are refused, and those that turn a log off.
    CONFIG SET slowlog-log-slower-than x
    CONFIG SET slowlog-log-slower-than -2
    CONFIG SET slowlog-log-slower-than -1
    CONFIG GET slowlog-log-slower-than
    CONFIG SET slowlog-max-len -1
    CONFIG SET slowlog-max-len 99999999999999999999
    CONFIG SET slowlog-max-len 0
    CONFIG GET slowlog-max-len
    CONFIG SET slowlog-log-slower-than 10000 slowlog-max-len 128

    # LATENCY.
    CONFIG SET latency-monitor-threshold -1
    CONFIG SET latency-monitor-threshold 1x
    CONFIG SET latency-monitor-threshold 5
    CONFIG GET latency-monitor-threshold
    CONFIG SET latency-monitor-threshold 0

    # Tracking.
    CONFIG SET tracking-table-max-keys -1
    CONFIG SET tracking-table-max-keys x
    CONFIG SET tracking-table-max-keys 500
    CONFIG GET tracking-table-max-keys
    CONFIG SET tracking-table-max-keys 1000000
  `,
  "CONFIG of what changes nothing here": `
    # Defragmentation.
    ~ CONFIG GET active-defrag-*
    CONFIG SET active-defrag-cycle-min 2 active-defrag-cycle-max 50 active-defrag-ignore-bytes 200mb
    ~ CONFIG GET active-defrag-*
    CONFIG SET active-defrag-cycle-max 100
    CONFIG SET active-defrag-max-scan-fields 0
    CONFIG SET active-defrag-threshold-lower 1001

    # The frequency of housekeeping.
    CONFIG GET hz
    CONFIG SET hz 100
    CONFIG GET hz
    CONFIG SET hz 1000
    CONFIG GET hz
    CONFIG SET hz 0
    CONFIG GET hz
    CONFIG SET hz -1
    CONFIG SET hz x
    CONFIG SET hz 10

    # Switches.
    ~ CONFIG GET activerehashing dynamic-hz jemalloc-bg-thread sanitize-dump-payload
    CONFIG SET activerehashing no dynamic-hz No sanitize-dump-payload CLIENTS
    ~ CONFIG GET activerehashing dynamic-hz sanitize-dump-payload
    CONFIG SET sanitize-dump-payload maybe
    ~ CONFIG GET lazyfree-*
    CONFIG SET lazyfree-lazy-expire yes
    CONFIG SET lazyfree-lazy-user-flush 1
    ~ CONFIG GET lazyfree-*

    # Compression of lists.
    CONFIG GET list-compress-depth
    CONFIG SET list-compress-depth 3
    CONFIG GET list-compress-depth
    CONFIG SET list-compress-depth -1

    # Replication.
    ~ CONFIG GET repl-backlog-size repl-backlog-ttl repl-timeout
    CONFIG SET repl-backlog-size 10000002 repl-backlog-ttl 1 repl-timeout 30
    ~ CONFIG GET repl-backlog-size repl-backlog-ttl repl-timeout
    CONFIG SET repl-timeout 0
    ~ CONFIG GET repl-ping-*
    CONFIG SET repl-ping-slave-period 2
    ~ CONFIG GET repl-ping-*
    CONFIG SET repl-ping-replica-period 1 repl-ping-replica-period 2
    ~ CONFIG GET *-serve-stale-data
    CONFIG SET replica-serve-stale-data no
    ~ CONFIG GET *-serve-stale-data
    CONFIG SET replica-serve-stale-data yes

    # Delays.
    ~ CONFIG GET rdb-key-save-delay key-load-delay
    CONFIG SET rdb-key-save-delay -100
    CONFIG GET rdb-key-save-delay
    CONFIG GET rdb-key-save-*
    CONFIG SET rdb-key-save-delay x
    CONFIG SET rdb-key-save-delay 0

    # The defaults again.
    CONFIG SET active-defrag-cycle-min 1 active-defrag-cycle-max 25 active-defrag-ignore-bytes 100mb
    CONFIG SET activerehashing yes dynamic-hz yes sanitize-dump-payload no lazyfree-lazy-expire no
    CONFIG SET list-compress-depth 0 repl-backlog-size 1mb repl-backlog-ttl 3600 repl-timeout 60
    CONFIG SET repl-ping-replica-period 10
  `,
  "CONFIG of what has one value here": `
    # What a server cannot change while it runs.
    CONFIG SET daemonize yes
    CONFIG GET daemonize
    ~ CONFIG GET *of
    CONFIG SET replicaof "localhost 1"

    # Values that are none are refused before others that this server does not have.
    CONFIG GET min-replicas-to-write
    CONFIG SET min-replicas-to-write -1
    CONFIG SET min-replicas-to-write 1 => !ERR CONFIG SET failed (possibly related to argument 'min-replicas-to-write') - it cannot be changed on this server
    CONFIG GET maxclients
    CONFIG SET maxclients 10000
    CONFIG SET maxclients x
    CONFIG SET client-query-buffer-limit x
    CONFIG GET save
    CONFIG SET save "" appendonly no
    CONFIG SET save "3600 x"
    CONFIG SET appendonly maybe

    # The log, connections and scripts.
    CONFIG SET loglevel NOTICE tcp-keepalive 300
    CONFIG SET loglevel nope
    CONFIG GET loglevel
    CONFIG GET tcp-keepalive
    CONFIG SET tcp-keepalive -1
    CONFIG GET lua-time-limit
    CONFIG GET busy-reply-threshold
    CONFIG SET lua-time-limit 5000

    # Passwords and defragmentation.
    CONFIG GET requirepass
    CONFIG SET requirepass ""
    CONFIG GET activedefrag
    CONFIG SET activedefrag no

    # Failures of the port and of the limits of clients.
    CONFIG SET port 65536
    CONFIG SET client-output-buffer-limit "normal 0 0 0 replica x 0 0"
    CONFIG SET client-output-buffer-limit "normal 0 0"
    CONFIG SET client-output-buffer-limit "nobody 0 0 0"

    # Values that are the present ones, and others.
    CONFIG SET client-output-buffer-limit "normal 0 0 0"
    CONFIG GET client-output-buffer-limit => ["client-output-buffer-limit", "normal 0 0 0 slave 0 0 0 pubsub 33554432 0 0"]
    CONFIG SET client-output-buffer-limit "pubsub 1mb 0 0" => !ERR CONFIG SET failed (possibly related to argument 'client-output-buffer-limit') - it cannot be changed on this server
    CONFIG SET save "3600 1" => !ERR CONFIG SET failed (possibly related to argument 'save') - it cannot be changed on this server
    CONFIG SET appendonly yes => !ERR CONFIG SET failed (possibly related to argument 'appendonly') - it cannot be changed on this server
    CONFIG SET requirepass secret => !ERR CONFIG SET failed (possibly related to argument 'requirepass') - it cannot be changed on this server

    # Idle connections.
    CONFIG SET timeout 70
    CONFIG GET timeout
    CONFIG SET timeout -1
    CONFIG SET timeout x
    CONFIG SET timeout 0
  `,
  SLOWLOG: `
    # A machine with other work takes longer over a command than the 10 ms of the default.
    CONFIG SET slowlog-log-slower-than 100000000

    # Failures, and an empty log.
    SLOWLOG
    SLOWLOG NOPE
    SLOWLOG RESET
    SLOWLOG LEN
    SLOWLOG GET

    # Counts.
    SLOWLOG GET 0
    SLOWLOG GET -1
    SLOWLOG GET -2
    SLOWLOG GET x
    SLOWLOG GET 1 2

    # Failures, and HELP.
    SLOWLOG LEN x
    SLOWLOG RESET x
    SLOWLOG HELP => ${helpOf("SLOWLOG")}
    SLOWLOG HELP x

    # Every command is slow now.
    CONFIG SET slowlog-log-slower-than 0
    SLOWLOG RESET
    SET a 1
    GET a
    SLOWLOG LEN
    ? SLOWLOG GET 2
    ? slowlog get
    ? SLOWLOG GET -1

    # A shorter log drops the oldest.
    CONFIG SET slowlog-max-len 2
    SLOWLOG LEN
    CONFIG SET slowlog-max-len 0
    SLOWLOG LEN

    # The defaults again, once the log was seen to be empty: RESET itself may take 10 ms.
    CONFIG SET slowlog-max-len 128 slowlog-log-slower-than 100000000
    SLOWLOG RESET
    SLOWLOG LEN
    CONFIG SET slowlog-log-slower-than 10000
  `,
  LATENCY: `
    # No events.
    LATENCY RESET
    LATENCY LATEST
    LATENCY HISTORY command
    LATENCY GRAPH command
    LATENCY RESET a b
    LATENCY RESET
    ? LATENCY DOCTOR

    # Failures, and HELP.
    LATENCY
    LATENCY NOPE
    LATENCY LATEST x
    LATENCY HISTORY
    LATENCY HISTORY a b
    LATENCY GRAPH
    LATENCY GRAPH a b
    LATENCY DOCTOR x
    LATENCY HELP => ${helpOf("LATENCY")}
    LATENCY HELP x

    # Times by command, once it was called.
    CONFIG RESETSTAT
    LATENCY HISTOGRAM get nosuch
    GET a
    SET a 1
    ? LATENCY HISTOGRAM set get
    LATENCY HISTOGRAM nosuch
  `,
  MODULE: `
    # No modules.
    MODULE
    MODULE NOPE
    MODULE LIST
    MODULE LIST x
    MODULE HELP => ${helpOf("MODULE")}
    MODULE HELP x
  `,
  "MEMORY USAGE": `
    # The bytes of a key; samples make no difference.
    SET k 1
    MEMORY USAGE missing
    ? MEMORY USAGE k
    ? MEMORY USAGE k SAMPLES 0
    ? memory usage k samples 5
    ? MEMORY USAGE k SAMPLES 5 SAMPLES 6

    # A missing key, and failures.
    MEMORY USAGE missing SAMPLES 5
    MEMORY
    MEMORY NOPE
    MEMORY USAGE
    MEMORY USAGE k SAMPLES
    MEMORY USAGE k SAMPLES -1
    MEMORY USAGE k SAMPLES x
    MEMORY USAGE k NOPE 1
    MEMORY USAGE k 1

    # The other subcommands.
    MEMORY PURGE
    MEMORY PURGE x
    ? MEMORY DOCTOR
    ? MEMORY MALLOC-STATS
    MEMORY STATS x
    MEMORY HELP x
  `,
  INFO: `
    # Unknown sections are empty.
    INFO nope
    INFO nope nope2

    # Sections that are always the same.
    INFO modules
    INFO cluster
    INFO cluster modules MODULES

    # Databases with keys.
    INFO keyspace
    SET a 1
    INFO keyspace
    INFO Keyspace nope
    SET b 1 PX 1000000
    ? INFO keyspace

    # All sections.
    ? INFO
    ? INFO all
    ? INFO everything
    ? INFO default cluster
    ? INFO commandstats server clients memory persistence stats replication cpu
  `,
  "COMMAND INFO": `
    # Commands by name, in any case.
    COMMAND NOPE
    ~ COMMAND INFO get
    ~ COMMAND INFO GET append
    ~ COMMAND INFO setex
    ~ COMMAND INFO lcs

    # Unknown names.
    COMMAND INFO nope
    COMMAND INFO nope "config get" config|nope config|get|x "config|" "|get" "" "config nope"
    ~ COMMAND INFO config|get MEMORY|usage
    ~ COMMAND INFO swapdb role lolwut
    COMMAND INFO nosuch

    # COUNT and failures.
    ? COMMAND COUNT
    COMMAND COUNT x
    COMMAND HELP x
  `,
  "COMMAND DOCS": `
    # Names that are unknown.
    COMMAND DOCS nope
    COMMAND DOCS nope nope2
    COMMAND DOCS get => ["get",["summary","Returns the string value of a key.","since","1.0.0","group","string","complexity","O(1)","arguments",[["name","key","type","key","display_text","key","key_spec_index",0]]]]
    COMMAND DOCS nope memory|usage => ["memory|usage",["summary","Estimates the memory that a key takes.","since","4.0.0","group","server","complexity","O(N), N samples","arguments",[["name","key","type","key","display_text","key","key_spec_index",0],["name","count","type","integer","display_text","count","token","SAMPLES","flags",["optional"]]]]]
  `,
  "COMMAND LIST": `
    # Failures.
    COMMAND LIST FILTERBY
    COMMAND LIST FILTERBY ACLCAT
    COMMAND LIST FILTERBY NOPE x
    COMMAND LIST NOPE ACLCAT x
    COMMAND LIST FILTERBY ACLCAT read x
    COMMAND LIST x

    # No command fits.
    COMMAND LIST FILTERBY MODULE x
    COMMAND LIST FILTERBY ACLCAT nope
    COMMAND LIST FILTERBY PATTERN nope*
    COMMAND LIST FILTERBY PATTERN ""

    # Patterns.
    COMMAND LIST FILTERBY PATTERN get
    ~ COMMAND LIST filterby pattern GETR*
    ~ COMMAND LIST FILTERBY PATTERN memory*
    ~ COMMAND LIST FILTERBY PATTERN config|*e*
  `,
  "COMMAND GETKEYS": `
    # Failures.
    COMMAND GETKEYS
    COMMAND GETKEYSANDFLAGS
    COMMAND GETKEYS get => !ERR Invalid number of arguments specified for command
    COMMAND GETKEYS dbsize => !ERR The command has no key arguments
    COMMAND GETKEYS nope a
    COMMAND GETKEYS config nope
    COMMAND GETKEYS config get x
    COMMAND GETKEYS dbsize x
    COMMAND GETKEYS get a b

    # Keys at fixed places, and counted ones.
    COMMAND GETKEYS get a
    COMMAND GETKEYS SET a b
    COMMAND GETKEYS mset a b c d
    COMMAND GETKEYS mget a b c d
    COMMAND GETKEYS lcs a b LEN
    COMMAND GETKEYS memory usage k
    COMMAND GETKEYS wait x
    COMMAND GETKEYS msetex 2 a 1 b 2 EX 5 => ["a", "b"]
    COMMAND GETKEYS msetex 9 a 1 => !ERR Invalid arguments specified for command

    # What a command does with a key.
    ~ COMMAND GETKEYSANDFLAGS get a
    ~ COMMAND GETKEYSANDFLAGS mset a 1 b 2
    ~ COMMAND GETKEYSANDFLAGS incr a

    # Failures.
    COMMAND GETKEYSANDFLAGS incr => !ERR Invalid number of arguments specified for command
    COMMAND GETKEYSANDFLAGS dbsize => !ERR The command has no key arguments
    COMMAND GETKEYSANDFLAGS nope x
    COMMAND GETKEYSANDFLAGS info all

    # Keys whose access the options decide.
    ~ COMMAND GETKEYSANDFLAGS SET k v
    ~ COMMAND GETKEYSANDFLAGS SET k v GET
    ~ COMMAND GETKEYSANDFLAGS SET k v EX 1 KEEPTTL
    ~ COMMAND GETKEYSANDFLAGS BITFIELD k
    ~ COMMAND GETKEYSANDFLAGS BITFIELD k GET u8 0
    ~ COMMAND GETKEYSANDFLAGS BITFIELD k GET u8 0 SET u8 0 1
    ~ COMMAND GETKEYSANDFLAGS BITFIELD k GET u8

    # Destinations among options.
    COMMAND GETKEYS SORT a STORE d
    ~ COMMAND GETKEYSANDFLAGS SORT a
    ~ COMMAND GETKEYSANDFLAGS SORT a BY store STORE d LIMIT 0 STORE STORE e
    ~ COMMAND GETKEYSANDFLAGS SORT a GET b* BY c* STORE
    ~ COMMAND GETKEYSANDFLAGS SORT_RO a GET x
    ~ COMMAND GETKEYSANDFLAGS GEORADIUS g 1 1 1 km STORE d STOREDIST e
    ~ COMMAND GETKEYSANDFLAGS GEORADIUS g 1 1 1 km STORE
    ~ COMMAND GETKEYSANDFLAGS GEORADIUSBYMEMBER g store 1 km
    ~ COMMAND GETKEYSANDFLAGS GEORADIUSBYMEMBER g store 1 km STORE d

    # Counted keys, and none.
    ~ COMMAND GETKEYSANDFLAGS ZUNIONSTORE d 2 a b
    ~ COMMAND GETKEYSANDFLAGS XREADGROUP GROUP g c STREAMS a b 1 2
    ~ COMMAND GETKEYSANDFLAGS EVAL s 2 a b c
    COMMAND GETKEYSANDFLAGS EVAL s 0

    # Shard channels are no keys.
    COMMAND GETKEYSANDFLAGS SPUBLISH a b
    COMMAND GETKEYS SSUBSCRIBE a
  `,
});
