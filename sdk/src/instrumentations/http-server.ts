/**
 * Requests that `node:http` and `node:https` servers answer: span, duration, access line, on diagnostics channels.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/
 */
import { propagation, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import type { Context, Tracer } from "@opentelemetry/api";
import type { IncomingMessage, ServerResponse } from "node:http";
import { epochMs } from "../clock.ts";
import { guard } from "../diagnostics.ts";
import { emptyContext } from "../flat-context.ts";
import { attributes as names } from "../vocabulary.ts";
import { templateOf } from "./express.ts";
import { createServerMetrics } from "./http-metrics.ts";
import type { ServerMetrics } from "./http-metrics.ts";
import { knownMethod, pathOf, splitHost } from "./http-names.ts";
import type { Instrumentation, Pipelines } from "./index.ts";
import { keepRequestContext } from "./request-context.ts";
import { attachServerRequest, serverRequestOf } from "./server-request.ts";
import type { ServerRequest } from "./server-request.ts";
import { subscribe } from "./subscribe.ts";

interface ServerMessage {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly server: object;
}

export const httpServer: Instrumentation = {
  name: "http",
  enable(pipelines) {
    const metrics = createServerMetrics(pipelines.metrics);
    const begin = beginWith(pipelines, metrics);
    const end = endWith(pipelines, metrics);
    const endClosed = guard("http.server.response.close", (response: ServerResponse) => end(response.req, response));
    // One listener for all requests: a function of its own for each costs more than what it does.
    const onClose = function (this: ServerResponse) {
      endClosed(this);
    };
    const stops = [
      keepRequestContext(),
      subscribe<ServerMessage>("http.server.request.start", ({ request, response, server }) => {
        if (pipelines.isOwnServer(server)) return;
        begin(request, response);
        // The finish channel stays silent when the client leaves early; every response is closed once.
        response.on("close", onClose);
      }),
      subscribe<ServerMessage>("http.server.response.finish", ({ request, response }) => end(request, response)),
      () => metrics.stop(),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  },
};

function beginWith({ tracer, colorIncoming }: Pipelines, metrics: ServerMetrics) {
  return (message: IncomingMessage, response: ServerResponse): void => {
    const parent = extractParent(message);
    const startedAt = performance.now();
    const method = knownMethod(message.method);
    const scheme = "encrypted" in message.socket ? "https" : "http";
    const path = pathOf(message.url ?? "/");
    const span = startSpan(tracer, message, { method, path, scheme, startedAt, parent });
    colorIncoming?.(span, { headers: message.headers, method, path });
    const context = trace.setSpan(parent, span);
    const request: ServerRequest = {
      span,
      context,
      method,
      path,
      scheme,
      startedAt,
      hasEnded: false,
      route: undefined,
      isExpress: false,
      mounts: undefined,
      hasFailed: false,
      error: undefined,
    };
    attachServerRequest(message, request);
    attachServerRequest(response, request);
    metrics.begin(method, scheme);
  };
}

interface Beginning {
  readonly method: string;
  readonly path: string;
  readonly scheme: string;
  readonly startedAt: number;
  readonly parent: Context;
}

function startSpan(tracer: Tracer, message: IncomingMessage, { method, path, scheme, startedAt, parent }: Beginning) {
  const { headers, socket } = message;
  const { address, port } = splitHost(headers.host);
  const attributes = {
    [names.httpRequestMethod]: method,
    [names.httpRequestMethodOriginal]: method === "_OTHER" ? message.method : undefined,
    [names.urlPath]: path,
    [names.urlScheme]: scheme,
    [names.serverAddress]: address,
    [names.serverPort]: port ?? socket.localPort,
    [names.networkProtocolVersion]: message.httpVersion,
    [names.networkPeerAddress]: socket.remoteAddress?.replace("::ffff:", ""),
    [names.networkPeerPort]: socket.remotePort,
    [names.userAgentOriginal]: headers["user-agent"],
  };
  return tracer.startSpan(method, { kind: SpanKind.SERVER, attributes, startTime: epochMs(startedAt) }, parent);
}

function endWith({ writeAccessLine }: Pipelines, metrics: ServerMetrics) {
  return (message: IncomingMessage, response: ServerResponse): void => {
    const request = serverRequestOf(message);
    if (request === undefined || request.hasEnded) return;
    request.hasEnded = true;
    const endedAt = performance.now();
    const isAborted = !response.writableFinished;
    const status = response.headersSent || !isAborted ? response.statusCode : undefined;
    const errorType = isAborted ? "aborted" : errorTypeOf(status);
    const route = templateOf(message, request, status);
    const durationMs = endedAt - request.startedAt;
    const { span, method, path, scheme } = request;
    const protocolVersion = message.httpVersion;

    if (route !== undefined) span.updateName(`${method} ${route}`).setAttribute(names.httpRoute, route);
    if (status !== undefined) span.setAttribute(names.httpResponseStatusCode, status);
    if (errorType !== undefined) noteFault(request, errorType);
    span.end(epochMs(endedAt)); // First: a sampler may decide now, and then line and exemplar tell the truth.
    metrics.end({ method, status, route, scheme, protocolVersion, errorType }, durationMs / 1000, span);
    writeAccessLine?.({
      span,
      method,
      path,
      route,
      status,
      durationMs,
      userAgent: message.headers["user-agent"],
      isAborted,
    });
  };
}

function noteFault({ span, error }: ServerRequest, errorType: string): void {
  if (error !== undefined) span.recordException(error);
  span.setAttribute(names.errorType, errorType).setStatus({ code: SpanStatusCode.ERROR });
}

/** The trace that the caller is in. Most requests from outside carry none, and then there is nothing to parse. */
function extractParent({ headers }: IncomingMessage): Context {
  const hasTrace = headers["traceparent"] !== undefined || headers["baggage"] !== undefined;
  return hasTrace ? propagation.extract(emptyContext, headers) : emptyContext;
}

/** Only the server's own faults are errors of the server. */
function errorTypeOf(status: number | undefined): string | undefined {
  return status !== undefined && status >= 500 ? String(status) : undefined;
}
