import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startAuth } from "../helpers/start-auth.ts";
import type { AuthServer } from "../helpers/start-auth.ts";

const password = "correct horse battery";

let server: AuthServer;

beforeAll(async () => {
  server = await startAuth();
  await server.browser().post("/oauth2/password", { token: server.firstLink, password, again: password });
  await server.addUser("vera", "viewer", password);
});
afterAll(() => server[Symbol.asyncDispose]());

const verifications = () => server.metric("obsbox_auth_verifications_total");

test("of 1,000 wrong passwords from one address at most 20 are verified, the rest wait, and others sign in meanwhile", async () => {
  const before = await verifications();
  const attacker = server.browser("203.0.113.50");
  const statuses = new Map<number, number>();
  const retryAfter = new Set<boolean>();
  let sent = 0;
  const attack = async () => {
    while (sent < 1000) {
      sent += 1;
      const name = sent % 2 === 0 ? "admin" : `user${sent}`;
      const answer = await attacker.signIn(name, `wrong password ${sent}`);
      await answer.arrayBuffer();
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      if (answer.status === 429) retryAfter.add(Number(answer.headers.get("retry-after")) > 0);
    }
  };
  const signIns: number[] = [];
  const others = async () => {
    for (let n = 0; n < 8; n += 1) signIns.push((await server.browser().signIn("vera", password)).status);
  };
  await Promise.all([...Array.from({ length: 25 }, attack), others()]);
  const verified = (await verifications()) - before - signIns.length;
  expect(signIns).toEqual(Array.from({ length: 8 }, () => 303));
  expect(verified).toBeGreaterThan(0);
  expect(verified).toBeLessThanOrEqual(20);
  expect(Object.fromEntries(statuses)).toEqual({ 401: verified, 429: 1000 - verified });
  expect([...retryAfter]).toEqual([true]);
  expect(await server.metric("obsbox_auth_logins_total", { method: "password", outcome: "limited" })).toBe(
    1000 - verified,
  );
  expect(await server.metric("obsbox_auth_limits_active")).toBeGreaterThan(0);
});

describe("limits", () => {
  test("five wrong passwords close the account for that address, also for the right one; elsewhere it is open", async () => {
    const browser = server.browser();
    for (let n = 0; n < 5; n += 1) expect((await browser.signIn("vera", `wrong password ${n}`)).status).toBe(401);
    const limited = await browser.signIn("vera", password);
    expect([limited.status, await limited.text()]).toEqual([429, expect.stringContaining("Too many wrong passwords")]);
    expect((await browser.signIn("admin", password)).status).toBe(303);
    expect((await server.browser().signIn("vera", password)).status).toBe(303);
  });

  test("a right password forgets the wrong ones before it", async () => {
    const browser = server.browser();
    for (let round = 0; round < 2; round += 1) {
      for (let n = 0; n < 4; n += 1) expect((await browser.signIn("vera", `wrong password ${n}`)).status).toBe(401);
      expect((await browser.signIn("vera", password)).status).toBe(303);
    }
  });

  test("an address of IPv6 is the network of a customer: the rest of it can be chosen freely", async () => {
    const statuses: number[] = [];
    for (let n = 1; n <= 6; n += 1) {
      statuses.push((await server.browser(`2001:db8:1:2::${n}`).signIn("vera", `wrong password ${n}`)).status);
    }
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
    expect((await server.browser("2001:db8:1:3::1").signIn("vera", password)).status).toBe(303);
  });

  test("twelve at the same moment are not verified all", async () => {
    const browser = server.browser();
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, n) => browser.signIn("admin", `wrong password ${n}`)),
    );
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(5);
  });

  test("sign-ins from very many addresses at once get 503 with Retry-After, and the service goes on", async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => server.browser().signIn("admin", "wrong password!")),
    );
    const busy = answers.filter(({ status }) => status === 503);
    expect(busy.length).toBeGreaterThan(0);
    expect(answers.filter(({ status }) => ![401, 503].includes(status))).toEqual([]);
    expect(Number(busy[0]?.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await server.browser().signIn("vera", password)).status).toBe(303);
  });
});

test("a user who is not there costs a verification like one who is", async () => {
  const before = await verifications();
  for (const name of ["admin", "nobody", "not a name", "constructor"]) {
    expect((await server.browser().signIn(name, "wrong password!")).status).toBe(401);
  }
  expect((await verifications()) - before).toBe(4);
});
