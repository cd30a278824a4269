/** Parses ACL files: lines in the form of ACL LIST, one for each user, in any order. */
import { AclUser, mergeSelectors } from "./acl-user.ts";
import type { CommandIndex } from "./command-index.ts";

/** Storage for users beyond the life of the process. Both methods throw the system's errors. */
export interface AclStore {
  /** The name in error texts: the file's path. */
  readonly name: string;
  read(): string;
  /** Replaces the content, as a whole or not at all. */
  write(text: string): void;
}

const USER_NAME = /^[^\s\0]+$/;

/** Whether a name is valid for a user. */
export function isUserName(name: string): boolean {
  return name === "" || USER_NAME.test(name);
}

/** Reads the users in a store into `users`, replacing those of the same names. Answers the problems, by line. */
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
    // Repeats only a rule that cannot contain a password.
    if (reason !== undefined) return /^[+-]/.test(rule) ? `Error in applying operation '${rule}': ${reason}` : reason;
  }
  const user = new AclUser(name, commands);
  user.become(staged);
  users.set(name, user);
  return undefined;
}
