import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { runTokens } from "./tokens-command.ts";
import { runUsers } from "./users-command.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "obsbox-command-"));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

async function run([command, ...args]: readonly string[]) {
  const written = { stdout: "", stderr: "" };
  vi.spyOn(process.stdout, "write").mockImplementation((text) => Boolean((written.stdout += String(text))));
  vi.spyOn(process.stderr, "write").mockImplementation((text) => Boolean((written.stderr += String(text))));
  const env = { OBSBOX_DATA_DIR: folder, OBSBOX_SECRETS_DIR: folder };
  const code = await (command === "users" ? runUsers : runTokens)(args, env);
  return { code, ...written };
}

test.each([
  ["no verb", ["users"], "expected one of: users list"],
  ["an unknown verb", ["users", "explode"], 'there is no "users explode"'],
  ["no name", ["users", "add", "--role", "admin"], "got 0 words"],
  ["no role", ["users", "add", "nora"], "there is no role"],
  ["an unknown role", ["users", "add", "nora", "--role", "root"], "expected viewer, editor, admin"],
  ["a name that cannot be", ["users", "add", "../x", "--role", "admin"], "cannot be a user name"],
  ["a user who is there", ["users", "add", "admin", "--role", "admin"], "there is a user admin already"],
  ["a user who is not there", ["users", "remove", "nobody"], "users list shows"],
  ["a reset of nobody", ["users", "reset", "nobody"], "there is no user nobody"],
  ["an unknown option", ["users", "list", "--force"], "force"],
  ["a token without scope", ["tokens", "create", "t"], "expected one or more of otlp,push,es"],
  ["an unknown scope", ["tokens", "create", "t", "--scope", "otlp,root"], '--scope is "otlp,root"'],
  ["a time that is none", ["tokens", "create", "t", "--scope", "otlp", "--expires", "soon"], "such as 30m"],
  [
    "the name of the first token",
    ["tokens", "create", "default", "--scope", "otlp"],
    "there is a token default already",
  ],
  ["a token that is not there", ["tokens", "revoke", "t"], "tokens list shows"],
])("one line says what is wrong, and nothing is done: %s", async (_what, args, message) => {
  const { code, stdout, stderr } = await run(args);
  expect([code, stdout]).toEqual([1, ""]);
  expect(stderr).toContain(message);
  expect(stderr.trim().split("\n")).toHaveLength(1);
  expect(readdirSync(folder).filter((name) => name.endsWith(".json"))).toEqual([]);
});

test("what was done is said as JSON", async () => {
  const { stdout } = await run(["users", "add", "Vera", "--role", "viewer"]);
  expect(JSON.parse(stdout)).toEqual({ user: "vera", token: expect.any(String), expires: expect.any(String) });
  expect(JSON.parse((await run(["users", "role", "vera", "admin"])).stdout)).toEqual({ user: "vera", role: "admin" });
  expect(JSON.parse((await run(["users", "remove", "vera"])).stdout)).toEqual({ user: "vera", removed: true });
  const created = await run(["tokens", "create", "ci", "--scope", "push,otlp,push", "--expires", "90d"]);
  expect(JSON.parse(created.stdout)).toEqual({ name: "ci", token: expect.stringMatching(/^obsbox_[\w-]{43}$/) });
  const [listed] = JSON.parse((await run(["tokens", "list", "--json"])).stdout);
  expect(listed).toEqual({
    name: "ci",
    scopes: ["push", "otlp"],
    created: expect.any(String),
    expires: expect.any(String),
  });
  expect(Date.parse(listed.expires) - Date.parse(listed.created)).toBe(90 * 86_400_000);
});
