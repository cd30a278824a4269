/**
 * The engine in this process as a backend. It answers at once, so doors pay one test for the possibility of a later
 * reply.
 */
import type { Reply } from "../core/reply.ts";
import type { Engine } from "../engine/engine.ts";
import type { Session } from "../engine/session.ts";
import type { Backend, TransactionReplies } from "./backend.ts";

/** The engine of this process. */
export class EmbeddedBackend implements Backend {
  readonly isRemote = false;
  private readonly engine: Engine;

  constructor(engine: Engine) {
    this.engine = engine;
  }

  execute(session: Session, words: readonly string[]): Reply {
    return this.engine.execute(session, words);
  }

  mayOverlap(): boolean {
    return true;
  }

  transaction(session: Session, commands: readonly (readonly string[])[]): TransactionReplies {
    return this.engine.transaction(session, commands);
  }

  get problem(): string | undefined {
    return this.engine.problem;
  }

  closeSession(session: Session): void {
    this.engine.closeSession(session);
  }

  async close(): Promise<void> {}
}
