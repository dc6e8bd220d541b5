/** The order and the places of the spans of a trace. */
import type { LogLine, TraceDetail, TraceSpan } from "./api.ts";

export interface Row {
  readonly span: TraceSpan;
  readonly depth: number;
  /** Log lines that were written in this span. */
  readonly logs: readonly LogLine[];
}

export interface Waterfall {
  readonly rows: readonly Row[];
  /** Lines of the trace whose span is not here. */
  readonly otherLogs: readonly LogLine[];
  readonly startUs: number;
  readonly durationUs: number;
}

/**
 * Parents above their children, children by their start; a span whose parent is not here stands at the top, and so does
 * the first of spans that are their own ancestors. A span that came in twice has two rows.
 */
export function buildWaterfall({ spans, logs }: TraceDetail): Waterfall {
  const known = new Set(spans.map(({ spanId }) => spanId));
  const children = Map.groupBy(spans, ({ parentId }) => (parentId !== null && known.has(parentId) ? parentId : ""));
  const logsBySpan = Map.groupBy(logs, ({ spanId }) => spanId ?? "");
  const rows: Row[] = [];
  const shown = new Set<TraceSpan>();
  const add = (span: TraceSpan, depth: number) => {
    if (shown.has(span)) return;
    shown.add(span);
    rows.push({ span, depth, logs: logsBySpan.get(span.spanId) ?? [] });
    for (const child of children.get(span.spanId) ?? []) add(child, depth + 1);
  };
  for (const top of [...(children.get("") ?? []), ...spans]) add(top, 0);
  // A trace of log lines only lasts from the first to the last of them.
  const times = spans.length > 0 ? spans : logs.map(({ timeUs }) => ({ startUs: timeUs, durationUs: 0 }));
  const startUs = Math.min(...times.map((span) => span.startUs));
  const endUs = Math.max(...times.map((span) => span.startUs + span.durationUs));
  const otherLogs = logs.filter(({ spanId }) => spanId === null || !known.has(spanId));
  return { rows, otherLogs, startUs, durationUs: Math.max(1, endUs - startUs) };
}

/** A hue for each service of a trace, far from those of the others. */
export function huesOf(services: readonly string[]): ReadonlyMap<string, number> {
  return new Map(services.toSorted().map((service, index) => [service, (210 + index * goldenAngle) % 360]));
}

const goldenAngle = 137.5;
