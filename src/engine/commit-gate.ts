/**
 * Whether replies to writes have to wait until the writes are safe on a disk. The engine never waits: it answers, and a
 * door keeps what it answered until the gate opens. Doors that find it off pay one test.
 */
export class CommitGate {
  /** Replies to writes wait. */
  isOn = false;
  /** Grows with every effect. A door that sees it grow while it serves a connection has served a write. */
  offset = 0;
  /** Calls back, perhaps at once, when everything up to an offset is safe. Set by whoever keeps the effects. */
  whenSafe: (offset: number, done: () => void) => void = (_, done) => done();
}
