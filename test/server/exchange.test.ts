/** What a connection was admitted with is not looked up anew, and is worth nothing once tokens have changed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Tokens } from "../../src/access/tokens.ts";
import { Users } from "../../src/access/users.ts";
import { EmbeddedBackend } from "../../src/backends/embedded.ts";
import { commandTables } from "../../src/commands/registry.ts";
import { DEFAULT_LIMITS } from "../../src/core/limits.ts";
import type { HeaderName } from "../../src/protocol/http-headers.ts";
import type { Grant, HttpExchange, HttpStream, Route } from "../../src/server/exchange.ts";
import { ClientWarnings } from "../../src/server/client-warnings.ts";
import { SILENT } from "../../src/core/log.ts";
import { Refusals } from "../../src/server/refusals.ts";
import { RestAccess } from "../../src/server/rest-access.ts";
import { LoginThrottle } from "../../src/server/throttle.ts";
import { WebOrigins } from "../../src/server/web-origins.ts";
import { TestEngine } from "../support/engine.ts";

class FakeExchange implements HttpExchange {
  method = "GET";
  target = "/ping";
  authorization: string | undefined = "Bearer good";
  body = "";
  isGone = false;
  remoteAddress: string | undefined = "192.0.2.1";
  grant: Grant | undefined;
  route: Route | undefined;
  status = 0;

  header(name: HeaderName): string | undefined {
    return name === "authorization" ? this.authorization : undefined;
  }

  hold(): void {}

  reply(status: number): void {
    this.status = status;
  }

  stream(): HttpStream {
    throw new Error("not asked for");
  }
}

const OPEN = { queryToken: true, trustProxy: false } as const;

/** Counts what is asked of it. */
class CountedTokens extends Tokens {
  asked = 0;

  override find(token: string): ReturnType<Tokens["find"]> {
    this.asked++;
    return super.find(token);
  }
}

function start(): { users: Users; tokens: CountedTokens; access: RestAccess; exchange: FakeExchange } {
  const users = new Users({ commands: commandTables.flat(), tokens: ["good"], readOnlyTokens: ["reads"] });
  const tokens = new CountedTokens(users);
  const { engine } = new TestEngine();
  const throttle = new LoginThrottle(engine.environment, engine.limits);
  const warnings = new ClientWarnings(SILENT, engine.environment, 100);
  const refusals = new Refusals(new WebOrigins("*", "0.0.0.0", []), SILENT);
  const access = new RestAccess({
    engine,
    backend: new EmbeddedBackend(engine),
    tokens,
    refusals,
    throttle,
    warnings,
    ...OPEN,
  });
  return { users, tokens, access, exchange: new FakeExchange() };
}

test("the same header on the same connection is looked up once", () => {
  const { tokens, access, exchange } = start();
  for (const method of ["GET", "POST", "PUT", "HEAD"]) {
    exchange.method = method;
    assert.equal(access.admit(exchange), true);
  }
  assert.equal(tokens.asked, 1);
});

test("another header, a token in the query or another connection is looked up", () => {
  const { tokens, access, exchange } = start();
  assert.equal(access.admit(exchange), true);
  for (const authorization of ["Bearer gooe", "Bearer goo", "", undefined]) {
    exchange.authorization = authorization;
    assert.equal(access.admit(exchange), false);
    assert.equal(exchange.status, 401);
  }
  exchange.authorization = "Bearer good";
  exchange.target = "/ping?_token=bad";
  assert.equal(access.admit(exchange), false);
  exchange.target = "/ping?_token=good";
  assert.equal(access.admit(exchange), true);
  exchange.authorization = undefined;
  exchange.target = "/ping";
  assert.equal(access.admit(exchange), false, "the query's token is the request's alone");
  const before = tokens.asked;
  assert.equal(access.admit(new FakeExchange()), true);
  assert.equal(tokens.asked, before + 1);
});

test("a change of users acts at the next request", () => {
  for (const rules of [["resetpass", ">other"], ["off"], ["reset"]]) {
    const { users, access, exchange } = start();
    assert.equal(access.admit(exchange), true);
    users.set("default", rules);
    assert.equal(access.admit(exchange), false, rules.join(" "));
    assert.equal(exchange.status, 401);
  }
});

test("a change of another user costs a look-up, and no more", () => {
  const { users, tokens, access, exchange } = start();
  assert.equal(access.admit(exchange), true);
  users.set("other", ["on", ">x"]);
  assert.equal(access.admit(exchange), true);
  assert.equal(access.admit(exchange), true);
  assert.equal(tokens.asked, 2);
});

test("a method that is not served is refused with a grant as without", () => {
  const { access, exchange } = start();
  assert.equal(access.admit(exchange), true);
  exchange.method = "DELETE";
  assert.equal(access.admit(exchange), false);
  assert.equal(exchange.status, 405);
});

test("an address that has to wait has to wait with a grant, too", () => {
  const { access, exchange } = start();
  assert.equal(access.admit(exchange), true);
  const guesser = new FakeExchange();
  guesser.authorization = "Bearer guess";
  for (let i = 0; i < DEFAULT_LIMITS.failedLoginsMax; i++) assert.equal(access.admit(guesser), false);
  assert.equal(access.admit(exchange), false);
  assert.equal(exchange.status, 429);
  exchange.remoteAddress = "192.0.2.2";
  assert.equal(access.admit(exchange), true);
});
