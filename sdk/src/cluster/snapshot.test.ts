import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Family } from "../metrics/families.ts";
import { decodeSnapshot, encodeSnapshot } from "./snapshot.ts";

const text = fc.string({ unit: fc.constantFrom("a", "b", '"', "{", "}", "\\", "é", "\u{1F600}", "\n") });
const value = fc.double({ noDefaultInfinity: false }).map((given) => (Object.is(given, -0) ? 0 : given));
const exemplar = fc.record({ labels: text, value, timeMs: fc.option(fc.nat(), { nil: undefined }) });
const family: fc.Arbitrary<Family> = fc.record({
  name: text,
  type: fc.constantFrom("counter", "gauge", "histogram", "summary", "info", "unknown"),
  unit: text,
  help: text,
  samples: fc.array(
    fc.record({
      suffix: fc.constantFrom("", "_total", "_bucket"),
      labels: text,
      value,
      exemplar: fc.option(exemplar, { nil: undefined }),
    }),
  ),
});

test("every snapshot comes back from JSON as it was", () => {
  fc.assert(
    fc.property(text, fc.array(family), fc.nat(), (common, families, sequence) => {
      const sent = JSON.stringify(encodeSnapshot({ common, families, sequence }));
      expect(decodeSnapshot(JSON.parse(sent))).toEqual({ common, families, sequence });
    }),
  );
});

test("the rule of a gauge travels along, and the labels that buckets share travel once", () => {
  const labels = 'service_name="orders",http_route="/orders/:id"';
  const samples = Array.from({ length: 14 }, (_, bound) => ({
    suffix: "_bucket",
    labels: `${labels},le="${bound}.0"`,
    value: bound,
  }));
  const families: Family[] = [
    { name: "wait", type: "histogram", unit: "s", help: "", samples },
    { name: "depth", type: "gauge", unit: "", help: "", samples: [], rule: "max" },
  ];
  const sent = JSON.stringify(encodeSnapshot({ common: "", families, sequence: 1 }));
  expect(decodeSnapshot(JSON.parse(sent)).families).toEqual(
    families.map((one) => ({
      ...one,
      samples: one.samples.map((sample) => ({ ...sample, exemplar: undefined })),
    })),
  );
  expect(sent.split("http_route")).toHaveLength(2);
});
