/** What entry points for runners declare about runs of several processes and web apps under test: plain types. */

/** Options of {@link startTestRun}, all of them optional. */
export interface TestRunOptions {
  /**
   * Whether requests without the header, such as those of the program's own start, are answered by a database that all of
   * them share. By default they are refused, so that a header that is not passed on is noticed.
   */
  readonly shared?: boolean;
}

/** The address for a program that all tests of a run use at the same time. */
export interface TestRun {
  /** Base URL of the REST API, without a trailing slash. The header `x-stashd-database` of a request chooses the database. */
  readonly url: string;
  /** The standard token of the run. */
  readonly token: string;
  /** The read-only token of the run. */
  readonly readOnlyToken: string;
  /**
   * The variables that programs read these from, and NODE_OPTIONS, by which a program that runs under Node passes the
   * header of each request on to the requests that `fetch` makes for it.
   */
  readonly env: Readonly<Record<string, string>>;
  /** Closes the address. It does not keep the process running, so that the end of the process is enough. */
  close(): Promise<void>;
}

/** How to start the web app under test. `{port}` in a text stands for a free port, which the app finds in PORT too. */
export interface WebAppOptions {
  /** The command, for a shell: `npm start -- --port {port}`. */
  readonly command: string;
  /** Its working directory, that of the process by default. */
  readonly cwd?: string;
  /** Variables beside those of the process and those by which it finds its database. */
  readonly env?: Readonly<Record<string, string>>;
  /** Where it answers, with any status, when it is ready; the baseURL of the tests. `http://localhost:{port}` by default. */
  readonly url?: string;
  /** Time that it may take until it answers, in milliseconds; 60,000 by default. */
  readonly timeoutMs?: number;
}

/** What a test shares its database with: nothing, or the other tests of its process. */
export type Isolation = "test" | "worker";
