/** A raw connection that speaks RESP2 or RESP3: replies come back as the exact bytes of their frames. */
import { connect } from "node:net";
import type { Socket, TcpNetConnectOpts, IpcNetConnectOpts } from "node:net";
import type { TLSSocket } from "node:tls";
import { encodeCommand } from "./resp.ts";

/** Where the frame that begins at `at` ends; undefined when it is not complete. */
export function frameEnd(bytes: string, at: number): number | undefined {
  const eol = bytes.indexOf("\r\n", at);
  if (eol < 0) return undefined;
  const type = bytes[at]!;
  const count = Number(bytes.slice(at + 1, eol));
  if ("+-:_,#(".includes(type)) return eol + 2;
  if ("$=!".includes(type)) return count < 0 ? eol + 2 : within(bytes, eol + 2 + count + 2);
  if (!"*~>%|".includes(type)) throw new Error(`not RESP: ${JSON.stringify(bytes.slice(at, at + 40))}`);
  let end: number | undefined = eol + 2;
  // A map has pairs, and so have attributes, before the frame they belong to.
  const frames = type === "%" ? count * 2 : type === "|" ? count * 2 + 1 : count;
  for (let i = 0; i < frames; i++) {
    end = end < bytes.length ? frameEnd(bytes, end) : undefined;
    if (end === undefined) return undefined;
  }
  return end;
}

function within(bytes: string, end: number): number | undefined {
  return end <= bytes.length ? end : undefined;
}

/** Frames in a stream of bytes, one after another. */
export function splitFrames(bytes: string): { frames: string[]; rest: string } {
  const frames: string[] = [];
  let at = 0;
  while (at < bytes.length) {
    const end = frameEnd(bytes, at);
    if (end === undefined) break;
    frames.push(bytes.slice(at, end));
    at = end;
  }
  return { frames, rest: bytes.slice(at) };
}

/** One connection. */
export class RawConnection {
  readonly socket: Socket;
  /** Resolves with all bytes that no {@link send} took, when the connection has ended. */
  readonly closed: Promise<string>;
  private received = "";
  private readonly waiting: ((frame: string) => void)[] = [];

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (chunk: Buffer) => this.receive(chunk.latin1Slice()));
    socket.on("error", () => socket.destroy());
    this.closed = new Promise((resolve) => {
      socket.on("close", () => {
        resolve(this.received);
        for (const waiter of this.waiting.splice(0)) waiter("");
      });
    });
  }

  /** Over a socket that is about to connect, such as an encrypted one. */
  static over(socket: TLSSocket): Promise<RawConnection> {
    return new Promise((resolve, reject) => {
      socket.once("error", reject);
      socket.once("secureConnect", () => resolve(new RawConnection(socket)));
    });
  }

  static open(options: TcpNetConnectOpts | IpcNetConnectOpts): Promise<RawConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect(options).setNoDelay(true);
      socket.once("error", reject);
      socket.once("connect", () => resolve(new RawConnection(socket)));
    });
  }

  private receive(text: string): void {
    this.received += text;
    if (this.waiting.length === 0) return;
    const { frames, rest } = splitFrames(this.received);
    this.received = frames.slice(this.waiting.length).join("") + rest;
    for (const frame of frames) this.waiting.shift()?.(frame);
  }

  /** The next frame; empty when the connection has ended. */
  next(): Promise<string> {
    return new Promise((resolve) => {
      if (this.socket.destroyed) return resolve("");
      this.waiting.push(resolve);
      this.receive("");
    });
  }

  /** Sends a command; answers its reply's bytes, or an empty string when the connection ended without one. */
  send(...words: string[]): Promise<string> {
    this.write(encodeCommand(words));
    return this.next();
  }

  write(bytes: string): void {
    this.socket.write(bytes, "latin1");
  }

  close(): void {
    this.socket.destroy();
  }
}
