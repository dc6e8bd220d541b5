import { createContextKey, ROOT_CONTEXT } from "@opentelemetry/api";
import type { Context } from "@opentelemetry/api";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { emptyContext } from "./flat-context.ts";

const keys = ["a", "b", "c"].map((name) => createContextKey(`flat-context.test ${name}`));

/** Sets a value, or takes it away when there is none. */
const step = fc.tuple(fc.constantFrom(...keys), fc.option(fc.nat(), { nil: undefined }));

function after(context: Context, [key, value]: readonly [symbol, number | undefined]): Context {
  return value === undefined ? context.deleteValue(key) : context.setValue(key, value);
}

test("whatever is set and deleted, it has the values that OpenTelemetry's own context has, and none changes", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      let pair = [emptyContext, ROOT_CONTEXT] as const;
      const all = [pair];
      for (const one of steps) all.push((pair = [after(pair[0], one), after(pair[1], one)]));
      for (const [ours, theirs] of all) {
        expect(keys.map((key) => ours.getValue(key))).toEqual(keys.map((key) => theirs.getValue(key)));
      }
    }),
  );
});
