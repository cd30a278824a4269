/**
 * The suites of clients and libraries that `npm run compatibility` can run: those that need nothing but npm and Bun. Nothing
 * of them is in this repository; each is a folder of a checkout.
 */

/** What a suite finds its server by. */
export interface Servers {
  readonly url: string;
  readonly token: string;
  /** Three more servers, for limits that hold in several regions. */
  readonly regions: readonly { readonly url: string; readonly token: string }[];
}

export interface Suite {
  /** The name on the command line. */
  readonly name: string;
  /** The first cell of its row in `docs/compatibility.md`. */
  readonly row: string;
  /** Where its package lies below the folder of checkouts. */
  readonly folder: string;
  /** Shell commands that install what it needs, without scripts. `bun` is on the PATH. */
  readonly install: string;
  /** The shell command that runs it. */
  readonly run: string;
  readonly variables?: (servers: Servers) => Readonly<Record<string, string>>;
  /** Whether it wants `localhost:6379`. */
  readonly needsRedisPort?: true;
  /** The numbers of tests that passed and failed, in what it prints. */
  readonly passed: RegExp;
  readonly failed: RegExp;
}

const BUN = {
  install: "bun install --no-save --ignore-scripts",
  passed: /^\s*(\d+) pass$/m,
  failed: /^\s*(\d+) fail$/m,
  variables: ({ url, token }: Servers) => ({ UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: token }),
} as const;

const MOCHA = { passed: /^\s*(\d+) passing\b/m, failed: /^\s*(\d+) failing\b/m } as const;

export const SUITES: readonly Suite[] = [
  {
    ...BUN,
    name: "redis-js",
    row: "the hosted service's JavaScript client",
    folder: "redis-js/packages/redis",
    run: "bun test pkg --timeout 20000",
  },
  {
    ...BUN,
    name: "ratelimit",
    row: "`@upstash/ratelimit`",
    folder: "ratelimit",
    run: "bun test src",
    variables: (servers) => {
      const regions = servers.regions.map(({ url, token }, i) => {
        const prefix = ["EU2", "APN", "US1"][i]!;
        return { [`${prefix}_UPSTASH_REDIS_REST_URL`]: url, [`${prefix}_UPSTASH_REDIS_REST_TOKEN`]: token };
      });
      return Object.assign(BUN.variables(servers), ...regions) as Record<string, string>;
    },
  },
  { ...BUN, name: "lock", row: "`@upstash/lock`", folder: "lock", run: "bun test src" },
  {
    ...MOCHA,
    name: "ioredis",
    row: "ioredis",
    folder: "ioredis",
    install: "npm ci --ignore-scripts --no-audit --no-fund",
    run: 'npx mocha "test/helpers/*.ts" "test/unit/**/*.ts" "test/functional/**/*.ts"',
    variables: () => ({ TS_NODE_TRANSPILE_ONLY: "true", NODE_ENV: "test" }),
    needsRedisPort: true,
  },
  {
    name: "bullmq",
    row: "BullMQ",
    folder: "bullmq",
    install: "npm install --no-save --ignore-scripts --no-audit --no-fund",
    run: "npx vitest run",
    needsRedisPort: true,
    passed: /^\s*Tests\s.*?(\d+) passed/m,
    failed: /^\s*Tests\s.*?(\d+) failed/m,
  },
];
