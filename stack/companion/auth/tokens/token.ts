/** Machine tokens as tokens.json keeps them. */
import { fieldsOf, listOf, numberOf, optional, textOf } from "../files/fields.ts";

export const scopes = ["otlp", "push", "es"] as const;

export type Scope = (typeof scopes)[number];

export interface Token {
  readonly name: string;
  readonly sha256: string;
  readonly scopes: readonly Scope[];
  /** Milliseconds since 1970. */
  readonly created?: number;
  readonly expires?: number;
  readonly lastUsed?: number;
}

export interface TokensFile {
  readonly tokens: ReadonlyMap<string, Token>;
  /** Digest of the box's first token, once it has been revoked. */
  readonly revokedFirst?: string;
  readonly firstLastUsed?: number;
}

export const noTokens: TokensFile = { tokens: new Map() };

const version = 1;

export function isScope(text: unknown): text is Scope {
  return scopes.some((scope) => scope === text);
}

/** @throws Error that says what is wrong. */
export function parseTokens(json: unknown): TokensFile {
  const fields = fieldsOf(json, "the file");
  if (fields["version"] !== version)
    throw new Error(`its version is ${String(fields["version"])}, expected ${version}`);
  const tokens = listOf(fields["tokens"], "tokens").map(parseToken);
  return {
    tokens: new Map(tokens.map((token) => [token.name, token])),
    ...optional("revokedFirst", fields, textOf),
    ...optional("firstLastUsed", fields, numberOf),
  };
}

export function formatTokens({ tokens, ...rest }: TokensFile): unknown {
  return { version, ...rest, tokens: [...tokens.values()] };
}

function parseToken(json: unknown): Token {
  const fields = fieldsOf(json, "a token");
  return {
    name: textOf(fields, "name"),
    sha256: textOf(fields, "sha256"),
    scopes: listOf(fields["scopes"], "scopes").filter(isScope),
    ...optional("created", fields, numberOf),
    ...optional("expires", fields, numberOf),
    ...optional("lastUsed", fields, numberOf),
  };
}
