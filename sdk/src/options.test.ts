import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { OptionsError } from "./errors.ts";
import { optionTable, resolveOptions } from "./options.ts";
import type { StartOptions } from "./options.ts";

/** The error that options are refused with; they are given as plain JavaScript may give them. */
function refusal(input: unknown, env: Record<string, string> = {}): OptionsError {
  try {
    resolveOptions(input as StartOptions, env);
  } catch (error) {
    if (error instanceof OptionsError) return error;
    throw error;
  }
  throw new Error("the options were taken");
}

function outcomeOf(input: unknown): string {
  try {
    resolveOptions(input as StartOptions, {});
    return "taken";
  } catch (error) {
    return error instanceof OptionsError ? error.name : String(error);
  }
}

describe("a value", () => {
  test.each([
    ["OBSBOX_ENABLED", "0", "service.enabled", false],
    ["OBSBOX_QUIET", " TRUE ", "service.quiet", true],
    ["OTEL_SERVICE_NAME", " orders ", "service.serviceName", "orders"],
    ["OTEL_RESOURCE_ATTRIBUTES", "team=a%20b, k=", "service.resourceAttributes", { team: "a b", k: "" }],
    ["OTEL_LOG_LEVEL", "DEBUG", "service.diagnostics", "debug"],
    ["LOG_LEVEL", "warn", "logs.level", "warn"],
    ["OBSBOX_LOG_FILE_BYTES", "20KiB", "logs.fileBytes", 20 * 1024],
    ["OBSBOX_LOG_FILE_COUNT", "2", "logs.fileCount", 2],
    ["OBSBOX_ELASTICSEARCH_QUEUE_BYTES", "4MiB", "logs.elasticsearchQueueBytes", 4 * 1024 ** 2],
    ["OBSBOX_ELASTICSEARCH_SPOOL_DIR", "/var/lib/spool", "logs.elasticsearchSpoolDir", "/var/lib/spool"],
    ["OTEL_METRICS_EXPORTER", "otlp, prometheus", "metrics.exporter", ["prometheus", "otlp"]],
    ["OTEL_EXPORTER_OTLP_ENDPOINT", "https://box.example:4318/in", "traces.endpoint", "https://box.example:4318/in"],
    ["OTEL_EXPORTER_OTLP_HEADERS", "authorization=Basic%20eDp5==", "traces.headers", { authorization: "Basic eDp5==" }],
    ["OTEL_TRACES_SAMPLER_ARG", "0.25", "traces.ratio", 0.25],
    ["OTEL_EXPORTER_PROMETHEUS_PORT", "0", "admin.port", 0],
    ["OTEL_NODE_DISABLED_INSTRUMENTATIONS", "pino,,undici", "instrumentations.disabled", ["pino", "undici"]],
  ])("of %s=%s is read from the environment", (variable, text, path, value) => {
    expect(resolveOptions({}, { [variable]: text })).toHaveProperty(path, value);
  });

  test.each([
    ["the default", {}, {}, 1],
    ["the environment before the default", {}, { OTEL_TRACES_SAMPLER_ARG: "0.5" }, 0.5],
    ["code before the environment", { ratio: 0.1 }, { OTEL_TRACES_SAMPLER_ARG: "0.5" }, 0.1],
    ["code before a variable that could not be used", { ratio: 0.1 }, { OTEL_TRACES_SAMPLER_ARG: "many" }, 0.1],
    ["the environment where code gives undefined", { ratio: undefined }, { OTEL_TRACES_SAMPLER_ARG: "0.5" }, 0.5],
    ["the default where the variable is blank", {}, { OTEL_TRACES_SAMPLER_ARG: "  " }, 1],
  ])("comes from %s", (_from, traces, env, ratio) => {
    expect(resolveOptions({ traces } as StartOptions, env).traces.ratio).toBe(ratio);
  });

  test("comes from the first of its variables that holds something", () => {
    expect(resolveOptions({}, { OBSBOX_LOG_LEVEL: "debug", LOG_LEVEL: "error" }).logs.level).toBe("debug");
    expect(resolveOptions({}, { OBSBOX_LOG_LEVEL: "", LOG_LEVEL: "error" }).logs.level).toBe("error");
  });

  test.each(Object.entries(optionTable))("that is a default of %s is one that could be given", (_group, rows) => {
    const given = Object.values(rows).filter((row) => row.default !== undefined);
    expect(given.map((row) => row.parser.parse(row.default))).toEqual(given.map((row) => row.default));
  });
});

describe("switching off", () => {
  test.each([
    ["OTEL_SDK_DISABLED=true", {}, { OTEL_SDK_DISABLED: "true" }, false],
    ["OTEL_SDK_DISABLED=True", {}, { OTEL_SDK_DISABLED: "True" }, false],
    ["OTEL_SDK_DISABLED=1, which OpenTelemetry does not take for true", {}, { OTEL_SDK_DISABLED: "1" }, true],
    ["code against the variable", { enabled: true }, { OTEL_SDK_DISABLED: "true" }, true],
    ["undefined in code, which says nothing", { enabled: undefined }, { OTEL_SDK_DISABLED: "true" }, false],
  ])("by %s", (_by, input, env, isEnabled) => {
    expect(resolveOptions(input as StartOptions, env).service.enabled).toBe(isEnabled);
  });

  test("a whole part leaves the others as they are", () => {
    const on = resolveOptions({}, {});
    const off = resolveOptions({ logs: false, metrics: false, traces: false, admin: false }, { LOG_LEVEL: "debug" });
    expect(off).toEqual({
      ...on,
      logs: { ...on.logs, level: "silent", requests: false, targets: ["stdout"] },
      metrics: { ...on.metrics, exporter: ["none"] },
      traces: { ...on.traces, exporter: "none" },
      admin: { ...on.admin, enabled: false },
    });
  });
});

describe("a value that cannot be used", () => {
  test.each([
    ["OBSBOX_ENABLED", "yes", "enabled", "true or false"],
    ["OTEL_RESOURCE_ATTRIBUTES", "team", "resourceAttributes", "key=value pairs separated by commas"],
    ["OBSBOX_LOG_FORMAT", "xml", "logs.format", "one of auto, ecs, pretty"],
    ["OBSBOX_LOG_FILE_BYTES", "64MB", "logs.fileBytes", "a size such as 64MiB"],
    ["OBSBOX_LOG_FILE_COUNT", "1", "logs.fileCount", "a whole number from 2 to 10000"],
    ["OBSBOX_ELASTICSEARCH_URL", "localhost:9200", "logs.elasticsearchUrl", "an http:// or https:// address"],
    ["OBSBOX_METRICS_SERIES_LIMIT", "10.5", "metrics.seriesLimit", "a whole number from 10 to 1000000"],
    [
      "OTEL_METRICS_EXPORTER",
      "statsd",
      "metrics.exporter",
      "one or more of prometheus, otlp, none, separated by commas",
    ],
    ["OTEL_EXPORTER_OTLP_ENDPOINT", "box:4318", "traces.endpoint", "an http:// or https:// address"],
    ["OTEL_TRACES_SAMPLER_ARG", "-0.1", "traces.ratio", "a number from 0 to 1"],
    ["OTEL_EXPORTER_PROMETHEUS_PORT", "0x10000", "admin.port", "a whole number from 0 to 65535"],
  ])("from %s=%s is named with what was expected", (env, got, option, expected) => {
    expect(refusal({}, { [env]: got }).problems).toEqual([{ option, env, got, expected }]);
  });

  test("is listed together with all the others", () => {
    const { problems } = refusal(
      { traces: { ratio: 2 }, admin: { port: -1 } },
      { LOG_LEVEL: "loud", OBSBOX_QUIET: "?" },
    );
    expect(problems.map(({ option, env }) => env ?? option)).toEqual([
      "OBSBOX_QUIET",
      "LOG_LEVEL",
      "traces.ratio",
      "admin.port",
    ]);
  });

  test.each([
    ["a header without a name", {}, { OTEL_EXPORTER_OTLP_HEADERS: "Bearer s3cret" }],
    ["headers that are a text without names", { traces: { headers: "Bearer s3cret" } }, {}],
    ["a header of another type", { traces: { headers: { authorization: ["s3cret"] } } }, {}],
    ["a token of another type", { admin: { token: ["s3cret"] } }, {}],
    ["a token under a wrong name", { admin: { tokn: "s3cret" } }, {}],
    ["headers in the wrong place", { headers: { authorization: "s3cret" } }, {}],
  ])("never shows a secret: %s", (_what, input, env) => {
    const error = refusal(input, env);
    expect(error.problems).not.toEqual([]);
    expect(error.message + JSON.stringify(error)).not.toContain("s3cret");
  });

  test.each([
    [
      "an unknown option",
      { traces: { sampling: 1 } },
      /^ {2}traces\.sampling: got "sampling", expected one of .*sampler/m,
    ],
    ["a part that there is not", { trace: {} }, /^ {2}trace: got "trace", expected one of enabled, .*, traces, /m],
    ["a name that every object has", { toString: 1 }, /^ {2}toString: got "toString", expected one of enabled/m],
    ["true for a part", { logs: true }, /^ {2}logs: got "boolean", expected an object of options$/m],
    ["a text for a part", { traces: "http://localhost:4318" }, /^ {2}traces: got "string", expected an object/m],
    ["false for a part that cannot be switched off", { shutdown: false }, /^ {2}shutdown: got "boolean"/m],
  ])("is also %s", (_what, input, message) => {
    expect(refusal(input).message).toMatch(message);
  });

  test("of whatever kind gives an OptionsError and nothing else", () => {
    const paths = Object.entries(optionTable).flatMap(([group, rows]) => Object.keys(rows).map((key) => [group, key]));
    const anything = fc.anything({ withBigInt: true, withNullPrototype: true, withDate: true, withMap: true });
    fc.assert(
      fc.property(fc.constantFrom(...paths), anything, ([group = "", key = ""], value) => {
        const input = group === "service" ? { [key]: value } : { [group]: { [key]: value } };
        expect(outcomeOf(input)).toMatch(/^(taken|OptionsError)$/);
      }),
    );
  });
});
