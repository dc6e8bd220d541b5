/**
 * One operation that a client asks a database for, whichever client it is: its span and its duration. Values never
 * get into either, nor do messages of errors, which repeat them.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/database/database-spans/
 */
import { context, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import type { Context, Span, Tracer } from "@opentelemetry/api";
import { isTracingSuppressed } from "@opentelemetry/core";
import { epochMs } from "../clock.ts";
import type { HistogramSeries } from "../metrics/histogram.ts";
import type { MetricPipeline } from "../metrics/pipeline.ts";
import { attributes as names, databaseBuckets, metrics } from "../vocabulary.ts";
import { cachedSeries, histogramOf } from "./series-cache.ts";
import { withoutValues } from "./sql-text.ts";
import type { Dialect } from "./sql-text.ts";
import type { Call } from "./traced-calls.ts";

/** What is known of an operation when it begins. */
export interface Target {
  readonly system: "mongodb" | "redis" | Dialect;
  /** `SELECT`, `GET`, `find`: of a closed set. */
  readonly operation?: string | undefined;
  /** Database. */
  readonly namespace?: string | undefined;
  /** Table, collection. */
  readonly collection?: string | undefined;
  /** SQL, as the client gives it; the span gets it without its values. */
  readonly statement?: string | undefined;
  readonly batchSize?: number | undefined;
  readonly address?: string | undefined;
  readonly port?: number | undefined;
}

/** What operations write to. */
export interface DatabasePipelines {
  readonly tracer: Tracer;
  readonly metrics: MetricPipeline;
}

export interface Operations {
  /** Begins an operation as a child of the active span; undefined where telemetry is suppressed. */
  begin(target: Target): Operation | undefined;
  /** Begins what only a trace needs to know, such as a new connection: undefined outside of one, and never measured. */
  beginStep(target: Target): Operation | undefined;
}

interface Finished {
  readonly target: Target;
  readonly errorType: string | undefined;
}

type SeriesOf = (finished: Finished) => HistogramSeries;

/** Makes what begins operations; clients of one service share the histogram. */
export function createOperations({ tracer, metrics: pipeline }: DatabasePipelines): Operations {
  const histogram = histogramOf(pipeline, metrics.dbClientOperationDuration, databaseBuckets);
  const seriesOf = cachedSeries(histogram, partsOf, labelsOf);
  return {
    begin(target) {
      const caller = context.active();
      return isTracingSuppressed(caller) ? undefined : new Operation(tracer, target, caller, seriesOf);
    },
    beginStep(target) {
      const caller = context.active();
      const isInTrace = trace.getSpan(caller) !== undefined && !isTracingSuppressed(caller);
      return isInTrace ? new Operation(tracer, target, caller, undefined) : undefined;
    },
  };
}

export class Operation implements Call {
  readonly caller: Context;
  readonly span: Span;
  readonly #target: Target;
  readonly #seriesOf: SeriesOf | undefined;
  readonly #startedAt = performance.now();
  #errorType: string | undefined;
  #hasEnded = false;

  constructor(tracer: Tracer, target: Target, caller: Context, seriesOf: SeriesOf | undefined) {
    this.caller = caller;
    this.#target = target;
    this.#seriesOf = seriesOf;
    const startTime = epochMs(this.#startedAt);
    this.span = tracer.startSpan(
      spanNameOf(target),
      { kind: SpanKind.CLIENT, attributes: attributesOf(target), startTime },
      caller,
    );
    const { system, statement } = target;
    if (statement === undefined || !isSql(system) || !this.span.isRecording()) return;
    this.span.setAttribute(names.dbQueryText, withoutValues(statement, system));
  }

  /** Only the first error counts. */
  fail(error: unknown): void {
    this.#errorType ??= errorTypeOf(error);
  }

  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    const endedAt = performance.now();
    const errorType = this.#errorType;
    this.#seriesOf?.({ target: this.#target, errorType }).record((endedAt - this.#startedAt) / 1000, this.span);
    if (errorType !== undefined)
      this.span.setAttribute(names.errorType, errorType).setStatus({ code: SpanStatusCode.ERROR });
    this.span.end(epochMs(endedAt));
  }
}

function spanNameOf({ system, operation, collection, namespace }: Target): string {
  const target = collection ?? (system === "redis" ? undefined : namespace);
  return [operation ?? system, target].filter((part) => part !== undefined && part !== "").join(" ");
}

function isSql(system: Target["system"]): system is Dialect {
  return system === "postgresql" || system === "mysql";
}

function attributesOf({ system, operation, namespace, collection, batchSize, address, port }: Target) {
  return {
    [names.dbSystemName]: system,
    [names.dbOperationName]: operation,
    [names.dbNamespace]: namespace,
    [names.dbCollectionName]: collection,
    [names.dbOperationBatchSize]: batchSize,
    [names.serverAddress]: address,
    [names.serverPort]: port,
  };
}

function partsOf({ target: { system, operation, namespace, address, port }, errorType }: Finished) {
  return [system, operation, namespace, address, port, errorType];
}

function labelsOf({ target: { system, operation, namespace, address, port }, errorType }: Finished) {
  return {
    [names.dbSystemName]: system,
    [names.dbOperationName]: operation,
    [names.dbNamespace]: namespace,
    [names.serverAddress]: address,
    [names.serverPort]: port,
    [names.errorType]: errorType,
  };
}

/** What codes of databases and of the system look like: `23505`, `ER_DUP_ENTRY`, `ECONNREFUSED`, `WRONGTYPE`. */
const code = /^[A-Z0-9_]{2,40}$/;

/**
 * The code of an error, else its name. Redis puts its code in front of the message; nothing else of a message is
 * taken, because it may repeat a value.
 */
function errorTypeOf(error: unknown): string {
  const given: unknown = Reflect.get(Object(error), "code");
  const text = typeof given === "number" ? String(given) : given;
  if (typeof text === "string" && code.test(text)) return text;
  if (!(error instanceof Error)) return "_OTHER";
  const [first = ""] = error.message.split(" ", 1);
  if (isReply(error)) return codeOr(first, error.name);
  return error.name;
}

/** What ioredis and redis make of an error that the server answers with. */
function isReply({ name, constructor }: Error): boolean {
  return /^(?:Reply|Simple|Blob)Error$|ErrorReply$/.test(name === "Error" ? constructor.name : name);
}

function codeOr(text: string, otherwise: string): string {
  return /^[A-Z]{3,20}$/.test(text) ? text : otherwise;
}
