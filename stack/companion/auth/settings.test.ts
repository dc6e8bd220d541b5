import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readSettings } from "./settings.ts";

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "obsbox-settings-"));
  writeFileSync(join(folder, "session-key"), `${"k".repeat(43)}\n`);
  writeFileSync(join(folder, "oidc-client-secret"), "secret\n");
});
afterAll(() => rmSync(folder, { recursive: true }));

test("an empty environment gives the defaults of the box", () => {
  expect(readSettings({ OBSBOX_SECRETS_DIR: folder, OBSBOX_OIDC_ISSUER: "", OBSBOX_SESSION_IDLE: " " })).toEqual({
    origin: "https://localhost",
    port: 4180,
    groups: { viewer: "viewer", editor: "editor", admin: "admin" },
    localUsers: true,
    idleMs: 8 * 3_600_000,
    lifetimeMs: 24 * 3_600_000,
    oidc: undefined,
    dataDir: "/var/lib/obsbox",
    sessionKey: "k".repeat(43),
    firstLink: undefined,
    machineToken: undefined,
  });
});

test("a company login is read with its secret", () => {
  const env = {
    OBSBOX_SECRETS_DIR: folder,
    OBSBOX_OIDC_ISSUER: "https://sso.test/realm",
    OBSBOX_OIDC_CLIENT_ID: "box",
  };
  expect(readSettings(env).oidc).toEqual({
    issuer: new URL("https://sso.test/realm"),
    clientId: "box",
    clientSecret: "secret",
    scopes: "openid email profile groups",
    groupsClaim: "groups",
  });
});

test("everything that is wrong is said at once", () => {
  const env = { OBSBOX_SECRETS_DIR: folder, OBSBOX_URL: "box", OBSBOX_AUTH_PORT: "x", OBSBOX_LOCAL_USERS: "no" };
  expect(() => readSettings(env)).toThrow(
    /OBSBOX_URL: got "box".*OBSBOX_AUTH_PORT: got "x".*OBSBOX_LOCAL_USERS: got "no"/,
  );
});

test.each([
  [{ OBSBOX_URL: "http://box.test" }, "OBSBOX_URL"],
  [{ OBSBOX_URL: "https://box.test/path" }, "OBSBOX_URL"],
  [{ OBSBOX_AUTH_PORT: "99999" }, "OBSBOX_AUTH_PORT"],
  [{ OBSBOX_SESSION_IDLE: "0h" }, "OBSBOX_SESSION_IDLE"],
  [{ OBSBOX_ADMIN_GROUP: "a,b" }, "OBSBOX_ADMIN_GROUP"],
  [{ OBSBOX_ADMIN_GROUP: "viewer" }, "three different"],
  [{ OBSBOX_LOCAL_USERS: "off" }, "OBSBOX_OIDC_ISSUER"],
  [{ OBSBOX_OIDC_ISSUER: "http://sso.test", OBSBOX_OIDC_CLIENT_ID: "box" }, "https://"],
  [{ OBSBOX_OIDC_ISSUER: "https://sso.test" }, "OBSBOX_OIDC_CLIENT_ID"],
  [{ OBSBOX_SESSION_LIFETIME: "forever" }, "OBSBOX_SESSION_LIFETIME"],
])("what cannot be used is named: %j", (env, message) => {
  expect(() => readSettings({ OBSBOX_SECRETS_DIR: folder, ...env })).toThrow(message);
});

test("a key that is too short was not made by the box", () => {
  const weak = mkdtempSync(join(folder, "weak-"));
  writeFileSync(join(weak, "session-key"), "short");
  expect(() => readSettings({ OBSBOX_SECRETS_DIR: weak })).toThrow("fewer than 32");
  expect(() => readSettings({ OBSBOX_SECRETS_DIR: join(weak, "nowhere") })).toThrow("session-key in");
});
