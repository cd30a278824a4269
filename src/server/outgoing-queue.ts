/**
 * What a connection has still to send, in order, for every door: replies, answers, messages. One vocabulary for all: a
 * queue is *choked* while its client has too much to read, and *drains* as the client reads; a connection *hangs up*
 * when everything is written, and is *cut* without waiting for that.
 *
 * It holds three kinds of things. Short texts are joined into one, which is written once a turn. A message to many
 * clients is a buffer that all their queues refer to. What is large or not made yet is a {@link PieceSource}: its next
 * piece is made when the socket has room, one in a turn of the event loop, so the server never holds or builds more
 * than a piece for a client, slow or fast.
 *
 * Invariant: `bytes` is all that the process holds for the client, including what Node's socket has buffered, and is
 * reported to the account when it grows.
 */
import type { Socket } from "node:net";
import type { CommitGate } from "../engine/commit-gate.ts";
import type { Limits } from "../core/limits.ts";
import type { SliceQueue } from "./slices.ts";
import type { ClientAccount, ClientMemory, SharedBytes } from "../engine/client-memory.ts";

/** Texts are written when they have this many bytes, so that no string grows without end. */
export const WRITE_BYTES = 64 * 1024;

/** No more is written to a socket that has this much to send. */
const SOCKET_BYTES_MAX = 256 * 1024;

/** A text that is sent in pieces. */
export interface PieceSource {
  /** Bytes that it holds in memory until its last piece was made. */
  readonly bytes: number;
  /** Makes the next piece, which may be empty; undefined after the last. */
  next(): string | undefined;
  /** Whether the next piece cannot be made yet; calls back once it can. */
  waits?(goOn: () => void): boolean;
  /** Called when the connection is gone: no further piece will be asked for. */
  abandon?(): void;
}

/** The connection that a queue belongs to. */
export interface QueueOwner {
  /**
   * Time without input after which the connection is idle, in milliseconds; 0 for never. Announced by the socket's
   * `timeout`.
   */
  readonly idleMsMax: number;
  /** Whether the client has not authenticated. */
  readonly isUnauthenticated: boolean;
  /** The client has read enough. Commands that had to wait may run. */
  drained(): void;
  /** A source has thrown: a fault of the server in the middle of an answer. */
  failed(error: unknown): void;
}

interface QueueOptions {
  readonly limits: Readonly<Limits>;
  readonly memory: ClientMemory;
  readonly slices: SliceQueue;
  readonly account: ClientAccount;
  readonly owner: QueueOwner;
  readonly gate: CommitGate;
}

type Item = string | SharedBytes | PieceSource;

/**
 * The outgoing queue of one connection, which owns it. Sources belong to the queue once added; it abandons them at the
 * end.
 */
export class OutgoingQueue {
  readonly socket: Socket;
  /** Texts to be written after all items. Doors append to it, and call {@link flush} at the end of their turn. */
  text = "";
  /** Whether the client has too much to read, so that its next commands wait and nothing is read from it. */
  isChoked = false;
  private readonly limits: Readonly<Limits>;
  private readonly memory: ClientMemory;
  private readonly slices: SliceQueue;
  private readonly account: ClientAccount;
  private readonly owner: QueueOwner;
  /** What could not be written to the socket yet. */
  private readonly items: Item[] = [];
  private itemBytes = 0;
  /** What of it is counted for each source: what a source holds also changes while no piece of it is made. */
  private readonly counted = new Map<PieceSource, number>();
  /** Bytes of shared messages: in items and socket together, and in the socket alone. */
  private sharedBytes = 0;
  private sharedInSocket = 0;
  /** Other bytes that the connection holds: input, bodies, queued commands. */
  private heldBytes = 0;
  private isScheduled = false;
  private isEnding = false;
  private isWatched = false;
  /** Holds back what answers a write that is not safe yet. */
  private readonly gate: CommitGate;
  /** The gate's offset when the door began to serve the connection. */
  private seen = 0;
  /** The offset that is to be safe before the socket may send. */
  private needed = 0;
  /** Whether the socket is corked: it sends nothing until the gate opens. */
  private isHeld = false;

  constructor(socket: Socket, { limits, memory, slices, account, owner, gate }: QueueOptions) {
    this.socket = socket;
    this.limits = limits;
    this.memory = memory;
    this.slices = slices;
    this.account = account;
    this.owner = owner;
    this.gate = gate;
    socket.on("drain", () => this.drained());
  }

  /** The number of bytes that the client has not read. */
  get bytes(): number {
    return this.ownBytes + this.sharedBytes;
  }

  /** The unread bytes that are in no other queue. The socket reports what it has sent with a delay. */
  private get ownBytes(): number {
    return this.text.length + this.itemBytes + Math.max(0, this.socket.writableLength - this.sharedInSocket);
  }

  /** The number of things to send, those in the socket as one. */
  get length(): number {
    return this.items.length + (this.socket.writableLength > 0 ? 1 : 0);
  }

  /** Whether there is so much to send, or to be made safe, that a door should ask {@link choke} before it continues. */
  get isLong(): boolean {
    return this.text.length > WRITE_BYTES || this.items.length > 0 || this.gate.isFull;
  }

  /** Whether the connection has to wait for the disk before it runs anything more. */
  private get isStopped(): boolean {
    return this.isHeld && this.gate.isFull;
  }

  /** Whether the client must read within a time, after which the socket's `timeout` ends the connection. */
  get isStallWatched(): boolean {
    return this.isWatched;
  }

  /** Appends a long text, without copying it into the joined one. */
  addLong(text: string): void {
    if (this.items.length > 0 || this.isSocketFull) return this.push(text, text.length);
    this.socket.cork();
    this.flush();
    this.socket.write(text, "latin1");
    this.socket.uncork();
  }

  addShared(message: SharedBytes): void {
    message.hold();
    this.sharedBytes += message.length;
    this.push(message, 0);
  }

  addSource(source: PieceSource): void {
    this.push(source, 0);
    this.countSource(source, source.bytes);
    this.watchForStall();
  }

  private countSource(source: PieceSource, bytes: number): void {
    this.itemBytes += bytes - (this.counted.get(source) ?? 0);
    this.counted.set(source, bytes);
  }

  private push(item: Item, bytes: number): void {
    this.closeText();
    this.items.push(item);
    this.itemBytes += bytes;
  }

  /** Puts the texts so far in front of what comes next. */
  private closeText(): void {
    if (this.text === "") return;
    this.items.push(this.text);
    this.itemBytes += this.text.length;
    this.text = "";
  }

  private get isSocketFull(): boolean {
    return this.socket.writableLength > SOCKET_BYTES_MAX;
  }

  /** The door begins to serve the connection: the replies to come need not wait for earlier writes. */
  begin(): void {
    // The reply of a client that another client's write has woken answers a write as well.
    if (this.text !== "") this.hold();
    this.seen = this.gate.offset;
  }

  /** Corks the socket while a write that was served is not safe on disk. The order of replies does not change. */
  private hold(): void {
    const { gate, socket } = this;
    if (gate.offset === this.seen) return;
    this.seen = this.needed = gate.offset;
    if (this.isHeld) return;
    this.isHeld = true;
    socket.cork();
    this.awaitSafety();
  }

  private awaitSafety(): void {
    const { gate, needed, socket } = this;
    gate.pass(needed, () => {
      // Further writes were served meanwhile.
      if (this.needed > needed && !socket.destroyed) return this.awaitSafety();
      this.isHeld = false;
      socket.uncork();
      if (this.isEnding) this.advance();
      // Many connections may have waited: they go on in turn.
      else if (this.isChoked || this.items.length > 0) this.slices.add(() => this.advance());
    });
  }

  /** Writes what the socket has room for. */
  flush(): void {
    if (this.gate.isOn) this.hold();
    if (this.text.length > WRITE_BYTES && (this.items.length > 0 || this.isSocketFull)) this.closeText();
    if (this.items.length > 0) this.pump();
    if (this.text === "" || this.items.length > 0 || this.isSocketFull) return;
    const { text } = this;
    this.text = "";
    this.socket.write(text, "latin1");
  }

  /**
   * Reports the bytes that the connection holds: `heldBytes`, and what is to be sent. The client may be disconnected
   * for them.
   */
  count(heldBytes: number): void {
    this.heldBytes = heldBytes;
    this.recount();
  }

  /** Reports the bytes to be sent, when only these have changed. */
  recount(): void {
    const { account, sharedBytes } = this;
    account.sharedBytes = sharedBytes;
    this.memory.set(account, this.heldBytes + this.ownBytes, this.owner.isUnauthenticated);
  }

  /**
   * Writes what it can; answers whether the client's next command must wait, because the client has so much to read, or
   * because so much waits for the disk.
   */
  choke(): boolean {
    this.flush();
    if (this.isChoked) return true;
    const isUnread = this.bytes > this.limits.unreadBytesMax;
    if (!isUnread && !this.isStopped) return false;
    this.isChoked = true;
    this.socket.pause();
    if (isUnread) this.watchForStall();
    return true;
  }

  /** Gives the client `stallMsMax` from one read to the next. */
  private watchForStall(): void {
    if (this.isWatched) return;
    this.isWatched = true;
    this.socket.setTimeout(this.limits.stallMsMax);
  }

  /**
   * Ends the connection after everything is written. What the client still sends is read and discarded: closing at once
   * would reset the connection, and the client might never see the last reply.
   */
  hangUp(): void {
    if (this.isEnding) return;
    this.isEnding = true;
    this.flush();
    if (this.items.length === 0 && !this.isHeld) this.socket.end();
    if (this.bytes > 0) this.watchForStall();
    this.socket.resume();
  }

  /** The connection is gone: drops everything. */
  close(): void {
    this.memory.close(this.account);
    const items = this.items.splice(0);
    this.text = "";
    this.itemBytes = 0;
    this.counted.clear();
    for (const item of items) {
      if (typeof item === "string") continue;
      if ("hold" in item) this.release(item);
      else item.abandon?.();
    }
  }

  private release(message: SharedBytes): void {
    this.sharedBytes -= message.length;
    message.release();
  }

  private pump(): void {
    const { items, socket } = this;
    while (!this.isScheduled && items.length > 0 && !socket.destroyed) {
      if (this.isSocketFull) return;
      const item = items[0]!;
      if (typeof item === "string") {
        items.shift();
        this.itemBytes -= item.length;
        socket.write(item, "latin1");
      } else if ("hold" in item) {
        items.shift();
        this.sharedInSocket += item.length;
        socket.write(item.bytes, () => {
          this.sharedInSocket -= item.length;
          this.release(item);
          this.recount();
        });
      } else {
        // A source can run commands.
        if (this.isStopped || item.waits?.(() => this.drained()) === true) return;
        this.pull(item);
      }
    }
  }

  /** Makes one piece. Other connections get their turn before the next. */
  private pull(source: PieceSource): void {
    const piece = source.next();
    // The source may have cut the connection, since it can run commands.
    if (this.items[0] !== source) return;
    this.countSource(source, piece === undefined ? 0 : source.bytes);
    if (piece === undefined) {
      this.items.shift();
      this.counted.delete(source);
      return;
    }
    if (this.gate.isOn) this.hold();
    this.socket.write(piece, "latin1");
    this.isScheduled = true;
    this.slices.add(() => this.goOn());
  }

  private goOn(): void {
    this.isScheduled = false;
    this.advance();
  }

  private drained(): void {
    if (!this.isScheduled) this.advance();
  }

  /** Writes more, and informs the connection when little is left. */
  private advance(): void {
    if (this.socket.destroyed) return;
    try {
      this.flush();
    } catch (error) {
      this.owner.failed(error);
      return;
    }
    this.recount();
    if (this.isScheduled || this.items.length > 0 || this.socket.destroyed || this.isStopped) return;
    if (this.isEnding) {
      if (!this.socket.writableEnded && !this.isHeld) this.socket.end();
      return;
    }
    if (this.socket.writableNeedDrain) return;
    if (this.isWatched) this.socket.setTimeout(this.owner.idleMsMax);
    this.isWatched = false;
    if (!this.isChoked) return;
    this.isChoked = false;
    this.owner.drained();
  }
}
