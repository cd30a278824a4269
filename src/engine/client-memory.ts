/**
 * The memory that clients use beside the data: input that was not processed, commands queued by MULTI, bodies of
 * requests, and unread replies and messages. Each connection has a {@link ClientAccount}, and reports its bytes when
 * they grow, in the same turn. When all together exceed `maxBytes`, the client with most is disconnected, and so on
 * until the rest is within the limit (Redis's maxmemory-clients).
 *
 * Clients that have not authenticated also have a limit of their own, `unauthenticatedBytesMax`, on what they use
 * besides their connections.
 *
 * Invariant: `totalBytes` is the sum of all accounts and of the messages that they share. Bytes that are freed may be
 * noticed late, where that is cheaper, so all accounts are counted again before a client is disconnected.
 */

/** Bytes of an open connection itself: its session, its socket, its reader. */
const CONNECTION_BYTES = 8192;

/** The connection that an account is for. */
export interface AccountedClient {
  /** Reports its bytes again. */
  count(): void;
  /** Disconnects the client at once and closes the account. */
  cutOff(): void;
  /** Whether the client is spared (CLIENT NO-EVICT). */
  readonly isSpared: boolean;
  /** The client's address, for the log. */
  readonly address: string | undefined;
}

/** The bytes of a client. */
export class ClientAccount {
  readonly client: AccountedClient;
  /** Bytes of this client alone. */
  bytes = 0;
  /** Its share of bytes in common with others: messages to many clients. */
  sharedBytes = 0;
  /** Whether the client has not authenticated. */
  isUnauthenticated = false;
  isOpen = true;

  constructor(client: AccountedClient) {
    this.client = client;
  }

  get heldBytes(): number {
    return this.bytes + this.sharedBytes;
  }

  /** Its bytes under the limit for clients that have not authenticated. */
  get unauthenticatedBytes(): number {
    return this.isUnauthenticated ? this.bytes - CONNECTION_BYTES : 0;
  }
}

/** A client that was disconnected, and the limit that was exceeded, by how much. */
interface CutOff {
  readonly address: string | undefined;
  readonly limit: "maxClientMemoryBytes" | "unauthenticatedBytesMax";
  readonly limitBytes: number;
  /** Bytes of the client. */
  readonly clientBytes: number;
  /** Bytes of all clients under the limit. */
  readonly totalBytes: number;
}

/** The accounts of all connections to an engine, and the two limits on them. */
export class ClientMemory {
  /** Limit on the bytes of all clients; 0 for none. */
  maxBytes: number;
  /** Bytes of all clients. */
  totalBytes = 0;
  /** Clients disconnected because of their bytes. */
  evictedClients = 0;
  private readonly unauthenticatedBytesMax: number;
  private unauthenticatedBytes = 0;
  private readonly accounts = new Set<ClientAccount>();
  private listener: ((cutOff: CutOff) => void) | undefined;
  private isEnforcing = false;

  constructor(maxBytes: number, unauthenticatedBytesMax: number) {
    this.maxBytes = maxBytes;
    this.unauthenticatedBytesMax = unauthenticatedBytesMax;
  }

  /** Calls `listener` for each client that is disconnected. */
  onCutOff(listener: (cutOff: CutOff) => void): void {
    this.listener = listener;
  }

  /** Opens an account. The door calls {@link enforce} once the connection is ready to be counted, and to be cut off. */
  open(client: AccountedClient): ClientAccount {
    const account = new ClientAccount(client);
    account.bytes = CONNECTION_BYTES;
    this.accounts.add(account);
    this.totalBytes += CONNECTION_BYTES;
    return account;
  }

  close(account: ClientAccount): void {
    account.isOpen = false;
    if (!this.accounts.delete(account)) return;
    this.totalBytes -= account.bytes;
    this.unauthenticatedBytes -= account.unauthenticatedBytes;
  }

  /** Sets a client's own bytes, its connection apart. The client may be disconnected before this returns. */
  set(account: ClientAccount, bytes: number, isUnauthenticated: boolean): void {
    const held = bytes + CONNECTION_BYTES;
    if ((held === account.bytes && isUnauthenticated === account.isUnauthenticated) || !account.isOpen) return;
    this.totalBytes += held - account.bytes;
    this.unauthenticatedBytes -= account.unauthenticatedBytes;
    account.bytes = held;
    account.isUnauthenticated = isUnauthenticated;
    this.unauthenticatedBytes += account.unauthenticatedBytes;
    this.enforce();
  }

  /** Adds bytes that clients share; negative when they are freed. */
  share(bytes: number): void {
    this.totalBytes += bytes;
    this.enforce();
  }

  /** Disconnects the largest clients until the rest is within the limits. */
  enforce(): void {
    if (!this.isOver() && !this.isOverForUnauthenticated()) return;
    if (this.isEnforcing) return;
    this.isEnforcing = true;
    try {
      for (const { client } of this.accounts) client.count();
      while (this.isOver() && this.cutOffLargest(false));
      while (this.isOverForUnauthenticated() && this.cutOffLargest(true));
    } finally {
      this.isEnforcing = false;
    }
  }

  private isOver(): boolean {
    return this.maxBytes > 0 && this.totalBytes > this.maxBytes;
  }

  private isOverForUnauthenticated(): boolean {
    return this.unauthenticatedBytes > this.unauthenticatedBytesMax;
  }

  /** Disconnects the client that holds most, or the one that has not authenticated and holds most; answers whether there was one. */
  private cutOffLargest(isUnauthenticated: boolean): boolean {
    let largest: ClientAccount | undefined;
    for (const account of this.accounts) {
      if (isUnauthenticated ? !account.isUnauthenticated : account.client.isSpared) continue;
      if (largest === undefined || account.heldBytes > largest.heldBytes) largest = account;
    }
    if (largest === undefined) return false;
    const { client, heldBytes } = largest;
    this.evictedClients++;
    this.listener?.({
      address: client.address,
      limit: isUnauthenticated ? "unauthenticatedBytesMax" : "maxClientMemoryBytes",
      limitBytes: isUnauthenticated ? this.unauthenticatedBytesMax : this.maxBytes,
      clientBytes: heldBytes,
      totalBytes: isUnauthenticated ? this.unauthenticatedBytes : this.totalBytes,
    });
    client.cutOff();
    this.close(largest);
    return true;
  }
}

/** A message in the queues of many clients. Its bytes exist once, and count once. */
export class SharedBytes {
  readonly bytes: Buffer;
  private readonly memory: ClientMemory;
  private holders = 0;

  constructor(bytes: Buffer, memory: ClientMemory) {
    this.bytes = bytes;
    this.memory = memory;
  }

  get length(): number {
    return this.bytes.length;
  }

  hold(): void {
    if (this.holders++ === 0) this.memory.share(this.length);
  }

  release(): void {
    if (--this.holders === 0) this.memory.share(-this.length);
  }
}
