/** An engine in process, with a session that may do anything. */
import { commandTables } from "../../src/commands/registry.ts";
import type { Environment } from "../../src/core/environment.ts";
import type { Reply } from "../../src/core/reply.ts";
import { Users } from "../../src/access/users.ts";
import { Engine } from "../../src/engine/engine.ts";
import type { EngineOptions } from "../../src/engine/engine.ts";
import { UNRESTRICTED_USER } from "../../src/core/authority.ts";
import type { User } from "../../src/core/authority.ts";
import type { Door, Session } from "../../src/engine/session.ts";
import { readLuaBinary } from "../../src/server/lua-binary.ts";
import { recordExercised } from "./exercised.ts";
import { TestWorld } from "./world.ts";
import { splitWords } from "./words.ts";

export const EVERYONE: User = UNRESTRICTED_USER;

export class TestEngine {
  readonly engine: Engine;
  readonly session: Session;

  constructor(
    environment: Environment = new TestWorld(),
    door: Door = "internal",
    options: Partial<EngineOptions> = {},
  ) {
    this.engine = new Engine({ environment, commands: commandTables, luaBinary: readLuaBinary, ...options });
    this.engine.authority = new Users({ commands: commandTables.flat() });
    this.session = this.engine.openSession(door, EVERYONE);
    recordExercised(this.engine.registry);
  }

  /** Runs one command given as words. */
  send(...words: string[]): Reply {
    return this.engine.execute(this.session, words);
  }

  /** Runs one command given as a line, as redis-cli reads it. */
  line(line: string): Reply {
    return this.engine.execute(this.session, splitWords(line));
  }
}
