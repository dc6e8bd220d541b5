import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { diagnosticCounts, silenceDiagnostics } from "../diagnostics.ts";
import { writeDiagnosticReport } from "./diagnostic-report.ts";

let dir: string;

beforeEach(() => {
  silenceDiagnostics(true);
  dir = mkdtempSync(join(tmpdir(), "obsbox-report-"));
});
afterEach(() => {
  silenceDiagnostics(false);
  rmSync(dir, { recursive: true, force: true });
});

test("a report has the stack of the error, and neither environment, arguments nor what looks like a secret", () => {
  writeDiagnosticReport(join(dir, "new"), "my/service", new TypeError("as it is, Bearer planted-secret-1"));
  const [name = ""] = readdirSync(join(dir, "new"));
  expect(name).toMatch(/^my_service\.\d{8}T\d{9}Z\.\d+\.report\.json$/);
  const text = readFileSync(join(dir, "new", name), "utf8");
  const report: Record<string, unknown> = JSON.parse(text);
  expect(report).toMatchObject({
    javascriptStack: { message: expect.stringMatching(/^TypeError: as it is, Bearer /) },
  });
  expect(text).not.toContain("planted-secret");
  expect(report).not.toHaveProperty("environmentVariables");
  expect(report).not.toHaveProperty("header.commandLine");
});

test("the ten latest reports of a service are kept", () => {
  for (let number = 0; number < 12; number++) writeDiagnosticReport(dir, `s${number % 2}`, new Error("again"));
  expect(readdirSync(dir)).toHaveLength(12);
  for (let number = 0; number < 12; number++) writeDiagnosticReport(dir, "s0", "no error");
  expect(readdirSync(dir).filter((name) => name.startsWith("s0."))).toHaveLength(10);
  expect(readdirSync(dir).filter((name) => name.startsWith("s1."))).toHaveLength(6);
});

test("a folder that cannot be made is said, and nothing is thrown", () => {
  const before = diagnosticCounts().get("crash-report") ?? 0;
  writeFileSync(join(dir, "file"), "");
  writeDiagnosticReport(join(dir, "file", "folder"), "service", new Error("as it is"));
  expect(diagnosticCounts().get("crash-report")).toBe(before + 1);
});
