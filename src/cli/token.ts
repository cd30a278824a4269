/** `stashd token`: generates tokens, and decodes an ACL token. Needs no server. */
import { decodeAclToken, encodeAclToken } from "../access/acl-token.ts";
import { isUserName } from "../access/acl-file.ts";
import { digestOf } from "../access/digests.ts";
import type { Environment } from "../core/environment.ts";
import { fromText, toText } from "../core/bytes.ts";
import { UsageError } from "./usage-error.ts";
import { Subcommand } from "./subcommand.ts";

/** Bytes of a random token or password. */
const RANDOM_BYTES = 24;

const EXAMPLES = `
Examples:
  stashd token                                  a random token, for --token
  stashd token --user app                       a token with a random password, for ACL SETUSER app on '>token'
  stashd token --user app --password secret     the REST token of a user's password, as ACL RESTTOKEN makes it
  stashd token --check acl-…                    whose token it is, and the rule that makes it good`;

/** The output for the words after `token`. Throws a {@link UsageError}. */
export function tokenText(argv: readonly string[], environment: Environment): string {
  const subcommand = new Subcommand("token", "Makes a token, or tells what an ACL token holds.", EXAMPLES);
  const { program } = subcommand;
  program
    .option("-u, --user <name>", "make a REST token of this ACL user")
    .option("-p, --password <password>", "the user's password (default: random)")
    .option("-c, --check <token>", "tell what an ACL token holds");
  const help = subcommand.parse(argv);
  if (help !== undefined) return help;
  const { user, password, check } = program.opts<{ user?: string; password?: string; check?: string }>();
  if (check !== undefined) {
    if (user !== undefined || password !== undefined) throw new UsageError("--check takes no user and no password");
    return `${describe(check)}\n`;
  }
  const random = environment.secretHex(RANDOM_BYTES);
  if (user === undefined && password !== undefined) throw new UsageError("--password needs a --user");
  if (user === undefined) return `${random}\n`;
  return `${make(fromText(user), fromText(password ?? random))}\n`;
}

function make(name: string, password: string): string {
  const token = isUserName(name) ? encodeAclToken({ name, password }) : undefined;
  if (token === undefined) throw new UsageError("a user's name has no spaces and at most 65535 bytes");
  return token;
}

/** Describes a token without its password, which would serve as well as the token. */
function describe(token: string): string {
  const held = decodeAclToken(token);
  if (held === undefined) throw new UsageError("this is no ACL token, or it was cut or mistyped");
  const digest = digestOf(held.password).toString("hex");
  return `user ${toText(held.name)}\npassword #${digest}`;
}
