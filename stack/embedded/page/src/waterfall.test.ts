import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { LogLine, TraceSpan } from "./api.ts";
import { buildWaterfall, huesOf } from "./waterfall.ts";

function span(spanId: string, parentId: string | null, fields: Partial<TraceSpan> = {}): TraceSpan {
  return { spanId, parentId, startUs: 1000, durationUs: 10, ...fields } as TraceSpan;
}

function log(spanId: string | null, timeUs = 1000): LogLine {
  return { spanId, timeUs } as LogLine;
}

function rows(...spans: readonly TraceSpan[]) {
  return buildWaterfall({ traceId: "", spans, logs: [] }).rows.map(({ span: { spanId }, depth }) => [spanId, depth]);
}

test("children stand below their parents, in the order in which they began", () => {
  expect(rows(span("a", null), span("b", "a"), span("c", "a"), span("d", "b"))).toEqual([
    ["a", 0],
    ["b", 1],
    ["d", 2],
    ["c", 1],
  ]);
});

test("a span whose parent is not here stands at the top", () => {
  expect(rows(span("a", "gone"), span("b", "a"))).toEqual([
    ["a", 0],
    ["b", 1],
  ]);
});

test("a trace takes as long as from its first start to its last end", () => {
  const spans = [span("a", null, { durationUs: 50 }), span("b", "a", { startUs: 1040, durationUs: 100 })];
  expect(buildWaterfall({ traceId: "", spans, logs: [] })).toMatchObject({ startUs: 1000, durationUs: 140 });
  expect(buildWaterfall({ traceId: "", spans: [span("a", null, { durationUs: 0 })], logs: [] }).durationUs).toBe(1);
});

test("log lines stand at their span, the others apart", () => {
  const lines = [log("a"), log("gone"), log(null), log("a")];
  const { rows: all, otherLogs } = buildWaterfall({ traceId: "", spans: [span("a", null)], logs: lines });
  expect(all[0]?.logs).toEqual([lines[0], lines[3]]);
  expect(otherLogs).toEqual([lines[1], lines[2]]);
});

test("a trace of log lines only has a beginning", () => {
  expect(buildWaterfall({ traceId: "", spans: [], logs: [log(null, 3000), log("a", 2000)] })).toMatchObject({
    rows: [],
    startUs: 2000,
    durationUs: 1000,
  });
});

test("every span has one row, whatever the spans say of their parents", () => {
  const id = fc.constantFrom("a", "b", "c", "d", "");
  fc.assert(
    fc.property(fc.array(fc.tuple(id, fc.option(id))), (pairs) => {
      const spans = pairs.map(([spanId, parentId]) => span(spanId, parentId));
      const { rows: all } = buildWaterfall({ traceId: "", spans, logs: [] });
      expect(all).toHaveLength(spans.length);
      expect(new Set(all.map((row) => row.span))).toEqual(new Set(spans));
    }),
  );
});

test("services of a trace have different hues, the same ones in any order", () => {
  const names = Array.from({ length: 12 }, (_, index) => `s${index}`);
  expect(new Set(huesOf(names).values()).size).toBe(12);
  expect(huesOf(names.toReversed())).toEqual(huesOf(names));
});
