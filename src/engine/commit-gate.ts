/**
 * Delays replies to writes until the writes are safe on a disk. The engine never waits: it answers, and the door holds
 * the reply back until the gate opens. While the gate is off, a door pays one test.
 */
export class CommitGate {
  /** Whether replies to writes wait. */
  isOn = false;
  /** So much is not safe yet that a connection whose last write is not must not run its next command. */
  isFull = false;
  /** Grows with every effect. A door that sees it grow while it serves a connection has served a write. */
  offset = 0;
  /**
   * Calls back, perhaps at once, when everything up to an offset is safe. Set by the sink that writes the effects to
   * the disk.
   */
  whenSafe: (offset: number, done: () => void) => void = (_, done) => done();
}
