/** For the tests of a service: its telemetry in memory instead of on the way to a backend. */
import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import type { Attributes } from "@opentelemetry/api";
import { InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import { resolveOptions } from "./options.ts";
import type { StartOptions } from "./options.ts";
import { startTelemetry } from "./start.ts";
import { runningTelemetry } from "./telemetry.ts";

/** A span that has ended. */
export interface RecordedSpan {
  readonly name: string;
  readonly kind: "internal" | "server" | "client" | "producer" | "consumer";
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string | undefined;
  readonly attributes: Attributes;
  readonly isError: boolean;
  /** Names of its events, `exception` among them. */
  readonly events: readonly string[];
}

export interface RecordedTelemetry {
  /** Spans that have ended, in that order. */
  spans(): readonly RecordedSpan[];
  /**
   * Gives the latest span of a name.
   *
   * @throws Error that names the spans that there are.
   */
  span(name: string): RecordedSpan;
  /** Log lines, as objects. */
  logs(): readonly Readonly<Record<string, unknown>>[];
  /**
   * Gives the value of a metric as on `/metrics`, the sum over all series that have the given labels; undefined when
   * there is none.
   *
   * @example
   * await telemetry.value("orders_placed_total", { kind: "web" });
   */
  value(name: string, labels?: Readonly<Record<string, string>>): Promise<number | undefined>;
  /** Forgets spans and log lines. Metrics go on. */
  clear(): void;
  /** Stops the SDK, so that another test can start it again. */
  shutdown(): Promise<void>;
}

const kinds = {
  [SpanKind.INTERNAL]: "internal",
  [SpanKind.SERVER]: "server",
  [SpanKind.CLIENT]: "client",
  [SpanKind.PRODUCER]: "producer",
  [SpanKind.CONSUMER]: "consumer",
} as const;

/**
 * Starts the SDK of this process with everything kept in memory: no admin port, no signals, no environment variables.
 *
 * @param options - As for `start()`.
 * @throws Error when the SDK runs already.
 * @example
 * const telemetry = startRecording();
 * await placeOrder(order);
 * expect(telemetry.span("charge card").isError).toBe(false);
 * expect(await telemetry.value("orders_placed_total")).toBe(1);
 * await telemetry.shutdown();
 */
export function startRecording(options: StartOptions = {}): RecordedTelemetry {
  if (runningTelemetry() !== undefined) throw new Error("the SDK runs already; shut it down before recording");
  const exporter = new InMemorySpanExporter();
  let lines: string[] = [];
  const sink = { maxLineBytes: 1024 ** 2, write: (line: string) => void lines.push(line), flush() {} };
  const resolved = resolveOptions({ admin: false, quiet: true, shutdown: { signals: false }, ...options }, {});
  const telemetry = startTelemetry(resolved, { processor: new SimpleSpanProcessor({ exporter }), sink });
  const spans = () =>
    exporter
      .getFinishedSpans()
      .map(toRecordedSpan)
      .filter(({ name }) => name !== "service start");
  return {
    spans,
    span(name) {
      const found = spans().findLast((span) => span.name === name);
      if (found !== undefined) return found;
      throw new Error(
        `no span is called ${name}; there are: ${
          spans()
            .map((span) => span.name)
            .join(", ") || "none"
        }`,
      );
    },
    logs: () => lines.map((line) => JSON.parse(line)),
    async value(name, labels = {}) {
      const { body } = await telemetry.scrape();
      return sumOf(body, name, labels);
    },
    clear() {
      exporter.reset();
      lines = [];
    },
    shutdown: () => telemetry.shutdown(),
  };
}

function toRecordedSpan(span: ReadableSpan): RecordedSpan {
  const { traceId, spanId } = span.spanContext();
  return {
    name: span.name,
    kind: kinds[span.kind],
    traceId,
    spanId,
    parentId: span.parentSpanContext?.spanId,
    attributes: span.attributes,
    isError: span.status.code === SpanStatusCode.ERROR,
    events: span.events.map(({ name }) => name),
  };
}

function sumOf(text: string, name: string, labels: Readonly<Record<string, string>>): number | undefined {
  const wanted = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
  const isWanted = (line: string) => /^[{ ]/.test(line.slice(name.length)) && wanted.every((one) => line.includes(one));
  const samples = text.split("\n").filter((line) => line.startsWith(name) && isWanted(line));
  const values = samples.map((line) => Number(line.slice(line.lastIndexOf(" "))));
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0);
}
