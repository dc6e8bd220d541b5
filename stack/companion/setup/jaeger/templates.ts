/**
 * Index templates of spans, so that Jaeger need not be allowed to make any (`create_mappings: false` in its
 * configuration): who may make templates can change those of log lines too. The fields are those of Jaeger 2.20, which
 * has some more than 2.13.
 *
 * @see https://www.jaegertracing.io/docs/latest/storage/elasticsearch/
 */
import type { JsonObject } from "../../elasticsearch/json.ts";

const keyword = { type: "keyword", ignore_above: 256 } as const;
const long = { type: "long" } as const;
const integer = { type: "integer" } as const;

/** Objects of a list that are searched as wholes: the value of this key. */
function nested(properties: JsonObject): JsonObject {
  return { type: "nested", dynamic: false, properties };
}

const tags = nested({ key: keyword, type: keyword, value: keyword });

const spanProperties: JsonObject = {
  traceID: keyword,
  spanID: keyword,
  parentSpanID: keyword,
  operationName: keyword,
  startTime: long,
  startTimeMillis: { type: "date", format: "epoch_millis" },
  duration: long,
  flags: integer,
  tag: { type: "object" },
  tags,
  scopeTag: { type: "object" },
  scopeTags: tags,
  process: { properties: { serviceName: keyword, tag: { type: "object" }, tags } },
  references: nested({
    refType: keyword,
    traceID: keyword,
    spanID: keyword,
    traceState: keyword,
    flags: integer,
    tags,
  }),
  logs: nested({ timestamp: long, fields: tags }),
};

/** Tags that Jaeger is told to store as fields. */
const tagFields = ["tag.*", "process.tag.*", "scopeTag.*"].map((path) => ({
  [path.replace(".*", "").replace(".", "_")]: { path_match: path, mapping: keyword },
}));

const settings = {
  "index.number_of_shards": "1",
  "index.auto_expand_replicas": "0-1",
  "index.mapping.nested_fields.limit": "50",
  "index.requests.cache.enable": "true",
  "index.codec": "best_compression",
} as const;

function template(pattern: string, mappings?: JsonObject): JsonObject {
  return {
    index_patterns: [pattern],
    priority: 500,
    template: { settings, ...(mappings === undefined ? {} : { mappings }) },
    _meta: { managed_by: "obsbox" },
  };
}

/** Each index template by its name, which is Jaeger's own. */
export const jaegerTemplates: Readonly<Record<string, JsonObject>> = {
  "jaeger-span": template("jaeger-span-*", { dynamic_templates: tagFields, properties: spanProperties }),
  "jaeger-service": template("jaeger-service-*", { properties: { serviceName: keyword, operationName: keyword } }),
  "jaeger-dependencies": template("jaeger-dependencies-*"),
};
