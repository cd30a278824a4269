/** A client of an event stream on a connection of its own: the head of the answer, and the events as they come. */
import { request } from "node:http";
import type { IncomingMessage } from "node:http";
import type { CallOptions, TestServer } from "./server.ts";
import { TOKEN } from "./server.ts";

/** One stream under way. */
export class EventStream {
  readonly response: IncomingMessage;
  /** Resolves when either side has ended the connection. */
  readonly closed: Promise<void>;
  private text = "";
  private wake = (): void => {};
  private ended = false;

  private constructor(response: IncomingMessage) {
    this.response = response;
    response.on("data", (chunk: Buffer) => {
      this.text += chunk.latin1Slice();
      this.wake();
    });
    response.on("error", () => {});
    this.closed = new Promise((resolve) => {
      response.on("close", () => {
        this.ended = true;
        this.wake();
        resolve();
      });
    });
  }

  /** Resolves when the head of the answer is here. Fails when the answer is no stream. */
  static open(
    server: TestServer,
    target: string,
    { headers, body, token = TOKEN }: CallOptions = {},
  ): Promise<EventStream> {
    const authorization: Record<string, string> = token === null ? {} : { Authorization: `Bearer ${token}` };
    return new Promise((resolve, reject) => {
      const options = {
        port: server.server.port,
        host: "127.0.0.1",
        agent: false,
        method: body === undefined ? "GET" : "POST",
      };
      const outgoing = request({ ...options, path: target, headers: { ...authorization, ...headers } }, (response) => {
        if (response.statusCode === 200) resolve(new EventStream(response));
        else reject(new Error(`status ${response.statusCode}`));
      });
      outgoing.on("error", reject);
      outgoing.end(body);
    });
  }

  /** The next events, comments included, each without the empty line that ends it; fewer when the stream ends before. */
  async next(count = 1): Promise<string[]> {
    const events: string[] = [];
    while (events.length < count) {
      const end = this.text.indexOf("\n\n");
      if (end >= 0) {
        events.push(Buffer.from(this.text.slice(0, end), "latin1").toString("utf8"));
        this.text = this.text.slice(end + 2);
      } else if (this.ended) {
        break;
      } else {
        await new Promise<void>((resolve) => (this.wake = resolve));
      }
    }
    return events;
  }

  /** The next bytes of a stream that is in another form, as a byte string; fewer when the stream ends before. */
  async bytes(count: number): Promise<string> {
    while (this.text.length < count && !this.ended) await new Promise<void>((resolve) => (this.wake = resolve));
    const bytes = this.text.slice(0, count);
    this.text = this.text.slice(count);
    return bytes;
  }

  /** Stops reading: what the server sends piles up. */
  stall(): void {
    this.response.pause();
    this.response.socket.pause();
  }

  /** Cuts the connection. */
  drop(): void {
    this.response.destroy();
  }
}
