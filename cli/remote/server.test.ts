import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { clearTextWarning, readServer } from "./server.ts";
import { isAtLeast } from "./version.ts";

const folder = mkdtempSync(join(tmpdir(), "obsbox-server-"));
const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const token = file("token", "glsa_1\n");

describe("an address", () => {
  test.each([
    ["https://grafana.example.com/", "https://grafana.example.com"],
    ["http://localhost:3000/grafana//?x=1#y", "http://localhost:3000/grafana"],
  ])("%s is taken as %s", (given, url) => {
    expect(readServer("Grafana", given, {}, {}).url).toBe(url);
  });

  test.each(["grafana.example.com", "ftp://x", "", "https://me:secret@grafana.example.com"])(
    "%j is refused",
    (given) => {
      expect(() => readServer("Grafana", given, {}, {})).toThrow(expect.objectContaining({ exitCode: 2 }));
    },
  );
});

describe("who we are", () => {
  test("comes from a file, from the environment, or is a user with a password from a file", () => {
    const headersFor = (values: Record<string, string>, env = {}) =>
      readServer("Grafana", "http://x", values, env).headers;
    expect(headersFor({ "token-file": token })).toEqual({ authorization: "Bearer glsa_1" });
    expect(headersFor({}, { OBSBOX_GRAFANA_TOKEN: "glsa_2" })).toEqual({ authorization: "Bearer glsa_2" });
    expect(headersFor({ user: "a", "password-file": file("password", "b:c\n") })).toEqual({
      authorization: `Basic ${Buffer.from("a:b:c").toString("base64")}`,
    });
    expect(headersFor({})).toEqual({});
  });

  test.each([
    [{ user: "a" }, /belong together/],
    [{ "token-file": join(folder, "none") }, /none cannot be read \(ENOENT\)/],
    [{ "token-file": file("two", "a\nb\n") }, /does not hold one line/],
    [{ "token-file": file("empty", "\n") }, /does not hold one line/],
    [{ ca: join(folder, "none") }, /--ca: .* cannot be read/],
  ])("%j is refused", (values, message) => {
    expect(() => readServer("Grafana", "http://x", values, {})).toThrow(message);
  });

  test("is not sent in clear text without a word", () => {
    const warningFor = (url: string) => clearTextWarning(readServer("Grafana", url, { "token-file": token }, {}));
    expect(warningFor("http://grafana.example.com")).toMatch(/Without TLS/);
    expect([warningFor("https://grafana.example.com"), warningFor("http://127.0.0.1:3000")]).toEqual([
      undefined,
      undefined,
    ]);
  });
});

test.each([
  ["11.6.0", "11.6", true],
  ["11.5.9", "11.6", false],
  ["12.0.0-pre.1", "11.6", true],
  ["13", "11.6", true],
  ["9.4.7", "11.6", false],
  ["v2.42.0", "2.42", true],
  ["2.42.0+ds", "2.42", true],
  ["", "2.42", false],
])("%j is at least %s: %s", (version, oldest, expected) => {
  expect(isAtLeast(version, oldest)).toBe(expected);
});
