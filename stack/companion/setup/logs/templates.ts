/** Component and index templates of log lines. */
import { logFields } from "@obsbox/sdk/vocabulary";
import { createHash } from "node:crypto";
import type { JsonObject } from "../../elasticsearch/json.ts";
import { logMappings } from "./mappings.ts";
import type { TextType } from "./mappings.ts";
import { logsPipeline } from "./pipelines.ts";

export const mappingsTemplate = "obsbox-logs-mappings";
export const settingsTemplate = "obsbox-logs-settings";
export const logsTemplate = "obsbox-logs";

const meta = { managed_by: "obsbox" } as const;

/** Each with all settings as texts under dotted names, the form in which the server shows them with `flat_settings`. */
const settings = {
  // Said, because Elasticsearch 9 gives streams of this name another mode, which sorts and reads lines differently.
  "index.mode": "standard",
  "index.number_of_shards": "1",
  // None on one node, one as soon as there is a second.
  "index.auto_expand_replicas": "0-1",
  // What was acknowledged survives the death of the process.
  "index.translog.durability": "request",
  "index.codec": "best_compression",
  "index.default_pipeline": logsPipeline,
  "index.mapping.ignore_malformed": "true",
  "index.mapping.total_fields.limit": "1000",
  "index.mapping.total_fields.ignore_dynamic_beyond_limit": "true",
  // What a search for bare words looks at.
  "index.query.default_field": [
    logFields.message,
    logFields.errorMessage,
    logFields.errorType,
    logFields.errorStackTrace,
    logFields.serviceName,
    logFields.traceId,
  ],
} as const;

export function settingsComponent(): JsonObject {
  return { template: { settings }, _meta: meta };
}

export function mappingsComponent(text: TextType): JsonObject {
  const mappings = logMappings(text);
  return { template: { mappings: { ...mappings, _meta: { ...meta, digest: digestOf(mappings) } } }, _meta: meta };
}

/** Stands in the mapping of each backing index and tells whether the index was made from these templates. */
export function digestOf(mappings: JsonObject): string {
  return createHash("sha256")
    .update(JSON.stringify([settings, mappings]))
    .digest("hex")
    .slice(0, 16);
}

/**
 * The index template of `logs-*-*`: above Elasticsearch's own for logs (100) and OpenTelemetry's (120), below those of
 * integrations that somebody installs (200).
 *
 * @param retention - Age at which lines are deleted, as Elasticsearch writes times.
 * @param hasFailureStore - Whether lines that are refused all the same are kept beside the others.
 */
export function logsIndexTemplate(retention: string, hasFailureStore: boolean): JsonObject {
  const lifecycle = { enabled: true, data_retention: retention };
  return {
    index_patterns: ["logs-*-*"],
    priority: 150,
    data_stream: {},
    composed_of: [mappingsTemplate, settingsTemplate],
    template: {
      lifecycle,
      ...(hasFailureStore ? { data_stream_options: { failure_store: { enabled: true, lifecycle } } } : {}),
    },
    _meta: meta,
  };
}
