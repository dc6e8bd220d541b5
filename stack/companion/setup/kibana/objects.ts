/** What the box puts into Kibana. */
import { logFields } from "@obsbox/sdk/vocabulary";
import type { JsonObject } from "../../elasticsearch/json.ts";

export interface DataView {
  readonly id: string;
  /** What Kibana is told, and what is compared to see whether somebody changed it. */
  readonly body: JsonObject;
  /**
   * Digests of the bodies that earlier versions of the box installed: a copy that is one of them was changed by nobody
   * and is brought up to date. A new body adds the digest of the one before.
   */
  readonly earlier: readonly string[];
}

/**
 * Link to a trace. Kibana puts its own path and `/app/` in front of what is no full address, so two steps up lead to the
 * root of the box under whatever name it is called.
 */
const traceLink = {
  id: "url",
  params: { urlTemplate: "../../jaeger/trace/{{value}}", labelTemplate: "{{value}}" },
} as const;

export const logsView = "obsbox-logs";

export const dataViews: readonly DataView[] = [
  {
    id: logsView,
    body: {
      name: "obsbox logs",
      title: "logs-*-*",
      timeFieldName: logFields.timestamp,
      fieldFormats: {
        [logFields.traceId]: traceLink,
        [logFields.eventDuration]: { id: "duration", params: durationOf("nanoseconds") },
      },
    },
    earlier: ["fd9803fc3dd9f031"],
  },
  {
    id: "obsbox-spans",
    body: {
      name: "obsbox spans",
      title: "jaeger-span-*",
      timeFieldName: "startTimeMillis",
      fieldFormats: { traceID: traceLink, duration: { id: "duration", params: durationOf("microseconds") } },
    },
    earlier: [],
  },
];

export interface SavedSearch {
  readonly id: string;
  /** One more whenever anything of it changes. */
  readonly version: number;
  readonly title: string;
  readonly about: string;
  readonly query: string;
}

const columns = [logFields.level, logFields.serviceName, logFields.message, logFields.traceId];

export const savedSearches: readonly SavedSearch[] = [
  { id: "obsbox-log-lines", version: 1, title: "obsbox: log lines", about: "All log lines", query: "" },
  {
    id: "obsbox-errors",
    version: 1,
    title: "obsbox: errors",
    about: "Log lines of the levels error and fatal",
    query: `${logFields.level} : ("error" or "fatal")`,
  },
];

/** The version that a description ends with. */
export function versionIn(description: string): number | undefined {
  const [, version] = /\(obsbox, version (\d+)\)$/.exec(description) ?? [];
  return version === undefined ? undefined : Number(version);
}

/** A saved search as a line of Kibana's import file, in the form of Kibana 8.16, which later ones know how to read. */
export function importLine({ id, version, title, about, query }: SavedSearch): JsonObject {
  const source = {
    query: { query, language: "kuery" },
    filter: [],
    indexRefName: "kibanaSavedObjectMeta.searchSourceJSON.index",
  };
  return {
    type: "search",
    id,
    attributes: {
      title,
      description: `${about}. Save a copy to change it (obsbox, version ${version})`,
      columns,
      sort: [[logFields.timestamp, "desc"]],
      grid: {},
      hideChart: false,
      isTextBasedQuery: false,
      kibanaSavedObjectMeta: { searchSourceJSON: JSON.stringify(source) },
    },
    references: [{ type: "index-pattern", id: logsView, name: source.indexRefName }],
    typeMigrationVersion: "10.5.0",
    coreMigrationVersion: "8.8.0",
  };
}

/** ECS has nanoseconds, Jaeger microseconds. */
function durationOf(inputFormat: "nanoseconds" | "microseconds"): JsonObject {
  return { inputFormat, outputFormat: "asMilliseconds", outputPrecision: 2 };
}
