/** An engine without a server, into which data files are loaded. */
import { commandTables } from "../commands/registry.ts";
import { systemEnvironment } from "../core/environment.ts";
import type { Environment } from "../core/environment.ts";
import { Engine } from "../engine/engine.ts";
import { readLuaBinary } from "./read-lua-binary.ts";
import { VERSION } from "./version.ts";

/** An empty engine with all commands, for `stashd check`, `import` and `export`, and for files that tests load. */
export function offlineEngine(environment: Environment = systemEnvironment): Engine {
  return new Engine({
    environment,
    commands: commandTables,
    luaBinary: readLuaBinary,
    version: VERSION,
  });
}
