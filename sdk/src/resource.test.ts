import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { resolveOptions } from "./options.ts";
import type { StartOptions } from "./options.ts";
import { describeService, entryPoint, readNearestPackage } from "./resource.ts";

let folder: string;
const [, startedWith = ""] = process.argv;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "obsbox-resource-"));
  write("package.json", '{ "name": "from-package", "version": "1.2.3" }');
  process.argv[1] = write("src/main.js", "");
});
afterEach(() => {
  process.argv[1] = startedWith;
  rmSync(folder, { recursive: true });
});

function write(name: string, content: string): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

const describeWith = (input: StartOptions, env: Record<string, string> = {}) =>
  describeService(resolveOptions(input, env).service, env);

describe("the service", () => {
  const attributes = "service.name=listed,service.version=7,deployment.environment.name=staging";
  test.each([
    ["the package.json of its entry point", {}, {}, ["from-package", "1.2.3", undefined]],
    ["NODE_ENV", {}, { NODE_ENV: "production" }, ["from-package", "1.2.3", "production"]],
    ["resource attributes", {}, { NODE_ENV: "x", OTEL_RESOURCE_ATTRIBUTES: attributes }, ["listed", "7", "staging"]],
    [
      "its own variable before them",
      {},
      { OTEL_SERVICE_NAME: "named", OTEL_RESOURCE_ATTRIBUTES: attributes },
      ["named", "7", "staging"],
    ],
    [
      "code before all of them",
      { serviceName: "coded", serviceVersion: "9", environment: "test" },
      { OTEL_SERVICE_NAME: "named", OTEL_RESOURCE_ATTRIBUTES: attributes },
      ["coded", "9", "test"],
    ],
    [
      "what follows where an attribute is empty",
      {},
      { NODE_ENV: "", OTEL_RESOURCE_ATTRIBUTES: "service.name=,service.version=,deployment.environment.name=" },
      ["from-package", "1.2.3", undefined],
    ],
  ])("is described by %s", (_source, input, env, expected) => {
    const service = describeWith(input, env);
    expect([service.name, service.version, service.environment]).toEqual(expected);
    expect(service.attributes["service.name"]).toBe(service.name);
  });

  test("has a name even when nothing tells one", () => {
    process.argv[1] = "-";
    const before = process.cwd();
    process.chdir("/");
    try {
      expect(describeWith({}).name).toBe("unknown_service:node");
    } finally {
      process.chdir(before);
    }
  });

  test("is another instance in each process, unless it is told which", () => {
    expect(describeWith({}).instanceId).not.toBe(describeWith({}).instanceId);
    expect(describeWith({ resourceAttributes: { "service.instance.id": "pod-1" } }).instanceId).toBe("pod-1");
  });

  test("keeps further attributes and says nothing of command line, owner or paths", () => {
    const { attributes } = describeWith({ resourceAttributes: { team: "checkout" } });
    expect(Object.keys(attributes).toSorted()).toEqual([
      "host.name",
      "process.pid",
      "process.runtime.name",
      "process.runtime.version",
      "service.instance.id",
      "service.name",
      "service.version",
      "team",
      "telemetry.distro.name",
      "telemetry.distro.version",
    ]);
    expect(Object.values(attributes).join(" ")).not.toContain(folder);
  });
});

describe("the nearest package.json", () => {
  test.each([
    ["only says the kind of modules", '{ "type": "module" }'],
    ["is not JSON", "{"],
    ["is no object", "null"],
    ["has an empty name", '{ "name": "" }'],
    ["has a name that is no text", '{ "name": 7 }'],
  ])("is passed over where it %s", (_what, content) => {
    write("dist/package.json", content);
    expect(readNearestPackage(join(folder, "dist/main.js"))).toMatchObject({ name: "from-package" });
  });

  test("gives no version that is not a text", () => {
    write("dist/package.json", '{ "name": "numbered", "version": 3 }');
    const found = readNearestPackage(join(folder, "dist/main.js"));
    expect([found?.name, found?.version]).toEqual(["numbered", undefined]);
  });
});

test("an entry point that is not there is none", () => {
  process.argv[1] = join(folder, "gone.js");
  expect(entryPoint()).toBeUndefined();
});
