/** What HyperLogLog commands refuse. */
import { err } from "../errors.ts";
import { CommandError } from "../reply.ts";

export const NOT_A_SKETCH = new CommandError("WRONGTYPE Key is not a valid HyperLogLog string value.");
export const CORRUPT = new CommandError("INVALIDOBJ Corrupted HLL object detected");
export const NOT_SPARSE = err("HLL encoding is not sparse");
/** For PFDEBUG. */
export const NO_SUCH_KEY = err("The specified key does not exist");

/** For PFDEBUG. */
export const unknownSubcommand = (name: string): CommandError => err(`Unknown PFDEBUG subcommand '${name}'`);

/** For PFSELFTEST. `fault` is the first difference that it finds. */
export const selfTestFailed = (fault: string): CommandError => err(`TESTFAILED ${fault}`);
