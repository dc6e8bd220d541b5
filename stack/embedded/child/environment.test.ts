import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { childEnvironment } from "./environment.ts";

const url = "http://localhost:4318";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "obsbox child "));
});
afterEach(() => rmSync(folder, { recursive: true }));

function importOf(env: NodeJS.ProcessEnv): string {
  const [, href = ""] = /--import=(\S+)$/.exec(env["NODE_OPTIONS"] ?? "") ?? [];
  return fileURLToPath(href);
}

test("telemetry goes to the box, whatever the user has set", () => {
  const own = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://elsewhere", OTEL_EXPORTER_PROMETHEUS_PORT: "9464", PATH: "/bin" };
  expect(childEnvironment(own, url, folder)).toMatchObject({
    PATH: "/bin",
    OBSBOX_LOG_FORMAT: "ecs",
    OTEL_EXPORTER_OTLP_ENDPOINT: url,
    OTEL_EXPORTER_PROMETHEUS_HOST: "127.0.0.1",
    OTEL_EXPORTER_PROMETHEUS_PORT: "0",
  });
});

test("what else the user has set stays", () => {
  const env = childEnvironment({ NODE_OPTIONS: "--max-old-space-size=64", OTEL_BSP_SCHEDULE_DELAY: "9" }, url, folder);
  expect(env["NODE_OPTIONS"]).toMatch(/^--max-old-space-size=64 --import=file:/);
  expect(env["OTEL_BSP_SCHEDULE_DELAY"]).toBe("9");
  expect(childEnvironment({}, url, folder)["OTEL_BSP_SCHEDULE_DELAY"]).toBe("500");
});

test("the program's own copy of the SDK is loaded where it has one, else that of the box", () => {
  expect(importOf(childEnvironment({}, url, folder))).not.toContain(folder);
  const own = join(folder, "node_modules/@obsbox/sdk");
  mkdirSync(own, { recursive: true });
  writeFileSync(join(own, "package.json"), JSON.stringify({ exports: { "./register": "./register.js" } }));
  expect(importOf(childEnvironment({}, url, folder))).not.toContain(folder);
  writeFileSync(join(own, "register.js"), "");
  expect(importOf(childEnvironment({}, url, folder))).toContain(join(own, "register.js"));
});
