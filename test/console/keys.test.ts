/** The screen of the keys, in a browser, against a server. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import type { TestContext } from "node:test";
import type { Browser, Locator, Page } from "playwright-core";
import { startServer } from "../../src/index.ts";
import type { StashdServer } from "../../src/index.ts";
import { oracleSkipReason, RedisServer } from "../support/redis.ts";
import { noBrowser, openConsole, pictures, startBrowser } from "./browser.ts";
import { eventually } from "./eventually.ts";

type Command = readonly (string | number)[];

/** Runs commands over REST; answers their results. */
async function run(server: Pick<StashdServer, "url">, commands: readonly Command[], token = "tok"): Promise<unknown[]> {
  const results: unknown[] = [];
  for (let at = 0; at < commands.length; at += 10_000) {
    const response = await fetch(`${server.url}/pipeline`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify(commands.slice(at, at + 10_000)),
    });
    const answers = (await response.json()) as { result?: unknown; error?: string }[];
    for (const { error, result } of answers) {
      assert.equal(error, undefined);
      results.push(result);
    }
  }
  return results;
}

/** A key whose name is bytes. */
const setBytes = (server: Pick<StashdServer, "url">, escaped: string): Promise<Response> =>
  fetch(`${server.url}/set/${escaped}/x`, { headers: { authorization: "Bearer tok" } });

/** `CONSOLE_KEYS=1000000` is what the console is made for; a multiple of 100. */
const MANY_KEYS = Number(process.env["CONSOLE_KEYS"] ?? 100_000);

const SOME_KEYS: readonly Command[] = [
  ["SET", "greeting", "hello"],
  ["SET", "session:1", "a", "EX", 7200],
  ["SET", "session:2", "b", "EX", 60],
  ["HSET", "user:1:profile", "name", "Ada"],
  ["SET", "user:1:name", "Ada"],
  ["SET", "user:2:name", "Grace"],
  ["RPUSH", "queue:mail", "one", "two"],
  ["SADD", "tags", "a", "b"],
  ["ZADD", "board", 1, "a"],
  ["XADD", "events", "*", "a", "1"],
  ["JSON.SET", "document", "$", '{"a":1}'],
];

const row = (page: Page, name: string): Locator =>
  page.locator(".key-row").filter({ has: page.locator(".key-name", { hasText: new RegExp(`^${name}`) }) });

const texts = (page: Page): Promise<string[]> => page.locator(".key-row .key-name").allInnerTexts();

/** Waits until the list is read to its end. While it is read, the line names a part and the whole. */
const complete = (page: Page, text: string): Promise<void> =>
  page.locator(".keys-scan > [role=status]").getByText(text, { exact: true }).waitFor();

describe("the keys in the console", { skip: noBrowser }, () => {
  let browser: Browser;
  before(async () => {
    browser = await startBrowser();
  });
  after(() => browser.close());

  async function serve(t: TestContext, commands: readonly Command[] = SOME_KEYS): Promise<StashdServer> {
    const server = await startServer({ port: 0, token: "tok", readOnlyToken: "rtok" });
    t.after(() => server.close());
    await run(server, commands);
    return server;
  }

  test("a tree is walked by the keyboard, and a key is opened", async (t) => {
    const page = await openConsole(t, browser, await serve(t), "tok");
    await complete(page, "11 keys");
    await page.getByRole("tree", { name: "Keys" }).focus();
    const active = (): Promise<string> => page.locator(".key-row-active .key-name").innerText();
    await page.keyboard.press("End");
    assert.match(await active(), /^user/);
    await page.keyboard.press("ArrowRight");
    await row(page, "1").waitFor();
    await page.keyboard.press("ArrowRight");
    assert.match(await active(), /^1/);
    await page.keyboard.press("ArrowRight");
    await row(page, "profile").waitFor();
    await page.keyboard.type("pro");
    assert.equal(await active(), "profile");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "user:1:profile" }).waitFor();
    assert.match(page.url(), /#\/keys\/user:1:profile$/);
    await page.locator(".key-value").getByText("Ada").waitFor();
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("ArrowLeft");
    await row(page, "profile").waitFor({ state: "detached" });
    await page.keyboard.press("Home");
    assert.equal(await active(), "board");
    await pictures(page, "keys-tree");
  });

  test("a link opens a key, and going back closes it", async (t) => {
    const page = await openConsole(t, browser, await serve(t), "tok", { path: "#/keys/queue%3amail" });
    await page.getByRole("heading", { name: "queue:mail" }).waitFor();
    await page.locator('.key-row[aria-current="true"]', { hasText: "queue:mail" }).waitFor();
    await page.keyboard.press("j");
    await page.getByRole("heading", { name: "tags" }).waitFor();
    await page.goBack();
    await page.getByRole("heading", { name: "queue:mail" }).waitFor();
    await page.goto(`${page.url().split("#")[0]}#/keys/no%20such%20key`);
    await page.getByText("There is no key of this name.").waitFor();
    await page.getByRole("button", { name: "Create it" }).click();
    assert.equal(await page.getByLabel("Name", { exact: true }).inputValue(), "no such key");
  });

  test("names are filtered by a part, by a pattern and by type", async (t) => {
    const page = await openConsole(t, browser, await serve(t), "tok");
    await complete(page, "11 keys");
    await page.keyboard.press("/");
    await page.keyboard.type("ser:");
    await complete(page, "3 of 11 keys");
    await page.getByText("contains", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Flat list" }).click();
    assert.deepEqual(await texts(page), ["user:1:name", "user:1:profile", "user:2:name"]);
    await page.getByLabel("Filter by name").fill("*:name");
    await complete(page, "2 of 11 keys");
    await page.getByText("pattern", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Clear the filter" }).click();
    await complete(page, "11 keys");
    for (const [type, name] of [
      ["hash", "user:1:profile"],
      ["list", "queue:mail"],
      ["set", "tags"],
      ["zset", "board"],
      ["stream", "events"],
      ["json", "document"],
    ] as const) {
      await page.getByLabel("Type").selectOption(type);
      await complete(page, "1 of 11 keys");
      assert.deepEqual(await texts(page), [name]);
    }
    await page.getByLabel("Filter by name").fill("nothing like it");
    await page.getByText("No key matches the filter.").waitFor();
  });

  test("keys are sorted by time to live and by size", async (t) => {
    const server = await serve(t, [...SOME_KEYS, ["SET", "large", "x".repeat(10_000)]]);
    const page = await openConsole(t, browser, server, "tok");
    await complete(page, "12 keys");
    await page.getByRole("button", { name: "TTL" }).click();
    await eventually(async () => assert.deepEqual((await texts(page)).slice(0, 2), ["session:2", "session:1"]));
    await page.getByRole("button", { name: "Size" }).click();
    await eventually(async () => assert.equal((await texts(page)).at(-1), "large"));
    await page.getByRole("button", { name: "Size" }).click();
    await eventually(async () => assert.equal((await texts(page))[0], "large"));
    await page.locator(".key-row", { hasText: "large" }).getByText("10 kB").waitFor();
    await page.locator(".key-row", { hasText: "session:1" }).getByText(/^1 h$/).waitFor();
  });

  test("selected keys are made to expire, renamed, exported and deleted", async (t) => {
    const server = await serve(t);
    const page = await openConsole(t, browser, server, "tok");
    await complete(page, "11 keys");
    await row(page, "user").locator(".key-check").click();
    const bar = page.getByRole("toolbar", { name: "3 selected" });
    await bar.getByRole("button", { name: "Expire" }).click();
    await page.getByLabel("Time to live").fill("2");
    await page.getByRole("button", { name: "Apply" }).click();
    await page.getByText("Changed when 3 keys expire").waitFor();
    const [left] = await run(server, [["TTL", "user:2:name"]]);
    assert.ok(Number(left) > 7100 && Number(left) <= 7200, String(left));
    await bar.getByRole("button", { name: "Rename" }).click();
    await page.getByLabel("New beginning").fill("person:");
    await page.getByText("user:1:name → person:1:name").waitFor();
    await page.getByRole("dialog").getByRole("button", { name: "Rename" }).click();
    await page.getByText("Renamed 3 keys").waitFor();
    assert.deepEqual(await run(server, [["EXISTS", "user:1:name", "person:1:name", "person:1:profile"]]), [2]);
    await row(page, "person").locator(".key-check").click();
    await page.keyboard.down("Control");
    await row(page, "tags").click();
    await page.keyboard.up("Control");
    const selected = page.getByRole("toolbar", { name: "4 selected" });
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      selected.getByRole("button", { name: "Export" }).click(),
    ]);
    const lines = readFileSync((await download.path())!, "utf8")
      .trimEnd()
      .split("\n");
    assert.equal(lines.length, 4);
    assert.deepEqual(JSON.parse(lines[3]!), { key: "tags", type: "set", value: ["a", "b"] });
    await pictures(page, "keys-selected");
    await selected.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("dialog", { name: "Delete 4 keys?" }).getByText("person:1:profile").waitFor();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await page.getByText("Deleted 4 keys").waitFor();
    await complete(page, "7 keys");
    assert.deepEqual(await run(server, [["DBSIZE"]]), [7]);
  });

  test("a key of each type is made, renamed, copied, given a time to live, and deleted", async (t) => {
    const server = await serve(t, []);
    const page = await openConsole(t, browser, server, "tok");
    await page.getByText("There are no keys yet.").waitFor();
    for (const [type, label, value] of [
      ["string", undefined, "text"],
      ["hash", "Field", "field value"],
      ["list", undefined, "element"],
      ["set", undefined, "member"],
      ["zset", "Score", "member"],
      ["stream", "Field", "value"],
      ["json", undefined, '{"a":[1]}'],
    ] as const) {
      await page.locator("body").press("n");
      const dialog = page.getByRole("dialog", { name: "New key" });
      await dialog.getByLabel("Name").fill(`new:${type}`);
      await dialog.getByLabel("Type").selectOption(type);
      if (label !== undefined) await dialog.getByLabel(label).fill("1.5");
      await dialog.locator("textarea").fill(value);
      await dialog.getByLabel("Expires after").fill("100");
      await dialog.getByRole("button", { name: "Create" }).click();
      await page.getByRole("heading", { name: `new:${type}` }).waitFor();
      const made = type === "json" ? "json" : type;
      const [is, ttl] = await run(server, [
        ["TYPE", `new:${type}`],
        ["TTL", `new:${type}`],
      ]);
      assert.equal(is, made);
      assert.ok(Number(ttl) > 90, String(ttl));
    }
    await page.locator("body").press("n");
    await page.getByLabel("Name", { exact: true }).fill("new:set");
    await page.getByRole("button", { name: "Create", exact: true }).click();
    await page.getByText("There is a key of this name already.").waitFor();
    await page.keyboard.press("Escape");
    await page.locator(".key-actions").getByRole("button", { name: "Rename" }).click();
    await page.getByRole("textbox", { name: "New name" }).fill("new:set");
    await page.getByRole("dialog").getByRole("button", { name: "Rename" }).click();
    await page.getByText("There is a key of this name already. Choose another").waitFor();
    await page.getByRole("textbox", { name: "New name" }).fill('"bytes \\xff"');
    await page.getByRole("dialog").getByRole("button", { name: "Rename" }).click();
    await page.getByRole("heading", { name: "bytes \\xff" }).waitFor();
    await page.locator(".key-actions").getByRole("button", { name: "Duplicate" }).click();
    await page.getByRole("textbox", { name: "New name" }).fill("copy");
    await page.getByRole("dialog").getByRole("button", { name: "Duplicate" }).click();
    await page.getByRole("heading", { name: "copy" }).waitFor();
    await page.getByText(/expires in 1 min \d+ s/).waitFor();
    await page.getByRole("button", { name: "Change when it expires" }).click();
    await page.getByRole("tab", { name: "Never" }).click();
    await page.getByRole("button", { name: "Apply" }).click();
    await page.getByText("does not expire").waitFor();
    assert.deepEqual(await run(server, [["TTL", "copy"], ["DBSIZE"]]), [-1, 8]);
    await page.locator("body").press("Delete");
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await page.getByText("Choose a key to see its value.").waitFor();
    await complete(page, "7 keys");
  });

  test("hostile names are shown as what they are, and can be opened", async (t) => {
    const server = await serve(t, []);
    const names = [
      "<img src=x onerror=alert(1)>",
      "a\u202eb",
      "__proto__",
      "",
      "..",
      " lead",
      "line\nbreak",
      "x".repeat(9000),
    ];
    await run(
      server,
      names.map((name) => ["SET", name, "value"]),
    );
    await setBytes(server, "%ff%00%2f");
    const page = await openConsole(t, browser, server, "tok");
    await complete(page, "9 keys");
    await page.getByRole("button", { name: "Flat list" }).click();
    const shown = await texts(page);
    for (const text of [
      "<img src=x onerror=alert(1)>",
      "a\\u{202e}b",
      "__proto__",
      "(empty name)",
      "..",
      "line\\nbreak",
      "\\xff\\x00/",
    ]) {
      assert.ok(shown.includes(text), `${text} among ${shown.map((one) => one.slice(0, 40)).join(" | ")}`);
    }
    for (const text of ["<img", "a\\\\u", "__proto__", "\\(empty", "\\.\\.", "line", "\\\\xff", "xxx"]) {
      await row(page, text).click();
      await page.locator(".key-facts").getByText("does not expire").waitFor();
      await page
        .locator('.key-row[aria-current="true"]', {
          has: page.locator(".key-name", { hasText: new RegExp(`^${text}`) }),
        })
        .waitFor();
    }
    await row(page, "\\\\xff").click();
    await page.reload();
    await page.getByRole("heading", { name: "\\xff\\x00/" }).waitFor();
    await pictures(page, "keys-hostile");
  });

  test("a user who only reads is offered no change", async (t) => {
    const server = await serve(t, [
      ...SOME_KEYS,
      ["ACL", "SETUSER", "reader", "on", ">secret", "~*", "+@read", "+acl|whoami"],
    ]);
    const [token] = await run(server, [["ACL", "RESTTOKEN", "reader", "secret"]]);
    const page = await openConsole(t, browser, server, String(token), { path: "#/keys/greeting" });
    await page.getByRole("heading", { name: "greeting" }).waitFor();
    await page.getByText("does not expire").waitFor();
    await page.getByText("Reads only").waitFor();
    await complete(page, "11 keys");
    await page.getByRole("button", { name: "Select all" }).click();
    await page.getByRole("toolbar", { name: "11 selected" }).waitFor();
    for (const name of ["New key", "Delete", "Rename", "Expire", "Duplicate", "Change when it expires"]) {
      assert.equal(await page.getByRole("button", { name, exact: true }).count(), 0, name);
    }
    await page.locator("body").press("n");
    await page.locator("body").press("Delete");
    assert.equal(await page.getByRole("dialog").count(), 0);
  });

  test("the read-only token, which may not list names, opens a key by its name", async (t) => {
    const page = await openConsole(t, browser, await serve(t), "rtok");
    await page.getByText("The names of keys cannot be listed.").waitFor();
    await pictures(page, "keys-refused");
    await page.getByRole("button", { name: "Open a key by its name" }).click();
    await page.getByLabel("Name", { exact: true }).fill("greeting");
    await page.keyboard.press("Enter");
    await page.getByText("does not expire").waitFor();
    assert.equal(await page.getByRole("button", { name: "New key" }).count(), 0);
  });

  test("a user with rights to some keys is told which cannot be read", async (t) => {
    const server = await serve(t, [
      ...SOME_KEYS,
      ["SET", "app:1", "x"],
      ["ACL", "SETUSER", "app", "on", ">secret", "~app:*", "+@all"],
    ]);
    const [token] = await run(server, [["ACL", "RESTTOKEN", "app", "secret"]]);
    const page = await openConsole(t, browser, server, String(token));
    await complete(page, "12 keys");
    await row(page, "greeting").getByText("no rights").waitFor();
    await row(page, "greeting").click();
    await page.getByText("your rights do not allow reading it").waitFor();
    await row(page, "app:1").click();
    await page.getByText("does not expire").waitFor();
    await page.getByRole("button", { name: "Select all" }).click();
    await page.getByRole("toolbar").getByRole("button", { name: "Delete" }).first().click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await page.getByText("Deleted 1 key", { exact: true }).waitFor();
    await page.getByText(/11 keys left as they are/).waitFor();
    assert.deepEqual(await run(server, [["DBSIZE"]]), [11]);
  });

  test("what others do to the open key is shown, by events where the server has them", async (t) => {
    const server = await serve(t);
    const page = await openConsole(t, browser, server, "tok", { path: "#/keys/greeting" });
    await page.getByRole("button", { name: "every 2 s" }).click();
    await page.getByRole("button", { name: "Turn events on" }).click();
    await page.getByText("live", { exact: true }).waitFor();
    assert.deepEqual(await run(server, [["CONFIG", "GET", "notify-keyspace-events"]]), [
      ["notify-keyspace-events", "AK"],
    ]);
    await run(server, [["EXPIRE", "greeting", 100]]);
    await page.getByText(/expires in 1 min/).waitFor();
    await run(server, [["DEL", "greeting"]]);
    await page.getByText(/This key was deleted, or has expired/).waitFor();
    await row(page, "greeting").getByText("gone").waitFor();
    await run(server, [["HSET", "greeting", "field", "value"]]);
    await page.getByText("This key is of another type now: Hash.").waitFor();
    await page.getByRole("button", { name: "Show it" }).click();
    await page.locator(".key-value").getByText("field", { exact: true }).first().waitFor();
  });

  test("without events the open key is looked at every two seconds", async (t) => {
    const server = await serve(t);
    const page = await openConsole(t, browser, server, "tok", { path: "#/keys/tags" });
    await page.getByText("does not expire").waitFor();
    await run(server, [["EXPIRE", "tags", 100]]);
    await page.getByText(/expires in 1 min/).waitFor();
  });

  test("a server that goes away and comes back is noticed, and nothing typed is lost", async (t) => {
    const first = await startServer({ port: 0, token: "tok" });
    await run(first, SOME_KEYS);
    const page = await openConsole(t, browser, first, "tok", { path: "#/keys/greeting" });
    await page.getByText("does not expire").waitFor();
    await complete(page, "11 keys");
    await page.locator("body").press("n");
    const dialog = page.getByRole("dialog", { name: "New key" });
    await dialog.getByLabel("Name").fill("typed while away");
    await first.close();
    await dialog.getByRole("button", { name: "Create" }).click();
    await dialog.getByText("The server does not answer.").waitFor();
    await page.getByText("Server away").waitFor();
    const second = await startServer({ port: first.port, token: "tok" });
    t.after(() => second.close());
    await run(second, SOME_KEYS.slice(1));
    await page.getByText("Connected").waitFor();
    await page.getByText(/This key was deleted, or has expired/).waitFor();
    await dialog.getByRole("button", { name: "Create" }).click();
    await page.getByRole("heading", { name: "typed while away" }).waitFor();
  });

  test("reading goes on after a request that was lost on the way", async (t) => {
    const server = await serve(
      t,
      Array.from({ length: 5000 }, (_, i) => ["SET", `key:${i}`, "x"]),
    );
    const page = await openConsole(t, browser, server, undefined);
    let scans = 0;
    await page.route(
      (url) => url.pathname === "/",
      async (route) => {
        const isLost = route.request().postData()?.startsWith('["SCAN"') === true && ++scans === 3;
        return isLost ? await route.abort() : await route.continue();
      },
    );
    await page.getByLabel("Token").fill("tok");
    await page.keyboard.press("Enter");
    await complete(page, "5,000 keys");
    assert.ok(scans > 6, `${scans} pages`);
  });

  test("many keys are read to the last, while reading can be stopped and the list be walked", async (t) => {
    const server = await serve(
      t,
      Array.from({ length: MANY_KEYS }, (_, i) => ["SET", `tenant:${i % 100}:key:${String(i).padStart(7, "0")}`, "x"]),
    );
    const page = await openConsole(t, browser, server, "tok");
    await page.getByRole("button", { name: "Stop" }).click();
    await page
      .getByRole("status")
      .getByText(/^Stopped: [\d,]+ names found in about/)
      .waitFor();
    await page.getByRole("button", { name: "Go on" }).click();
    const whole = `${MANY_KEYS.toLocaleString("en")} keys`;
    await complete(page, whole);
    await row(page, "tenant").getByText(MANY_KEYS.toLocaleString("en"), { exact: true }).waitFor();
    await page.getByRole("button", { name: "Flat list" }).click();
    await page.getByRole("listbox", { name: "Keys" }).focus();
    await page.keyboard.press("End");
    const last = `tenant:9:key:${String(MANY_KEYS - 91).padStart(7, "0")}`;
    await row(page, last).waitFor();
    await page.keyboard.press("Shift+Home");
    await page.getByRole("toolbar", { name: `${MANY_KEYS.toLocaleString("en")} selected` }).waitFor();
    assert.ok((await page.locator(".key-row").count()) < 100);
    await page.getByRole("button", { name: "Clear the selection" }).click();
    await page.getByRole("button", { name: "Tree" }).click();
    await page.getByLabel("Filter by name").fill("tenant:7:*");
    await complete(page, `${(MANY_KEYS / 100).toLocaleString("en")} of ${whole}`);
    await page.getByRole("button", { name: "Select all" }).click();
    await page.getByRole("toolbar").getByRole("button", { name: "Delete" }).first().click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await page.getByText(`Deleted ${(MANY_KEYS / 100).toLocaleString("en")} keys`).waitFor();
    assert.deepEqual(await run(server, [["DBSIZE"]]), [MANY_KEYS * 0.99]);
  });

  test("the keys of a Redis behind are listed, opened and changed", { skip: oracleSkipReason() }, async (t) => {
    const redis = await RedisServer.start();
    t.after(() => redis.stop());
    const server = await startServer({ port: 0, token: "tok", redis: `unix:${redis.path}` });
    t.after(() => server.close());
    await run(
      server,
      SOME_KEYS.filter(([command]) => command !== "JSON.SET"),
    );
    const page = await openConsole(t, browser, server, "tok");
    await complete(page, "10 keys");
    await page.getByLabel("Type").selectOption("hash");
    await complete(page, "1 of 10 keys");
    await page.getByLabel("Type").selectOption("");
    await complete(page, "10 keys");
    await page.getByRole("button", { name: "TTL" }).click();
    await eventually(async () => assert.deepEqual((await texts(page)).slice(0, 2), ["session:2", "session:1"]));
    await row(page, "greeting").click();
    await page.getByText("does not expire").waitFor();
    await page.getByRole("button", { name: "every 2 s" }).click();
    await page.getByRole("button", { name: "Turn events on" }).click();
    await page.getByText("live", { exact: true }).waitFor();
    await run(server, [["EXPIRE", "greeting", 100]]);
    await page.getByText(/expires in 1 min/).waitFor();
    await page.getByRole("button", { name: "Select all" }).click();
    await page.getByRole("toolbar").getByRole("button", { name: "Delete" }).first().click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await page.getByText("Deleted 10 keys").waitFor();
    assert.deepEqual(await run(server, [["DBSIZE"]]), [0]);
  });

  test("the page can be used at 360 pixels", async (t) => {
    const page = await openConsole(t, browser, await serve(t), "tok", { viewport: { width: 360, height: 640 } });
    await complete(page, "11 keys");
    await pictures(page, "keys-narrow-list");
    await row(page, "session").click();
    await row(page, "2").click();
    await page.getByRole("heading", { name: "session:2" }).waitFor();
    assert.equal(await page.getByRole("tree").isVisible(), false);
    await pictures(page, "keys-narrow-value");
    await page.getByRole("button", { name: "Back to the list" }).click();
    await page.getByRole("tree").waitFor();
    const wide = await page.evaluate<boolean>("document.documentElement.scrollWidth > innerWidth");
    assert.equal(wide, false);
  });
});
