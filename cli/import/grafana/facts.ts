/** What must be known of a Grafana before anything is written: whether it is one, how old, what we may do there. */
import { UserError } from "../../errors.ts";
import { call } from "../../remote/call.ts";
import type { Server } from "../../remote/server.ts";
import { isAtLeast } from "../../remote/version.ts";
import { entriesAt, isObject, textAt } from "../../../stack/companion/elasticsearch/json.ts";

export interface GrafanaFacts {
  readonly version: string;
  /** Types of the data sources that are there. */
  readonly sources: ReadonlySet<string>;
  /** What the token may do; undefined where this Grafana does not tell. */
  readonly actions: ReadonlySet<string> | undefined;
}

/** The oldest version that is supported. */
export const oldestGrafana = "11.6";
/** The oldest version on which the dashboards open at all; between the two only when it is asked for. */
export const oldestThatOpens = "9.0";

/** @throws UserError where it is no Grafana, too old, or refuses us. */
export async function readFacts(server: Server, allowOld: boolean): Promise<GrafanaFacts> {
  const settings = await call(server, "/api/frontend/settings");
  if (settings.status === 401 || settings.status === 403) throw refusesUs(server, settings.status);
  const version = textAt(settings.json, "buildInfo", "version");
  if (settings.status !== 200 || version === undefined) throw isNone(server, settings.status);
  checkAge(server, version, allowOld);
  const permissions = await call(server, "/api/access-control/user/permissions");
  if (permissions.status === 401) throw refusesUs(server, permissions.status);
  const types = entriesAt(settings.json, "datasources").flatMap(([, source]) => textAt(source, "type") ?? []);
  return {
    version,
    sources: new Set(types),
    actions:
      permissions.status === 200 && isObject(permissions.json) ? new Set(Object.keys(permissions.json)) : undefined,
  };
}

function checkAge({ url }: Server, version: string, allowOld: boolean): void {
  if (isAtLeast(version, oldestGrafana)) return;
  const canOpen = isAtLeast(version, oldestThatOpens);
  if (canOpen && allowOld) return;
  const known = version === "" ? "of unknown version" : version;
  throw new UserError(`Grafana at ${url} is ${known}; the dashboards need ${oldestGrafana} or later`, {
    hint: canOpen || version === "" ? "update it; or try all the same: --allow-old" : "update it",
  });
}

function isNone({ url }: Server, status: number): UserError {
  return new UserError(`${url} does not answer as Grafana does (status ${status})`, {
    hint: "give the address of Grafana's start page, with the path that it may have: https://example.com/grafana",
  });
}

function refusesUs({ url, headers }: Server, status: number): UserError {
  const isKnown = headers["authorization"] !== undefined;
  return new UserError(
    `Grafana at ${url} ${isKnown ? "refuses the token" : "wants to know who we are"} (status ${status})`,
    {
      hint: "make a token in Administration, Service accounts, with the role Editor, and give it by --token-file",
    },
  );
}
