/** A proxy before a server. It cuts a given number of connections before any answer, then passes bytes through. */
import { connect, createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";

/** One proxy. */
export class Front {
  /** Connections yet to be cut. */
  outages = 0;
  /** Connections seen so far. */
  connections = 0;
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();

  private constructor(port: number) {
    this.server = createServer((socket) => {
      this.connections++;
      if (this.outages > 0) {
        this.outages--;
        socket.destroy();
        return;
      }
      const onward = connect(port, "127.0.0.1");
      for (const [from, to] of [
        [socket, onward],
        [onward, socket],
      ] as const) {
        this.sockets.add(from);
        from.on("error", () => to.destroy());
        from.pipe(to);
      }
    });
  }

  /** In front of the server at this port, at a port of its own. */
  static async start(port: number): Promise<Front> {
    const front = new Front(port);
    await new Promise<void>((resolve) => front.server.listen(0, "127.0.0.1", resolve));
    return front;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
