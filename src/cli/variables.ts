/** The environment variables that options are read from, those that stand for others filled in. */
import { withSrh } from "./srh.ts";
import { UsageError } from "./usage-error.ts";
import { readUserFile } from "./user-file.ts";

export type Variables = Readonly<Record<string, string | undefined>>;

/** Variables that hold secrets. Each may name a file instead, by `_FILE` after its name, as mounted secrets are given. */
export const SECRETS: readonly string[] = [
  "STASHD_TOKEN",
  "STASHD_READ_ONLY_TOKEN",
  "STASHD_METRICS_TOKEN",
  "STASHD_REDIS",
  "SRH_TOKEN",
  "SRH_CONNECTION_STRING",
];

/** Limit on a file with a secret. */
const SECRET_BYTES_MAX = 64 * 1024;

/** The variables, with secrets read from their files and those of other programs translated. Throws a {@link UsageError}. */
export function variablesOf(environment: Variables, argv: readonly string[]): Variables {
  return withSrh(withSecretFiles(environment), argv);
}

function withSecretFiles(environment: Variables): Variables {
  const variables: Record<string, string | undefined> = { ...environment };
  for (const name of SECRETS) {
    const path = variables[`${name}_FILE`];
    delete variables[`${name}_FILE`];
    if (path === undefined || path === "") continue;
    if (variables[name] !== undefined)
      throw new UsageError(`${name} and ${name}_FILE say the same; leave one of them out`);
    variables[name] = readSecret(`${name}_FILE`, path);
  }
  return variables;
}

function readSecret(variable: string, path: string): string {
  const text = readUserFile(variable, path, SECRET_BYTES_MAX).toString("utf8");
  // Editors and `echo` end a file with a new line.
  const secret = text.replace(/\r?\n$/, "");
  if (secret === "") throw new UsageError(`${variable}: ${path} is empty; write the secret into it`);
  return secret;
}
