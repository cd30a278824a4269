/** The connection of a test process to the front of its run: the databases that it registers go when it ends. */
import { request } from "node:http";
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { createInterface } from "node:readline";
import { REGISTRATION } from "./run-front.ts";
import type { DatabaseAddress, RegistrationLine } from "./run-front.ts";

/** The front of a run, as a process of its tests knows it. */
interface RunAddress {
  readonly url: string;
  readonly secret: string;
}

/** A connection to a front. It keeps the process running only while it waits for an answer. */
export class RunLink {
  private readonly socket: Socket;
  private readonly url: string;
  /** What waits for the answer to a line, by the id of its database. */
  private readonly waiting = new Map<string, { done: () => void; fail: (error: Error) => void }>();

  private constructor(socket: Socket, url: string) {
    this.socket = socket;
    this.url = url;
    createInterface({ input: socket }).on("line", (id) => {
      this.waiting.get(id)?.done();
      this.waiting.delete(id);
      if (this.waiting.size === 0) socket.unref();
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      for (const { fail } of this.waiting.values()) fail(gone(url, "its connection was closed"));
      this.waiting.clear();
    });
    socket.unref();
  }

  /** Rejects with an Error in one line. */
  static async open({ secret, url }: RunAddress): Promise<RunLink> {
    const headers = { authorization: `Bearer ${secret}`, connection: "Upgrade", upgrade: REGISTRATION };
    const outgoing = request(url, { headers, agent: false });
    const socket = await new Promise<Socket>((resolve, reject) => {
      outgoing.on("upgrade", (_: IncomingMessage, upgraded: Socket) => resolve(upgraded));
      outgoing.on("response", ({ statusCode }) => reject(gone(url, `it answered ${statusCode}`)));
      outgoing.on("error", ({ message }) => reject(gone(url, message)));
      outgoing.end();
    });
    return new RunLink(socket, url);
  }

  /** Registers a database, or forgets one when `address` is undefined. Resolves when requests are answered accordingly. */
  tell(id: string, address: DatabaseAddress | undefined): Promise<void> {
    const line: RegistrationLine = { id, address };
    return new Promise((done, fail) => {
      if (this.socket.destroyed)
        return address === undefined ? done() : fail(gone(this.url, "its connection was closed"));
      this.waiting.set(id, { done, fail });
      this.socket.ref();
      this.socket.write(`${JSON.stringify(line)}\n`);
    });
  }

  close(): void {
    this.socket.destroy();
  }
}

function gone(url: string, reason: string): Error {
  return new Error(`the test run at ${url} cannot be used: ${reason}; start it in the configuration of the runner`);
}
