/** One request that this process makes, whichever client makes it: its span and its metric. */
import { context, propagation, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import type { Tracer } from "@opentelemetry/api";
import { epochMs } from "../clock.ts";
import { attributes as names } from "../vocabulary.ts";
import type { ClientMetrics } from "./http-metrics.ts";
import { knownMethod, pathOf } from "./http-names.ts";

export interface ClientSpan {
  /** Gives the headers that carry the trace on. */
  inject(setHeader: (name: string, value: string) => void): void;
  /** The headers of the answer have come. */
  answer(status: number): void;
  /** The request has failed; it still has to end. */
  fail(error: Error): void;
  /** The request is over, its body read; only the first call counts. */
  end(errorType?: string): void;
}

interface Target {
  readonly method: string;
  readonly origin: string;
  readonly path: string;
}

const defaultPorts: Readonly<Record<string, number>> = { "http:": 80, "https:": 443 };

/** Starts the span of a request as a child of the active one. */
export function beginClientRequest(
  { tracer }: { readonly tracer: Tracer },
  metrics: ClientMetrics,
  target: Target,
): ClientSpan {
  const startedAt = performance.now();
  const method = knownMethod(target.method);
  const { address, port, publicOrigin } = partsOf(target.origin);
  const parent = context.active();
  const attributes = {
    [names.httpRequestMethod]: method,
    [names.urlFull]: publicOrigin + pathOf(target.path),
    [names.serverAddress]: address,
    [names.serverPort]: port,
  };
  const span = tracer.startSpan(method, { kind: SpanKind.CLIENT, attributes, startTime: epochMs(startedAt) }, parent);
  let status: number | undefined;
  let errorType: string | undefined;
  let hasEnded = false;

  return {
    inject(setHeader) {
      propagation.inject(trace.setSpan(parent, span), undefined, {
        set: (_carrier, name, value) => setHeader(name, value),
      });
    },
    answer(code) {
      status = code;
      span.setAttribute(names.httpResponseStatusCode, code);
      if (code >= 400) errorType = String(code);
    },
    fail(error) {
      errorType = nameOf(error);
      span.recordException(error);
    },
    end(type) {
      if (hasEnded) return;
      hasEnded = true;
      errorType ??= type;
      const endedAt = performance.now();
      metrics.end({ method, status, address, port, errorType }, (endedAt - startedAt) / 1000, span);
      if (errorType !== undefined)
        span.setAttribute(names.errorType, errorType).setStatus({ code: SpanStatusCode.ERROR });
      span.end(epochMs(endedAt));
    },
  };
}

interface OriginParts {
  readonly address: string;
  readonly port: number;
  /** Without user and password. */
  readonly publicOrigin: string;
}

/** A service asks few others; whoever asks many is taken apart anew now and then. */
const maxOrigins = 1000;
const origins = new Map<string, OriginParts>();

function partsOf(origin: string): OriginParts {
  const known = origins.get(origin);
  if (known !== undefined) return known;
  const { protocol, host, hostname, port } = new URL(origin);
  const parts = {
    address: hostname,
    port: port === "" ? (defaultPorts[protocol] ?? 0) : Number(port),
    publicOrigin: `${protocol}//${host}`,
  };
  if (origins.size >= maxOrigins) origins.clear();
  origins.set(origin, parts);
  return parts;
}

/** System errors have a code with few forms, others a name. */
function nameOf(error: Error): string {
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}
