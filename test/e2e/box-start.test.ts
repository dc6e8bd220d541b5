/** A box from its beginning: started with one command, healthy, locked, and the same after a second `up` and a restart. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { components } from "../../stack/catalog.ts";
import { exceptions } from "../../stack/exceptions.ts";
import { nodeImage } from "../helpers/images.ts";
import { openBox } from "./box/box.ts";
import type { Box, Started } from "./box/box.ts";
import { inspectContainers } from "./box/inspect.ts";
import type { Container } from "./box/inspect.ts";

let box: Box & { readonly started: Started };
let containers: readonly Container[] = [];

const usual = components.filter(({ profile }) => profile === undefined);
const isException = (component: string, rule: string) =>
  exceptions.some((one) => one.component === component && one.rule === rule);

beforeAll(async () => {
  box = await openBox();
  containers = inspectContainers(box);
}, 10 * 60_000);

describe("a box that was started with one command", () => {
  test("has every component healthy, or done", () => {
    const phases = Object.fromEntries(box.started.components.map(({ name, phase }) => [name, phase]));
    const expected = usual.map(({ name, oneShot }) => [name, oneShot === true ? "done" : "healthy"]);
    expect(phases).toEqual(Object.fromEntries(expected));
    process.stderr.write(`seconds per component: ${JSON.stringify(box.started.components)}\n`);
  });

  test("is left as it is by a second up: the same containers, no new secret", async () => {
    const { stdout, code } = await box.obsbox("up", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ outcome: "unchanged" });
    expect(inspectContainers(box).map(({ id }) => id)).toEqual(containers.map(({ id }) => id));
  });

  test("keeps its secrets in files that only their owner reads, and in no other place that can be looked at", () => {
    const folder = join(box.folder, "secrets");
    const files = readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.startsWith("."))
      .map(({ name }) => name);
    for (const name of files) expect(statSync(join(folder, name)).mode & 0o777, name).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    const values = files
      .filter((name) => !name.endsWith(".crt"))
      .map((name) => readFileSync(join(folder, name), "utf8").trim());
    const visible = [JSON.stringify(containers), box.compose("logs", "--no-color"), box.compose("config")].join("\n");
    expect(values.filter((value) => visible.includes(value))).toEqual([]);
  });
});

describe("docker inspect", () => {
  test.each(usual.map(({ name }) => name))("finds %s hardened, but for its exceptions", (name) => {
    const { user, host } = containers.find(({ service }) => service === name) ?? never(name);
    expect(host).toMatchObject({
      ReadonlyRootfs: true,
      Privileged: false,
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges:true"],
      Init: true,
      LogConfig: { Type: "json-file", Config: { "max-size": "10m", "max-file": "3" } },
    });
    expect(host.Memory).toBeGreaterThan(0);
    expect(host.NanoCpus).toBeGreaterThan(0);
    expect(host.PidsLimit).toBeGreaterThan(0);
    expect([host.NetworkMode, host.PidMode, host.IpcMode]).not.toContain("host");
    expect(user.startsWith("0:")).toBe(isException(name, "user"));
    expect((host.CapAdd ?? []).length > 0).toBe(isException(name, "capabilities"));
    expect(JSON.stringify(host.Binds ?? [])).not.toContain("docker.sock");
  });

  test("finds one published port, on the loopback address", () => {
    const published = containers.flatMap(({ service, host }) =>
      Object.values(host.PortBindings ?? {}).flatMap((bindings) => bindings.map(({ HostIp }) => [service, HostIp])),
    );
    expect(published).toEqual([["nginx", "127.0.0.1"]]);
  });
});

describe("from a network of somebody else", () => {
  test("no port of any component can be reached", () => {
    const targets = containers.flatMap(({ id, addresses }) =>
      (addresses.length === 0 ? [] : listeningPorts(id)).flatMap((port) =>
        addresses.map((address) => [address, port] as const),
      ),
    );
    expect(targets.length).toBeGreaterThan(usual.length);
    expect(openFrom("bridge", targets)).toEqual([]);
    // The same question from a network of the box, to see that it is one.
    expect(openFrom(`${box.project}_metrics`, targets).length).toBeGreaterThan(10);
  });
});

test("down and up keep the users, the certificates and the data", async () => {
  const editor = await box.signedIn("editor");
  const before = await editor.ask("/prometheus/api/v1/query?query=count_over_time(up[1h])");
  const uuid = box.elasticsearch<{ cluster_uuid: string }>("/").cluster_uuid;
  expect((await box.obsbox("down")).code).toBe(0);
  expect(box.compose("ps", "--all", "--quiet").trim()).toBe("");
  box = await openBox();
  expect(box.elasticsearch<{ cluster_uuid: string }>("/").cluster_uuid).toBe(uuid);
  const after = await editor.ask("/prometheus/api/v1/query?query=count_over_time(up[1h])");
  expect([before.status, after.status]).toEqual([200, 200]);
  const counts = (body: string) => [...body.matchAll(/"(\d+)"\]/g)].map(([, count]) => Number(count));
  expect(Math.max(...counts(after.body))).toBeGreaterThanOrEqual(Math.max(...counts(before.body)));
});

type Target = readonly [address: string, port: number];

/** Which of the targets take a connection, asked from a container on a network. */
function openFrom(network: string, targets: readonly Target[]): readonly Target[] {
  const script = `
    const { connect } = require("node:net");
    const isOpen = ([host, port]) => new Promise((resolve) => {
      const socket = connect({ host, port, timeout: 1000 });
      const end = (open) => { socket.destroy(); resolve(open); };
      socket.on("connect", () => end(true)).on("error", () => end(false)).on("timeout", () => end(false));
    });
    const targets = ${JSON.stringify(targets)};
    Promise.all(targets.map(isOpen)).then((open) => console.log(JSON.stringify(targets.filter((_, i) => open[i]))));`;
  const args = ["run", "--rm", "--network", network, "--entrypoint", "node", nodeImage, "-e", script];
  return JSON.parse(execFileSync("docker", args, { encoding: "utf8" }));
}

/** Ports that a container listens on beyond its own loopback, as its kernel tells. */
function listeningPorts(id: string): readonly number[] {
  const args = ["run", "--rm", "--network", `container:${id}`, "--entrypoint", "cat", nodeImage];
  const table = execFileSync("docker", [...args, "/proc/net/tcp", "/proc/net/tcp6"], { encoding: "utf8" });
  const listening = [...table.matchAll(/^\s*\d+: ([0-9A-F]+):([0-9A-F]{4}) \S+ 0A /gm)];
  const reachable = listening.filter(([, address = ""]) => !address.endsWith("7F") && !/^0+1000000$/.test(address));
  return [...new Set(reachable.map(([, , port = ""]) => Number.parseInt(port, 16)))];
}

function never(name: string): never {
  throw new Error(`there is no container of ${name}`);
}
