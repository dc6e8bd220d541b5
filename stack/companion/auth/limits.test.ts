import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createLimits } from "./limits.ts";
import type { SignInLimits } from "./limits.ts";

let limits: SignInLimits;

beforeEach(() => {
  vi.useFakeTimers();
  limits = createLimits();
});
afterEach(() => void vi.useRealTimers());

async function admitted(tries: number, address: string, user: (n: number) => string): Promise<number> {
  let count = 0;
  for (let n = 0; n < tries; n += 1) if ((await limits.admit(address, user(n))) === undefined) count += 1;
  return count;
}

test("an account takes five tries in five minutes from one address, and as many from another one", async () => {
  expect(await admitted(9, "192.0.2.1", () => "vera")).toBe(5);
  expect(await limits.admit("192.0.2.1", "vera")).toBe(300);
  expect(await admitted(9, "192.0.2.2", () => "vera")).toBe(5);
  vi.advanceTimersByTime(300_000);
  expect(await limits.admit("192.0.2.1", "vera")).toBeUndefined();
});

test("an address takes ten tries a minute over all accounts: at most 20 in any minute", async () => {
  const anyone = (n: number) => `user${n}`;
  vi.advanceTimersByTime(1000);
  expect(await admitted(500, "192.0.2.1", anyone)).toBe(10);
  vi.advanceTimersByTime(60_000);
  expect(await admitted(500, "192.0.2.1", anyone)).toBe(10);
});

test("an address takes a hundred tries an hour", async () => {
  let count = 0;
  for (let minute = 0; minute < 30; minute += 1) {
    count += await admitted(20, "192.0.2.1", (n) => `user${minute}-${n}`);
    vi.advanceTimersByTime(60_000);
  }
  expect(count).toBe(100);
});

test("a right password takes its try back and forgets the wrong ones of that account", async () => {
  for (let round = 0; round < 20; round += 1) {
    expect(await limits.admit("192.0.2.1", "vera")).toBeUndefined();
    await limits.forgive("192.0.2.1", "vera", true);
  }
  expect(await admitted(4, "192.0.2.1", () => "vera")).toBe(4);
  await limits.admit("192.0.2.1", "vera");
  await limits.forgive("192.0.2.1", "vera", true);
  expect(await admitted(4, "192.0.2.1", () => "vera")).toBe(4);
});

test("a try that was not verified is taken back, and no more", async () => {
  expect(await admitted(4, "192.0.2.1", () => "vera")).toBe(4);
  await limits.admit("192.0.2.1", "vera");
  await limits.forgive("192.0.2.1", "vera", false);
  expect(await admitted(4, "192.0.2.1", () => "vera")).toBe(1);
});

test("a closed account does not close its address", async () => {
  expect(await admitted(200, "192.0.2.1", () => "vera")).toBe(5);
  expect(await admitted(5, "192.0.2.1", () => "nora")).toBe(5);
  expect(limits.active()).toBe(1);
});

test("however many addresses come, there are no more keys than buckets", async () => {
  limits = createLimits(16);
  for (let n = 0; n < 500; n += 1) await limits.admit(`192.0.2.${n % 256}`, `user${n}`);
  expect(vi.getTimerCount()).toBeLessThanOrEqual(3 * 16);
});
