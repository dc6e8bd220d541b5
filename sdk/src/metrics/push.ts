/**
 * Metrics by OTLP, again and again. What a receiver misses comes with the next request, because all values are totals
 * since the start: so nothing is kept, and nothing piles up however long the receiver is away.
 */
import { ProtobufMetricsSerializer } from "@opentelemetry/otlp-transformer";
import type { ResourceMetrics } from "@opentelemetry/sdk-metrics";
import { AsyncLocalStorage } from "node:async_hooks";
import { messageOf, report } from "../diagnostics.ts";
import { noteSuccess } from "../last-success.ts";
import type { MetricOptions, TraceOptions } from "../options.ts";
import { createPost } from "../otlp/post.ts";
import type { Post } from "../otlp/post.ts";
import { bodyFor, describeTarget, pathUnder, withoutCredentials } from "../otlp/target.ts";
import type { Target } from "../otlp/target.ts";
import { verdictOf } from "../otlp/verdict.ts";

export interface Push {
  /** Sends now, after what is under way. Never rejects. */
  readonly flush: () => Promise<void>;
  /** Sends a last time. Never rejects. */
  readonly stop: () => Promise<void>;
}

interface PushOptions {
  readonly metrics: MetricOptions;
  readonly traces: TraceOptions;
}

/** The address of an OTLP receiver on this machine, used when OTLP is asked for without an address. */
const localReceiver = "http://localhost:4318";

export function startPush({ metrics, traces }: PushOptions, collect: () => Promise<ResourceMetrics>): Push {
  const target = targetOf(metrics, traces);
  const post = createPost(target);
  let underWay: Promise<void> | undefined;
  let isSilent = false;
  // Bound to where the SDK starts: a connection outlives whoever asks for a flush.
  const send = AsyncLocalStorage.bind(async () => {
    try {
      isSilent = await sendAll(await collect(), target, post.send);
    } catch (error) {
      sayFailure(target, messageOf(error));
    }
  });
  const start = () => (underWay ??= send().finally(() => (underWay = undefined)));
  const flush = async () => {
    const wasWaiting = underWay !== undefined;
    await underWay;
    // Who has just waited in vain for an answer need not do so again.
    if (!wasWaiting || !isSilent) await start();
  };
  const timer = setInterval(() => void start(), metrics.pushIntervalMs).unref();
  return {
    flush,
    async stop() {
      clearInterval(timer);
      await flush();
      post.close();
    },
  };
}

/** @returns Whether the receiver has let the time run out. */
async function sendAll(collected: ResourceMetrics, target: Target, send: Post["send"]): Promise<boolean> {
  if (collected.scopeMetrics.length === 0) return false;
  await collected.resource.waitForAsyncAttributes?.();
  const encoded = ProtobufMetricsSerializer.serializeRequest(collected) ?? new Uint8Array();
  const verdict = verdictOf(await send(await bodyFor(target, encoded)));
  if (verdict.kind === "taken") noteSuccess("metrics");
  else sayFailure(target, verdict.message);
  return verdict.kind === "again" && verdict.isTimeout;
}

function sayFailure({ url }: Target, message: string): void {
  report(
    "metrics-export-failed",
    `metrics cannot be sent to ${withoutCredentials(url)}: ${message}; the next request brings them; is the receiver running?`,
  );
}

/** Where the traces go, with their headers, unless metrics have an address of their own. */
function targetOf(metrics: MetricOptions, traces: TraceOptions): Target {
  const url = metrics.url ?? pathUnder(traces.endpoint ?? localReceiver, "/v1/metrics");
  const isApart = metrics.url !== undefined || traces.url !== undefined;
  const headers = metrics.headers ?? (isApart ? {} : traces.headers);
  return describeTarget({ ...metrics, url, headers, contentType: "application/x-protobuf", tlsFiles: metrics });
}
