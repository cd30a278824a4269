/** Opcodes of an RDB file, which stand in place of a value's type. The names are Redis's. */
export const RdbOpcode = {
  /** Valkey 9: the state of a slot that is being imported. */
  SLOT_IMPORT: 243,
  /** Redis 8, Valkey 9: the number of keys in a slot of a cluster. */
  SLOT_INFO: 244,
  FUNCTION2: 245,
  /** Functions, as written by release candidates of 7.0. */
  FUNCTION_PRE_GA: 246,
  MODULE_AUX: 247,
  IDLE: 248,
  FREQ: 249,
  AUX: 250,
  RESIZEDB: 251,
  EXPIRETIME_MS: 252,
  EXPIRETIME: 253,
  SELECTDB: 254,
  EOF: 255,
} as const;

/** Opcodes of the pieces of a module's data. */
export const ModulePiece = { END: 0, SIGNED: 1, UNSIGNED: 2, FLOAT: 3, DOUBLE: 4, STRING: 5 } as const;

/** The first bytes of a file, before the version. */
export const REDIS_MAGIC = "REDIS";
export const VALKEY_MAGIC = "VALKEY";

/** Chars of magic and version together. */
export const HEADER_CHARS = 9;
