/**
 * How many commands of one client may be under way at a backend. The size of a reply is known when it is there, and a command
 * that was sent cannot be taken back: so a client begins with a few commands, gets more while its replies are small, and has
 * one after the other while they are large. What a client that does not read makes the server hold is about
 * {@link WINDOW_BYTES}, or as many replies as the window had when they became large.
 */
/** Bytes of replies that may be expected at once. */
export const WINDOW_BYTES = 1024 * 1024;

/** Commands of a client that nothing is known of, and of one whose replies are small. */
const COMMANDS_FIRST = 32;
const COMMANDS_MAX = 512;

/** Small replies after which a large one is nearly forgotten. */
const MEMORY = 16;

/** The window of one connection, of one pipeline, or of what all pipelines of a user have met. */
export class ReplyWindow {
  /** What the next reply is expected to have. It grows at once, and shrinks with each smaller reply. */
  private expectedBytes = WINDOW_BYTES / COMMANDS_FIRST;

  /** Commands that may be under way. */
  get size(): number {
    return Math.min(COMMANDS_MAX, Math.max(1, Math.floor(WINDOW_BYTES / this.expectedBytes)));
  }

  /** A reply of so many bytes is there. */
  note(bytes: number): void {
    const smaller = this.expectedBytes - bytes;
    this.expectedBytes = smaller > 0 ? this.expectedBytes - smaller / MEMORY : bytes;
  }
}
