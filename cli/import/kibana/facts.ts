/** What must be known of a Kibana before anything is written: whether it is one, how old, whether it lets us in. */
import { isStatus } from "../../../stack/companion/elasticsearch/errors.ts";
import { textAt } from "../../../stack/companion/elasticsearch/json.ts";
import { UserError } from "../../errors.ts";
import type { Server } from "../../remote/server.ts";
import { isAtLeast } from "../../remote/version.ts";
import { kibanaAt } from "./api.ts";

/** The first with the Dashboards API in the form that the dashboards have. */
export const oldestKibana = "9.5";

/** @returns Its version. @throws UserError where it is no Kibana, too old, has no such space, or refuses us. */
export async function readVersion(server: Server, space: string): Promise<string> {
  const status = await ask(server, "default", "/api/status");
  const version = textAt(status, "version", "number");
  if (version === undefined) throw isNone(server, status);
  if (!isAtLeast(version, oldestKibana)) {
    throw new UserError(`Kibana at ${server.url} is ${version}; the dashboards need ${oldestKibana} or later`, {
      hint: "update it: before that version Kibana has no Dashboards API that takes them",
    });
  }
  if ((await ask(server, space, "/api/data_views")) !== undefined) return version;
  throw new UserError(`Kibana at ${server.url} has no space ${JSON.stringify(space)}`, {
    hint: "make it in Stack Management, Spaces, or give the id of another one by --space",
  });
}

/** @returns Undefined where there is nothing. */
async function ask(server: Server, space: string, path: string): Promise<unknown> {
  try {
    return await kibanaAt(server, space).find(path);
  } catch (error) {
    if (isStatus(error, 401, 403)) throw refusesUs(server, error.status ?? 0, error);
    throw error;
  }
}

/** What Kibana shows to strangers is its state without its version. */
function isNone(server: Server, status: unknown): UserError {
  if (textAt(status, "status", "overall", "level") !== undefined) return refusesUs(server, 401);
  return new UserError(`${server.url} does not answer as Kibana does`, {
    hint: "give the address of Kibana's start page, with the path that it may have: https://example.com/kibana",
  });
}

function refusesUs({ url, headers }: Server, status: number, cause?: unknown): UserError {
  const isKnown = headers["authorization"] !== undefined;
  return new UserError(
    `Kibana at ${url} ${isKnown ? "refuses the key or the password" : "wants to know who we are"} (status ${status})`,
    {
      hint: "make an API key in Stack Management, API keys, of a user who may change dashboards and data views; give it by --api-key-file",
      cause,
    },
  );
}
