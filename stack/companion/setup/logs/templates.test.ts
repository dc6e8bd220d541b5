import { logFields } from "@obsbox/sdk/vocabulary";
import { describe, expect, test } from "vitest";
import { textAt, valueAt } from "../../elasticsearch/json.ts";
import { logMappings } from "./mappings.ts";
import { digestOf, logsIndexTemplate } from "./templates.ts";

describe("the mapping of log lines", () => {
  const mappings = logMappings("match_only_text");

  test("has every field of the SDK under its name", () => {
    const types = Object.values(logFields).map((field) => textAt(mappings, "properties", field, "type"));
    expect(types.filter((type) => type === undefined)).toEqual([]);
  });

  test("has the ids under the names of OpenTelemetry's loggers too", () => {
    expect(valueAt(mappings, "properties", "trace_id")).toEqual({ type: "alias", path: "trace.id" });
    expect(valueAt(mappings, "properties", "span_id")).toEqual({ type: "alias", path: "span.id" });
  });

  test("is the one of its digest", () => {
    expect(digestOf(mappings)).toBe(digestOf(logMappings("match_only_text")));
    expect(digestOf(mappings)).not.toBe(digestOf(logMappings("text")));
  });
});

describe("the index template of log lines", () => {
  test("stands above Elasticsearch's own and below those of integrations", () => {
    const priority = Number(valueAt(logsIndexTemplate("14d", true), "priority"));
    expect(priority).toBeGreaterThan(120);
    expect(priority).toBeLessThan(200);
  });

  test("asks for a failure store only where there is one", () => {
    const options = (hasFailureStore: boolean) =>
      valueAt(logsIndexTemplate("14d", hasFailureStore), "template", "data_stream_options");
    expect(valueAt(options(true), "failure_store", "enabled")).toBe(true);
    expect(options(false)).toBeUndefined();
  });
});
