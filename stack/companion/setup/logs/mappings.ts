/**
 * How log lines are indexed. The rule above all others: no line is refused for what it holds.
 *
 * `subobjects: false` makes every path a field of its own, so that `user: 5`, `user: "x"` and `user: { id: 5 }` live side
 * by side, and dotted keys and objects mean the same. `ignore_malformed` keeps a line whose number is a text, without
 * that value in the index; fields beyond the limit stay in the line unindexed.
 */
import { logFields } from "@obsbox/sdk/vocabulary";
import type { JsonObject } from "../../elasticsearch/json.ts";

const keyword = { type: "keyword", ignore_above: 1024 } as const;
const long = { type: "long" } as const;

/** Full text: without scores it takes half the place, where the server has that type. */
export type TextType = "match_only_text" | "text";

/** Every field of the SDK's vocabulary: a new one does not compile without a row. */
function vocabularyFields(text: TextType): Readonly<Record<keyof typeof logFields, JsonObject>> {
  return {
    // A data stream is sorted by it: the one field that has to be right.
    timestamp: { type: "date", ignore_malformed: false },
    level: keyword,
    message: { type: text },
    logger: keyword,
    truncated: { type: "boolean" },
    originalBytes: long,
    ecsVersion: keyword,
    traceId: keyword,
    spanId: keyword,
    serviceName: keyword,
    serviceVersion: keyword,
    serviceEnvironment: keyword,
    serviceNodeName: keyword,
    hostHostname: keyword,
    processPid: long,
    errorType: keyword,
    errorMessage: { type: text },
    errorStackTrace: { type: text },
    eventId: keyword,
    eventDataset: keyword,
    eventAction: keyword,
    eventOutcome: keyword,
    eventDuration: long,
    httpRequestMethod: keyword,
    httpResponseStatusCode: long,
    httpRoute: keyword,
    colored: { type: "boolean" },
    urlPath: keyword,
    userAgentOriginal: keyword,
  };
}

/** Names that OpenTelemetry's loggers use, and Kibana's and Grafana's links understand. */
const aliases = {
  trace_id: { type: "alias", path: logFields.traceId },
  span_id: { type: "alias", path: logFields.spanId },
} as const;

/** What other fields become. Numbers of JavaScript are doubles: 5 and then 5.5 is one field. */
const dynamicTemplates = [
  { addresses: { path_match: "*.ip", match_mapping_type: "string", mapping: { type: "ip" } } },
  { texts: { match_mapping_type: "string", mapping: keyword } },
  { integers: { match_mapping_type: "long", mapping: { type: "double" } } },
  { numbers: { match_mapping_type: "double", mapping: { type: "double" } } },
] as const;

/** Mappings of log lines, with the type that the server has for full text. */
export function logMappings(text: TextType): JsonObject {
  const fields = Object.entries(vocabularyFields(text)).map(([key, mapping]) => [fieldNames.get(key) ?? key, mapping]);
  return {
    subobjects: false,
    date_detection: false,
    dynamic_templates: dynamicTemplates,
    properties: { ...Object.fromEntries(fields), ...aliases },
  };
}

const fieldNames: ReadonlyMap<string, string> = new Map(Object.entries(logFields));
