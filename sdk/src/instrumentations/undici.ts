/**
 * Requests that `fetch` and undici make: span, duration, trace headers, on undici's diagnostics channels.
 *
 * @see https://github.com/nodejs/undici/blob/main/docs/docs/api/DiagnosticsChannel.md
 */
import { context } from "@opentelemetry/api";
import { isTracingSuppressed } from "@opentelemetry/core";
import { beginClientRequest } from "./client-request.ts";
import type { ClientSpan } from "./client-request.ts";
import { createClientMetrics } from "./http-metrics.ts";
import type { Instrumentation } from "./index.ts";
import { subscribe } from "./subscribe.ts";

interface UndiciRequest {
  readonly origin: string | URL;
  readonly method: string;
  readonly path: string;
  /** Names and values in turn. */
  readonly headers: unknown;
  addHeader(name: string, value: string): unknown;
  [key]?: ClientSpan;
}

interface RequestMessage {
  readonly request: UndiciRequest;
}

const key = Symbol("obsbox.client");

export const undici: Instrumentation = {
  name: "undici",
  enable(pipelines) {
    const metrics = createClientMetrics(pipelines.metrics);
    const stops = [
      subscribe<RequestMessage>("undici:request:create", ({ request }) => {
        if (isTracingSuppressed(context.active())) return;
        const { method, path } = request;
        const client = beginClientRequest(pipelines, metrics, { method, origin: String(request.origin), path });
        client.inject((name, value) => {
          setHeader(request, name, value);
          if (name === "traceparent") keepTraceHeader(request);
        });
        request[key] = client;
      }),
      subscribe<RequestMessage & { readonly response: { readonly statusCode: number } }>(
        "undici:request:headers",
        ({ request, response }) => request[key]?.answer(response.statusCode),
      ),
      subscribe<RequestMessage>("undici:request:trailers", ({ request }) => request[key]?.end()),
      subscribe<RequestMessage & { readonly error: Error }>("undici:request:error", ({ request, error }) => {
        request[key]?.fail(error);
        request[key]?.end();
      }),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  },
};

/** A header that the service has passed on from a request of its own is replaced: this request has its own span. */
function setHeader(request: UndiciRequest, name: string, value: string): void {
  const { headers } = request;
  const index = Array.isArray(headers)
    ? headers.findIndex((item, at) => at % 2 === 0 && typeof item === "string" && item.toLowerCase() === name)
    : -1;
  if (Array.isArray(headers) && index !== -1) headers[index + 1] = value;
  else request.addHeader(name, value);
}

/** An agent that was started later hears of the request after us and would add its own: two of them end a trace. */
function keepTraceHeader(request: UndiciRequest): void {
  request.addHeader = addOtherHeader;
}

function addOtherHeader(this: UndiciRequest, name: string, value: string): unknown {
  if (name.toLowerCase() === "traceparent") return this;
  // oxlint-disable-next-line typescript/unbound-method -- applied to the request that it is called on
  const { addHeader }: UndiciRequest = Object.getPrototypeOf(this);
  return Reflect.apply(addHeader, this, [name, value]);
}
