/** Everything that the box puts into Kibana. Nothing of a user's is ever overwritten. */
import { connect } from "../../elasticsearch/client.ts";
import type { Client } from "../../elasticsearch/client.ts";
import type { Outcome } from "../step.ts";
import type { Language } from "../../../../dashboards/src/text.ts";
import { applyDashboards, dashboardsIn } from "./dashboards.ts";
import { applyDataViews, applyDefaultView } from "./data-views.ts";
import { applySavedSearches } from "./saved-searches.ts";

const user = "obsbox_admin";

/** @param url - Kibana's address with its base path. */
export function connectKibana(url: string, password: string): Client {
  // Kibana takes changes only with this header, which a page of another origin cannot send.
  return connect({ url, user, password, headers: { "kbn-xsrf": "obsbox", "elastic-api-version": "2023-10-31" } });
}

/** Makes what is missing; all of it can be done again. */
export async function applyKibanaObjects(kibana: Client, language: Language = "en"): Promise<Outcome> {
  const changes: string[] = [];
  // Searches and dashboards refer to data views, so those come first.
  for (const apply of [applyDataViews, applyDefaultView, applySavedSearches]) {
    changes.push(...(await apply(kibana)).changes);
  }
  changes.push(...(await applyDashboards(kibana, dashboardsIn(language))).changes);
  return { changes };
}
