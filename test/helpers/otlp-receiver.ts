/** An OTLP receiver on a free port that keeps what it gets: the decoder is that of `obsbox dev`. */
import type { IncomingHttpHeaders } from "node:http";
import { readBody } from "../../stack/embedded/http/body.ts";
import { serve } from "../../stack/embedded/http/server.ts";
import type { Route } from "../../stack/embedded/http/server.ts";
import { decode } from "../../stack/embedded/otlp/decode.ts";
import type { Decoded } from "../../stack/embedded/otlp/decode.ts";
import { list, object } from "../../stack/embedded/otlp/read.ts";
import { metricsRequest, tracesRequest } from "../../stack/embedded/otlp/schema.ts";
import { takeSpans } from "../../stack/embedded/otlp/spans.ts";
import type { Span } from "../../stack/embedded/records.ts";
import { waitFor } from "./wait-for.ts";

export interface OtlpReceiver extends AsyncDisposable {
  readonly url: string;
  readonly spans: readonly Span[];
  /** Every request in its order, whatever its path. */
  readonly received: readonly Received[];
  /** Metrics of all requests, in the shape of OTLP/JSON. */
  readonly metrics: readonly Decoded[];
  /** Waits until as many spans have come as are asked for; `service start` does not count. */
  requests(count: number): Promise<Span[]>;
  clear(): void;
}

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

const maxBytes = 64 * 1024 ** 2;

/** @param onSpans - Takes the spans instead of keeping them, where there are too many. */
export async function startOtlpReceiver(onSpans?: (spans: readonly Span[]) => void): Promise<OtlpReceiver> {
  const spans: Span[] = [];
  const metrics: Decoded[] = [];
  const received: Received[] = [];
  const keep = onSpans ?? ((records: readonly Span[]) => void spans.push(...records));
  const route: Route = {
    method: "POST",
    path: "/*",
    async handle({ request }) {
      const { url = "", headers } = request;
      const type = headers["content-type"] ?? "";
      const body = await readBody(request, maxBytes);
      if (onSpans === undefined) received.push({ path: url, headers });
      const isMetrics = url.endsWith("/metrics");
      const message = isMetrics ? metricsRequest : tracesRequest;
      const decoded = type === "application/json" ? object(JSON.parse(body.toString())) : decode(body, message);
      if (isMetrics) metrics.push(...metricsOf(decoded));
      else keep(takeSpans(decoded).records);
      return { headers: { "content-type": type } };
    },
  };
  const server = await serve([route], { host: "127.0.0.1", port: 0, token: undefined });
  const ofRequests = () => spans.filter((span) => span.name !== "service start");
  return {
    url: `http://127.0.0.1:${server.port}`,
    spans,
    received,
    metrics,
    requests: (count) => waitFor(`${count} spans`, () => (ofRequests().length >= count ? ofRequests() : undefined)),
    clear: () => void spans.splice(0),
    async [Symbol.asyncDispose]() {
      server.close();
    },
  };
}

function metricsOf(request: Decoded): Decoded[] {
  const scopes = list(request["resourceMetrics"]).flatMap((group) => list(object(group)["scopeMetrics"]));
  return scopes.flatMap((scope) => list(object(scope)["metrics"])).map(object);
}
