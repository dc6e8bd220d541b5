/**
 * What a client sends to a queue and what a handler does with what comes from it, whichever client it is: a span on
 * each side of the broker, and a duration. Bodies, keys, headers and ids of messages never get into either, nor do
 * messages of errors, which repeat them.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/
 */
import { context, propagation, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import type { Context, Link, Span, Tracer } from "@opentelemetry/api";
import { isTracingSuppressed } from "@opentelemetry/core";
import { headerGetter } from "../carrier.ts";
import { epochMs } from "../clock.ts";
import type { HistogramSeries } from "../metrics/histogram.ts";
import { withOutcome } from "../outcome.ts";
import { attributes as names, messagingBuckets, metrics } from "../vocabulary.ts";
import type { Metric } from "../vocabulary.ts";
import type { Pipelines } from "./index.ts";
import { createDestinations } from "./messaging-names.ts";
import type { Destination } from "./messaging-names.ts";
import { cachedSeries, histogramOf } from "./series-cache.ts";
import type { Call } from "./traced-calls.ts";

/** What is known of messages when they are sent or handled. */
export interface Messages {
  /** Topic, exchange or queue. */
  readonly destination: string;
  /** How many they are, where they may be several. */
  readonly batchSize?: number | undefined;
  readonly partition?: number | undefined;
  readonly offset?: string | undefined;
  readonly consumerGroup?: string | undefined;
  readonly address?: string | undefined;
  readonly port?: number | undefined;
}

/** Operations of one kind of broker. */
export interface Messaging {
  /** Begins to send, as a child of the active span; undefined where telemetry is suppressed. */
  beginSend(messages: Messages): Operation | undefined;
  /** Begins to handle one message, in the trace that its headers carry. */
  beginProcess(messages: Messages, headers: unknown): Operation;
  /** Begins to handle several messages at once, in a trace of its own that is linked with theirs. */
  beginProcessBatch(messages: Messages, headers: readonly unknown[]): Operation;
}

interface Kind {
  readonly system: "kafka" | "rabbitmq";
  readonly name: "process" | "publish" | "send";
  readonly type: "process" | "send";
  readonly seriesOf: (finished: Finished) => HistogramSeries;
}

interface Finished {
  readonly kind: Kind;
  readonly messages: Messages;
  readonly destination: Destination;
  readonly errorType: string | undefined;
}

/** @param sending - What the broker calls it. */
export function createMessaging(
  { tracer, metrics: pipeline }: Pick<Pipelines, "metrics" | "tracer">,
  system: Kind["system"],
  sending: "publish" | "send",
): Messaging {
  const destinationOf = createDestinations();
  const seriesOf = (metric: Metric) => cachedSeries(histogramOf(pipeline, metric, messagingBuckets), partsOf, labelsOf);
  const send: Kind = {
    system,
    name: sending,
    type: "send",
    seriesOf: seriesOf(metrics.messagingClientOperationDuration),
  };
  const process: Kind = {
    system,
    name: "process",
    type: "process",
    seriesOf: seriesOf(metrics.messagingProcessDuration),
  };
  const begin = (kind: Kind, messages: Messages, parent: Context, links?: Link[]) =>
    new Operation(tracer, { kind, messages, destination: destinationOf(messages.destination) }, parent, links);
  return {
    beginSend: (messages) =>
      isTracingSuppressed(context.active()) ? undefined : begin(send, messages, context.active()),
    beginProcess: (messages, headers) => begin(process, messages, extracted(headers)),
    beginProcessBatch: (messages, headers) => begin(process, messages, ROOT_CONTEXT, linksOf(headers)),
  };
}

export class Operation implements Call {
  readonly caller: Context;
  /** With its span. */
  readonly context: Context;
  readonly #span: Span;
  readonly #about: Omit<Finished, "errorType">;
  readonly #startedAt = performance.now();
  #errorType: string | undefined;
  #hasEnded = false;

  constructor(tracer: Tracer, about: Omit<Finished, "errorType">, parent: Context, links: Link[] = []) {
    this.caller = parent;
    this.#about = about;
    const { kind, destination } = about;
    const startTime = epochMs(this.#startedAt);
    this.#span = tracer.startSpan(
      destination.label === undefined ? kind.name : `${kind.name} ${destination.label}`,
      {
        kind: kind.type === "send" ? SpanKind.PRODUCER : SpanKind.CONSUMER,
        attributes: attributesOf(about),
        links,
        startTime,
      },
      parent,
    );
    this.context = trace.setSpan(parent, this.#span);
  }

  /** Headers that carry the trace to who gets the messages. */
  headers(): Record<string, string> {
    const carrier: Record<string, string> = {};
    propagation.inject(this.context, carrier);
    return carrier;
  }

  fail(error: unknown): void {
    this.failAs(errorTypeOf(error));
  }

  /** Only the first error counts. */
  failAs(errorType: string): void {
    this.#errorType ??= errorType;
  }

  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    const endedAt = performance.now();
    const errorType = this.#errorType;
    const series = this.#about.kind.seriesOf({ ...this.#about, errorType });
    series.record((endedAt - this.#startedAt) / 1000, this.#span);
    if (errorType !== undefined)
      this.#span.setAttribute(names.errorType, errorType).setStatus({ code: SpanStatusCode.ERROR });
    this.#span.end(epochMs(endedAt));
  }
}

/**
 * Runs a handler in the context of its operation, which fails as the handler does.
 *
 * @param done - What happens when all went well.
 */
export function handle<T>(operation: Operation, handler: () => T, done = () => operation.end()): T {
  return context.with(operation.context, () =>
    withOutcome(handler, (failure) => {
      if (failure === undefined) return done();
      operation.fail(failure.error);
      operation.end();
    }),
  );
}

/** Headers that cannot be read carry nothing. */
function extracted(headers: unknown): Context {
  return headers === undefined || headers === null
    ? ROOT_CONTEXT
    : propagation.extract(ROOT_CONTEXT, headers, headerGetter);
}

/** As many links as a span keeps by default. */
const maxLinks = 128;

/** Messages that were sent together have one span. */
function linksOf(headers: readonly unknown[]): Link[] {
  const links = new Map<string, Link>();
  for (const carrier of headers) {
    const spanContext = trace.getSpanContext(extracted(carrier));
    if (spanContext !== undefined && links.size < maxLinks) links.set(spanContext.spanId, { context: spanContext });
  }
  return [...links.values()];
}

function attributesOf({ kind, messages, destination }: Omit<Finished, "errorType">) {
  return {
    [names.messagingSystem]: kind.system,
    [names.messagingOperationName]: kind.name,
    [names.messagingOperationType]: kind.type,
    [names.messagingDestinationName]: destination.name,
    [names.messagingDestinationTemporary]: destination.isTemporary ? true : undefined,
    [names.messagingDestinationPartitionId]: messages.partition === undefined ? undefined : String(messages.partition),
    [names.messagingKafkaOffset]: messages.offset,
    [names.messagingConsumerGroupName]: messages.consumerGroup,
    [names.messagingBatchMessageCount]: messages.batchSize,
    [names.serverAddress]: messages.address,
    [names.serverPort]: messages.port,
  };
}

function partsOf({ kind, destination, messages: { address, port }, errorType }: Finished): readonly unknown[] {
  return [kind.name, address, port, errorType, destination.label];
}

function labelsOf({ kind, destination, messages: { address, port }, errorType }: Finished) {
  return {
    [names.messagingSystem]: kind.system,
    [names.messagingOperationName]: kind.name,
    [names.messagingDestinationName]: destination.label,
    [names.serverAddress]: address,
    [names.serverPort]: port,
    [names.errorType]: errorType,
  };
}

/** What codes look like: `404`, `UNKNOWN_TOPIC_OR_PARTITION`, `ECONNREFUSED`. */
const code = /^[A-Z0-9_]{2,60}$/;

/**
 * The code of an error or of what caused it, else its name; a message is never taken. kafkajs calls the broker's answer
 * `type`, numbers it as `code`, and has it as the cause once it has tried often enough.
 */
function errorTypeOf(error: unknown): string {
  const holders = [error, Reflect.get(Object(error), "cause")].map(Object);
  const given = holders.flatMap((holder): unknown[] => [Reflect.get(holder, "type"), Reflect.get(holder, "code")]);
  const found = given.map((value) => (typeof value === "number" ? String(value) : value)).find(isCode);
  return found ?? (error instanceof Error ? error.name : "_OTHER");
}

function isCode(value: unknown): value is string {
  return typeof value === "string" && code.test(value);
}
