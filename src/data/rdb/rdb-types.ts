/** The types of values in RDB, which are their first byte and imply how they are written. The names are Redis's. */
export const RdbType = {
  STRING: 0,
  LIST: 1,
  SET: 2,
  ZSET: 3,
  HASH: 4,
  ZSET_2: 5,
  MODULE_2: 7,
  HASH_ZIPMAP: 9,
  LIST_ZIPLIST: 10,
  SET_INTSET: 11,
  ZSET_ZIPLIST: 12,
  HASH_ZIPLIST: 13,
  LIST_QUICKLIST: 14,
  STREAM_LISTPACKS: 15,
  HASH_LISTPACK: 16,
  ZSET_LISTPACK: 17,
  LIST_QUICKLIST_2: 18,
  STREAM_LISTPACKS_2: 19,
  SET_LISTPACK: 20,
  STREAM_LISTPACKS_3: 21,
  HASH_METADATA: 24,
  HASH_LISTPACK_EX: 25,
} as const;

/** Forms of a node of LIST_QUICKLIST_2: one element, or a listpack. */
export const QUICKLIST_NODE_PLAIN = 1;
export const QUICKLIST_NODE_PACKED = 2;

/** Flags of an entry in a stream's listpack. */
export const STREAM_ENTRY_DELETED = 1;
export const STREAM_ENTRY_SAME_FIELDS = 2;
