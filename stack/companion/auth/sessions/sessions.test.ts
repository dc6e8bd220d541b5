import { expect, test } from "vitest";
import type { User } from "../users/user.ts";
import type { Revocations } from "./revocations.ts";
import { createSessions } from "./sessions.ts";
import { fromClaims } from "./session.ts";

const hour = 3_600_000;
const groups = { viewer: "viewer", editor: "editor", admin: "platform" };
const vera: User = { name: "vera", role: "admin", generation: 7, created: 0 };
const issuer = new URL("https://sso.test/");
const oidc = { issuer, clientId: "box", clientSecret: undefined, scopes: "openid", groupsClaim: "groups" };
const person = {
  kind: "oidc",
  issuer: issuer.href,
  user: "ann@corp.test",
  email: "ann@corp.test",
  preferredUsername: "ann",
} as const;

function createBox() {
  const box = { now: Date.now(), user: vera as User | undefined, revoked: new Set<string>() };
  const revocations: Revocations = {
    async revoke({ id }) {
      box.revoked.add(id);
    },
    isRevoked: ({ id }) => box.revoked.has(id),
  };
  const settings = {
    sessionKey: "k".repeat(43),
    idleMs: 8 * hour,
    lifetimeMs: 24 * hour,
    groups,
    localUsers: true,
    oidc,
  };
  const users = () => ({ users: new Map(box.user === undefined ? [] : [[box.user.name, box.user]]) });
  const sessionsWith = (changes: Partial<Parameters<typeof createSessions>[0]>) =>
    createSessions({ ...settings, ...changes }, users, revocations, () => box.now);
  return { box, sessions: createSessions(settings, users, revocations, () => box.now), sessionsWith };
}

const headerOf = (cookie: string) => cookie.split(";", 1)[0];

test("a session knows its user by what the user is now", async () => {
  const { box, sessions } = createBox();
  const cookie = headerOf(await sessions.begin({ kind: "local", user: "vera", generation: 7 }));
  expect(await sessions.check(cookie)).toMatchObject({
    state: "valid",
    identity: { user: "vera", role: "admin", groups: ["platform"] },
  });
  box.user = { ...vera, generation: 8 };
  expect(await sessions.check(cookie)).toMatchObject({ state: "refused", reason: "user-changed", user: "vera" });
  box.user = undefined;
  expect(await sessions.check(cookie)).toMatchObject({ state: "refused", reason: "user-changed" });
});

test("a token is made anew after five minutes, for the same session and never beyond its lifetime", async () => {
  const { box, sessions } = createBox();
  const cookie = await sessions.begin({ kind: "local", user: "vera", generation: 7 });
  expect(cookie).toContain("Max-Age=28800;");
  box.now += 5 * 60_000 - 1;
  expect(await sessions.check(headerOf(cookie))).toMatchObject({ renewed: undefined });
  box.now += 1;
  const renewed = await sessions.check(headerOf(cookie));
  expect(renewed).toMatchObject({ state: "valid", renewed: expect.stringContaining("Max-Age=28800;") });
  box.now += 23 * hour;
  const late = await sessions.check(headerOf(cookie)); // Its own end is checked against the clock of the system.
  expect(late).toMatchObject({ state: "valid", renewed: expect.stringMatching(/Max-Age=3300;/) });
});

test("a session that was ended stays ended, also in its renewed tokens", async () => {
  const { box, sessions } = createBox();
  const cookie = headerOf(await sessions.begin({ kind: "local", user: "vera", generation: 7 }));
  box.now += hour;
  const checked = await sessions.check(cookie);
  if (checked.state !== "valid") throw new Error("it is not valid");
  expect(await sessions.end(checked.session)).toContain("Max-Age=0");
  expect(await sessions.check(headerOf(checked.renewed ?? ""))).toMatchObject({
    state: "refused",
    reason: "signed-out",
  });
});

test("people of the company have their known groups, and none once the way in is another one", async () => {
  const { sessions, sessionsWith } = createBox();
  const cookie = headerOf(await sessions.begin({ ...person, groups: ["x", "platform", "viewer"] }));
  const identity = { user: "ann@corp.test", preferredUsername: "ann", role: "admin", groups: ["viewer", "platform"] };
  expect(await sessions.check(cookie)).toMatchObject({ state: "valid", identity });
  expect(await sessionsWith({ oidc: undefined }).check(cookie)).toMatchObject({ reason: "way-closed" });
  const renamed = { groups: { viewer: "a", editor: "b", admin: "c" } };
  expect(await sessionsWith(renamed).check(cookie)).toMatchObject({ reason: "no-role" });
});

test("local sessions end when local users are switched off", async () => {
  const { sessions, sessionsWith } = createBox();
  const cookie = headerOf(await sessions.begin({ kind: "local", user: "vera", generation: 7 }));
  expect(await sessionsWith({ localUsers: false }).check(cookie)).toMatchObject({ reason: "way-closed" });
});

test.each([
  {},
  { id: "1", user: "vera", started: 1, issued: 1, kind: "local" },
  { id: "1", user: "vera", started: 1, issued: 1, kind: "root", generation: 1 },
  { id: "1", user: "vera", started: "1", issued: 1, kind: "local", generation: 1 },
  { id: "1", user: "vera", started: 1, issued: 1, kind: "oidc", issuer: "i", groups: "platform" },
])("claims of another shape are no session: %j", (claims) => {
  expect(fromClaims(claims)).toBeUndefined();
});
