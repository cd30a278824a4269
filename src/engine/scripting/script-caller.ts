/** The server as a script sees it: runs the script's commands, admitted with the rights of its caller. */
import { CommandError } from "../../core/reply.ts";
import type { Reply } from "../../core/reply.ts";
import type { ScriptRights } from "../admission.ts";
import { runPart } from "../dispatch.ts";
import type { Engine } from "../engine.ts";
import type { CommandEntry } from "../command-registry.ts";
import { Session } from "../session.ts";
import type { ScriptHost } from "../../lua/script-engine.ts";

/** The host of one run at a time, with the rights of that run. */
export class ScriptCaller implements ScriptHost {
  private readonly engine: Engine;
  /** The session of scripts' commands, so that what a script selects or sets does not outlast it. */
  private readonly session: Session;
  private rights!: ScriptRights;

  constructor(engine: Engine, caller: Session) {
    this.engine = engine;
    this.session = new Session(0, "internal", caller.user, engine.dataset.instant.nowMs);
    // Shown by MONITOR in place of an address.
    this.session.addr = "lua";
  }

  /** Sets up for the next run. */
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
    if (entry instanceof CommandError) return this.counted(entry);
    // A script that has written is not stopped half-way for lack of memory.
    if (entry.command.isWrite && rights.isOutOfMemory) this.rights = { ...rights, isOutOfMemory: false };
    session.protocol = resp;
    const reply = runPart(engine, session, entry, words, engine.scriptContextFor(session));
    return reply instanceof CommandError ? this.counted(reply) : reply;
  }

  /** Counts the error of a command, which the script may catch or pass on. */
  private counted(error: CommandError): CommandError {
    this.engine.stats.countError(error);
    return error;
  }

  mayRun(words: readonly string[]): boolean | undefined {
    const entry: CommandEntry | CommandError | undefined = this.engine.registry.find(words);
    if (entry === undefined || entry instanceof CommandError) return undefined;
    const { user } = this.session;
    return user.isUnrestricted || user.refusal(entry.command, words) === undefined;
  }
}
