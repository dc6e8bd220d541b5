/** Deletes spans that are too old, or too many. */
import { logger } from "@obsbox/sdk";
import type { Client } from "../../elasticsearch/client.ts";
import { instruments } from "../metrics.ts";
import { deleteIndices, indexSizes } from "../stored.ts";
import { planSpans } from "./plan.ts";
import type { SpanLimits } from "./plan.ts";

export async function keepSpans(elasticsearch: Client, limits: SpanLimits, nowMs = Date.now()): Promise<void> {
  const sizes = await indexSizes(elasticsearch, "jaeger-span-*,jaeger-service-*");
  const indices = [...sizes].map(([name, bytes]) => ({ name, bytes }));
  const deletions = planSpans(indices, limits, nowMs);
  const names = deletions.map(({ name }) => name);
  if (names.length > 0) {
    await deleteIndices(elasticsearch, names);
    logger.info({ indices: names }, `deleted ${names.length} indices of spans`);
  }
  for (const { reason } of deletions) instruments.deletedIndices.add(1, { signal: "traces", reason });
  const left = indices.filter(({ name }) => !names.includes(name));
  instruments.stored.record(
    left.reduce((sum, { bytes }) => sum + bytes, 0),
    { signal: "traces" },
  );
  instruments.limit.record(limits.maxBytes, { signal: "traces" });
}
