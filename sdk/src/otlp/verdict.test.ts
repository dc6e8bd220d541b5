import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseRetryAfter, verdictOf } from "./verdict.ts";

const now = Date.parse("2026-11-22T10:00:00Z");
const answer = (status: number, body = "", retryAfter?: string) => ({ status, retryAfter, body: Buffer.from(body) });

describe("an answer", () => {
  test.each([200, 202, 204])("of %i takes what was sent", (status) => {
    expect(verdictOf(answer(status), now).kind).toBe("taken");
  });

  test.each([401, 403, 407, 408, 429, 502, 503, 504])("of %i is one for now", (status) => {
    expect(verdictOf(answer(status), now).kind).toBe("again");
  });

  test.each([301, 400, 404, 413, 415, 500, 501])("of %i is one for ever", (status) => {
    expect(verdictOf(answer(status), now).kind).toBe("refused");
  });

  test("shows what it says, without what cannot be read", () => {
    expect(verdictOf(answer(400, "bad\u0000\n spans"), now)).toMatchObject({ message: "it answered 400 bad spans" });
    expect(verdictOf(answer(503), now)).toMatchObject({ message: "it answered 503" });
  });

  test("that does not come is a failure for now", () => {
    const silence = { status: undefined, message: "no answer within 3000 ms", isTimeout: true } as const;
    expect(verdictOf(silence)).toMatchObject({ kind: "again", message: silence.message, isTimeout: true });
  });
});

test.each([
  ["120", 120_000],
  [" 5 ", 5000],
  ["Sun, 22 Nov 2026 10:00:30 GMT", 30_000],
  ["Sun, 22 Nov 2026 09:00:00 GMT", 0],
  ["soon", undefined],
  ["-5x", undefined],
  [undefined, undefined],
])("Retry-After %s asks for %s ms", (value, expected) => {
  expect(parseRetryAfter(value, now)).toBe(expected);
});

test("whatever stands in Retry-After, it asks for a time that is not negative, or for none", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.integer().map(String), fc.date().map(String)), (value) => {
      const ms = parseRetryAfter(value, now);
      expect(ms ?? 0).toBeGreaterThanOrEqual(0);
    }),
  );
});
