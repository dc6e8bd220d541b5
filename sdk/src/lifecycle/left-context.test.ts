import { createContextKey, ROOT_CONTEXT } from "@opentelemetry/api";
import { expect, test } from "vitest";
import { leftContext, RememberingContextManager } from "./left-context.ts";

const key = createContextKey("name");
const named = (name: string) => ROOT_CONTEXT.setValue(key, name);
const leftName = () => leftContext()?.getValue(key);
const manager = new RememberingContextManager().enable();
const fail = () => {
  throw new Error("thrown");
};

function caught(fn: () => unknown): void {
  expect(fn).toThrow("thrown");
}

test("the innermost context that an exception has left is remembered until the tick ends", async () => {
  caught(() => manager.with(named("outer"), () => manager.with(named("inner"), fail)));
  expect(leftName()).toBe("inner");
  await Promise.resolve();
  await new Promise((resolve) => setImmediate(resolve));
  expect(leftContext()).toBeUndefined();
});

test("who goes on after an exception has caught it", () => {
  caught(() => manager.with(named("first"), fail));
  expect(manager.with(named("second"), () => "fine")).toBe("fine");
  expect(leftContext()).toBeUndefined();
  caught(() => manager.with(named("third"), fail));
  expect(leftName()).toBe("third");
});

test("results, arguments and contexts are those of OpenTelemetry's own manager", () => {
  const add = function (this: { base: number }, more: number) {
    return this.base + more + Number(manager.active().getValue(key));
  };
  expect(manager.with(named("4"), add, { base: 1 }, 2)).toBe(7);
});
