import assert from "node:assert/strict";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { holderOf } from "../../src/cli/port-holder.ts";

test("the process that listens on a port is named", { skip: process.platform !== "linux" }, async () => {
  for (const host of ["127.0.0.1", "::"]) {
    const server = createServer().listen(0, host);
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as AddressInfo;
    assert.match(holderOf(port)!, new RegExp(`^\\S+ \\(process ${process.pid}\\)$`));
    await new Promise((resolve) => server.close(resolve));
    assert.equal(holderOf(port), undefined);
  }
});
