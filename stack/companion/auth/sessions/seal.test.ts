import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createSeal } from "./seal.ts";

const secret = "k".repeat(43);
const soon = () => Date.now() + 60_000;

test("a sealed token is opened with the same secret for the same purpose only", async () => {
  const token = await createSeal(secret, "session").seal({ user: "vera" }, soon());
  expect(await createSeal(secret, "session").open(token)).toMatchObject({ state: "valid", claims: { user: "vera" } });
  expect(await createSeal(secret, "oidc-state").open(token)).toEqual({ state: "forged" });
  expect(await createSeal(`${secret}x`, "session").open(token)).toEqual({ state: "forged" });
  expect(token).not.toContain(btoa("vera").slice(0, 4));
});

test("a token that is over is expired", async () => {
  const seal = createSeal(secret, "session");
  expect(await seal.open(await seal.seal({}, Date.now() - 1000))).toEqual({ state: "expired" });
});

test("nothing but a sealed token opens, and nothing throws", async () => {
  const seal = createSeal(secret, "session");
  const token = await seal.seal({ user: "vera" }, soon());
  const changed = fc
    .tuple(fc.nat(token.length - 1), fc.constantFrom("A", "Z", "a", "0", "-", "_", ".", "=", "%", " "))
    .map(([at, character]) => token.slice(0, at) + character + token.slice(at + 1));
  await fc.assert(
    fc.asyncProperty(fc.oneof(changed, fc.string()), async (text) => {
      const { state } = await seal.open(text);
      // The last character of a part holds bits that are not used.
      expect([
        text === token ? "valid" : "forged",
        state === "valid" && isSameBytes(text, token) ? "valid" : "forged",
      ]).toContain(state);
    }),
    { numRuns: 500 },
  );
});

function isSameBytes(one: string, other: string): boolean {
  const bytes = (text: string) =>
    text
      .split(".")
      .map((part) => Buffer.from(part, "base64url").toString("hex"))
      .join(".");
  return bytes(one) === bytes(other);
}
