/**
 * The way of spans to their receiver: queue, batches, a backlog of what could not be sent yet, and the books about all
 * of it.
 */
import type { MeterProvider } from "@opentelemetry/api";
import type { Resource } from "@opentelemetry/resources";
import type { ReadableSpan, SpanProcessor } from "@opentelemetry/sdk-trace";
import { maxConnections } from "../../otlp/post.ts";
import type { Post } from "../../otlp/post.ts";
import { verdictOf } from "../../otlp/verdict.ts";
import { Backlog } from "./backlog.ts";
import type { BacklogLimits } from "./backlog.ts";
import { Circuit } from "./circuit.ts";
import { Dispatcher } from "./dispatcher.ts";
import type { Encoding } from "./encodings.ts";
import { SpanLedger } from "./ledger.ts";
import type { DropReason } from "./ledger.ts";
import { Packer } from "./packer.ts";
import { observeProcessor } from "./processor-metrics.ts";
import { SpanQueue } from "./queue.ts";
import type { QueueLimits } from "./queue.ts";

/** What became of all spans since the start: made = delivered + dropped + pending. */
export interface SpanCounts {
  readonly made: number;
  readonly delivered: number;
  readonly dropped: ReadonlyMap<DropReason, number>;
  readonly pending: number;
  /** Of those that are encoded. */
  readonly pendingBytes: number;
}

export interface DeliveryStatus {
  readonly counts: SpanCounts;
  /** Whether the receiver does not take anything now. */
  readonly isPaused: boolean;
  readonly lastSuccess: string | undefined;
  readonly lastError: string | undefined;
}

export interface Delivery {
  readonly processor: SpanProcessor;
  readonly status: () => DeliveryStatus;
  /** Takes all that has not arrived, ready to be sent by somebody who cannot wait, while the process ends. */
  readonly takeUnsent: () => readonly Unsent[];
}

export interface Unsent {
  readonly body: Uint8Array;
  readonly spans: number;
}

export interface DeliverySettings {
  /** Where spans go, as it is shown. */
  readonly target: string;
  readonly queue: QueueLimits;
  readonly backlog: BacklogLimits;
  readonly encoding: Encoding;
  readonly compress: (encoded: Uint8Array) => Promise<Uint8Array>;
  readonly compressNow: (encoded: Uint8Array) => Uint8Array;
  readonly post: Post;
  /** Its attributes may come later than the first span. */
  readonly resource: Resource;
  readonly meterProvider: MeterProvider;
  readonly random?: () => number;
}

/** Failures after which nobody waits any longer: for a flush, and at the end of the process. */
const tries = { flush: 1, end: 2 } as const;

export function createDelivery(settings: DeliverySettings): Delivery {
  const { target, encoding, compress, post } = settings;
  const ledger = new SpanLedger();
  const backlog = new Backlog(settings.backlog, ledger);
  const circuit = new Circuit(maxConnections, settings.random);
  const dispatcher = new Dispatcher({
    target,
    ledger,
    backlog,
    circuit,
    send: async (body) => verdictOf(await post.send(body)),
    readPartialSuccess: encoding.readPartialSuccess,
  });
  const packer = new Packer({
    ledger,
    encoding,
    compress,
    waiting: () => queue.length,
    take: (count): readonly ReadableSpan[] => queue.take(count),
    onBatch(batch) {
      backlog.add(batch);
      dispatcher.pump();
    },
  });
  const isComplete = waitForAttributes(settings.resource);
  const queue = new SpanQueue({
    ...settings.queue,
    ledger,
    pack: (maxSpans) => isComplete.then(() => packer.pack(maxSpans)),
    drain: (isLast) => dispatcher.drain(isLast ? tries.end : tries.flush, isLast),
    close() {
      dispatcher.close();
      post.close();
      stopObserving();
    },
  });
  const stopObserving = observeProcessor(settings.meterProvider, ledger, queue);
  return {
    processor: queue,
    status: () => ({
      counts: {
        made: ledger.made,
        delivered: ledger.delivered,
        dropped: ledger.dropped,
        pending: queue.length + packer.spans + backlog.spans,
        pendingBytes: backlog.bytes,
      },
      isPaused: circuit.isOpen,
      lastSuccess: dispatcher.lastSuccess,
      lastError: dispatcher.lastError,
    }),
    takeUnsent: () => [
      ...dispatcher.takeUnsent(),
      ...packer.packAtOnce().map(({ encoded, spans }) => ({ body: settings.compressNow(encoded), spans })),
    ],
  };
}

async function waitForAttributes(resource: Resource): Promise<void> {
  try {
    if (resource.asyncAttributesPending === true) await resource.waitForAsyncAttributes?.();
  } catch {
    // Spans go without them.
  }
}
