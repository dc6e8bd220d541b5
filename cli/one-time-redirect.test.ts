import { expect, test } from "vitest";
import { openRedirect } from "./one-time-redirect.ts";

const target = "https://localhost/oauth2/password?token=secret";

test("the address does not hold the secret, leads to it once, and is gone", async () => {
  const { url, used } = await openRedirect(target, 5000);
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{22}$/);
  const answer = await fetch(url, { redirect: "manual" });
  expect([answer.status, answer.headers.get("location"), answer.headers.get("cache-control")]).toEqual([
    303,
    target,
    "no-store",
  ]);
  expect(await used).toBe(true);
  await expect(fetch(url, { redirect: "manual" })).rejects.toThrow("fetch failed");
});

test("who guesses another path learns nothing and uses nothing up", async () => {
  const { url, used } = await openRedirect(target, 5000);
  const wrong = await fetch(new URL("/favicon.ico", url), { redirect: "manual" });
  expect([wrong.status, wrong.headers.get("location")]).toEqual([404, null]);
  expect((await fetch(url, { redirect: "manual" })).status).toBe(303);
  expect(await used).toBe(true);
});

test("when nobody comes it ends", async () => {
  const { used } = await openRedirect(target, 1);
  expect(await used).toBe(false);
});
