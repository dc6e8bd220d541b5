import { expect, test } from "vitest";
import { withOutcome } from "./outcome.ts";
import type { Failure } from "./outcome.ts";

const boom = new Error("boom");

function watch<T>(fn: () => T) {
  const told: Failure[] = [];
  return { told, call: () => withOutcome(fn, (failure) => void told.push(failure)) };
}

test("a value is given on, and told once as success", () => {
  const { told, call } = watch(() => 42);
  expect(call()).toBe(42);
  expect(told).toEqual([undefined]);
});

test("an error is thrown on, and told once", () => {
  const { told, call } = watch((): number => {
    throw boom;
  });
  expect(call).toThrow(boom);
  expect(told).toEqual([{ error: boom }]);
});

test("a promise is told when it settles, not before", async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const { told, call } = watch(() => promise);
  const result = call();
  expect(told).toEqual([]);
  resolve("done");
  await expect(result).resolves.toBe("done");
  expect(told).toEqual([undefined]);
});

test.each([[boom], [undefined], ["text"]])("a rejection with %s is passed on and told once", async (reason) => {
  const { told, call } = watch(() => Promise.reject(reason));
  await expect(call()).rejects.toBe(reason);
  expect(told).toEqual([{ error: reason }]);
});

test("a lazy query, which has then() but is no promise, is not set going", () => {
  let isAsked = false;
  // oxlint-disable-next-line unicorn/no-thenable -- what query builders give
  const query = { then: () => (isAsked = true) };
  const { told, call } = watch(() => query);
  expect(call()).toBe(query);
  expect([told, isAsked]).toEqual([[undefined], false]);
});
