import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { AclStore } from "../../src/access/acl-file.ts";
import { encodeAclToken } from "../../src/access/acl-token.ts";
import { Tokens } from "../../src/access/tokens.ts";
import { Users } from "../../src/access/users.ts";
import type { UsersOptions } from "../../src/access/users.ts";
import { commandTables } from "../../src/commands/registry.ts";

const commands = commandTables.flat();

function make(options: Partial<UsersOptions> = {}): Users {
  return new Users({ commands, tokens: ["one", "two"], readOnlyTokens: ["three"], ...options });
}

/** A store in memory. */
class Memory implements AclStore {
  readonly name = "users.acl";
  text: string;
  constructor(text: string) {
    this.text = text;
  }
  read(): string {
    return this.text;
  }
  write(text: string): void {
    this.text = text;
  }
}

describe("the users of the start", () => {
  test("default may do everything, with each of its tokens", () => {
    const users = make();
    assert.equal(users.get("default")!.isUnrestricted, true);
    assert.equal(users.initialUser, undefined);
    for (const token of ["one", "two"]) {
      assert.equal(users.authenticate("default", token)?.name, "default");
      assert.equal(users.authenticate("", token)?.name, "default");
    }
    for (const [name, token] of [
      ["default", "three"],
      ["", "four"],
      ["", ""],
      ["nobody", "one"],
      ["default_ro", "one"],
    ] as const) {
      assert.equal(users.authenticate(name, token), undefined, `${name} ${token}`);
    }
    assert.equal(users.authenticate("", "three")?.name, "default_ro");
  });

  test("without tokens no client has to authenticate", () => {
    const users = new Users({ commands });
    assert.equal(users.initialUser?.name, "default");
    assert.deepEqual(
      users.all().map((user) => user.describe()),
      ["user default on nopass ~* &* +@all"],
    );
  });

  test("an open default needs no password, and REST still needs a token", () => {
    const users = make({ isOpen: true });
    const tokens = new Tokens(users);
    assert.equal(users.initialUser?.name, "default");
    assert.equal(users.authenticate("default", "anything")?.name, "default");
    assert.equal(users.get("default")!.describe(), "user default on nopass ~* &* +@all");
    assert.equal(tokens.find("one")?.name, "default");
    for (const token of ["anything", encodeAclToken({ name: "default", password: "anything" })!]) {
      assert.equal(tokens.find(token), undefined);
    }
    assert.equal(tokens.find(encodeAclToken({ name: "default", password: "one" })!)?.name, "default");
    users.set("default", [">third"]);
    assert.equal(users.initialUser, undefined);
    for (const token of ["one", "two", "third"]) assert.equal(tokens.find(token)?.name, "default");
    users.set("default", ["resetpass"]);
    assert.equal(users.initialUser, undefined);
    assert.equal(tokens.find("one"), undefined);
  });

  test("the read-only user runs no write, nothing dangerous and no script", () => {
    const user = make().get("default_ro")!;
    const allowed = commands.filter((command) => user.refusal(command, [command.name])?.reason !== "command");
    assert.ok(allowed.length > 50);
    for (const { name, isWrite, categories, flags } of allowed) {
      if (flags.has("no_auth")) continue;
      assert.ok(!isWrite && !categories.has("dangerous") && !categories.has("scripting"), name);
    }
    const names = new Set(allowed.map(({ name }) => name));
    const reads = ["GET", "HGETALL", "LRANGE", "SMEMBERS", "ZRANGE", "TTL", "EXISTS", "DBSIZE", "PING", "ECHO", "TIME"];
    for (const name of reads) assert.ok(names.has(name), name);
    const others = ["SET", "KEYS", "SCAN", "INFO", "CONFIG GET", "FLUSHALL", "PUBLISH", "SORT_RO", "ACL WHOAMI"];
    for (const name of others) assert.ok(!names.has(name), name);
  });
});

describe("changes", () => {
  test("are all or nothing, and live", () => {
    const users = make();
    assert.equal(users.set("app", ["on", ">secret", "~app:*", "+get"]), undefined);
    const user = users.get("app")!;
    assert.deepEqual(users.set("app", ["+set", "+nope"]), {
      rule: "+nope",
      reason: "Unknown command or category name in ACL",
    });
    assert.match(user.describe(), /~app:\* resetchannels -@all \+get$/);
    users.set("app", ["off"]);
    assert.equal(users.authenticate("app", "secret"), undefined);
    users.set("app", ["on"]);
    assert.equal(users.authenticate("app", "secret"), user);
    const token = encodeAclToken({ name: "app", password: "secret" })!;
    assert.equal(users.authenticate("", token), user);
    assert.equal(users.authenticate("app", token), user);
    assert.equal(users.authenticate("default", token), undefined);
    assert.equal(users.delete("app"), user);
    assert.equal(users.delete("app"), undefined);
    assert.equal(users.authenticate("", token), undefined);
  });

  test("a password may be given as a token of the same user, and of no other", () => {
    const users = make();
    const token = encodeAclToken({ name: "app", password: "secret" })!;
    assert.equal(users.set("app", ["on", `>${token}`]), undefined);
    assert.equal(users.authenticate("app", "secret")?.name, "app");
    assert.deepEqual(users.set("other", [`>${token}`])?.reason, "The token was made for another user");
    assert.equal(users.hasUser("other"), false);
  });
});

describe("a store", () => {
  test("keeps users, and no token of the options", () => {
    const store = new Memory("");
    const users = make({ store });
    users.set("app", ["on", ">secret", "~a*", "%R~b*", "&c", "+@read", "-get", "(~d +set)"]);
    users.set("default", [">third"]);
    users.save();
    assert.ok(!store.text.includes("secret"));
    const again = make({ store, tokens: ["four"] });
    assert.equal(again.get("app")!.describe(), users.get("app")!.describe());
    assert.equal(again.authenticate("", "one"), undefined);
    for (const token of ["third", "four"]) assert.equal(again.authenticate("", token)?.name, "default");
  });

  test("what it says of default holds, open or not", () => {
    const cases: [line: string, isOpen: boolean, initial: string | undefined][] = [
      ["user default on nopass ~a* +get", false, "user default on nopass ~a* resetchannels -@all +get"],
      ["user default on nopass ~a* +get", true, "user default on nopass ~a* resetchannels -@all +get"],
      ["user default on ~a* +get", true, "user default on nopass ~a* resetchannels -@all +get"],
      ["user default on ~a* +get", false, undefined],
      ["user default on >own ~a* +get", true, undefined],
      ["user default off nopass ~a* +get", true, undefined],
      ["user app on", true, "user default on nopass ~* &* +@all"],
    ];
    for (const [line, isOpen, initial] of cases) {
      const users = make({ store: new Memory(line), isOpen });
      assert.equal(users.initialUser?.describe(), initial, line);
      assert.equal(new Tokens(users).find("one")?.name, line.includes(" off ") ? undefined : "default", line);
    }
  });

  test("is not told that default was open for this start", () => {
    const store = new Memory("");
    make({ store, isOpen: true }).save();
    assert.match(store.text, /^user default on ~\* &\* \+@all$/m);
    assert.equal(make({ store }).initialUser, undefined);
    assert.equal(make({ store, isOpen: true }).initialUser?.name, "default");
    const said = new Memory("user default on nopass ~* &* +@all");
    make({ store: said }).save();
    assert.match(said.text, /^user default on nopass ~\* &\* \+@all$/m);
  });

  test("is refused as a whole, with lines and reasons", () => {
    const text = [
      "user good on +get",
      "# no comment",
      "user bad +nope",
      "user worse >secret %~x",
      "user good",
      "user half (+get",
      "user",
    ].join("\n");
    const problems = [
      "users.acl:2: should start with user keyword followed by the username.",
      "users.acl:3: Error in applying operation '+nope': Unknown command or category name in ACL.",
      "users.acl:4: Syntax error.",
      "users.acl:5: Duplicate user 'good' found.",
      "users.acl:6: Unmatched parenthesis in selector definition.",
      "users.acl:7: should start with user keyword followed by the username.",
    ].join(" ");
    assert.throws(() => make({ store: new Memory(text) }), { message: problems });
    const store = new Memory("");
    const users = make({ store });
    users.set("stays", ["on"]);
    store.text = text;
    assert.equal(users.load(), problems);
    assert.ok(users.hasUser("stays") && !users.hasUser("good"));
  });

  test("loaded anew changes users that stay and drops the others", () => {
    const store = new Memory("user a on nopass\nuser b on nopass\n");
    const users = make({ store });
    const a = users.get("a")!;
    store.text = "user a off\nuser default on ~x +get\n";
    assert.equal(users.load(), undefined);
    assert.equal(users.get("a"), a);
    assert.equal(a.isEnabled, false);
    assert.equal(users.hasUser("b"), false);
    assert.equal(users.get("default")!.isUnrestricted, false);
    assert.equal(users.authenticate("", "one")?.name, "default");
  });
});
