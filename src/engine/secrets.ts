/** Which of a command's words are secrets. What is shown or kept of commands leaves them out. */
import type { CommandSpec } from "../core/command-spec.ts";

/** Commands whose words are secrets, and from which word on. */
const SECRET_FROM: ReadonlyMap<string, number> = new Map([
  ["AUTH", 1],
  ["ACL SETUSER", 3],
  ["ACL GENTOKEN", 2],
  ["ACL RESTTOKEN", 2],
]);

/** Parameters of CONFIG SET whose values are secrets. */
const SECRET_PARAMETER = /^(?:requirepass|masterauth|masteruser|.*-key-file-pass)$/i;

/** Tells of a word by its index whether it is a secret, or stands where one may be. */
export function isSecret(command: CommandSpec, words: readonly string[]): (index: number) => boolean {
  switch (command.name) {
    case "HELLO": {
      const auth = words.findIndex((word) => word.toUpperCase() === "AUTH");
      return auth < 0 ? () => false : (index) => index > auth;
    }
    case "CONFIG SET":
      return (index) => index >= 3 && index % 2 === 1 && SECRET_PARAMETER.test(words[index - 1]!);
    default: {
      const from = SECRET_FROM.get(command.name) ?? words.length;
      return (index) => index >= from;
    }
  }
}
