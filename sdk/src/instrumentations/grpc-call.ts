/**
 * One remote procedure call, made or answered: its span and its duration. Of what it ends with only the code is taken,
 * because the text beside it may repeat a value; messages and metadata are not looked at.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/rpc/grpc/
 */
import { SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import type { Attributes, Context, Span } from "@opentelemetry/api";
import { epochMs } from "../clock.ts";
import { attributes as names, durationBuckets, metrics } from "../vocabulary.ts";
import type { Metric } from "../vocabulary.ts";
import type { Pipelines } from "./index.ts";
import { cachedSeries, histogramOf } from "./series-cache.ts";

/** @see https://github.com/grpc/grpc/blob/master/doc/statuscodes.md */
const statuses = [
  "OK",
  "CANCELLED",
  "UNKNOWN",
  "INVALID_ARGUMENT",
  "DEADLINE_EXCEEDED",
  "NOT_FOUND",
  "ALREADY_EXISTS",
  "PERMISSION_DENIED",
  "RESOURCE_EXHAUSTED",
  "FAILED_PRECONDITION",
  "ABORTED",
  "OUT_OF_RANGE",
  "UNIMPLEMENTED",
  "INTERNAL",
  "UNAVAILABLE",
  "DATA_LOSS",
  "UNAUTHENTICATED",
] as const;

type Status = (typeof statuses)[number];

/** Those that are faults of the server; others say what is wrong with the call. */
const serverFaults = new Set<Status>([
  "UNKNOWN",
  "DEADLINE_EXCEEDED",
  "UNIMPLEMENTED",
  "INTERNAL",
  "UNAVAILABLE",
  "DATA_LOSS",
]);

/** What tells clients and servers apart. */
interface Side {
  readonly kind: SpanKind;
  readonly duration: Metric;
  isError(status: Status): boolean;
}

export const clientSide: Side = {
  kind: SpanKind.CLIENT,
  duration: metrics.rpcClientCallDuration,
  isError: (status) => status !== "OK",
};

export const serverSide: Side = {
  kind: SpanKind.SERVER,
  duration: metrics.rpcServerCallDuration,
  isError: (status) => serverFaults.has(status),
};

/** What is known of a call when it begins. */
interface Beginning {
  /** As it is sent: `/shop.Orders/Place`. */
  readonly path: string;
  readonly parent: Context;
  /** Of the span and, as a label, of the duration: the server that a client calls. */
  readonly address?: string | undefined;
  readonly port?: number | undefined;
  /** Of the span alone. */
  readonly attributes?: Attributes;
}

export interface GrpcCall {
  readonly span: Span;
  /** That of the parent, with the span. */
  readonly context: Context;
  /** Only the first call counts. */
  end(code: number): void;
}

interface Finished {
  readonly method: string;
  readonly address: string | undefined;
  readonly port: number | undefined;
  readonly status: Status;
  readonly errorType: Status | undefined;
}

export type BeginCall = (beginning: Beginning) => GrpcCall;

/** Makes what begins the calls of one side. */
export function createCalls({ tracer, metrics: pipeline }: Pipelines, side: Side): BeginCall {
  const seriesOf = cachedSeries(histogramOf(pipeline, side.duration, durationBuckets), partsOf, labelsOf);
  return ({ path, parent, address, port, attributes }) => {
    const startedAt = performance.now();
    const method = methodOf(path);
    const all = {
      [names.rpcSystemName]: "grpc",
      [names.rpcMethod]: method,
      [names.serverAddress]: address,
      [names.serverPort]: port,
      ...attributes,
    };
    const span = tracer.startSpan(method, { kind: side.kind, attributes: all, startTime: epochMs(startedAt) }, parent);
    let hasEnded = false;
    return {
      span,
      context: trace.setSpan(parent, span),
      end(code) {
        if (hasEnded) return;
        hasEnded = true;
        const endedAt = performance.now();
        const status = statuses[code] ?? "UNKNOWN"; // Which is what a code that gRPC does not have means.
        const errorType = side.isError(status) ? status : undefined;
        span.setAttribute(names.rpcResponseStatusCode, status);
        if (errorType !== undefined)
          span.setAttribute(names.errorType, errorType).setStatus({ code: SpanStatusCode.ERROR });
        span.end(epochMs(endedAt)); // First: a sampler may decide now, and then the exemplar tells the truth.
        seriesOf({ method, address, port, status, errorType }).record((endedAt - startedAt) / 1000, span);
      },
    };
  };
}

/** `package.Service/Method`. A client without a definition of the service could send anything. */
function methodOf(path: string): string {
  return path.length <= 200 && /^\/[\w.]+\/\w+$/.test(path) ? path.slice(1) : "_OTHER";
}

function partsOf({ method, address, port, status, errorType }: Finished): readonly unknown[] {
  return [method, status, errorType, port, address];
}

function labelsOf({ method, address, port, status, errorType }: Finished) {
  return {
    [names.rpcSystemName]: "grpc",
    [names.rpcMethod]: method,
    [names.rpcResponseStatusCode]: status,
    [names.errorType]: errorType,
    [names.serverAddress]: address,
    [names.serverPort]: port,
  };
}
