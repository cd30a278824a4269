/** ACL files: the lines of ACL LIST, one user each, in any order. */
import { AclUser, mergeSelectors } from "./acl-user.ts";
import type { CommandIndex } from "./command-index.ts";

/** Where users are kept beyond the life of the process. Both calls throw the system's errors. */
export interface AclStore {
  /** What error texts call it: the file's path. */
  readonly name: string;
  read(): string;
  /** Replaces what is there, as a whole or not at all. */
  write(text: string): void;
}

const USER_NAME = /^[^\s\0]+$/;

/** Whether a user may have this name. */
export function isUserName(name: string): boolean {
  return name === "" || USER_NAME.test(name);
}

/** Puts the users of a file in the place of those of the same names. Answers what is wrong, line by line. */
export function parseAclFile(store: AclStore, commands: CommandIndex, users: Map<string, AclUser>): string[] {
  let text: string;
  try {
    text = store.read();
  } catch (error) {
    return [`Error loading ACLs, opening file '${store.name}': ${(error as Error).message}`];
  }
  const seen = new Set<string>();
  return text.split("\n").flatMap((line, i) => {
    const words = line.trim().split(/[ \t]+/);
    if (words[0] === "") return [];
    const problem = parseLine(words, commands, users, seen);
    return problem === undefined ? [] : [`${store.name}:${i + 1}: ${problem}.`];
  });
}

function parseLine(
  words: readonly string[],
  commands: CommandIndex,
  users: Map<string, AclUser>,
  seen: Set<string>,
): string | undefined {
  const [keyword, name] = words;
  if (keyword !== "user" || name === undefined) return "should start with user keyword followed by the username";
  if (!isUserName(name)) return `username '${name}' contains invalid characters`;
  if (seen.has(name)) return `Duplicate user '${name}' found`;
  seen.add(name);
  const merged = mergeSelectors(words.slice(2));
  if ("unmatched" in merged) return "Unmatched parenthesis in selector definition";
  const staged = new AclUser(name, commands);
  for (const rule of merged.rules) {
    const reason = staged.apply(rule);
    // A rule may hold a password, so only what cannot is repeated.
    if (reason !== undefined) return /^[+-]/.test(rule) ? `Error in applying operation '${rule}': ${reason}` : reason;
  }
  const user = new AclUser(name, commands);
  user.become(staged);
  users.set(name, user);
  return undefined;
}
