/** Where the server logs while it runs, in the form of pino and others. Never a token, an argument or a body. */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/**
 * Drops all records.
 * @internal
 */
export const SILENT: Log = { info() {}, warn() {}, error() {} };
