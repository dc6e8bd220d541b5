/** Records, texts and windows for unit tests: whole ones, of which a test writes down only what it is about. */
import * as fc from "fast-check";
import type { LogRecord, MetricSample, MetricType, Span } from "./records.ts";
import { Store } from "./store/store.ts";
import type { StoreSettings } from "./store/store.ts";

export const nowUs = Date.now() * 1000;

/** Any characters at all; fast-check's own `binary` takes most of a second to get ready. */
export const anyText = fc.string({
  unit: fc
    .oneof(fc.nat(0x7f), fc.nat(0xd7ff), fc.integer({ min: 0xe000, max: 0x10ffff }))
    .map((code) => String.fromCodePoint(code)),
});

let made = 0;

/** A server span of the service `shop`, with ids of its own. */
export function exampleSpan(fields: Partial<Span> = {}): Span {
  made += 1;
  return {
    resource: { "service.name": "shop" },
    scope: "",
    traceId: String(made).padStart(32, "a"),
    spanId: String(made).padStart(16, "b"),
    parentId: null,
    name: "GET /things",
    kind: 2,
    startUs: nowUs,
    durationUs: 5000,
    status: 0,
    statusMessage: "",
    attributes: {},
    events: [],
    links: [],
    ...fields,
  };
}

export function exampleLog(fields: Partial<LogRecord> = {}): LogRecord {
  return {
    resource: { "service.name": "shop" },
    timeUs: nowUs,
    severity: 9,
    message: "hello",
    traceId: null,
    spanId: null,
    attributes: {},
    ...fields,
  };
}

/** Puts one family's samples of one moment into a window. */
export function addSamples(
  store: Store,
  [name, type]: readonly [string, MetricType],
  timeUs: number,
  samples: readonly (Partial<MetricSample> & { readonly value: number })[],
  service = "shop",
): void {
  const whole = samples.map((sample) => ({ name, labels: {}, ...sample }));
  const families = [{ name, type, unit: "", help: "", samples: whole }];
  store.addMetrics([{ resource: { "service.name": service }, timeUs, families }]);
}

/** A window in memory that takes everything; a test that it refuses a record fails. */
export function openExampleStore(settings: Partial<StoreSettings> = {}): Store {
  return new Store({
    folder: undefined,
    maxBytes: 1024 ** 3,
    maxAgeMs: 86_400_000,
    onTrouble(reason) {
      if (reason !== undefined) throw new Error(reason);
    },
    ...settings,
  });
}
