import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createColorToken } from "./color-token.ts";

const traceId = "0af7651916cd43dd8448eb211c80319c";
const minuteMs = 60_000;
const secret = "a secret of the services";

function tokenAt(clock: { now: number }, given = secret) {
  return createColorToken(given, () => clock.now);
}

test("a token is only the very same text", () => {
  const token = createColorToken(secret);
  expect(token.isToken(secret)).toBe(true);
  for (const other of ["", secret.slice(1), `${secret} `, secret.toUpperCase(), "x".repeat(100_000)]) {
    expect(token.isToken(other)).toBe(false);
  }
});

test("a mark holds for its own trace, for as long as it says, among services with the same token", () => {
  const clock = { now: 1_800_000_000_000 };
  const mark = tokenAt(clock).mark(traceId);
  const other = tokenAt(clock);
  expect(mark).toMatch(/^[0-9a-z]+\.[0-9a-f]{32}$/);
  expect(other.isMark(mark, traceId)).toBe(true);
  expect(other.isMark(mark, traceId.replace("0", "1"))).toBe(false);
  expect(tokenAt(clock, "a secret of somebody else").isMark(mark, traceId)).toBe(false);
  clock.now += 14 * minuteMs;
  expect(other.isMark(mark, traceId)).toBe(true);
  clock.now += 3 * minuteMs;
  expect(other.isMark(mark, traceId)).toBe(false);
});

test("nothing else is a mark, whatever is sent", () => {
  const token = createColorToken(secret);
  const mark = token.mark(traceId);
  const changed = fc
    .tuple(fc.nat({ max: mark.length - 1 }), fc.constantFrom(..."0 1 2 3 9 a b e f g z . - é \u0000".split(" ")))
    .map(([at, character]) => mark.slice(0, at) + character + mark.slice(at + 1))
    .filter((text) => text !== mark);
  fc.assert(
    fc.property(fc.oneof(changed, fc.string(), fc.string({ unit: "binary-ascii" })), (given) => {
      expect(token.isMark(given, traceId)).toBe(false);
    }),
    { numRuns: 500 },
  );
});
