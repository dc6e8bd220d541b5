/** Where spans go, and how that went. */
import type { MeterProvider } from "@opentelemetry/api";
import type { Resource } from "@opentelemetry/resources";
import { ConsoleSpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace";
import type { ReadableSpan, SpanProcessor } from "@opentelemetry/sdk-trace";
import type { TraceOptions } from "../options.ts";
import { createPost } from "../otlp/post.ts";
import { bodyAtOnce, bodyFor, describeTarget, pathUnder, withoutCredentials } from "../otlp/target.ts";
import type { Tls } from "../otlp/target.ts";
import type { Status } from "../telemetry.ts";
import { encodings } from "./delivery/encodings.ts";
import { createDelivery } from "./delivery/index.ts";
import type { SpanCounts } from "./delivery/index.ts";
import type { DropReason } from "./delivery/ledger.ts";

/** How sending has gone since the start of the process. */
export type ExportStatus = NonNullable<Status["traces"]>;

/** A request that is ready to be sent. */
export interface UnsentRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: Tls;
  readonly body: Uint8Array;
  /** Spans in it. */
  readonly count: number;
}

export interface Exporter {
  readonly processor: SpanProcessor;
  readonly counts: () => SpanCounts;
  readonly status: () => ExportStatus;
  /** Gives all that has not arrived and forgets it, for a process that ends and cannot wait. */
  readonly unsent: () => readonly UnsentRequest[];
}

export interface ExporterParts {
  readonly resource: Resource;
  /** Gets the metrics of the span queue. */
  readonly meterProvider: MeterProvider;
}

/** The address of an OTLP receiver on this machine, used when OTLP is asked for without an address. */
const localReceiver = "http://localhost:4318";

/** Makes the exporter that the options ask for; undefined when spans go nowhere. */
export function createExporter(options: TraceOptions, parts: ExporterParts): Exporter | undefined {
  const hasEndpoint = options.endpoint !== undefined || options.url !== undefined;
  const kind = options.exporter === "auto" ? (hasEndpoint ? "otlp" : "none") : options.exporter;
  if (kind === "none") return undefined;
  return kind === "console" ? consoleExporter() : otlpExporter(options, parts);
}

function otlpExporter(options: TraceOptions, parts: ExporterParts): Exporter {
  const encoding = encodings[options.protocol];
  const url = options.url ?? pathUnder(options.endpoint ?? localReceiver, "/v1/traces");
  const target = describeTarget({ ...options, url, contentType: encoding.contentType, tlsFiles: options });
  const shown = withoutCredentials(url);
  const { processor, status, takeUnsent } = createDelivery({
    ...parts,
    encoding,
    target: shown,
    queue: options,
    backlog: { bytes: options.retryBytes, ageMs: options.retryMs },
    compress: (encoded) => bodyFor(target, encoded),
    compressNow: (encoded) => bodyAtOnce(target, encoded),
    post: createPost(target),
  });
  return {
    processor,
    counts: () => status().counts,
    status() {
      const { counts, ...rest } = status();
      return { target: shown, ...numbersOf(counts), ...rest };
    },
    unsent() {
      const { headers, tls } = target;
      return takeUnsent().map(({ body, spans }) => ({ url, headers, tls, body, count: spans }));
    },
  };
}

function numbersOf({ made, delivered, dropped, pending, pendingBytes }: SpanCounts) {
  const lost = [...dropped].filter(([, spans]) => spans > 0);
  const failed = lost.reduce((sum, [, spans]) => sum + spans, 0);
  return { made, sent: delivered, failed, dropped: Object.fromEntries(lost), pending, pendingBytes };
}

/** Prints each span as soon as it ends. */
function consoleExporter(): Exporter {
  let made = 0;
  let lastSuccess: string | undefined;
  const exporter = new ConsoleSpanExporter();
  const processor = new SimpleSpanProcessor({
    exporter: {
      export(spans: ReadableSpan[], done) {
        made += spans.length;
        lastSuccess = new Date().toISOString();
        exporter.export(spans, done);
      },
      shutdown: () => exporter.shutdown(),
    },
  });
  const counts = () => ({ made, delivered: made, dropped: new Map<DropReason, number>(), pending: 0, pendingBytes: 0 });
  const status = () => ({
    target: "console",
    ...numbersOf(counts()),
    isPaused: false,
    lastSuccess,
    lastError: undefined,
  });
  return { processor, counts, status, unsent: () => [] };
}
