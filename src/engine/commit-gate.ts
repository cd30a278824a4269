/**
 * Delays replies to writes until the writes are safe on a disk, or while so much waits for the disk that more writes
 * would fill the memory. The engine never waits: it answers, and the door holds the reply back until the gate opens.
 * While the gate is off, a door pays one test.
 */
export class CommitGate {
  /** Whether replies to writes wait. */
  isOn = false;
  /** So much waits for the disk that a connection which has served a write must not run its next command. */
  isFull = false;
  /** Grows with every effect. A door that sees it grow while it serves a connection has served a write. */
  offset = 0;
  /**
   * Calls back, perhaps at once, when everything up to an offset is safe. Set by the sink that writes the effects to
   * the disk.
   */
  whenSafe: (offset: number, done: () => void) => void = (_, done) => done();
  private log = { holds: false, isFull: false };
  /** Snapshots that hold more beside the data than they may. */
  private behind = 0;
  private waiters: (() => void)[] = [];

  /** Calls back, perhaps at once, when the replies to writes up to an offset may be sent. */
  pass(offset: number, done: () => void): void {
    this.whenSafe(offset, () => {
      if (this.behind > 0) this.waiters.push(done);
      else done();
    });
  }

  /** Whether the log holds all replies to writes back, and whether too much of it is unsynced. */
  setLog(holds: boolean, isFull: boolean): void {
    this.log = { holds, isFull };
    this.update();
  }

  /** Lets writers wait, since a snapshot holds more than it may. */
  beginBehind(): void {
    this.behind++;
    this.update();
  }

  endBehind(): void {
    this.behind--;
    this.update();
    if (this.behind === 0) for (const waiter of this.waiters.splice(0)) waiter();
  }

  private update(): void {
    this.isFull = this.log.isFull || this.behind > 0;
    this.isOn = this.log.holds || this.isFull;
  }
}
