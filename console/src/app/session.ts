/** The session of the tab: which token it uses, and what the token may do. The token ends with the tab. */
import { signal } from "@preact/signals";
import { fromText } from "../client/bytes.ts";
import { ConnectionError, RestClient, ROOT, UnauthorizedError } from "../client/rest-client.ts";
import { ReplyError } from "../client/reply.ts";
import { TEXTS } from "../texts.ts";

const STORAGE_KEY = "stashd.token";

/** What the token may do, as far as it was found out. */
interface Rights {
  /** False for a token that may only read. */
  readonly mayWrite: boolean;
  /** The ACL user; undefined where the token may not ask. */
  readonly user: string | undefined;
}

export interface Session {
  readonly client: RestClient;
  readonly rights: Rights;
}

/** The session; undefined while nobody has logged in. */
export const session = signal<Session | undefined>(undefined);

/** Why there is no session, to be shown with the form. */
export const loginProblem = signal<string | undefined>(undefined);

/** Logs in with the code of the address, else with the token that the tab has kept. Never rejects. */
export async function resume(): Promise<void> {
  const code = /^#code=([\w-]+)$/.exec(location.hash)?.[1];
  if (code !== undefined) {
    // A code is good once: going back, or a copied address, must not try it again.
    history.replaceState(null, "", location.pathname + location.search);
    const token = await redeem(code);
    if (token !== undefined) return await logIn(token);
    return;
  }
  const kept = sessionStorage.getItem(STORAGE_KEY);
  if (kept !== null) await logIn(kept);
}

/** Begins a session with a token, or sets {@link loginProblem}. Never rejects. */
export async function logIn(token: string): Promise<void> {
  const client = new RestClient(token);
  try {
    const rights = await rightsOf(client);
    client.onUnauthorized = () => logOut(TEXTS.login.tokenRevoked);
    sessionStorage.setItem(STORAGE_KEY, token);
    loginProblem.value = undefined;
    session.value = { client, rights };
  } catch (error) {
    if (error instanceof UnauthorizedError) sessionStorage.removeItem(STORAGE_KEY);
    loginProblem.value = problemOf(error);
  }
}

/** Ends the session and forgets the token. */
export function logOut(problem?: string): void {
  sessionStorage.removeItem(STORAGE_KEY);
  session.value = undefined;
  loginProblem.value = problem;
}

function problemOf(error: unknown): string {
  if (error instanceof UnauthorizedError) return TEXTS.login.tokenRefused;
  if (error instanceof ConnectionError) return TEXTS.login.noServer;
  return (error as Error).message;
}

/** The token of a one-time code; undefined, with {@link loginProblem}, when it was used or never given out. */
async function redeem(code: string): Promise<string | undefined> {
  try {
    const init = { method: "POST", body: JSON.stringify({ code }), cache: "no-store" } as const;
    const response = await fetch(`${ROOT}console/session`, init);
    const { token, error } = (await response.json()) as { token?: string; error?: string };
    if (token !== undefined) return token;
    loginProblem.value = error ?? TEXTS.login.codeUsed;
  } catch {
    loginProblem.value = TEXTS.login.noServer;
  }
  return undefined;
}

/**
 * Asks with commands that change nothing: PERSIST of a key that is not there, whose name nobody can guess, so that it is not
 * there. A user who may write some keys only is one who may write.
 */
async function rightsOf(client: RestClient): Promise<Rights> {
  const probe = fromText(`stashd:console:${crypto.getRandomValues(new Uint32Array(4)).join("-")}`);
  const [write, name] = await client.many([
    [fromText("PERSIST"), probe],
    [fromText("ACL"), fromText("WHOAMI")],
  ]);
  const mayWrite = write!.kind !== "error" || !isNotAllowed(write!.text);
  return { mayWrite, user: name!.kind === "bulk" ? new TextDecoder().decode(name!.bytes) : undefined };
}

/** Whether an error says that the user may not run the command at all. */
const isNotAllowed = (text: string): boolean => text.startsWith("NOPERM") && /permissions to run/.test(text);

/** A line for an error that a person can act on. */
export function explain(error: unknown): string {
  if (error instanceof ConnectionError) return TEXTS.app.offline;
  if (error instanceof ReplyError && error.code === "NOPERM") return TEXTS.app.notAllowed(error.message);
  return error instanceof Error ? error.message : String(error);
}

/** The session where a screen is shown, which is only with one. Throws an Error otherwise. */
export function theSession(): Session {
  if (session.value === undefined) throw new Error("no session");
  return session.value;
}
