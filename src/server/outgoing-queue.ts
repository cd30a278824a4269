/**
 * What a connection has still to send, in order, for every door: replies, answers, messages. The vocabulary is the same
 * everywhere: a queue is *choked* while its client has too much to read, it *drains* as the client reads, a connection
 * *hangs up* when everything is written, and is *cut* when nobody waits for that.
 *
 * Three kinds of things stand in it. Short texts are joined into one, which is written once a turn. A message that went
 * to many clients is a buffer that all their queues refer to. What is large or not made yet is a {@link PieceSource}:
 * its next piece is made when the socket has room, one piece a turn of the event loop, so neither a slow client nor a
 * fast one makes the server hold or build more than a piece.
 *
 * Invariant: everything that the process holds for the client is in `bytes`, what Node's socket has buffered included,
 * and the account is told where it grows.
 */
import type { Socket } from "node:net";
import type { CommitGate } from "../engine/commit-gate.ts";
import type { Limits } from "../core/limits.ts";
import type { SliceQueue } from "./slices.ts";
import type { ClientAccount, ClientMemory, SharedBytes } from "../engine/client-memory.ts";

/** Texts are written when there are this many bytes of them, at the latest; one string must not grow without end. */
export const WRITE_BYTES = 64 * 1024;

/** Nothing more is handed to a socket that has this much to send. */
const SOCKET_BYTES_MAX = 256 * 1024;

/** Something that is sent piece by piece. */
export interface PieceSource {
  /** What it holds in memory until its last piece was made, in bytes. */
  readonly bytes: number;
  /** Makes the next piece; undefined after the last. */
  next(): string | undefined;
  /** The connection is gone: no piece will be asked for any more. */
  abandon?(): void;
}

/** The connection that a queue belongs to. */
export interface QueueOwner {
  /** After how much silence the connection is idle, in milliseconds; 0 for never. Its socket's `timeout` says so. */
  readonly idleMsMax: number;
  /** The client has not authenticated. */
  readonly isStranger: boolean;
  /** The client has read enough; commands that had to wait may run. */
  drained(): void;
  /** A source has thrown: a fault of ours in the middle of an answer. */
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

export class OutgoingQueue {
  readonly socket: Socket;
  /** Texts that are still to be written, after all items. Doors add to it, and call {@link flush} when their turn ends. */
  text = "";
  /** The client has too much to read: its next commands wait, and nothing is read from it. */
  isChoked = false;
  private readonly limits: Readonly<Limits>;
  private readonly memory: ClientMemory;
  private readonly slices: SliceQueue;
  private readonly account: ClientAccount;
  private readonly owner: QueueOwner;
  /** What could not be handed to the socket yet. */
  private readonly items: Item[] = [];
  private itemBytes = 0;
  /** Of shared messages: in the items and in the socket, and in the socket alone. */
  private sharedBytes = 0;
  private sharedInSocket = 0;
  /** What the connection holds besides: input, bodies, queued commands. */
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
  /** What is handed to the socket stays in it, until the gate opens. */
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

  /** Bytes that the client has not read. */
  get bytes(): number {
    return this.ownBytes + this.sharedBytes;
  }

  /** Those that no other client has in its queue. What the socket has taken is told a little later than it is gone. */
  private get ownBytes(): number {
    return this.text.length + this.itemBytes + Math.max(0, this.socket.writableLength - this.sharedInSocket);
  }

  /** Whether there is so much to send that a door should ask {@link choke} before it goes on. */
  get isLong(): boolean {
    return this.text.length > WRITE_BYTES || this.items.length > 0;
  }

  /** The client is to read on within a time, or the socket's `timeout` ends the connection. */
  get isStallWatched(): boolean {
    return this.isWatched;
  }

  /** Adds a long text, which is not copied to join it with others. */
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
    this.push(source, source.bytes);
    this.watchForStall();
  }

  private push(item: Item, bytes: number): void {
    this.closeText();
    this.items.push(item);
    this.itemBytes += bytes;
  }

  /** Texts so far go before what comes next. */
  private closeText(): void {
    if (this.text === "") return;
    this.items.push(this.text);
    this.itemBytes += this.text.length;
    this.text = "";
  }

  private get isSocketFull(): boolean {
    return this.socket.writableLength > SOCKET_BYTES_MAX;
  }

  /** The door begins to serve the connection: what was written before is nothing to it. */
  begin(): void {
    this.seen = this.gate.offset;
  }

  /** Lets the socket keep what it is given if a write has been served that is not safe yet. Order stays as it is. */
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
    gate.whenSafe(needed, () => {
      // More has been served and held back meanwhile.
      if (this.needed > needed && !socket.destroyed) return this.awaitSafety();
      this.isHeld = false;
      socket.uncork();
      if (this.isEnding) this.advance();
    });
  }

  /** Hands on what the socket has room for. */
  flush(): void {
    if (this.gate.isOn) this.hold();
    if (this.text.length > WRITE_BYTES && (this.items.length > 0 || this.isSocketFull)) this.closeText();
    if (this.items.length > 0) this.pump();
    if (this.text === "" || this.items.length > 0 || this.isSocketFull) return;
    const { text } = this;
    this.text = "";
    this.socket.write(text, "latin1");
  }

  /** States what the connection holds: `heldBytes`, and what is to be sent. The client may be cut off by this. */
  count(heldBytes: number): void {
    this.heldBytes = heldBytes;
    this.recount();
  }

  /** States what is to be sent, where only that has changed. */
  recount(): void {
    const { account, sharedBytes } = this;
    account.sharedBytes = sharedBytes;
    this.memory.set(account, this.heldBytes + this.ownBytes, this.owner.isStranger);
  }

  /** Hands on what there is; answers whether the client has so much to read that its next command has to wait. */
  choke(): boolean {
    this.flush();
    if (this.isChoked) return true;
    if (this.bytes <= this.limits.unreadBytesMax) return false;
    this.isChoked = true;
    this.socket.pause();
    this.watchForStall();
    return true;
  }

  /** From now on the client has `stallMsMax` from one read to the next. */
  private watchForStall(): void {
    if (this.isWatched) return;
    this.isWatched = true;
    this.socket.setTimeout(this.limits.stallMsMax);
  }

  /**
   * Ends the connection once everything is written. What the client still sends is read and dropped: closing under its
   * hands would reset the connection, and it might never see the last reply.
   */
  hangUp(): void {
    if (this.isEnding) return;
    this.isEnding = true;
    this.flush();
    if (this.items.length === 0 && !this.isHeld) this.socket.end();
    if (this.bytes > 0) this.watchForStall();
    this.socket.resume();
  }

  /** The connection is gone: lets go of everything. */
  close(): void {
    this.memory.close(this.account);
    const items = this.items.splice(0);
    this.text = "";
    this.itemBytes = 0;
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
        this.pull(item);
      }
    }
  }

  /** Makes one piece. Others get their turn before the next. */
  private pull(source: PieceSource): void {
    const { bytes } = source;
    const piece = source.next();
    // The source may have cut the connection: it can run commands.
    if (this.items[0] !== source) return;
    this.itemBytes += source.bytes - bytes;
    if (piece === undefined) {
      this.items.shift();
      this.itemBytes -= source.bytes;
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

  /** Sends more, and tells the connection when there is little left. */
  private advance(): void {
    if (this.socket.destroyed) return;
    try {
      this.flush();
    } catch (error) {
      this.owner.failed(error);
      return;
    }
    this.recount();
    if (this.isScheduled || this.items.length > 0 || this.socket.destroyed) return;
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
