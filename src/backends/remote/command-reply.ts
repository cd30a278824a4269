/** Counts and adjusts the reply to a command on its way from the backend to the door. */
import { LOADING } from "../../core/errors.ts";
import { notKnownToBackend } from "../../core/errors/backend.ts";
import { CommandError } from "../../core/reply.ts";
import type { Reply } from "../../core/reply.ts";
import type { CommandEntry } from "../../engine/command-registry.ts";
import type { Engine } from "../../engine/engine.ts";
import type { Door } from "../../engine/session.ts";
import { Later } from "../later.ts";
import type { Adjustment } from "./adjustment.ts";
import type { ReplySink } from "./link.ts";
import { SHORT_DOUBLES } from "./short-doubles.ts";

/** Counts the replies of a backend, and rewords its errors so that they are true for clients of this server. */
export class ReplyLedger {
  /** The backend's name and version, for people. */
  product = "Redis";
  private readonly engine: Engine;
  /** Adjustments of replies that are no errors, by the command's name. */
  private readonly adjustments: ReadonlyMap<string, Adjustment>;

  constructor(engine: Engine, adjustments: ReadonlyMap<string, Adjustment>) {
    this.engine = engine;
    this.adjustments = adjustments;
  }

  /** The reply to a command as the client gets it. Call it once for each. */
  enter(entry: CommandEntry, words: readonly string[], reply: Reply, door: Door): Reply {
    const { journal, stats } = this.engine;
    entry.calls++;
    stats.commandsProcessed++;
    if (!(reply instanceof CommandError)) {
      // The sync token differs after every write.
      if (entry.command.isWrite) journal.writes++;
      const { name } = entry.command;
      const adjustment = this.adjustments.get(name) ?? (door === "rest" ? SHORT_DOUBLES.get(name) : undefined);
      return adjustment === undefined ? reply : adjustment(words, reply);
    }
    entry.failed++;
    const error = this.reworded(entry, reply);
    stats.countError(error);
    return error;
  }

  /** An error of the backend in words that are true for clients of this server. */
  reworded({ command }: CommandEntry, error: CommandError): CommandError {
    // The door knows the constant, and says over HTTP that it is worth trying again.
    if (error.text.startsWith("LOADING ")) return LOADING;
    return UNKNOWN.test(error.text) ? notKnownToBackend(command.name, this.product) : error;
  }
}

const UNKNOWN = /^ERR unknown (?:sub)?command '/i;

/** The reply to one command, which is to come. */
export class CommandReply extends Later<Reply> implements ReplySink {
  private readonly ledger: ReplyLedger;
  private readonly entry: CommandEntry;
  private readonly words: readonly string[];
  private readonly door: Door;

  constructor(
    ledger: ReplyLedger,
    door: Door,
    entry: CommandEntry,
    words: readonly string[],
    kind?: "exclusive" | "blocking",
  ) {
    super(kind);
    this.door = door;
    this.ledger = ledger;
    this.entry = entry;
    this.words = words;
  }

  receive(reply: Reply): void {
    this.settle(this.ledger.enter(this.entry, this.words, reply, this.door));
  }
}

/** The sink of commands whose reply is not needed. */
export const NO_SINK: ReplySink = { receive: () => {} };
