/** What must be known of a Prometheus before rules go there, and the calls that an import makes. */
import { UserError } from "../../errors.ts";
import { call } from "../../remote/call.ts";
import type { Answer } from "../../remote/call.ts";
import type { Server } from "../../remote/server.ts";
import { isAtLeast } from "../../remote/version.ts";
import { listAt, textAt } from "../../../stack/companion/elasticsearch/json.ts";
import type { Topic } from "../rules.ts";

export interface PrometheusFacts {
  readonly version: string;
  /** For instance `Prometheus 3.5.0`. */
  readonly title: string;
  /** Takes groups of rules by its API, as Mimir does; Prometheus itself reads files only. */
  readonly hasRulerApi: boolean;
}

/** The oldest version with everything that the rules use. */
export const oldestPrometheus = "2.42";

/** @throws UserError where it is no Prometheus, too old, or refuses us. */
export async function readPrometheus(server: Server): Promise<PrometheusFacts> {
  const { status, json } = await call(server, "/api/v1/status/buildinfo");
  if (status === 401 || status === 403) throw refusesUs(server, status);
  const version = textAt(json, "data", "version");
  if (status !== 200 || version === undefined) throw isNone(server, status);
  const application = textAt(json, "data", "application") ?? "Prometheus";
  const hasRulerApi = /mimir/i.test(application) || textAt(json, "data", "features", "ruler_config_api") === "true";
  if (!hasRulerApi && !isAtLeast(version, oldestPrometheus)) {
    const what = `Prometheus at ${server.url} is ${version || "of unknown version"}`;
    throw new UserError(`${what}; obsbox needs ${oldestPrometheus} or later`, { hint: "update it" });
  }
  return { version, title: `${application} ${version}`, hasRulerApi };
}

function isNone({ url }: Server, status: number): UserError {
  return new UserError(`${url} does not answer as Prometheus does (status ${status})`, {
    hint: "give the address of its start page, with the path that it may have: https://example.com/prometheus",
  });
}

function refusesUs({ url, headers }: Server, status: number): UserError {
  const refuses = headers["authorization"] === undefined ? "wants to know who we are" : "refuses the token";
  return new UserError(`Prometheus at ${url} ${refuses} (status ${status})`, {
    hint: "give --token-file, or --user with --password-file",
  });
}

/** Why an expression of a topic cannot be evaluated there, by the name of the topic. */
export async function checkExpressions(server: Server, topics: readonly Topic[]): Promise<ReadonlyMap<string, string>> {
  const problems = new Map<string, string>();
  for (const { name, groups } of topics) {
    for (const rule of groups.flatMap(({ rules }) => rules)) {
      const problem = problems.has(name) ? undefined : await tryExpression(server, String(rule["expr"]));
      const title = textAt(rule, "alert") ?? textAt(rule, "record") ?? "";
      if (problem !== undefined) problems.set(name, `${title} cannot be evaluated there: ${problem}`);
    }
  }
  return problems;
}

/** An evaluation as Prometheus does it for the rule again and again; in a moment or not at all. */
async function tryExpression(server: Server, expr: string): Promise<string | undefined> {
  const answer = await call(server, `/api/v1/query?timeout=20s&query=${encodeURIComponent(expr)}`);
  return answer.status === 200 ? undefined : whyOf(answer);
}

export interface LoadedGroup {
  readonly name: string;
  readonly file: string;
  /** Errors of its rules. */
  readonly errors: readonly string[];
}

export async function loadedGroups(server: Server): Promise<readonly LoadedGroup[]> {
  const answer = await call(server, "/api/v1/rules");
  if (answer.status !== 200)
    throw new UserError(`reading the rules: ${whyOf(answer)}`, { hint: "is it the right token?" });
  return listAt(answer.json, "data", "groups").map((group) => ({
    name: textAt(group, "name") ?? "",
    file: textAt(group, "file") ?? "",
    errors: listAt(group, "rules")
      .filter((rule) => textAt(rule, "health") === "err")
      .map((rule) => `${textAt(rule, "name") ?? ""}: ${textAt(rule, "lastError") ?? ""}`),
  }));
}

/** @returns False where it does not reload by HTTP. @throws UserError where what it was to load is wrong. */
export async function reload(server: Server): Promise<boolean> {
  const answer = await call(server, "/-/reload", { method: "POST", timeoutMs: 120_000 });
  if (answer.status === 200) return true;
  if (answer.status !== 500) return false;
  throw new UserError(`Prometheus does not load its configuration: ${whyOf(answer)}`, {
    hint: "its log tells which file is wrong; mend it, and run this again",
  });
}

export function whyOf({ status, json, text }: Answer): string {
  return textAt(json, "error") ?? textAt(json, "message") ?? (text.trim().slice(0, 300) || `status ${status}`);
}
