/**
 * What clients make the server hold beside the data: what their connections have sent and was not used yet, what a MULTI
 * has queued, a request's body, and replies and messages that are not read. Each connection has a {@link ClientAccount}
 * and states its bytes where they grow, in the turn in which they grow. When all of them together hold more than
 * `maxBytes`, the client that holds most is disconnected, and so on until the rest is within the limit (Redis's
 * maxmemory-clients).
 *
 * Clients that have not authenticated have a limit of their own besides, `strangerBytesMax`, on what they hold beyond
 * their connections.
 *
 * Invariant: `totalBytes` is the sum of all accounts and of the messages that they share. Bytes that leave are noticed
 * late where that is cheaper, so before a client is disconnected all accounts are counted anew.
 */

/** What an open connection takes by itself: its session, its socket, its reader, in bytes. */
const CONNECTION_BYTES = 8192;

/** The connection that an account is for. */
export interface AccountedClient {
  /** States its bytes anew. */
  count(): void;
  /** Disconnects the client at once and closes the account. */
  cutOff(): void;
  /** Whether the client is spared (CLIENT NO-EVICT). */
  readonly isSpared: boolean;
  /** Where it comes from, for the log. */
  readonly address: string | undefined;
}

/** What one client holds, in bytes. */
export class ClientAccount {
  readonly client: AccountedClient;
  /** Held by this client alone. */
  bytes = 0;
  /** Part of what is held together with others: messages that went to many. */
  sharedBytes = 0;
  /** The client has not authenticated. */
  isStranger = false;
  isOpen = true;

  constructor(client: AccountedClient) {
    this.client = client;
  }

  get heldBytes(): number {
    return this.bytes + this.sharedBytes;
  }

  /** The part that counts for strangers. */
  get strangerBytes(): number {
    return this.isStranger ? this.bytes - CONNECTION_BYTES : 0;
  }
}

/** A client that was disconnected, which limit it went beyond, and by how much. */
interface CutOff {
  readonly address: string | undefined;
  readonly limit: "maxClientMemoryBytes" | "strangerBytesMax";
  readonly limitBytes: number;
  /** What the client held. */
  readonly clientBytes: number;
  /** What all clients that the limit is on held together. */
  readonly totalBytes: number;
}

export class ClientMemory {
  /** What clients may hold together, in bytes; 0 for any. */
  maxBytes: number;
  /** What they hold. */
  totalBytes = 0;
  /** Clients that were disconnected for what they held. */
  evictedClients = 0;
  private readonly strangerBytesMax: number;
  private strangerBytes = 0;
  private readonly accounts = new Set<ClientAccount>();
  private listener: ((cutOff: CutOff) => void) | undefined;
  private isEnforcing = false;

  constructor(maxBytes: number, strangerBytesMax: number) {
    this.maxBytes = maxBytes;
    this.strangerBytesMax = strangerBytesMax;
  }

  /** Tells of each client that is disconnected. */
  onCutOff(listener: (cutOff: CutOff) => void): void {
    this.listener = listener;
  }

  open(client: AccountedClient): ClientAccount {
    const account = new ClientAccount(client);
    account.bytes = CONNECTION_BYTES;
    this.accounts.add(account);
    this.totalBytes += CONNECTION_BYTES;
    this.enforce();
    return account;
  }

  close(account: ClientAccount): void {
    account.isOpen = false;
    if (!this.accounts.delete(account)) return;
    this.totalBytes -= account.bytes;
    this.strangerBytes -= account.strangerBytes;
  }

  /** States what a client holds alone, its connection apart. The client may be disconnected before this returns. */
  set(account: ClientAccount, bytes: number, isStranger: boolean): void {
    const held = bytes + CONNECTION_BYTES;
    if ((held === account.bytes && isStranger === account.isStranger) || !account.isOpen) return;
    this.totalBytes += held - account.bytes;
    this.strangerBytes -= account.strangerBytes;
    account.bytes = held;
    account.isStranger = isStranger;
    this.strangerBytes += account.strangerBytes;
    this.enforce();
  }

  /** Counts bytes that clients share, or, when negative, that they hold no more. */
  share(bytes: number): void {
    this.totalBytes += bytes;
    this.enforce();
  }

  /** Disconnects the largest clients until the rest is within the limits. */
  enforce(): void {
    if (!this.isOver() && !this.isOverForStrangers()) return;
    if (this.isEnforcing) return;
    this.isEnforcing = true;
    try {
      for (const { client } of this.accounts) client.count();
      while (this.isOver() && this.cutOffLargest(false));
      while (this.isOverForStrangers() && this.cutOffLargest(true));
    } finally {
      this.isEnforcing = false;
    }
  }

  private isOver(): boolean {
    return this.maxBytes > 0 && this.totalBytes > this.maxBytes;
  }

  private isOverForStrangers(): boolean {
    return this.strangerBytes > this.strangerBytesMax;
  }

  /** Disconnects the client, or the stranger, that holds most; answers whether there was one. */
  private cutOffLargest(isStranger: boolean): boolean {
    let largest: ClientAccount | undefined;
    for (const account of this.accounts) {
      if (isStranger ? !account.isStranger : account.client.isSpared) continue;
      if (largest === undefined || account.heldBytes > largest.heldBytes) largest = account;
    }
    if (largest === undefined) return false;
    const { client, heldBytes } = largest;
    this.evictedClients++;
    this.listener?.({
      address: client.address,
      limit: isStranger ? "strangerBytesMax" : "maxClientMemoryBytes",
      limitBytes: isStranger ? this.strangerBytesMax : this.maxBytes,
      clientBytes: heldBytes,
      totalBytes: isStranger ? this.strangerBytes : this.totalBytes,
    });
    client.cutOff();
    this.close(largest);
    return true;
  }
}

/** A message that many clients have in their queues: its bytes are there once, and are counted once. */
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
