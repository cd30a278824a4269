/**
 * A run of tests in several processes, for which a program under test is started once. The process of the runner starts
 * it; the processes of its tests, which inherit the environment, find it by a variable.
 */
import { systemEnvironment } from "../core/environment.ts";
import { testToken } from "../core/test-token.ts";
import { CLIENT_NAMES, clientVariables } from "../server/client-variables.ts";
import { createTestDatabase } from "./create.ts";
import { nodeOptionsFor } from "./pass-on.ts";
import type { TestRun, TestRunOptions } from "./public-run.ts";
import { RunFront } from "./run-front.ts";
import type { RunSecrets } from "./run-front.ts";

/** The variable by which processes of a run find it: what {@link RunEntry} says, as JSON. */
const RUN_VARIABLE = "_STASHD_TEST_RUN";

/** What processes of a run know of it. */
interface RunEntry extends RunSecrets {
  readonly url: string;
}

/** What ends the run that this process has started. */
let closeOwn: (() => Promise<void>) | undefined;

/** Starts the address of a run, or answers the one that there is. Rejects with the system's error. */
export async function openTestRun({ shared = false }: TestRunOptions): Promise<TestRun> {
  return describeRun(currentRun() ?? (await start(shared)));
}

/** The run that this process belongs to. */
export function currentRun(): RunEntry | undefined {
  const text = process.env[RUN_VARIABLE];
  return text === undefined || text === "" ? undefined : (JSON.parse(text) as RunEntry);
}

async function start(shared: boolean): Promise<RunEntry> {
  const token = (): string => testToken(systemEnvironment.secretHex(24));
  const secrets = { token: token(), readOnlyToken: token(), secret: token() };
  const fallback = shared ? await createTestDatabase() : undefined;
  const front = await RunFront.start(secrets, fallback);
  closeOwn = async () => {
    delete process.env[RUN_VARIABLE];
    closeOwn = undefined;
    await Promise.all([front.close(), fallback?.close()]);
  };
  const entry: RunEntry = { url: front.url, ...secrets };
  process.env[RUN_VARIABLE] = JSON.stringify(entry);
  return entry;
}

function describeRun({ readOnlyToken, token, url }: RunEntry): TestRun {
  const variables = clientVariables({ url, token, readOnlyToken, redisUrl: undefined }, CLIENT_NAMES);
  const set = Object.entries(variables).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const env = { ...Object.fromEntries(set), NODE_OPTIONS: nodeOptionsFor(url, process.env["NODE_OPTIONS"]) };
  return { url, token, readOnlyToken, env, close: async () => closeOwn?.() };
}
