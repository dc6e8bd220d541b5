/** tokens.json, and what every request of a machine asks: whether its token is known and may do this. */
import { join } from "node:path";
import { openDataFile } from "../files/data-file.ts";
import type { DataFile } from "../files/data-file.ts";
import { isSameDigest, sha256 } from "../secret-digest.ts";
import { allTokens, noteUse } from "./changes.ts";
import { formatTokens, noTokens, parseTokens } from "./token.ts";
import type { Scope, Token, TokensFile } from "./token.ts";

export type TokenCheck =
  | { readonly outcome: "ok" | "scope" | "expired"; readonly name: string }
  | { readonly outcome: "unknown" };

export interface Tokens {
  check(token: string, scope: Scope): TokenCheck;
  /** Writes when tokens were used last, and stops doing so each minute. */
  stop(): Promise<void>;
}

const checkEveryMs = 1000;
const noteEveryMs = 60_000;

/** @throws OperatorError when the file is there and cannot be read. */
export function openTokensFile(dataDir: string, onProblem?: (message: string) => void): DataFile<TokensFile> {
  return openDataFile({
    path: join(dataDir, "tokens.json"),
    empty: noTokens,
    parse: parseTokens,
    format: formatTokens,
    checkEveryMs,
    ...(onProblem === undefined ? {} : { onProblem }),
  });
}

export interface TokensSettings {
  /** The token that the box was made with. */
  readonly first: string | undefined;
  /** Hears why uses could not be written. */
  readonly onProblem: (error: unknown) => void;
  readonly now?: () => number;
}

export function createTokens(file: DataFile<TokensFile>, { first, onProblem, now = Date.now }: TokensSettings): Tokens {
  let content: TokensFile | undefined;
  let tokens: readonly Token[] = [];
  let uses = new Map<string, number>();

  const current = (): readonly Token[] => {
    const latest = file.read();
    if (latest !== content) [content, tokens] = [latest, allTokens(latest, first)];
    return tokens;
  };
  const writeUses = async (): Promise<void> => {
    if (uses.size === 0) return;
    const written = uses;
    uses = new Map();
    await file.change((latest) => [noteUse(latest, written), undefined]).catch(onProblem);
  };
  const timer = setInterval(() => void writeUses(), noteEveryMs).unref();

  return {
    check(token, scope) {
      const digest = sha256(token);
      const found = current().find((known) => isSameDigest(known.sha256, digest));
      if (found === undefined) return { outcome: "unknown" };
      const { name, expires = Infinity, scopes } = found;
      if (expires <= now()) return { outcome: "expired", name };
      if (!scopes.includes(scope)) return { outcome: "scope", name };
      uses.set(name, now());
      return { outcome: "ok", name };
    },
    async stop() {
      clearInterval(timer);
      await writeUses();
    },
  };
}
