import { expect, test } from "vitest";
import { judge } from "./emptiness.ts";

/** `gone` has no series, everything else has. */
const verdict = (expr: string) =>
  judge(expr, (from, to) => (expr.slice(from, to).startsWith("gone") ? expr.slice(from, to) : undefined));

test.each([
  ["there", []],
  ["rate(gone[5m])", ["gone"]],
  ['sum by (x) (rate(gone{a="b"}[$__rate_interval]))', ['gone{a="b"}']],
  ["there or gone", []],
  ["gone or on (x) there", []],
  ["gone or gone_too", ["gone", "gone_too"]],
  ["there / on (x) group_left (y) gone", ["gone"]],
  ["there and gone", ["gone"]],
  ["there unless gone", []],
  ["gone unless there", ["gone"]],
  ["(gone or 0 * there) / there > bool 0", []],
  ["-gone offset 5m", ["gone"]],
  ["max_over_time(rate(gone[5m])[1h:1m])", ["gone"]],
  ["histogram_quantile(0.9, sum by (le) (rate(gone[5m])))", ["gone"]],
  ["vector(1) or gone", []],
  ["absent(gone)", []],
])("%s is empty because of %j", (expr, expected) => {
  expect(verdict(expr).empty).toEqual(expected);
});

test.each([
  ["absent(gone)", ["gone"]],
  ["absent_over_time(gone[5m])", ["gone"]],
  ["absent(there)", []],
  ["absent(gone) or there", ["gone"]],
  ["absent(gone) and on () there", ["gone"]],
  ["absent(gone) and on () gone_too", []],
])("%s fires because of %j", (expr, expected) => {
  expect(verdict(expr).firesOn).toEqual(expected);
});
