import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeSecrets, randomSecrets, readSecret } from "../box/secrets.ts";
import { redactorOf } from "./redact.ts";

const folder = mkdtempSync(join(tmpdir(), "obsbox-redact-"));
makeSecrets(folder);
writeFileSync(join(folder, "secrets/oidc-client-secret"), "company-secret\n");
const redact = redactorOf({ folder });

test("no secret of the box is left in a text, alone or in a header", () => {
  const values = [...randomSecrets, "oidc-client-secret"].map((name) => readSecret(folder, name) ?? "");
  const password = readSecret(folder, "elasticsearch-viewer") ?? "";
  const header = Buffer.from(`obsbox_viewer:${password}`).toString("base64");
  const text = redact(`begin ${values.join(" x ")} ${header} end`);
  for (const value of [...values, header]) expect(text).not.toContain(value);
  expect(text).toMatch(/^begin \[redacted\].*end$/);
});

test.each([
  ["Authorization: Bearer abcdefghijklmnopqrstuv", "Authorization: [redacted]"],
  ['"authorization":"Basic dXNlcjpwYXNz"', '"authorization":"[redacted]"'],
  ["sent bearer abcdefghijklmnopqrstuv to it", "sent bearer [redacted] to it"],
  ["GET /oauth2/password?token=abc&x=1", "GET /oauth2/password?token=[redacted]&x=1"],
  ["password: hunter2, user: x", "password: [redacted], user: x"],
  ["SLACK_API_KEY=xoxb-1", "SLACK_API_KEY=[redacted]"],
  [
    "-----BEGIN PRIVATE KEY-----\nMIG\n-----END PRIVATE KEY-----",
    "-----BEGIN PRIVATE KEY-----[redacted]-----END PRIVATE KEY-----",
  ],
  ["the tokens of machines are well", "the tokens of machines are well"],
])("%j is handed on as %j", (text, expected) => {
  expect(redact(text)).toBe(expected);
});

test("without a folder of secrets the patterns still hold", () => {
  expect(redactorOf({ folder: "/nowhere" })("password=x")).toBe("password=[redacted]");
});
