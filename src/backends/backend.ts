/**
 * What runs the commands behind the doors: the engine in this process, or a Redis or Valkey elsewhere. Doors, tokens,
 * users, limits and formats are the same in front of each.
 *
 * **An implementation must** - pass every command through {@link Admission} before it does anything for it, and answer
 * its refusal; - answer a CommandError for an error of the client or of the other side; only a fault of this server is
 * thrown; - settle every {@link Later} that it has answered, exactly once, also when the other side is gone; - run the
 * commands of one session in the order in which {@link Backend.execute} got them, as far as their effects can tell, and
 * the commands of a transaction without any other command between them; - never run a command twice that may have run
 * once, and let nothing that one session has chosen (a database, a name, a watched key) reach another.
 *
 * **It may not assume** that a session has one command under way: those of a REST user are shared by all requests with
 * that user's tokens. What belongs to a request is in the Later of that request. It may not assume either that the
 * client is still connected when its reply comes.
 */
import type { Reply } from "../core/reply.ts";
import type { CommandError } from "../core/reply.ts";
import type { Session } from "../engine/session.ts";
import type { Later } from "./later.ts";

/** The replies of a transaction in the order of its commands, or why none of them ran. */
export type TransactionReplies = readonly Reply[] | CommandError;

/** Runs commands for sessions. */
export interface Backend {
  /** Whether commands are answered later as a rule, so that a door runs some ahead of what its client has read. */
  readonly isRemote: boolean;

  /**
   * Runs a command. Answers its reply now, or a {@link Later}. A door that has replies under way asks
   * {@link Backend.mayOverlap} first, and runs nothing beside a Later that is exclusive. As with the engine, a session
   * whose `wait` is set is answered through its `answer`.
   */
  execute(session: Session, words: readonly string[]): Reply | Later<Reply>;

  /** Whether a command may be given while others of its session are under way. It is asked for connections only. */
  mayOverlap(session: Session, words: readonly string[]): boolean;

  /** Runs commands as one transaction, as {@link Engine.transaction} does. */
  transaction(
    session: Session,
    commands: readonly (readonly string[])[],
  ): TransactionReplies | Later<TransactionReplies>;

  /** Why commands are not served now, in one line: data is loaded, or the disk or the other side is away. */
  readonly problem: string | undefined;

  /** Ends a session: its subscriptions, watches, and what it waits for. */
  closeSession(session: Session): void;

  /** Frees everything. Replies under way are answered with an error. */
  close(): Promise<void>;
}
