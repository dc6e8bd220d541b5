import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { OperatorError } from "./errors.ts";
import { readSecret, readSize, readText, readTime, readUrl } from "./environment.ts";

const folder = mkdtempSync(join(tmpdir(), "obsbox-secrets-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("settings", () => {
  test.each<[string, number]>([
    ["30s", 30_000],
    ["15m", 900_000],
    ["12h", 43_200_000],
    ["14d", 1_209_600_000],
    ["2w", 1_209_600_000],
  ])("the time %s is %i ms", (text, ms) => {
    expect(readTime({ OBSBOX_LOGS_RETENTION: text }, "OBSBOX_LOGS_RETENTION")).toBe(ms);
  });

  test.each<[string, number]>([
    ["512MB", 512e6],
    ["10GB", 10e9],
    ["1TB", 1e12],
  ])("the size %s is %i bytes", (text, bytes) => {
    expect(readSize({ OBSBOX_LOGS_MAX_SIZE: text }, "OBSBOX_LOGS_MAX_SIZE")).toBe(bytes);
  });

  test("that are not set, or empty, have the box's default", () => {
    expect(readTime({}, "OBSBOX_LOGS_RETENTION")).toBe(1_209_600_000);
    expect(readSize({ OBSBOX_TRACES_MAX_SIZE: "" }, "OBSBOX_TRACES_MAX_SIZE")).toBe(5e9);
    expect(readText({}, "OBSBOX_HOST")).toBe("localhost");
    expect(readUrl({}, "OBSBOX_KIBANA_URL", "http://kibana:5601")).toBe("http://kibana:5601");
  });

  test.each<[string, () => unknown]>([
    [
      'OBSBOX_LOGS_RETENTION: got "soon", expected a time such as',
      () => readTime({ OBSBOX_LOGS_RETENTION: "soon" }, "OBSBOX_LOGS_RETENTION"),
    ],
    ['OBSBOX_LOGS_RETENTION: got "0d"', () => readTime({ OBSBOX_LOGS_RETENTION: "0d" }, "OBSBOX_LOGS_RETENTION")],
    ['OBSBOX_LOGS_RETENTION: got "10GB"', () => readTime({ OBSBOX_LOGS_RETENTION: "10GB" }, "OBSBOX_LOGS_RETENTION")],
    [
      'OBSBOX_LOGS_MAX_SIZE: got "10", expected a size such as',
      () => readSize({ OBSBOX_LOGS_MAX_SIZE: "10" }, "OBSBOX_LOGS_MAX_SIZE"),
    ],
    [
      'OBSBOX_LOGS_MAX_SIZE: got "99999999999TB"',
      () => readSize({ OBSBOX_LOGS_MAX_SIZE: "99999999999TB" }, "OBSBOX_LOGS_MAX_SIZE"),
    ],
    [
      'OBSBOX_KIBANA_URL: got "kibana", expected an address',
      () => readUrl({ OBSBOX_KIBANA_URL: "kibana" }, "OBSBOX_KIBANA_URL", ""),
    ],
  ])("%s is refused by name", (message, read) => {
    expect(read).toThrow(OperatorError);
    expect(read).toThrow(message);
  });
});

describe("secrets", () => {
  const env = { OBSBOX_SECRETS_DIR: folder };

  test("are one line, with or without its end", () => {
    writeFileSync(join(folder, "one"), "secret\n");
    expect(readSecret(env, "one")).toBe("secret");
  });

  test("that are missing or empty are named, and never shown", () => {
    writeFileSync(join(folder, "empty"), "\n");
    expect(() => readSecret(env, "empty")).toThrow("the secret empty is empty");
    expect(() => readSecret(env, "absent")).toThrow("the secret absent cannot be read: ENOENT");
  });
});
