/** An engine without doors: what data files are loaded into when no server is to run. */
import { commandTables } from "../commands/registry.ts";
import { systemEnvironment } from "../core/environment.ts";
import { Engine } from "../engine/engine.ts";
import { readLuaBinary } from "./read-lua-binary.ts";
import { VERSION } from "./version.ts";

export function offlineEngine(): Engine {
  return new Engine({
    environment: systemEnvironment,
    commands: commandTables,
    luaBinary: readLuaBinary,
    version: VERSION,
  });
}
