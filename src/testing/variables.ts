/** The variables of `process.env` by which the program under test finds a database while that is open. */
import { OptionError } from "../server/server-options.ts";
import { CLIENT_NAMES, CLIENT_VALUES, clientVariables } from "../server/client-variables.ts";
import type { TestDatabase, TestVariable } from "./public.ts";

type EnvOption = boolean | Readonly<Record<string, TestVariable>>;

/** Whether an open database has set them. There is one set of variables in a process. */
let areTaken = false;

/** The names that an option asks for. Throws an {@link OptionError} for a value that there is not. */
function namesOf(env: EnvOption): Readonly<Record<string, TestVariable>> {
  if (typeof env === "boolean") return env ? CLIENT_NAMES : {};
  for (const [name, value] of Object.entries(env)) {
    if (!CLIENT_VALUES.includes(value)) {
      throw new OptionError("env", `gives ${name} the value ${String(value)}; there are ${CLIENT_VALUES.join(", ")}`);
    }
  }
  return { ...CLIENT_NAMES, ...env };
}

/**
 * Sets the variables that an option asks for; answers how to bring back what was there. Throws an {@link OptionError} if
 * another open database has set them, whose program would find this one.
 */
export function setVariables(db: TestDatabase, env: EnvOption): () => void {
  const names = namesOf(env);
  if (Object.keys(names).length === 0) return () => {};
  if (areTaken) {
    throw new OptionError(
      "env",
      "sets variables of the process, and another test database that is open has set them: close it first, run tests " +
        "that need them one after the other, or give the program db.env",
    );
  }
  areTaken = true;
  const before = Object.keys(names).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, clientVariables<string, string>(db, names));
  return () => {
    areTaken = false;
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
}
