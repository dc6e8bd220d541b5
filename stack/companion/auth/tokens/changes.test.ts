import { expect, test } from "vitest";
import { sha256 } from "../secret-digest.ts";
import { addToken, allTokens, noteUse, revokeToken } from "./changes.ts";
import { formatTokens, noTokens, parseTokens } from "./token.ts";

const token = { name: "ci", sha256: sha256("secret"), scopes: ["push"], created: 1 } as const;

test("the first token comes first, until it is revoked; another secret is another token", () => {
  const file = addToken(noTokens, token);
  expect(allTokens(file, "first").map(({ name }) => name)).toEqual(["default", "ci"]);
  const revoked = revokeToken(file, "default", "first");
  expect(allTokens(revoked, "first").map(({ name }) => name)).toEqual(["ci"]);
  expect(allTokens(revoked, "rotated").map(({ name }) => name)).toEqual(["default", "ci"]);
  expect(allTokens(file, undefined).map(({ name }) => name)).toEqual(["ci"]);
});

test("uses are noted for tokens that are still there", () => {
  const used = noteUse(
    addToken(noTokens, token),
    new Map([
      ["ci", 5],
      ["default", 6],
      ["gone", 7],
    ]),
  );
  expect(allTokens(used, "first").map(({ name, lastUsed }) => [name, lastUsed])).toEqual([
    ["default", 6],
    ["ci", 5],
  ]);
});

test("what is written is read again, without scopes that are not known", () => {
  const file = revokeToken(addToken(noTokens, { ...token, expires: 9 }), "default", "first");
  expect(parseTokens(JSON.parse(JSON.stringify(formatTokens(file))))).toEqual(file);
  const foreign = { version: 1, tokens: [{ ...token, scopes: ["push", "root"] }] };
  expect(parseTokens(foreign).tokens.get("ci")?.scopes).toEqual(["push"]);
});
