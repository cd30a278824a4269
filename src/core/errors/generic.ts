/** What commands about keys of every type refuse: EXPIRE, COPY, DUMP, OBJECT, SORT, WAIT. */
import { err, notBetween } from "../errors.ts";
import { CommandError } from "../reply.ts";

export const SAME_OBJECT = err("source and destination objects are the same");
export const BUSY_KEY = new CommandError("BUSYKEY Target key name already exists.");
export const INVALID_CURSOR = err("invalid cursor");

export const NEGATIVE_EXPIRE = err("invalid expire time, must be >= 0");
export const NX_WITH_OTHERS = err("NX and XX, GT or LT options at the same time are not compatible");
export const GT_AND_LT = err("GT and LT options at the same time are not compatible");

/** For EXPIRE and its family. */
export const unsupportedOption = (option: string): CommandError => err(`Unsupported option ${option}`);

export const BAD_DATA = err("Bad data format");
export const BAD_TTL = err("Invalid TTL value, must be >= 0");
export const BAD_IDLE_TIME = err("Invalid IDLETIME value, must be >= 0");
export const BAD_FREQUENCY = err("Invalid FREQ value, must be >= 0 and <= 255");

/** For a value of a module that is not served. `reason` names the module. */
export const unsupportedModule = (reason: string): CommandError => err(reason);

export const NO_IDLE_TIME = err(
  "An LFU maxmemory policy is selected, idle time not tracked. Please note that when switching between policies at " +
    "runtime LRU and LFU data will take some time to adjust.",
);
export const NO_FREQUENCY = err(
  "An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when switching between " +
    "policies at runtime LRU and LFU data will take some time to adjust.",
);

export const WEIGHT_NOT_DOUBLE = err("One or more scores can't be converted into double");

/** `option` is `BY` or `GET`, whose patterns make key names out of elements. */
export const sortPatternDenied = (option: string): CommandError =>
  err(`${option} option of SORT denied due to insufficient ACL permissions.`);

export const NUMLOCAL_OUT_OF_RANGE = notBetween("0", "1");
export const NO_APPEND_ONLY_FILE = err("WAITAOF cannot be used when numlocal is set but appendonly is disabled.");
