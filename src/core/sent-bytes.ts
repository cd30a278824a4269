const NOTHING = new DataView<ArrayBufferLike>(new ArrayBuffer(0));

/** The last answer of {@link viewOf}: sockets read into one buffer, so it hardly changes. */
let lastView = NOTHING;

function viewOf(buffer: ArrayBufferLike): DataView {
  if (buffer !== lastView.buffer) lastView = new DataView(buffer);
  return lastView;
}

/**
 * Where the command under way lies among the bytes that its client has sent. An append-only file has commands in the same
 * form, so it copies these bytes: to encode the words again takes twice as long.
 *
 * Invariant: while `words` is set, the bytes from `from` to `to` are these words as an array of bulk strings, in the one
 * form that {@link respCommand} has too. A command whose list of words is another one is not the one described.
 *
 * References: the bytes belong to the door, which reads the next ones into the same memory once its turn is over, and
 * forgets the words before that.
 */
export class SentBytes {
  /** The words of the command; undefined while it must be encoded. */
  words: readonly string[] | undefined;
  /** The memory that the bytes lie in. */
  view = NOTHING;
  from = 0;
  to = 0;
  /** The chunk that the memory belongs to, and its place in it. */
  private chunk: Uint8Array | undefined;
  private offset = 0;

  /** Notes that a command lies in a chunk. */
  note(words: readonly string[], chunk: Uint8Array, from: number, to: number): void {
    if (chunk !== this.chunk) {
      this.chunk = chunk;
      this.offset = chunk.byteOffset;
      this.view = viewOf(chunk.buffer);
    }
    this.words = words;
    this.from = this.offset + from;
    this.to = this.offset + to;
  }

  /** Keeps nothing of the last chunk. */
  forget(): void {
    this.words = this.chunk = undefined;
    this.view = NOTHING;
  }
}
