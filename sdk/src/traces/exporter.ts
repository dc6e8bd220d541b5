/** Where spans go, and how that went. */
import type { ExportResult } from "@opentelemetry/core";
import { ExportResultCode } from "@opentelemetry/core";
import { CompressionAlgorithm, OTLPExporterBase } from "@opentelemetry/otlp-exporter-base";
import { convertLegacyHttpOptions, createOtlpHttpExportDelegate } from "@opentelemetry/otlp-exporter-base/node-http";
import {
  JsonTraceSerializer,
  ProtobufTraceSerializer,
  TraceExporterMetricsHelper,
} from "@opentelemetry/otlp-transformer";
import { ConsoleSpanExporter } from "@opentelemetry/sdk-trace";
import type { ReadableSpan, SpanExporter } from "@opentelemetry/sdk-trace";
import type { TraceOptions } from "../options.ts";
import { encodeSpans } from "./encode.ts";

/** How sending has gone since the start of the process. */
export interface ExportStatus {
  readonly target: string;
  readonly sent: number;
  readonly failed: number;
  readonly lastSuccess: string | undefined;
  readonly lastError: string | undefined;
}

/** The address of an OTLP receiver on this machine, used when OTLP is asked for without an address. */
const localReceiver = "http://localhost:4318";

const encodings = {
  "http/protobuf": {
    contentType: "application/x-protobuf",
    serializer: {
      serializeRequest: encodeSpans,
      deserializeResponse: (body: Uint8Array) => ProtobufTraceSerializer.deserializeResponse(body),
    },
  },
  "http/json": { contentType: "application/json", serializer: JsonTraceSerializer },
} as const;

/** Makes the exporter that the options ask for; undefined when spans go nowhere. */
export function createExporter(options: TraceOptions): { exporter: SpanExporter; target: string } | undefined {
  const hasEndpoint = options.endpoint !== undefined || options.url !== undefined;
  const kind = options.exporter === "auto" ? (hasEndpoint ? "otlp" : "none") : options.exporter;
  if (kind === "none") return undefined;
  if (kind === "console") return { exporter: new ConsoleSpanExporter(), target: "console" };
  const url = options.url ?? `${(options.endpoint ?? localReceiver).replace(/\/$/, "")}/v1/traces`;
  return { exporter: otlpExporter(url, options), target: withoutCredentials(url) };
}

function otlpExporter(url: string, { headers, timeoutMs, compression, protocol }: TraceOptions): SpanExporter {
  const { contentType, serializer } = encodings[protocol];
  const config = { url, headers, timeoutMillis: timeoutMs, compression: compressionFor(url, compression) };
  const http = convertLegacyHttpOptions(config, "TRACES", "v1/traces", { "Content-Type": contentType });
  return new OTLPExporterBase(
    createOtlpHttpExportDelegate(http, serializer, "otlp_http_span_exporter", TraceExporterMetricsHelper, undefined),
  );
}

/** Counts what an exporter does. */
export class CountingExporter implements SpanExporter {
  readonly #exporter: SpanExporter;
  readonly #target: string;
  #sent = 0;
  #failed = 0;
  #lastSuccess: string | undefined;
  #lastError: string | undefined;

  constructor(exporter: SpanExporter, target: string) {
    this.#exporter = exporter;
    this.#target = target;
  }

  export(spans: ReadableSpan[], resultCallback: (result: ExportResult) => void): void {
    this.#exporter.export(spans, (result) => {
      this.#count(spans.length, result);
      resultCallback(result);
    });
  }

  status(): ExportStatus {
    return {
      target: this.#target,
      sent: this.#sent,
      failed: this.#failed,
      lastSuccess: this.#lastSuccess,
      lastError: this.#lastError,
    };
  }

  async forceFlush(): Promise<void> {
    await this.#exporter.forceFlush?.();
  }

  shutdown(): Promise<void> {
    return this.#exporter.shutdown();
  }

  #count(spans: number, result: ExportResult): void {
    const now = new Date().toISOString();
    if (result.code === ExportResultCode.SUCCESS) {
      this.#sent += spans;
      this.#lastSuccess = now;
    } else {
      this.#failed += spans;
      this.#lastError = `${now} ${result.error?.message ?? "unknown error"}`;
    }
  }
}

/** Compressing costs the service time and saves nothing on the way to its own machine. */
function compressionFor(url: string, wanted: TraceOptions["compression"]): CompressionAlgorithm {
  const isLocal = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(new URL(url).hostname);
  const isOn = wanted === "gzip" || (wanted === "auto" && !isLocal);
  return isOn ? CompressionAlgorithm.GZIP : CompressionAlgorithm.NONE;
}

function withoutCredentials(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
