/** The image is built, and its container writes, ends at SIGTERM and has its data when it starts again. */
import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { VERSION } from "../../src/server/version.ts";
import { Image, imageSkipReason } from "../support/image.ts";
import type { Container } from "../support/image.ts";
import { until } from "../support/until.ts";

const MiB = 1024 * 1024;

/** A free port in place of 80: the network is this machine's, which keeps low ports for root. */
const VARIABLES = { STASHD_PORT: "0", STASHD_REDIS_PORT: "0", STASHD_TOKEN: "a-token" };

describe("the image", { skip: imageSkipReason() }, () => {
  let image: Image;
  before(() => void (image = new Image()));
  after(() => image.remove());

  async function started(volume: string): Promise<Container & { readonly url: string }> {
    const container = image.run(volume, VARIABLES);
    let isOver = false;
    void container.ended.then(() => (isOver = true));
    await until(() => isOver || container.output().includes("\ncurl "));
    const [, port] =
      /REST_URL="http:\/\/127\.0\.0\.1:(\d+)"/.exec(container.output()) ?? assert.fail(container.output());
    return Object.assign(container, { url: `http://127.0.0.1:${port}` });
  }

  const command = async (url: string, ...words: string[]): Promise<unknown> => {
    const init = { method: "POST", headers: { Authorization: "Bearer a-token" }, body: JSON.stringify(words) };
    return ((await (await fetch(url, init)).json()) as { result: unknown }).result;
  };

  test("is small beside its base, and says what it is", () => {
    console.log(`image: ${(image.ownBytes / MiB).toFixed(1)} MiB beside the base`);
    assert.ok(image.ownBytes < 12 * MiB, `${image.ownBytes} bytes`);
    const { Labels, StopSignal } = image.config;
    assert.equal(Labels["org.opencontainers.image.version"], VERSION);
    assert.equal(StopSignal, "SIGTERM");
  });

  test("runs without rights on a root that it cannot write to, and keeps data in its volume", async () => {
    const volume = image.volume();
    const first = await started(volume);
    const status = readFileSync(`/proc/${first.pid}/status`, "utf8");
    assert.match(status, /^Uid:\s1000\s1000\s1000\s1000$/m);
    assert.match(status, /^CapEff:\s0+$/m);
    assert.match(status, /^NSpid:\s\d+\s1$/m);
    assert.match(readFileSync(`/proc/${first.pid}/mounts`, "utf8"), /^\S+ \/ \S+ ro,/m);
    assert.equal(await command(first.url, "SET", "greeting", "hello"), "OK");
    process.kill(first.pid, image.config.StopSignal as NodeJS.Signals);
    assert.equal(await first.ended, 0, first.output());
    assert.equal(statSync(join(volume, ".stashd")).uid, 1000);
    const second = await started(volume);
    assert.equal(await command(second.url, "GET", "greeting"), "hello");
    process.kill(second.pid, "SIGTERM");
    assert.equal(await second.ended, 0);
  });

  test("its health check tells a server that serves from one that has ended", async () => {
    const volume = image.volume();
    const server = await started(volume);
    const [kind, ...words] = image.config.Healthcheck.Test;
    assert.equal(kind, "CMD");
    const port = { STASHD_PORT: new URL(server.url).port };
    assert.equal(await image.run(image.volume(), port, words).ended, 0);
    process.kill(server.pid, "SIGTERM");
    await server.ended;
    assert.equal(await image.run(image.volume(), port, words).ended, 1);
  });

  test("says what to do where low ports are kept for root", async () => {
    const container = image.run(image.volume(), { ...VARIABLES, STASHD_PORT: "80" });
    const mayListen = Number(readFileSync("/proc/sys/net/ipv4/ip_unprivileged_port_start", "utf8")) <= 80;
    if (mayListen) process.kill(container.pid, "SIGTERM");
    else {
      assert.equal(await container.ended, 1);
      assert.match(
        container.output(),
        /^stashd: no permission to listen on port 80; choose one above 1023 with --port\n$/,
      );
    }
    await container.ended;
  });
});
