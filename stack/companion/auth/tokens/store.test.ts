import { expect, test } from "vitest";
import type { DataFile } from "../files/data-file.ts";
import { sha256 } from "../secret-digest.ts";
import { addToken } from "./changes.ts";
import { createTokens } from "./store.ts";
import { noTokens } from "./token.ts";
import type { TokensFile } from "./token.ts";

function fileOf(content: TokensFile): DataFile<TokensFile> & { content: TokensFile } {
  const file = {
    content,
    read: () => file.content,
    async change<R>(change: (before: TokensFile) => readonly [TokensFile, R]) {
      const [after, result] = change(file.content);
      file.content = after;
      return result;
    },
  };
  return file;
}

test("a token is good for its scopes until it expires, and a change of the file counts at once", async () => {
  let now = 100;
  const file = fileOf(addToken(noTokens, { name: "ci", sha256: sha256("secret"), scopes: ["push"], expires: 200 }));
  const tokens = createTokens(file, { first: "first", onProblem: () => {}, now: () => now });
  expect(tokens.check("secret", "push")).toEqual({ outcome: "ok", name: "ci" });
  expect(tokens.check("secret", "otlp")).toEqual({ outcome: "scope", name: "ci" });
  expect(tokens.check("first", "otlp")).toEqual({ outcome: "ok", name: "default" });
  expect(tokens.check("", "otlp")).toEqual({ outcome: "unknown" });
  now = 200;
  expect(tokens.check("secret", "push")).toEqual({ outcome: "expired", name: "ci" });
  file.content = noTokens;
  expect(tokens.check("secret", "push")).toEqual({ outcome: "unknown" });
  await tokens.stop();
  expect(file.content.firstLastUsed).toBe(100);
});
