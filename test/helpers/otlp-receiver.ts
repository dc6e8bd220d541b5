/** An OTLP receiver on a free port that keeps what it gets: the decoder is that of `obsbox dev`. */
import { serve } from "../../stack/embedded/http/server.ts";
import { decode } from "../../stack/embedded/otlp/decode.ts";
import { object } from "../../stack/embedded/otlp/read.ts";
import { tracesRequest } from "../../stack/embedded/otlp/schema.ts";
import { takeSpans } from "../../stack/embedded/otlp/spans.ts";
import { readBody } from "../../stack/embedded/http/body.ts";
import type { Span } from "../../stack/embedded/records.ts";
import { waitFor } from "./wait-for.ts";

export interface OtlpReceiver extends AsyncDisposable {
  readonly url: string;
  readonly spans: readonly Span[];
  /** Content types of the requests, in their order. */
  readonly contentTypes: readonly string[];
  /** Waits until as many spans have come as are asked for; `service start` does not count. */
  requests(count: number): Promise<Span[]>;
  clear(): void;
}

const maxBytes = 64 * 1024 ** 2;

/** @param onSpans - Takes the spans instead of keeping them, where there are too many. */
export async function startOtlpReceiver(onSpans?: (spans: readonly Span[]) => void): Promise<OtlpReceiver> {
  const spans: Span[] = [];
  const contentTypes: string[] = [];
  const keep = onSpans ?? ((records: readonly Span[]) => void spans.push(...records));
  const server = await serve(
    [
      {
        method: "POST",
        path: "/v1/traces",
        async handle({ request }) {
          const type = request.headers["content-type"] ?? "";
          const body = await readBody(request, maxBytes);
          contentTypes.push(type);
          const decoded =
            type === "application/json" ? object(JSON.parse(body.toString())) : decode(body, tracesRequest);
          keep(takeSpans(decoded).records);
          return { headers: { "content-type": type } };
        },
      },
    ],
    { host: "127.0.0.1", port: 0, token: undefined },
  );
  const ofRequests = () => spans.filter((span) => span.name !== "service start");
  return {
    url: `http://127.0.0.1:${server.port}`,
    spans,
    contentTypes,
    requests: (count) => waitFor(`${count} spans`, () => (ofRequests().length >= count ? ofRequests() : undefined)),
    clear: () => void spans.splice(0),
    async [Symbol.asyncDispose]() {
      server.close();
    },
  };
}
