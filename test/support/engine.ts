/** An engine in process, with a session of a user without restrictions. */
import assert from "node:assert/strict";
import { commandTables } from "../../src/commands/registry.ts";
import type { Environment } from "../../src/core/environment.ts";
import type { Reply } from "../../src/core/reply.ts";
import { Users } from "../../src/access/users.ts";
import { Engine } from "../../src/engine/engine.ts";
import type { EngineOptions } from "../../src/engine/engine.ts";
import { UNRESTRICTED_USER } from "../../src/core/authority.ts";
import type { User } from "../../src/core/authority.ts";
import type { Door, Session } from "../../src/engine/session.ts";
import { readLuaBinary } from "../../src/server/read-lua-binary.ts";
import { recordExercised } from "./exercised.ts";
import { TestWorld } from "./world.ts";
import { splitWords } from "./words.ts";

/** A user without restrictions. */
export const EVERYONE: User = UNRESTRICTED_USER;

/** A number in a reply that a double cannot hold to the last digit: it should have stayed a bigint. */
function lossyInteger(reply: Reply): number | undefined {
  if (typeof reply === "number") return Number.isSafeInteger(reply) ? undefined : reply;
  const items = Array.isArray(reply) ? reply : reply instanceof Object && "items" in reply ? reply.items : [];
  for (const item of items) {
    const lossy = lossyInteger(item);
    if (lossy !== undefined) return lossy;
  }
  return undefined;
}

/** An engine and one session of it. */
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

  /** Runs one command given as words. An integer of its reply that has lost digits fails the test. */
  send(...words: string[]): Reply {
    const reply = this.engine.execute(this.session, words);
    const lossy = lossyInteger(reply);
    if (lossy !== undefined) assert.fail(`${words.join(" ")} answers ${lossy}, which is no longer exact`);
    return reply;
  }

  /** Runs one command given as a line, as redis-cli reads it. */
  line(line: string): Reply {
    return this.send(...splitWords(line));
  }
}
