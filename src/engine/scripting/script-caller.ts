/** The server as a script sees it: every command goes through the registry and the checks, on behalf of the caller. */
import { CommandError } from "../../core/reply.ts";
import type { Reply } from "../../core/reply.ts";
import type { ScriptRights } from "../admission.ts";
import { runPart } from "../dispatch.ts";
import type { Engine } from "../engine.ts";
import type { CommandEntry } from "../command-registry.ts";
import { Session } from "../session.ts";
import type { ScriptHost } from "../../lua/script-engine.ts";

export class ScriptCaller implements ScriptHost {
  private readonly engine: Engine;
  /** Scripts have a session of their own, so that what they select or set does not outlast them. */
  private readonly session: Session;
  private rights!: ScriptRights;

  constructor(engine: Engine, caller: Session) {
    this.engine = engine;
    this.session = new Session(0, "internal", caller.user, engine.instant.nowMs);
    // What monitors see in place of an address.
    this.session.addr = "lua";
  }

  /** Ready for the next run. */
  begin(rights: ScriptRights): void {
    this.rights = rights;
    this.session.user = rights.caller.user;
    this.session.databaseNumber = rights.caller.databaseNumber;
    this.session.noTouch = rights.caller.noTouch;
    this.session.protocol = 2;
  }

  call(words: readonly string[], resp: 2 | 3): Reply {
    const { engine, rights, session } = this;
    const entry = engine.admission.admitFromScript(session, words, rights);
    if (entry instanceof CommandError) return entry;
    // A run that has written something is not to be stopped half way for want of memory.
    if (entry.command.isWrite && rights.outOfMemory) this.rights = { ...rights, outOfMemory: false };
    session.protocol = resp;
    return runPart(engine, session, entry, words, engine.scriptContextFor(session));
  }

  mayRun(words: readonly string[]): boolean | undefined {
    const entry: CommandEntry | CommandError | undefined = this.engine.registry.find(words);
    if (entry === undefined || entry instanceof CommandError) return undefined;
    const { user } = this.session;
    return user.isUnrestricted || user.refusal(entry.command, words) === undefined;
  }
}
