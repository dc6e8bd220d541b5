/** `companion tokens ...`: what services and other machines send as `Authorization: Bearer`. */
import { readDuration, runVerb } from "./command.ts";
import type { Input, Output, Verb } from "./command.ts";
import { OperatorError } from "../errors.ts";
import { randomSecret, sha256 } from "./secret-digest.ts";
import { dataDirOf, machineTokenOf } from "./settings.ts";
import { addToken, allTokens, revokeToken } from "./tokens/changes.ts";
import { openTokensFile } from "./tokens/store.ts";
import { isScope, scopes } from "./tokens/token.ts";
import type { Scope, Token } from "./tokens/token.ts";
import { nameRule, normalName } from "./users/name.ts";

const verbs: readonly Verb[] = [
  { name: "list", words: [], options: "[--json]", run: list },
  { name: "create", words: ["NAME"], options: `--scope ${scopes.join(",")} [--expires 90d]`, run: create },
  { name: "revoke", words: ["NAME"], options: "", run: revoke },
];

/** What a token begins with, so that one that was published by mistake can be found. */
const prefix = "obsbox_";

/**
 * Lists and changes machine tokens; the service sees a change within a second.
 *
 * @returns The exit code.
 */
export function runTokens(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  return runVerb("tokens", verbs, args, env);
}

async function list({ env }: Input): Promise<Output> {
  const file = openTokensFile(dataDirOf(env)).read();
  return { content: allTokens(file, machineTokenOf(env)).map(describe) };
}

async function create(input: Input): Promise<Output> {
  const { options, env } = input;
  const name = readName(input);
  const wanted = readScopes(options["scope"]);
  const created = Date.now();
  const { expires } = options;
  const end = expires === undefined ? {} : { expires: created + readDuration(expires, "expires") };
  const token = `${prefix}${randomSecret()}`;
  const entry: Token = { name, sha256: sha256(token), scopes: wanted, created, ...end };
  await openTokensFile(dataDirOf(env)).change((file) => [addToken(file, entry), undefined]);
  const labels = { token_name: name, scopes: wanted.join(",") };
  return { content: { name, token }, event: { action: "token-create", outcome: "success", labels } };
}

async function revoke(input: Input): Promise<Output> {
  const name = readName(input);
  const first = machineTokenOf(input.env);
  await openTokensFile(dataDirOf(input.env)).change((file) => [revokeToken(file, name, first), undefined]);
  const event = { action: "token-revoke", outcome: "success", labels: { token_name: name } } as const;
  return { content: { name, revoked: true }, event };
}

function describe({ name, scopes, created, expires, lastUsed }: Token): object {
  return { name, scopes, created: isoTime(created), expires: isoTime(expires), lastUsed: isoTime(lastUsed) };
}

function isoTime(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : new Date(ms).toISOString();
}

function readName({ words: [given = ""] }: Input): string {
  const name = normalName(given);
  if (name === undefined) throw new OperatorError(`"${given}" cannot be the name of a token`, `expected ${nameRule}`);
  return name;
}

function readScopes(given = ""): readonly Scope[] {
  const wanted = [...new Set(given.split(",").filter(Boolean))];
  const known = wanted.filter(isScope);
  if (known.length > 0 && known.length === wanted.length) return known;
  throw new OperatorError(`--scope is "${given}"`, `expected one or more of ${scopes.join(",")}`);
}
