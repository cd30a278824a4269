/** What `deploy/` says of the server is so: options, ports, probes, the parts of the image. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { parseAllDocuments } from "yaml";
import { parseFlags } from "../../src/cli/flags.ts";
import type { ProgramOptions } from "../../src/cli/flags.ts";
import { SECRETS, variablesOf } from "../../src/cli/variables.ts";
import type { Variables } from "../../src/cli/variables.ts";
import { resolveOptions } from "../../src/server/options.ts";
import { ROUTES } from "../../src/server/routes.ts";
import { VERSION } from "../../src/server/version.ts";
import { instructionsOf } from "../support/dockerfile.ts";

const ROOT = join(import.meta.dirname, "../../..");
const folder = mkdtempSync(join(tmpdir(), "stashd-deploy-"));
after(() => rmSync(folder, { recursive: true }));

const read = (file: string): string => readFileSync(join(ROOT, "deploy", file), "utf8");

/** The documents of a YAML file. */
function documents(file: string): unknown[] {
  return parseAllDocuments(read(file), { strict: true, uniqueKeys: true }).map((document) => {
    assert.deepEqual([...document.errors, ...document.warnings], [], file);
    return document.toJS() as unknown;
  });
}

/** What stands at a path of a document, of the type that the test expects there. */
function at<T>(document: unknown, ...path: readonly (string | number)[]): T {
  return path.reduce((node, name) => (node as Record<string | number, unknown>)[name], document) as T;
}

interface Named {
  readonly name: string;
  readonly value: string;
}

test(
  "the unit of systemd is sound",
  { skip: spawnSync("systemd-analyze", ["--version"]).status !== 0 && "no systemd" },
  () => {
    const { stderr, status } = spawnSync("systemd-analyze", ["verify", join(ROOT, "deploy/stashd.service")]);
    assert.deepEqual([stderr.toString(), status], ["", 0]);
  },
);

/** A list of names and values as an object. */
const byName = (list: readonly Named[]): Variables => Object.fromEntries(list.map(({ name, value }) => [name, value]));

const dockerfile = instructionsOf(read("Dockerfile"));
const final = dockerfile.slice(dockerfile.findLastIndex(({ name }) => name === "FROM"));

/** The last value of an instruction in the image. */
function last(name: string): string {
  return final.findLast((instruction) => instruction.name === name)!.value;
}

/** The variables of the image, with its files where they lie here. */
function imageVariables(): Variables {
  const pairs = [...last("ENV").matchAll(/(\S+)=(\S+)/g)].map(([, name, value]) => [name, value!] as const);
  const { STASHD_CONFIG, ...others } = Object.fromEntries(pairs);
  assert.match(final.map(({ value }) => value).join("\n"), new RegExp(`deploy/stashd.json ${STASHD_CONFIG}$`, "m"));
  return { ...others, STASHD_CONFIG: join(ROOT, "deploy/stashd.json") };
}

/** The options of a container with these variables. Files of secrets are made where they are named. */
function optionsOf(variables: Variables): ProgramOptions {
  const own = Object.entries(variables).map(([name, value]) => {
    if (!SECRETS.includes(name.replace(/_FILE$/, "")) || !name.endsWith("_FILE")) return [name, value];
    writeFileSync(join(folder, name), "a-secret\n");
    return [name, join(folder, name)];
  });
  const all = variablesOf({ ...imageVariables(), ...(Object.fromEntries(own) as Variables) }, []);
  const options = parseFlags([], all, VERSION);
  assert.ok(!("text" in options));
  const { exitWithParent: _, workers: __, ...forServer } = options;
  resolveOptions(forServer);
  return options;
}

describe("the Dockerfile", () => {
  test("has a stage that installs and one that runs, on the same base", () => {
    const bases = dockerfile.filter(({ name }) => name === "FROM").map(({ value }) => value);
    assert.deepEqual(bases, ["${NODE} AS build", "${NODE}"]);
    assert.equal(dockerfile[0]!.value, "NODE=docker.io/library/node:24-slim");
    const versions = dockerfile.filter(({ name, value }) => name === "ARG" && value.startsWith("VERSION="));
    assert.deepEqual(new Set(versions.map(({ value }) => value)), new Set([`VERSION=${VERSION}`]));
  });

  test("runs as a user without rights, ends by SIGTERM, and keeps one volume that this user owns", () => {
    assert.equal(last("USER"), "1000:1000");
    assert.equal(last("STOPSIGNAL"), "SIGTERM");
    assert.equal(last("VOLUME"), last("WORKDIR"));
    assert.match(last("RUN"), new RegExp(`chown 1000:1000 ${last("VOLUME")}$`));
  });

  test("listens on the ports that it names, on every address, and finds its data in the volume", () => {
    const { data, host, port, redisPort } = optionsOf({});
    assert.equal(last("EXPOSE"), `${port} ${String(redisPort)}`);
    assert.deepEqual([port, redisPort, host], [80, 6379, "0.0.0.0"]);
    // Below the working directory.
    assert.equal(data, join(process.cwd(), ".stashd"));
  });

  test("asks its own server for its health, and begins as the package's executable does", () => {
    const { bin } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { bin: { stashd: string } };
    assert.match(last("HEALTHCHECK"), /CMD \["stashd", "healthcheck"\]$/);
    const program = `/opt/stashd/package/${bin.stashd}`;
    assert.deepEqual(JSON.parse(last("ENTRYPOINT")), ["node", program]);
    assert.match(last("RUN"), new RegExp(`ln -s ${program} /usr/local/bin/stashd `));
  });

  test("copies what the context lets in, and the context holds nothing else", () => {
    const [first, ...allowed] = readFileSync(join(ROOT, ".dockerignore"), "utf8")
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"));
    assert.equal(first, "*");
    const copied = dockerfile
      .filter(({ name, value }) => (name === "COPY" || name === "ADD") && !value.startsWith("--from"))
      .flatMap(({ value }) => value.split(/\s+/).slice(0, -1));
    assert.deepEqual(
      allowed.map((line) => line.slice(1)).toSorted(),
      copied.map((file) => file.replace("${VERSION}", "*")).toSorted(),
    );
  });
});

const composeFiles = readdirSync(join(ROOT, "deploy")).filter((file) => file.startsWith("compose"));

/** A service of a compose file, as far as the tests look at it. */
interface Service {
  readonly image: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly stop_grace_period?: string;
}

describe("the compose files", () => {
  for (const file of composeFiles) {
    test(`${file}: options exist, ports are listened on, files are kept in volumes`, () => {
      const [compose] = documents(file);
      const services = at<Record<string, Service>>(compose, "services");
      const own = Object.values(services).find(({ image }) => image === "stashd")!;
      // Docker fills in what is of the form ${NAME:?why}.
      const filled = Object.entries(own.environment!).map(([name, value]) => [
        name,
        value.replace(/^\$\{.*\}$/, "x-y"),
      ]);
      const { data, port, redis = [], redisPort } = optionsOf(Object.fromEntries(filled) as Variables);
      for (const mapping of own.ports!)
        assert.ok([port, redisPort].includes(Number(mapping.split(":").at(-1))), mapping);
      const volumes = Object.keys(at<object | undefined>(compose, "volumes") ?? {});
      const mounted = Object.values(services).flatMap((service) => service.volumes ?? []);
      assert.deepEqual(
        mounted.map((mount) => mount.split(":")[0]),
        volumes,
      );
      if (data !== undefined) assert.deepEqual(own.volumes, [`stashd:${last("VOLUME")}`]);
      for (const url of [redis].flat()) assert.ok(new URL(url).hostname in services, url);
      if (file === "compose.srh.yaml") return;
      assert.deepEqual([own.read_only, own.cap_drop], [true, ["ALL"]]);
      assert.ok(Number.parseInt(own.stop_grace_period!) * 1000 > resolveOptions({}).limits.closeMsMax);
    });
  }

  test("in place of serverless-redis-http nothing but the image differs", () => {
    assert.deepEqual(
      read("compose.srh.yaml")
        .split("\n")
        .filter((line) => line.includes("stashd")),
      ["    image: stashd # was hiett/serverless-redis-http:latest"],
    );
    const [compose] = documents("compose.srh.yaml");
    const environment = at<Variables>(compose, "services", "serverless-redis-http", "environment");
    const { data, port, redis, redisPort, token } = optionsOf(environment);
    assert.deepEqual([data, port, redisPort, token], [undefined, 80, "off", "example_token"]);
    assert.deepEqual(redis, ["redis://redis:6379"]);
    // What it sets itself comes before the image's file.
    assert.equal(optionsOf({ ...environment, SRH_PORT: "8000" }).port, 8000);
    assert.equal(imageVariables()["TOKEN_RESOLUTION_FILE_PATH"], "/app/srh-config/tokens.json");
  });
});

describe("the Kubernetes manifest", () => {
  const [service, workload] = documents("kubernetes.yaml");
  const pod = at<object>(workload, "spec", "template", "spec");
  const container = at<object>(pod, "containers", 0);
  const env = at<Named[]>(container, "env");

  test("names options that exist, and ports that they listen on", () => {
    const { port, redisPort, token } = optionsOf(byName(env));
    assert.equal(token, "a-secret");
    const ports = at<{ name: string; containerPort: number }[]>(container, "ports");
    assert.deepEqual(
      ports.map(({ containerPort }) => containerPort),
      [port, redisPort],
    );
    // For clusters that keep low ports for root.
    assert.ok(port! >= 1024);
    assert.deepEqual(
      at<{ targetPort: string }[]>(service, "spec", "ports").map(({ targetPort }) => targetPort),
      ports.map(({ name }) => name),
    );
  });

  test("asks for probes that are served", () => {
    const paths = ["startupProbe", "livenessProbe", "readinessProbe"].map((probe) => {
      assert.equal(at(container, probe, "httpGet", "port"), "http");
      return at<string>(container, probe, "httpGet", "path");
    });
    assert.deepEqual(paths, ["/readyz", "/livez", "/readyz"]);
    for (const path of paths) assert.ok(path.slice(1) in ROUTES, path);
  });

  test("keeps to the restricted standard", () => {
    assert.deepEqual(at(container, "securityContext"), {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
    const context = at<Record<string, unknown>>(pod, "securityContext");
    assert.deepEqual([context["runAsNonRoot"], context["seccompProfile"]], [true, { type: "RuntimeDefault" }]);
    assert.equal(`${String(context["runAsUser"])}:${String(context["runAsGroup"])}`, last("USER"));
    assert.equal(context["fsGroup"], context["runAsGroup"]);
  });

  test("mounts the data where the image keeps it, and the token where it is read", () => {
    const mounts = at<{ name: string; mountPath: string }[]>(container, "volumeMounts");
    const paths = mounts.map(({ name, mountPath }) => [name, mountPath]);
    assert.deepEqual(paths, [
      [at(workload, "spec", "volumeClaimTemplates", 0, "metadata", "name"), last("VOLUME")],
      [at(pod, "volumes", 0, "name"), byName(env)["STASHD_TOKEN_FILE"]!.replace(/\/token$/, "")],
    ]);
    assert.equal(at(workload, "spec", "replicas"), 1);
  });

  test("gives it longer to end than it takes", () => {
    assert.ok(at<number>(pod, "terminationGracePeriodSeconds") * 1000 > resolveOptions({}).limits.closeMsMax);
  });
});

test("the workflow's service has options that exist, on the port that its URL names", () => {
  const [workflow] = documents("github-actions.yaml");
  const url = at<string>(workflow, "jobs", "test", "env", "UPSTASH_REDIS_REST_URL");
  const { port, token } = optionsOf(at<Variables>(workflow, "jobs", "test", "services", "stashd", "env"));
  assert.deepEqual(at(workflow, "jobs", "test", "services", "stashd", "ports"), [`${new URL(url).port}:${port}`]);
  assert.equal(token, at(workflow, "jobs", "test", "env", "UPSTASH_REDIS_REST_TOKEN"));
});

test("docs/docker.md names every file, and options that exist", () => {
  const text = readFileSync(join(ROOT, "docs/docker.md"), "utf8");
  const named = new Set([...text.matchAll(/deploy\/([\w.-]+\w)/g)].map(([, file]) => file));
  assert.deepEqual([...named].toSorted(), readdirSync(join(ROOT, "deploy")).toSorted());
  const variables = [...text.matchAll(/-e (STASHD_\w+)=(\w+)/g)].map(([, name, value]) => [name, value]);
  assert.ok(variables.length > 0);
  optionsOf(Object.fromEntries(variables) as Variables);
});
