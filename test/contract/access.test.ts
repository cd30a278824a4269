/**
 * Access: every route, by every method, with every kind of credential, and the same commands over the
 * Redis protocol. The routes are those of the code; one that has no row here fails the test.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ROUTES } from "../../src/server/routes.ts";
import { EventStream } from "../support/event-stream.ts";
import { READ_ONLY_TOKEN, TestServer, TOKEN } from "../support/server.ts";
import { until } from "../support/until.ts";
import { SlowWorld } from "../support/world.ts";

type Credential = "standard" | "none" | "wrong" | "malformed" | "read-only" | "ACL user" | "deleted user";

const CREDENTIALS: readonly Credential[] = [
  "standard",
  "none",
  "wrong",
  "malformed",
  "read-only",
  "ACL user",
  "deleted user",
];

const UNADMITTED: ReadonlySet<Credential> = new Set(["none", "wrong", "malformed", "deleted user"]);

const METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"];

/** What a request is answered: a status, and the error if that is not 200. */
type Verdicts = Partial<Record<Credential, string>>;

interface Row {
  readonly target: string;
  readonly body?: unknown;
  /** Methods that are served; others are 405. */
  readonly methods: readonly string[];
  /** Errors of admitted credentials; without one the answer is 200. */
  readonly errors: Verdicts;
  /** The answer of a pipeline, by credential: the error of each item, or "". */
  readonly items?: Partial<Record<Credential, readonly string[]>>;
}

const NO_SET = "NOPERM this user has no permissions to run the 'set' command or its subcommand";
const NO_KEY = "NOPERM this user has no permissions to access one of the keys used as arguments";
const NO_CHANNEL = "NOPERM this user has no permissions to access one of the channels used as arguments";

function noCommand(name: string): string {
  return NO_SET.replace("set", name);
}

const ALL = ["GET", "HEAD", "POST", "PUT"];
const BODIES = ["POST", "PUT"];
const STREAMS = ["GET", "POST"];
const SET = ["SET", "mine", "v"];
const MIXED = [["GET", "mine"], SET, ["GET", "other"], ["EVAL", "return redis.call('get','other')", "0"]];

/** By route; the empty one is a command in the body, `*` a command in the path. */
const ROWS: Readonly<Record<string, readonly Row[]>> = {
  "": [
    { target: "/", body: ["GET", "mine"], methods: BODIES, errors: {} },
    { target: "/", body: SET, methods: BODIES, errors: { "read-only": NO_SET, "ACL user": NO_SET } },
    { target: "/", body: ["GET", "other"], methods: BODIES, errors: { "ACL user": NO_KEY } },
    {
      target: "/",
      body: ["PUBLISH", "channel", "m"],
      methods: BODIES,
      errors: { "read-only": noCommand("publish"), "ACL user": noCommand("publish") },
    },
  ],
  "*": [
    { target: "/get/mine", methods: ALL, errors: {} },
    { target: "/get/other", methods: ALL, errors: { "ACL user": NO_KEY } },
    { target: "/set/mine/v", methods: ALL, errors: { "read-only": NO_SET, "ACL user": NO_SET } },
    {
      target: "/acl/list",
      methods: ALL,
      errors: { "read-only": noCommand("acl|list"), "ACL user": noCommand("acl|list") },
    },
  ],
  pipeline: [
    {
      target: "/pipeline",
      body: MIXED,
      methods: BODIES,
      errors: {},
      items: {
        standard: ["", "", "", ""],
        "read-only": ["", NO_SET, "", noCommand("eval")],
        "ACL user": ["", NO_SET, NO_KEY, "ERR The user executing the script can't access at least one of the keys"],
      },
    },
  ],
  "multi-exec": [
    { target: "/multi-exec", body: [["GET", "mine"]], methods: BODIES, errors: {} },
    {
      target: "/multi-exec",
      body: [["GET", "mine"], SET],
      methods: BODIES,
      errors: { "read-only": NO_SET, "ACL user": NO_SET },
    },
    { target: "/multi-exec", body: [["GET", "other"]], methods: BODIES, errors: { "ACL user": NO_KEY } },
  ],
  subscribe: [
    { target: "/subscribe/channel", methods: STREAMS, errors: { "read-only": noCommand("subscribe") } },
    {
      target: "/subscribe/channel/other",
      methods: STREAMS,
      errors: { "read-only": noCommand("subscribe"), "ACL user": NO_CHANNEL },
    },
  ],
  psubscribe: [
    {
      target: "/psubscribe/chan*",
      methods: STREAMS,
      errors: { "read-only": noCommand("psubscribe"), "ACL user": NO_CHANNEL },
    },
  ],
  monitor: [
    {
      target: "/monitor",
      methods: STREAMS,
      errors: { "read-only": noCommand("monitor"), "ACL user": noCommand("monitor") },
    },
  ],
};

/**
 * Routes without a token, or with one of their own; `test/server/probes.test.ts`, `test/server/metrics/` and
 * `test/server/console/` ask them.
 */
const OTHER_ROUTES: ReadonlySet<string> = new Set(["console", "health", "livez", "metrics", "readyz"]);

const RULES = "on >secret-of-app ~mine &channel +get +eval +@pubsub -publish".split(" ");

let server: TestServer;
const tokens: Partial<Record<Credential, string>> = {};

async function result(...words: string[]): Promise<unknown> {
  const { json } = await server.command(words);
  return (json as { result?: unknown }).result;
}

before(async () => {
  server = await TestServer.start({ redisPort: 0 });
  for (const [credential, name] of [
    ["ACL user", "app"],
    ["deleted user", "gone"],
  ] as const) {
    assert.equal(await result("ACL", "SETUSER", name, ...RULES), "OK");
    tokens[credential] = (await result("ACL", "RESTTOKEN", name, "secret-of-app")) as string;
  }
  // Before it is gone, its token is good, and known.
  assert.equal((await server.command(["GET", "mine"], { token: tokens["deleted user"]! })).status, 200);
  assert.equal(await result("ACL", "DELUSER", "gone"), 1);
  Object.assign(tokens, { standard: TOKEN, "read-only": READ_ONLY_TOKEN, wrong: "wrong", malformed: `${TOKEN} x` });
});
after(() => server.stop());

describe("every route, method and credential", () => {
  test("every route of the code has rows", () => {
    const routes = Object.keys(ROUTES).filter((route) => !OTHER_ROUTES.has(route));
    assert.deepEqual(Object.keys(ROWS).sort(), ["*", ...routes].sort());
  });

  for (const [route, rows] of Object.entries(ROWS)) {
    for (const row of rows) {
      for (const credential of CREDENTIALS) {
        test(`/${route}: ${row.target} ${JSON.stringify(row.body ?? "")}, ${credential}`, () =>
          compare(row, credential));
      }
    }
  }
});

async function compare(row: Row, credential: Credential): Promise<void> {
  const token = tokens[credential];
  const query = `?_token=${encodeURIComponent(token ?? "")}`;
  for (const method of METHODS) {
    const headers = token === undefined ? {} : { Authorization: `Bearer ${token}` };
    // One way with the header, the other with the query.
    await ask(row, credential, method, row.target, headers);
    await ask(row, credential, method, row.target + query, {});
  }
}

async function ask(
  row: Row,
  credential: Credential,
  method: string,
  target: string,
  headers: Record<string, string>,
): Promise<void> {
  const body = row.body === undefined || !BODIES.includes(method) ? undefined : JSON.stringify(row.body);
  const label = `${method} ${target}`;
  // Probes have no token: the root says what this is, and nothing else.
  if (target === "/" && credential === "none" && (method === "GET" || method === "HEAD")) {
    const { status, body: text } = await server.call(method, target, { token: null, headers });
    assert.equal(status, 200);
    if (method === "GET") assert.match(text, /^stashd \S+ serves the Upstash Redis REST API here/);
    return;
  }
  const status = statusOf(row, credential, method);
  if (status === 200 && row.methods === STREAMS) {
    const stream = await EventStream.open(server, target, {
      token: null,
      headers,
      ...(method === "POST" && { body: "" }),
    });
    stream.response.destroy();
    return;
  }
  const answer = await server.call(method, target, { token: null, headers, ...(body !== undefined && { body }) });
  assert.equal(answer.status, status, `${label} ${answer.body}`);
  if (method === "HEAD" || method === "OPTIONS") return;
  if (status === 401) assert.match(answer.body, /^\{"error":"WRONGPASS /, label);
  if (status === 400 && BODIES.concat("GET").includes(method)) {
    const expected = row.target === "/" && method === "GET" ? "ERR empty command" : row.errors[credential];
    assert.deepEqual(answer.json, { error: expected }, label);
  }
  if (status === 200 && row.items !== undefined) {
    const items = answer.json as readonly { error?: string }[];
    const expected = row.items[credential]!;
    assert.equal(items.length, expected.length);
    items.forEach(({ error = "" }, i) => assert.ok(error.startsWith(expected[i]!) && !error === !expected[i], error));
  }
}

function statusOf(row: Row, credential: Credential, method: string): number {
  if (method === "OPTIONS") return 204;
  if (UNADMITTED.has(credential)) return 401;
  // A path is a command whatever the method, and the empty one is none.
  if (row.target === "/" && (method === "GET" || method === "HEAD")) return 400;
  if (!row.methods.includes(method)) return 405;
  return row.errors[credential] === undefined ? 200 : 400;
}

describe("the same over the Redis protocol", () => {
  const WRONGPASS = "-WRONGPASS invalid username-password pair or user is disabled.\r\n";

  async function reply(credential: Credential, ...words: string[]): Promise<string> {
    const connection = await server.connect();
    try {
      const token = tokens[credential];
      if (token !== undefined) {
        const greeting = await connection.send("AUTH", token);
        assert.equal(greeting, UNADMITTED.has(credential) ? WRONGPASS : "+OK\r\n");
      }
      return await connection.send(...words);
    } finally {
      connection.close();
    }
  }

  for (const credential of CREDENTIALS) {
    test(credential, async () => {
      const may = (text: string): string => `-${text.replace(" or its subcommand", "")}\r\n`;
      const get = await reply(credential, "GET", "mine");
      const set = await reply(credential, ...SET);
      const other = await reply(credential, "EXISTS", "other");
      if (UNADMITTED.has(credential)) {
        assert.deepEqual([get, set, other], Array(3).fill("-NOAUTH Authentication required.\r\n"));
        return;
      }
      assert.match(get, /^\$/);
      assert.equal(set, credential === "standard" ? "+OK\r\n" : may(NO_SET));
      if (credential === "ACL user") assert.equal(other, may(noCommand("exists")));
      else assert.match(other, /^:/);
    });
  }

  test("a user and a password, by AUTH and by HELLO", async () => {
    const connection = await server.connect();
    assert.equal(await connection.send("AUTH", "app", "wrong"), WRONGPASS);
    assert.equal(await connection.send("AUTH", "app", "secret-of-app"), "+OK\r\n");
    assert.equal(await connection.send("ACL", "WHOAMI"), `-${noCommand("acl|whoami").slice(0, -18)}\r\n`);
    assert.match(await connection.send("HELLO", "2", "AUTH", "default", TOKEN), /^\*14\r\n/);
    assert.equal(await connection.send("ACL", "WHOAMI"), "$7\r\ndefault\r\n");
    connection.close();
  });
});

describe("a running stream", () => {
  const changes: readonly [name: string, ...words: string[]][] = [
    ["off", "ACL", "SETUSER", "live", "off"],
    ["another password", "ACL", "SETUSER", "live", "resetpass", ">another"],
    ["other channels", "ACL", "SETUSER", "live", "resetchannels", "&other"],
    ["removed", "ACL", "DELUSER", "live"],
  ];
  for (const [name, ...words] of changes) {
    test(`ends when its user is changed: ${name}`, async () => {
      await result("ACL", "SETUSER", "live", "reset", "on", ">pw", "&channel", "+@all");
      const token = (await result("ACL", "RESTTOKEN", "live", "pw")) as string;
      const stream = await EventStream.open(server, "/subscribe/channel", { token });
      const standard = await EventStream.open(server, "/subscribe/channel");
      await result("ACL", "SETUSER", "live", ">further", "&more");
      assert.equal(await result("PUBLISH", "channel", "m"), 2);
      await result(...words);
      await stream.closed;
      assert.equal(await result("PUBLISH", "channel", "m"), 1);
      standard.response.destroy();
      await standard.closed;
      await result("ACL", "DELUSER", "live");
    });
  }
});

describe("a right that is taken", () => {
  const opens = [
    ["/monitor", "-monitor"],
    ["/subscribe/channel", "-subscribe"],
    ["/psubscribe/chan*", "-psubscribe"],
  ] as const;
  for (const [path, rule] of opens) {
    test(`ends the streams that it opened: ${rule}`, async () => {
      await result("ACL", "SETUSER", "live", "reset", "on", ">pw", "&*", "+@all");
      const token = (await result("ACL", "RESTTOKEN", "live", "pw")) as string;
      const stream = await EventStream.open(server, path, { token });
      await result("ACL", "SETUSER", "live", rule);
      await stream.closed;
      await result("ACL", "DELUSER", "live");
    });
  }

  test("is missed when a command that waits is to be served, and the element is kept", async () => {
    const { waitingRoom } = server.server.engine;
    const rules = ["ACL", "SETUSER", "live", "reset", "on", ">pw", "~*", "+@all"];
    for (const [rule, text] of [
      ["resetkeys", "-NOPERM this user has no permissions to access one of the keys used as arguments"],
      ["-blpop", "-NOPERM this user has no permissions to run the 'blpop' command"],
    ] as const) {
      await result(...rules);
      const waiter = await server.connect();
      await waiter.send("AUTH", "live", "pw");
      const reply = waiter.send("BLPOP", "waited", "0");
      await until(() => waitingRoom.size === 1);
      await result("ACL", "SETUSER", "live", rule);
      await result("RPUSH", "waited", "1");
      assert.equal(await reply, `${text}\r\n`);
      assert.equal(await result("LPOP", "waited"), "1");
      waiter.close();
    }
    await result("ACL", "DELUSER", "live");
  });
});

describe("a pipeline whose user is changed meanwhile", () => {
  const changes: readonly [name: string, ...words: string[]][] = [
    ["off", "ACL", "SETUSER", "live", "off"],
    ["another password", "ACL", "SETUSER", "live", "resetpass", ">another"],
    ["removed", "ACL", "DELUSER", "live"],
    ["removed and made anew", "ACL", "DELUSER", "live"],
  ];
  for (const [name, ...words] of changes) {
    test(`ends at its next slice: ${name}`, async () => {
      const slow = await TestServer.start({ environment: new SlowWorld() });
      const made = ["ACL", "SETUSER", "live", "reset", "on", ">pw", "~*", "+@all"];
      await slow.command(made);
      const { result: token } = (await slow.command(["ACL", "RESTTOKEN", "live", "pw"])).json as { result: string };
      const commands = Array.from({ length: 500 }, () => ["INCR", "n"]);
      const answer = slow.call("POST", "/pipeline", { token, body: JSON.stringify(commands) });
      await until(() => slow.server.engine.dataset.databases[0]!.size > 0);
      await slow.command(words);
      if (name.endsWith("anew")) await slow.command([...made.slice(0, 5), ">other", ...made.slice(6)]);
      const items = (await answer).json as readonly { result?: number; error?: string }[];
      assert.equal(items.length, commands.length);
      const ran = items.findIndex(({ result }) => result === undefined);
      assert.ok(ran > 0 && ran < commands.length - 50, `${ran} ran`);
      assert.ok(items.slice(ran).every(({ error }) => error === "WRONGPASS invalid or missing auth token"));
      assert.deepEqual((await slow.command(["GET", "n"])).json, { result: String(ran) });
      await slow.stop();
    });
  }
});

test("a body whose user is changed while it is parsed is refused, and nothing of it runs", async (t) => {
  const slow = await TestServer.start({ environment: new SlowWorld() });
  t.after(() => slow.stop());
  const { engine } = slow.server;
  const body = JSON.stringify(
    Array.from({ length: 60_000 }, () => ["APPEND", "n", "with some text, so that it is long"]),
  );
  for (const path of ["/pipeline", "/multi-exec"]) {
    await slow.command(["ACL", "SETUSER", "live", "reset", "on", ">pw", "~*", "+@all"]);
    const { result: token } = (await slow.command(["ACL", "RESTTOKEN", "live", "pw"])).json as { result: string };
    const answer = slow.call("POST", path, { token, body });
    // The words that are parsed already count beside the body.
    await until(() => engine.clientMemory.totalBytes > 1.5 * body.length);
    await slow.command(["ACL", "SETUSER", "live", "resetpass", ">another"]);
    const { status, json } = await answer;
    assert.deepEqual([status, json], [401, { error: "WRONGPASS invalid or missing auth token" }]);
    assert.deepEqual((await slow.command(["EXISTS", "n"])).json, { result: 0 });
  }
});

describe("several tokens", () => {
  test("are all good, until one is no longer given", async () => {
    const rotating = await TestServer.start({ token: "new,old", readOnlyToken: "ro1,ro2" });
    try {
      assert.equal(rotating.server.token, "new");
      for (const [token, status] of Object.entries({ new: 200, old: 200, "new,old": 401, ro1: 400, ro2: 400 })) {
        assert.equal((await rotating.command(["SET", "k", "v"], { token })).status, status, token);
      }
      await rotating.command(["ACL", "SETUSER", "default", "<old"], { token: "new" });
      assert.equal((await rotating.command(["PING"], { token: "old" })).status, 401);
    } finally {
      await rotating.stop();
    }
  });
});
