/** Where the server logs while it runs, in the form of pino and others. Never a token, an argument or a body. */
export interface Log {
  /** What changed, such as a connection to the backend. */
  info(fields: object, message: string): void;
  /** What somebody should look at, such as a client that was cut off. */
  warn(fields: object, message: string): void;
  /** What was lost or failed: a fault of the server, a disk that refuses. */
  error(fields: object, message: string): void;
}

/**
 * Drops all records.
 * @internal
 */
export const SILENT: Log = { info() {}, warn() {}, error() {} };
