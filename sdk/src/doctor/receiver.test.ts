import { describe, expect, test } from "vitest";
import { findSkew } from "./receiver.ts";
import { troubleOfError, troubleOfStatus } from "./troubles.ts";

const noon = Date.parse("2026-11-22T12:00:00Z");
const words = { ca: "CA_FILE", key: "HEADERS", address: "ENDPOINT" };

describe("the clock of a receiver", () => {
  test.each([
    [0, undefined],
    [4000, undefined],
    [-5000, undefined], // Written up to a second before, and rounded down.
    [9000, "the receiver's clock is 9 s ahead of this machine's"],
    [-3_600_000, "the receiver's clock is 3599 s behind this machine's"],
  ])("off by %d ms gives %s", (offMs, what) => {
    const date = new Date(noon + offMs).toUTCString();
    expect(findSkew(date, noon, noon)[0]?.what).toBe(what);
  });

  test("is right as long as its date lies between question and answer", () => {
    expect(findSkew(new Date(noon).toUTCString(), noon - 20_000, noon + 20_000)).toEqual([]);
  });

  test("that it does not tell is not guessed", () => {
    expect([findSkew(undefined, noon, noon), findSkew("soon", noon, noon)]).toEqual([[], []]);
  });
});

test.each([
  ["ENOTFOUND", "address-unknown"],
  ["ECONNREFUSED", "connection-refused"],
  ["ABORT_ERR", "no-answer"],
  ["ENETUNREACH", "no-route"],
  ["SELF_SIGNED_CERT_IN_CHAIN", "tls-refused"],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "tls-refused"],
  ["CERT_HAS_EXPIRED", "tls-refused"],
  ["ERR_TLS_CERT_ALTNAME_INVALID", "tls-refused"],
  ["ECONNRESET", "connection-failed"],
])("an error %s is %s", (code, expected) => {
  expect(troubleOfError(Object.assign(new Error("it failed"), { code }), words).code).toBe(expected);
});

test.each([
  [401, "not-authorized"],
  [403, "not-authorized"],
  [302, "wrong-path"],
  [404, "wrong-path"],
  [429, "not-available"],
  [503, "not-available"],
  [400, "not-taken"],
  [415, "not-taken"],
])("a status %d is %s", (status, expected) => {
  expect(troubleOfStatus(status, words)).toMatchObject({ code: expected, level: "failure" });
});

test("a remedy names the option to look at", () => {
  expect(troubleOfStatus(401, words)?.remedy).toBe("check the token: HEADERS");
});
