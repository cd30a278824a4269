/** The command line in a browser: what people do there, with data and rights that make it hard. */
import assert from "node:assert/strict";
import { readFile, stat } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { oracleSkipReason, RedisServer } from "../support/redis.ts";
import { READ_ONLY_TOKEN, TestServer, TOKEN } from "../support/server.ts";
import { noBrowser, openConsole, pictures, startBrowser } from "./browser.ts";

const lineOf = (page: Page) => page.getByRole("textbox", { name: "Command" });
const logOf = (page: Page) => page.getByRole("log");

/** Runs a line, and waits for what it prints. */
async function run(page: Page, text: string, printed: string | RegExp): Promise<void> {
  await lineOf(page).fill(text);
  await lineOf(page).press("Enter");
  await logOf(page).getByRole("article").last().getByText(printed).first().waitFor();
}

describe("the command line in a browser", { skip: noBrowser }, () => {
  let browser: Browser;
  let server: TestServer;
  before(async () => {
    browser = await startBrowser();
    server = await TestServer.start();
  });
  after(async () => {
    await browser.close();
    await server.stop();
  });
  const send = async (...words: string[]): Promise<unknown> =>
    ((await server.call("POST", "/", { body: JSON.stringify(words) })).json as { result?: unknown }).result;
  const open = (t: Parameters<typeof openConsole>[0], token = TOKEN) =>
    openConsole(t, browser, server.server, token, { path: "#/cli", acceptDownloads: true });

  test("runs commands, and prints what redis-cli prints", async (t) => {
    const page = await open(t);
    await run(page, "SET cli:a 'it\\'s'", "OK");
    await run(page, "GET cli:a", `"it's"`);
    await run(page, "RPUSH cli:list one two\nLRANGE cli:list 0 -1", '1) "one"');
    await run(page, "NOSUCH", /not available/);
    // An open quote goes on in the next line.
    await lineOf(page).fill('SET cli:lines "one');
    await lineOf(page).press("Enter");
    await page.getByText("A quote is not closed").waitFor();
    await lineOf(page).pressSequentially('two"');
    await lineOf(page).press("Enter");
    await logOf(page).getByText('SET cli:lines "one\\ntwo"').waitFor();
    await run(page, "GET cli:lines", '"one\\ntwo"');
    assert.equal(await send("GET", "cli:lines"), "one\ntwo");
    await page.getByLabel("How replies are shown").selectOption({ label: "JSON" });
    await logOf(page).getByText('"one",').waitFor();
    await pictures(page, "cli");
    await page.setViewportSize({ width: 360, height: 640 });
    await pictures(page, "cli-narrow");
  });

  test("completes commands, tokens and names of keys, and explains what is typed", async (t) => {
    await send("SET", "user:1 with space", "x");
    await send("SET", "user:2", "x");
    const page = await open(t);
    const line = lineOf(page);
    await line.pressSequentially("zra");
    await page.getByRole("option", { name: /^ZRANGEBYSCORE/ }).waitFor();
    await line.fill("");
    await line.pressSequentially("GET user:");
    await page.getByRole("option", { name: "user:2" }).waitFor();
    await pictures(page, "cli-completion");
    await line.press("Tab");
    assert.equal(await line.inputValue(), 'GET "user:1 with space" ');
    await line.fill("");
    await line.pressSequentially("SET k v E");
    await line.press("ArrowDown");
    await line.press("Enter");
    assert.equal(await line.inputValue(), "SET k v EX ");
    await page.locator("mark", { hasText: "seconds" }).first().waitFor();
    await run(page, "HELP ZADD", /ZADD key/);
  });

  test("keeps a history for the next tab, and no secret in it", async (t) => {
    const page = await open(t);
    await run(page, "SET cli:h 1", "OK");
    await run(page, "ACL SETUSER someone >hunter2", /./);
    await page.getByRole("button", { name: "Cancel" }).click();
    await run(page, "GET cli:h", '"1"');
    const line = lineOf(page);
    await line.fill("draft");
    for (let i = 0; i < 3; i++) await line.press("ArrowUp");
    assert.equal(await line.inputValue(), "SET cli:h 1");
    for (let i = 0; i < 3; i++) await line.press("ArrowDown");
    assert.equal(await line.inputValue(), "draft");
    const kept = await page.evaluate<string>("JSON.stringify({ ...localStorage, ...sessionStorage })");
    assert.match(kept, /SET cli:h 1/);
    assert.doesNotMatch(kept, /hunter2/);
    await page.reload();
    await line.press("Control+r");
    await page.getByRole("combobox", { name: "Search the history" }).fill("set");
    await page.getByRole("option", { name: "SET cli:h 1" }).waitFor();
    await pictures(page, "cli-search");
    await page.keyboard.press("Enter");
    assert.equal(await line.inputValue(), "SET cli:h 1");
  });

  test("asks before what destroys, and sends a transaction as one", async (t) => {
    await send("FLUSHALL");
    await send("MSET", "cli:1", "a", "cli:2", "b");
    const page = await open(t);
    const line = lineOf(page);
    await line.fill("FLUSHALL");
    await line.press("Enter");
    await page.getByText("There are 2 keys now.").waitFor();
    await pictures(page, "cli-danger");
    // Enter once more is not consent.
    await page.keyboard.press("Enter");
    await logOf(page).getByText("Not run.").waitFor();
    assert.equal(await send("DBSIZE"), 2);
    await run(page, "MULTI", /Collected/);
    await run(page, "INCR cli:n", "QUEUED");
    await run(page, "SET cli:b \u00e9", "QUEUED");
    await run(page, "LPUSH cli:n x", "QUEUED");
    assert.equal(await send("EXISTS", "cli:n"), 0);
    await run(page, "EXEC", /1\) \(integer\) 1/);
    await logOf(page)
      .getByText(/2\) OK\s*3\) \(error\) WRONGTYPE/)
      .waitFor();
    await line.fill("FLUSHALL");
    await line.press("Enter");
    await page.getByRole("button", { name: "Run it" }).click();
    await logOf(page).getByRole("article").last().getByText("OK").waitFor();
    assert.equal(await send("DBSIZE"), 0);
  });

  test("says where to find what REST does not serve, and copies commands without the token", async (t) => {
    const page = await open(t);
    await run(page, "SUBSCRIBE news", "Open Live");
    await run(page, "BLPOP list 1", /form without waiting/);
    await run(page, "WATCH a", /IFEQ/);
    await run(page, "SET cli:copy 'a b'", "OK");
    await page.getByRole("button", { name: "Copy as …" }).last().click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText(`await redis.set("cli:copy", "a b")`).waitFor();
    assert.doesNotMatch(await dialog.innerText(), new RegExp(TOKEN));
    await pictures(page, "cli-copy");
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await dialog.getByRole("button", { name: "Copy for curl" }).click();
    await page.getByText("Copied").waitFor();
    assert.match(await page.evaluate<string>("navigator.clipboard.readText()"), /-d '\["SET","cli:copy","a b"\]'$/);
  });

  test("shows hostile and large replies in parts, and loses no byte", async (t) => {
    const hostile = "<img src=x onerror=alert(1)>\u202e\u0000__proto__";
    await send("SET", "cli:hostile", hostile);
    await send("SET", "cli:large", "x".repeat(3_000_000));
    const page = await open(t);
    await page.getByLabel("How replies are shown").selectOption({ label: "Raw text" });
    await run(page, "GET cli:hostile", "<img src=x onerror=alert(1)>\\u{202e}\\u{0000}__proto__");
    await run(page, "GET cli:large", /Shown: the first 10,000 chars of 3,000,000 bytes/);
    await page.getByRole("button", { name: "Show more" }).click();
    await page.getByText(/the first 100,000 chars/).waitFor();
    const [file] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Download" }).click(),
    ]);
    const { size } = await stat(await file.path());
    assert.equal(size, 3_000_000);
    const [session] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Export" }).click(),
    ]);
    const text = await readFile(await session.path(), "utf8");
    assert.ok(text.includes(hostile));
  });

  test("stops waiting, and keeps what was typed when the server goes away", async (t) => {
    const page = await open(t);
    await run(page, "PING", "PONG");
    await page.route("**/*", (route) => (route.request().method() === "POST" ? route.abort() : route.continue()));
    await run(page, "SET cli:gone 1\nSET cli:rest 2", /does not answer/);
    assert.equal(await lineOf(page).inputValue(), "SET cli:rest 2");
    await page.unroute("**/*");
    await page.getByRole("button", { name: "Run again" }).last().click();
    await logOf(page).getByRole("article").last().getByText("OK").waitFor();
    assert.equal(await send("GET", "cli:gone"), "1");
    let release = (): void => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    await page.route("**/*", async (route) => {
      await held;
      await route.abort();
    });
    await lineOf(page).fill("GET cli:gone");
    await lineOf(page).press("Enter");
    await page.getByText("Running …").waitFor();
    await lineOf(page).press("Control+c");
    await page.getByText("Stopped waiting").waitFor();
    release();
  });

  test("a token that only reads is refused by the server, and the line stays in use", async (t) => {
    const page = await open(t, READ_ONLY_TOKEN);
    await run(page, "SET cli:ro 1", /NOPERM/);
    await run(page, "EXISTS cli:ro", "(integer) 0");
  });

  test("runs scripts and functions, and shows the line of an error", async (t) => {
    await send(
      "FUNCTION",
      "LOAD",
      "REPLACE",
      "#!lua name=cli_lib\nredis.register_function('cli_add', function(k, a) redis.call('SET', 'cli:sum', a[1] + a[2]) return a[1] + a[2] end)",
    );
    await send("SET", "cli:script key", "42");
    const page = await openConsole(t, browser, server.server, TOKEN, { path: "#/cli/script" });
    const editor = page.getByRole("textbox", { name: "Lua script" });
    await page.getByLabel("KEYS").fill("'cli:script key'");
    await page.getByRole("button", { name: "Run", exact: true }).click();
    const result = page.getByRole("region", { name: "Result" });
    await result.getByText('"42"').waitFor();
    // A browser's own way to insert lines puts styles into them, which the content policy refuses; nobody types so.
    await editor.press("Control+a");
    await editor.press("Delete");
    await editor.pressSequentially("local a = 1\nlocal b = nil\nreturn a + b");
    await editor.press("Control+Enter");
    await result.locator("mark", { hasText: "return a + b" }).waitFor();
    await pictures(page, "cli-script");
    // What was typed is there again after a look at another screen.
    await page.getByRole("link", { name: "Live" }).click();
    await page.getByRole("link", { name: "Command line" }).click();
    await page.getByRole("tab", { name: "Scripts and functions" }).click();
    await editor.getByText("return a + b").waitFor();
    await page.getByLabel("What to run").selectOption({ label: "cli_add (cli_lib)" });
    await page.getByLabel("KEYS").fill("");
    await page.getByLabel("ARGV").fill("40 2");
    await page.getByRole("button", { name: "Run", exact: true }).click();
    await result.getByText("(integer) 42").waitFor();
    await page.getByLabel("Read only").check();
    await page.getByRole("button", { name: "Run", exact: true }).click();
    await result.getByText(/\(error\)/).waitFor();
  });

  test("works in front of a Redis, whose own manual it has", { skip: oracleSkipReason() }, async (t) => {
    const redis = await RedisServer.start();
    const front = await TestServer.start({ redis: `unix:${redis.path}` });
    t.after(async () => {
      await front.stop();
      await redis.stop();
    });
    const page = await openConsole(t, browser, front.server, TOKEN, { path: "#/cli" });
    await run(page, "SET a 1", "OK");
    await lineOf(page).pressSequentially("LPOS a b RA");
    await page.getByRole("option", { name: /^RANK/ }).waitFor();
    await lineOf(page).press("Escape");
    await run(page, "MULTI\nINCR a\nEXEC", "1) (integer) 2");
    await run(page, "DEBUG JMAP", /./);
  });
});
