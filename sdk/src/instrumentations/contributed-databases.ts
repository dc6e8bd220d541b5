/**
 * Versions of database clients that publish nothing yet. What the contributed instrumentations tell of an operation
 * becomes the same span and the same duration as from the versions that do.
 */
import { INVALID_SPAN_CONTEXT, SpanStatusCode, trace } from "@opentelemetry/api";
import type { Attributes, Span, SpanOptions, Tracer, TracerProvider } from "@opentelemetry/api";
import { attributes as names } from "../vocabulary.ts";
import { contributed } from "./contributed.ts";
import type { Contribution } from "./contributed.ts";
import { createNames } from "./database-names.ts";
import { createOperations } from "./database-operations.ts";
import type { Operation, Target } from "./database-operations.ts";
import type { Instrumentation, Pipelines } from "./index.ts";
import { verbOf } from "./sql-text.ts";

const noStatement = { dbStatementSerializer: () => undefined };

/** Before 3.20. */
export const mysql2 = ofDatabase({
  name: "mysql2",
  libraries: ["mysql2"],
  package: "@opentelemetry/instrumentation-mysql2",
  exported: "MySQL2Instrumentation",
  // The statement as it was written, without its parameters; what stands in it goes in ours.
  config: { maskStatement: true, maskStatementHook: (statement: string) => statement },
});

/** Before 5.12. */
export const redis = ofDatabase({
  name: "redis",
  libraries: ["@redis/client", "@node-redis/client", "redis"],
  package: "@opentelemetry/instrumentation-redis",
  exported: "RedisInstrumentation",
  config: noStatement,
});

/** Before 5.11. */
export const ioredis = ofDatabase({
  name: "ioredis",
  libraries: ["ioredis"],
  package: "@opentelemetry/instrumentation-ioredis",
  exported: "IORedisInstrumentation",
  config: { ...noStatement, requireParentSpan: false },
});

function ofDatabase(row: Omit<Contribution, "tracerProvider">): Instrumentation {
  return contributed({ ...row, tracerProvider: ownTracerProvider });
}

/** A provider whose spans are operations of databases. */
function ownTracerProvider(pipelines: Pipelines): TracerProvider {
  const operations = createOperations(pipelines);
  const startSpan = (name: string, { attributes = {} }: SpanOptions = {}) => {
    const isConnect = /connect$/i.test(name);
    const target = targetOf(attributes, isConnect);
    const operation = isConnect ? operations.beginStep(target) : operations.begin(target);
    return operation === undefined ? trace.wrapSpanContext(INVALID_SPAN_CONTEXT) : viewOf(operation);
  };
  // None of them uses the tracer's other method.
  const tracer: Tracer = Object.assign(Object.create(pipelines.tracer), { startSpan });
  return { getTracer: () => tracer };
}

const commandName = createNames((command) => command.toUpperCase());

function targetOf(attributes: Attributes, isConnect: boolean): Target {
  const text = (name: string) => {
    const value = attributes[name];
    return typeof value === "string" ? value : undefined;
  };
  const statement = text(names.dbQueryText);
  const port = attributes[names.serverPort];
  const common = {
    namespace: text(names.dbNamespace),
    address: text(names.serverAddress),
    port: typeof port === "number" ? port : undefined,
  };
  if (text(names.dbSystemName) === "mysql")
    return { ...common, system: "mysql", operation: verbOf(statement ?? ""), statement };
  const command = text(names.dbOperationName)?.split(" ").at(-1) ?? "";
  return { ...common, system: "redis", operation: isConnect ? "connect" : commandName(command) };
}

/** What an instrumentation sees of its span: it says how the operation ends, and nothing else that it says is kept. */
function viewOf(operation: Operation): Span {
  const view: Span = {
    spanContext: () => operation.span.spanContext(),
    isRecording: () => operation.span.isRecording(),
    setAttribute: () => view,
    setAttributes: () => view,
    addEvent: () => view,
    addLink: () => view,
    addLinks: () => view,
    updateName: () => view,
    setStatus({ code }) {
      if (code === SpanStatusCode.ERROR) operation.fail(undefined);
      return view;
    },
    recordException: (error) => operation.fail(error),
    end: () => operation.end(),
  };
  return view;
}
