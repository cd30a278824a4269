/** The manual of the cluster commands; `manual.ts` tells how it is written. */
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
