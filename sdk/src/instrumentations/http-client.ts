/**
 * Requests that `node:http` and `node:https` make: span, duration, trace headers, on diagnostics channels.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-client-span
 */
import { context } from "@opentelemetry/api";
import { isTracingSuppressed } from "@opentelemetry/core";
import type { ClientRequest, IncomingMessage } from "node:http";
import { createClientMetrics } from "./http-metrics.ts";
import { beginClientRequest } from "./client-request.ts";
import type { ClientSpan } from "./client-request.ts";
import type { Instrumentation } from "./index.ts";
import { subscribe } from "./subscribe.ts";

interface RequestMessage {
  readonly request: ClientRequest & { [key]?: ClientSpan };
}

const key = Symbol("obsbox.client");

export const httpClient: Instrumentation = {
  name: "http",
  enable(pipelines) {
    const metrics = createClientMetrics(pipelines.metrics);
    const stops = [
      subscribe<RequestMessage>("http.client.request.created", ({ request }) => {
        if (isTracingSuppressed(context.active())) return;
        const { protocol, path, method } = request;
        const origin = `${protocol}//${hostOf(request)}`;
        const client = beginClientRequest(pipelines, metrics, { method, origin, path });
        request[key] = client;
        if (request.headersSent) pipelines.countMissedPropagation();
        else client.inject((name, value) => void request.setHeader(name, value));
        // Closed after the body's end, and however else a request may end.
        request.once("close", () => client.end());
      }),
      subscribe<RequestMessage & { readonly response: IncomingMessage }>("http.client.response.finish", (message) => {
        const client = message.request[key];
        if (client === undefined) return;
        client.answer(message.response.statusCode ?? 0);
        message.response.once("close", () => client.end(message.response.complete ? undefined : "aborted"));
      }),
      subscribe<RequestMessage & { readonly error: Error }>("http.client.request.error", ({ request, error }) =>
        request[key]?.fail(error),
      ),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  },
};

/** The Host header says where a request goes, port included, also through a socket path or an agent. */
function hostOf(request: ClientRequest): string {
  const host = request.headersSent ? undefined : request.getHeader("host");
  return typeof host === "string" ? host : request.host;
}
