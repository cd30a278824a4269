/** The messages of an event stream: `/subscribe`, `/psubscribe`, `/monitor`. */

/** Chars of a line that is not complete. */
const LINE_CHARS_MAX = 1 << 24;

/** Yields what follows `data:` of each event, until the stream ends. Throws when a line has no end. */
export async function* eventsOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      rest += decoder.decode(value, { stream: true });
      const lines = rest.split("\n");
      rest = lines.pop()!;
      if (rest.length > LINE_CHARS_MAX) throw new Error("an event is too long");
      for (const line of lines) if (line.startsWith("data:")) yield line.slice(5).trimStart();
    }
  } finally {
    void reader.cancel().catch(() => {});
  }
}
