/** What can happen to tokens.json: each change takes the content and gives the new one. */
import { OperatorError } from "../../errors.ts";
import { sha256 } from "../secret-digest.ts";
import { scopes } from "./token.ts";
import type { Token, TokensFile } from "./token.ts";

/** Name of the token that the box was made with. */
export const firstToken = "default";

/** Every check compares with every token. */
const maxTokens = 200;

/** All tokens that there are: those of the file, and the first one unless it was revoked. */
export function allTokens(file: TokensFile, firstSecret: string | undefined): readonly Token[] {
  const own = [...file.tokens.values()];
  if (firstSecret === undefined) return own;
  const digest = sha256(firstSecret);
  if (digest === file.revokedFirst) return own;
  const lastUsed = file.firstLastUsed === undefined ? {} : { lastUsed: file.firstLastUsed };
  return [{ name: firstToken, sha256: digest, scopes, ...lastUsed }, ...own];
}

/** @throws OperatorError when the name is taken. */
export function addToken(file: TokensFile, token: Token): TokensFile {
  if (token.name === firstToken || file.tokens.has(token.name)) {
    throw new OperatorError(`there is a token ${token.name} already`, "choose another name, or revoke that one first");
  }
  if (file.tokens.size >= maxTokens) {
    throw new OperatorError(`there are ${maxTokens} tokens already`, "revoke those that tokens list shows as unused");
  }
  return { ...file, tokens: new Map(file.tokens).set(token.name, token) };
}

/** @throws OperatorError when there is no such token. */
export function revokeToken(file: TokensFile, name: string, firstSecret: string | undefined): TokensFile {
  const token = allTokens(file, firstSecret).find((known) => known.name === name);
  if (token === undefined) throw new OperatorError(`there is no token ${name}`, "tokens list shows which there are");
  if (name === firstToken) return { ...file, revokedFirst: token.sha256 };
  const tokens = new Map(file.tokens);
  tokens.delete(name);
  return { ...file, tokens };
}

/** Notes when tokens were used last. */
export function noteUse(file: TokensFile, uses: ReadonlyMap<string, number>): TokensFile {
  const tokens = [...file.tokens.values()].map((token) => {
    const lastUsed = uses.get(token.name);
    return [token.name, lastUsed === undefined ? token : { ...token, lastUsed }] as const;
  });
  const first = uses.get(firstToken);
  return { ...file, tokens: new Map(tokens), ...(first === undefined ? {} : { firstLastUsed: first }) };
}
