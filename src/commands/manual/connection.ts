/** The manual of the connection commands; `manual.ts` tells how it is written. */
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
