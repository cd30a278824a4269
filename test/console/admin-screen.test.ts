/** Administration in a browser: the tasks of each tab, with hostile names, few rights, and in front of a Redis. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import type { TestContext } from "node:test";
import type { Browser, Page } from "playwright-core";
import { oracleSkipReason, RedisServer } from "../support/redis.ts";
import { READ_ONLY_TOKEN, TestServer, TOKEN } from "../support/server.ts";
import { noBrowser, openConsole, pictures, startBrowser } from "./browser.ts";

describe("administration in a browser", { skip: noBrowser }, () => {
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
  const open = (t: TestContext, tab: string, token = TOKEN): Promise<Page> =>
    openConsole(t, browser, server.server, token, { path: `#/admin/${tab}`, acceptDownloads: true });

  test("users are made, explained, tried, changed and deleted", async (t) => {
    const hostile = "<b>x</b>\u202e__proto__";
    await send("ACL", "SETUSER", hostile, "on", "nopass", "~k:*", "+get");
    const page = await open(t, "users");
    await page.getByRole("heading", { name: "<b>x</b>\\u{202e}__proto__" }).waitFor();
    await page.getByRole("button", { name: "New user" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name").fill("shop");
    await dialog.getByLabel("Keys").fill("shop:*");
    await dialog.getByRole("button", { name: "Generate" }).click();
    await dialog.getByText(/ACL SETUSER shop on >…/).waitFor();
    await pictures(page, "admin-user");
    await dialog.getByRole("button", { name: "Create" }).click();
    const user = page.getByRole("article", { name: "shop" });
    await user.getByText("Reaches keys that match shop:*.").waitFor();
    await user.getByLabel("Try what shop may do").fill("GET 'shop:1'");
    await user.getByRole("button", { name: "Try" }).click();
    await user.getByText("May run this.").waitFor();
    await user.getByLabel("Try what shop may do").fill("SET shop:1 x");
    await user.getByRole("button", { name: "Try" }).click();
    await user.getByText(/May not: .*set/).waitFor();
    await user.getByRole("button", { name: "Edit" }).click();
    await dialog.getByLabel("Further rules").fill("+set nonsense");
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.getByRole("alert").waitFor();
    await dialog.getByLabel("Further rules").fill("+set");
    await dialog.getByRole("button", { name: "Save" }).click();
    await user.getByText(/also SET/).waitFor();
    await user.getByRole("button", { name: "Turn off" }).click();
    await user.getByText(/Is off/).waitFor();
    await page.getByRole("button", { name: "@geo" }).click();
    await page.getByText(/GEOADD/).waitFor();
    await pictures(page, "admin-users");
    await page.setViewportSize({ width: 360, height: 640 });
    await pictures(page, "admin-users-narrow");
    await user.getByRole("button", { name: "Delete" }).click();
    await dialog.getByRole("button", { name: "Delete" }).click();
    await user.waitFor({ state: "detached" });
    assert.deepEqual(await send("ACL", "GETUSER", "shop"), null);
  });

  test("a token is made and shown once", async (t) => {
    await send("ACL", "SETUSER", "api", "on", "~*", "+get");
    const page = await open(t, "tokens");
    await page.getByLabel("User", { exact: true }).selectOption({ label: "api" });
    await page.getByLabel("Password of the user").fill("wrong");
    await page.getByRole("button", { name: "Make a token", exact: true }).click();
    await page.getByRole("alert").waitFor();
    await page.getByRole("button", { name: "Add a random password and make a token" }).click();
    const block = page.getByLabel("Lines for a .env file");
    const [url, token] = (await block.innerText())
      .trim()
      .split("\n")
      .map((line) => line.split("=").slice(1).join("="));
    assert.equal(url, server.server.url);
    assert.equal((await server.call("GET", "/get/x", { token: token! })).status, 200);
    await pictures(page, "admin-tokens");
    await page.getByRole("tab", { name: "Server" }).click();
    await page.getByRole("tab", { name: "Tokens" }).click();
    await page.getByLabel("Password of the user").waitFor();
    assert.equal(await block.count(), 0);
  });

  test("libraries are loaded, read, replaced and deleted", async (t) => {
    const page = await open(t, "functions");
    await page.getByRole("button", { name: "Load a library" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Load", exact: true }).click();
    const library = page.getByRole("article", { name: "mylib" });
    await library.getByText("hello", { exact: true }).waitFor();
    await library.getByText("Source", { exact: true }).click();
    await library.getByText("redis.register_function").waitFor();
    await pictures(page, "admin-functions");
    const sha = (await send("SCRIPT", "LOAD", "return 1")) as string;
    await page.getByLabel("SHA1 of a script").fill(sha);
    await page.getByRole("button", { name: "Is it there?" }).click();
    await page.getByText("EVALSHA runs it").waitFor();
    await library.getByRole("button", { name: "Delete" }).click();
    await dialog.getByRole("button", { name: "Delete" }).click();
    await library.waitFor({ state: "detached" });
  });

  test("the configuration is changed, and what cannot be is explained", async (t) => {
    const page = await open(t, "server");
    await page.getByText("the version of Redis whose behaviour clients find").waitFor();
    await page.getByLabel("Filter parameters").fill("slowlog-max-len");
    await page.getByRole("button", { name: "Change slowlog-max-len" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Value").fill("77");
    await dialog.getByRole("button", { name: "Change", exact: true }).click();
    await page.getByText("slowlog-max-len is changed").waitFor();
    assert.deepEqual(await send("CONFIG", "GET", "slowlog-max-len"), ["slowlog-max-len", "77"]);
    await page.getByLabel("Filter parameters").fill("tls-port");
    await page.getByRole("button", { name: "Change tls-port" }).click();
    await dialog.getByLabel("Value").fill("1");
    await dialog.getByRole("button", { name: "Change", exact: true }).click();
    await dialog
      .getByRole("alert")
      .getByText(/cannot be changed/)
      .waitFor();
    await page.keyboard.press("Escape");
    await pictures(page, "admin-server");
  });

  test("keys are exported, and what is kept is explained", async (t) => {
    await send("MSET", "admin:1", "a", "admin:2", "b");
    const page = await open(t, "persistence");
    await page.getByText(/in memory only/).waitFor();
    await page.getByRole("button", { name: "Save a snapshot now" }).click();
    await page.getByText(/start it with --data/).waitFor();
    await page.getByLabel("Keys that match").fill("admin:*");
    const [file] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Export RDB" }).click(),
    ]);
    const bytes = await readFile(await file.path(), "latin1");
    assert.match(bytes, /^REDIS00/);
    assert.ok(bytes.includes("admin:1") && bytes.includes("admin:2"));
    await page.getByText("2 keys exported.").waitFor();
    const [lines] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Export JSON lines" }).click(),
    ]);
    const text = await readFile(await lines.path(), "utf8");
    assert.deepEqual(text.trim().split("\n").sort(), [
      '{"key":"admin:1","type":"string","value":"a"}',
      '{"key":"admin:2","type":"string","value":"b"}',
    ]);
    await send("DEL", "admin:1");
    await send("SET", "admin:2", "stays");
    const buffer = Buffer.from(`${text}broken\n`);
    await page.getByLabel("File").setInputFiles({ name: "keys.jsonl", mimeType: "text/plain", buffer });
    await page.getByRole("button", { name: "Import" }).click();
    await page.getByText("1 key imported. 1 key left as before. 1 failed:").waitFor();
    await page.getByText(/Line 3: this is no JSON/).waitFor();
    assert.deepEqual(await send("MGET", "admin:1", "admin:2"), ["a", "stays"]);
    await pictures(page, "admin-persistence");
  });

  test("a token that only reads, and a user with few rights, are told what they may not", async (t) => {
    const page = await open(t, "users", READ_ONLY_TOKEN);
    await page
      .getByText(/Your rights do not allow this/)
      .first()
      .waitFor();
    assert.equal(await page.getByRole("button", { name: "New user" }).count(), 0);
    await page.getByRole("tab", { name: "Server" }).click();
    await page
      .getByText(/Your rights do not allow this/)
      .first()
      .waitFor();
    assert.equal(await page.getByRole("button", { name: /^Change/ }).count(), 0);
    await pictures(page, "admin-refused");
  });

  test("works in front of a Redis", { skip: oracleSkipReason() }, async (t) => {
    const redis = await RedisServer.start();
    const front = await TestServer.start({ redis: `unix:${redis.path}` });
    t.after(async () => {
      await front.stop();
      await redis.stop();
    });
    await redis.send(["SET", "behind", "1"]);
    const page = await openConsole(t, browser, front.server, TOKEN, { path: "#/admin/users", acceptDownloads: true });
    await page.getByRole("article", { name: "default", exact: true }).getByText("May run all commands.").waitFor();
    await page.getByRole("tab", { name: "Server" }).click();
    await page.getByText("used_memory_peak", { exact: true }).waitFor({ state: "attached" });
    await page.getByRole("tab", { name: "Persistence" }).click();
    const [file] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Export RDB" }).click(),
    ]);
    assert.match(await readFile(await file.path(), "latin1"), /behind/);
  });
});
