/**
 * Reading without a buffer for each read. Node allocates 64 KB for every read of a socket, cuts them to what came, and
 * collects them later, which costs about as much as running the commands that they bring. Sockets that are opened by
 * Node's clients can be given a buffer of their own (`onread`), but a server's cannot, so the handle of such a socket is
 * handed on to one that can.
 */
import { Socket } from "node:net";

/** As much as Node reads at once. */
const BUFFER_BYTES = 64 * 1024;

/** All sockets read into this one: what a read brings is looked at before the next read. */
const buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);

/** The parts of Node's own that are needed here and that its types do not tell. */
interface Internals {
  _handle: { readonly useUserBuffer?: unknown } | null;
  /** The server, which counts the connections that it has accepted and that are not closed. */
  _server?: object | null;
}

/**
 * Lets a socket that a server has accepted read into the shared buffer. `receive` is called with each chunk, and must
 * copy what it keeps. Answers the socket to use from now on; it is the same one where Node does not offer this.
 */
export function readShared(accepted: Socket, receive: (chunk: Buffer) => void): Socket {
  const from = accepted as unknown as Internals;
  const { _handle: handle, _server: server } = from;
  const isPlain = !("encrypted" in accepted);
  if (!isPlain || typeof handle?.useUserBuffer !== "function" || typeof server !== "object") {
    accepted.on("data", receive);
    return accepted;
  }
  from._handle = from._server = null;
  const callback = (length: number): boolean => {
    receive(buffer.subarray(0, length));
    return true;
  };
  const options = { handle, onread: { buffer, callback }, allowHalfOpen: accepted.allowHalfOpen };
  const socket = new Socket(options as ConstructorParameters<typeof Socket>[0]);
  (socket as unknown as Internals)._server = server;
  socket.resume();
  return socket;
}
