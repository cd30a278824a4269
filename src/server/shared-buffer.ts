/**
 * Lets all sockets of a server read into one buffer. Node allocates 64 KB for each read of a socket and frees them
 * later, which costs about as much as running the commands of the chunk. A client's socket can be given a buffer
 * (`onread`), but a server's cannot. So the handle of an accepted socket is moved to a new socket with that option.
 *
 * Invariant: a chunk is valid until its callback returns; whatever keeps bytes copies them first. Cost: one object a
 * connection, nothing a read.
 */
import { Socket } from "node:net";

/** The bytes that Node reads at once. */
const BUFFER_BYTES = 64 * 1024;

/** The buffer of all sockets. Each chunk is processed before the next read. */
const buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);

/** Fields of Node's sockets that its types do not declare. */
interface Internals {
  _handle: { readonly useUserBuffer?: unknown } | null;
  /** The server that accepted the socket, which counts its open connections. */
  _server?: object | null;
}

/**
 * Lets an accepted socket read into the shared buffer. `receive` is called with each chunk, and must copy what it
 * keeps. Answers the socket to use from now on: the same one for TLS, and where Node has no such option.
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
