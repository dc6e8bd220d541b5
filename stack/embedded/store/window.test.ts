import { expect, test } from "vitest";
import { addSamples, exampleLog, exampleSpan, nowUs, openExampleStore } from "../example-records.ts";
import type { Store } from "./store.ts";
import { loadLine, saveWindow } from "./window.ts";

const second = 1_000_000;

function reload(store: Store): Store {
  const loaded = openExampleStore();
  loaded.startLoading();
  for (const line of saveWindow(store)) loadLine(loaded, line);
  return loaded;
}

test("spans and log records come back as they were saved", () => {
  const store = openExampleStore();
  const attributes = {
    text: "ä",
    float: 0.5,
    integer: -5,
    flag: false,
    none: null,
    list: [1, "a"],
    map: { a: { b: 1 } },
  };
  const spans = [
    exampleSpan({ attributes, scope: "lib", status: 2, statusMessage: "no" }),
    exampleSpan({ scope: "other", resource: { "service.name": "cart", "service.version": "1" } }),
    exampleSpan({
      parentId: "c".repeat(16),
      events: [{ name: "e", timeUs: nowUs, attributes }],
      links: [{ traceId: "d".repeat(32), spanId: "e".repeat(16), attributes }],
    }),
  ];
  const logs = [
    exampleLog({ attributes, severity: 17, traceId: "d".repeat(32), spanId: "e".repeat(16) }),
    exampleLog({ message: "a\nb", severity: 0 }),
  ];
  store.addSpans(spans);
  store.addLogs(logs);
  const loaded = reload(store);
  expect([...loaded.tables.spans.all()].toSorted((a, b) => (a.spanId < b.spanId ? -1 : 1))).toEqual(spans);
  expect([...loaded.tables.logs.all()]).toEqual(logs.map((log, index) => ({ ...log, id: index + 1 })));
  expect(loaded.status()).toMatchObject({ isPaused: true, spans: 3, logs: 2 });
});

test("metrics come back with all points and exemplars, also where there is no number", () => {
  const store = openExampleStore();
  const values = Array.from({ length: 1200 }, (_, index) => index);
  for (const value of values) {
    const timeUs = nowUs + value * second;
    const exemplar = { traceId: String(value).padStart(32, "a"), spanId: "b".repeat(16), value, timeUs };
    addSamples(store, ["wait", "histogram"], timeUs, [{ name: "wait_bucket", labels: { le: "1" }, value, exemplar }]);
  }
  for (const [index, value] of [Number.NaN, Infinity, -Infinity, 0.1].entries())
    addSamples(store, ["odd", "gauge"], nowUs + index * second, [{ value }]);
  const read = ({ tables: { metrics } }: Store) =>
    metrics.allSeries().map(({ id, ...series }) => ({
      ...series,
      points: metrics.points(id, 0, Number.MAX_SAFE_INTEGER),
      exemplars: [...metrics.exemplars(id)].map(({ traceId, timeUs, value }) => ({ traceId, timeUs, value })),
    }));
  const saved = read(store);
  expect(saved.map(({ name, points, exemplars }) => [name, points.length, exemplars.length])).toEqual([
    ["odd", 4, 0],
    ["wait_bucket", 1200, 1200],
  ]);
  const byName = (all: typeof saved) => all.map(({ resource: _number, ...series }) => series);
  expect(byName(read(reload(store)))).toEqual(byName(saved));
});

test.each(["", "{", "[]", "{}", '{"resourceProfiles":[]}', "null"])("the line %j is refused", (line) => {
  expect(() => loadLine(openExampleStore(), line)).toThrow(Error);
});
