import { describe, expect, test } from "vitest";
import { readPromql, withoutVariables } from "./promql.ts";

describe("readPromql", () => {
  test("gives metric, matchers and place of each selector", () => {
    const expr = 'rate(foo_total{a="1", b=~"x|y"}[5m]) / bar';
    expect(readPromql(expr).selectors).toEqual([
      {
        metric: "foo_total",
        matchers: [
          { label: "a", op: "=", value: "1" },
          { label: "b", op: "=~", value: "x|y" },
        ],
        from: 5,
        to: 31,
      },
      { metric: "bar", matchers: [], from: 39, to: 42 },
    ]);
  });

  test.each([
    ['{__name__="up", job="a"}', "up", [{ label: "job", op: "=", value: "a" }]],
    ['{"http.requests", "service.name"="a"}', "http.requests", [{ label: "service.name", op: "=", value: "a" }]],
    ['{__name__=~".+"}', undefined, [{ label: "__name__", op: "=~", value: ".+" }]],
    [
      "up{a='it\\'s', b=`\\d`}",
      "up",
      [
        { label: "a", op: "=", value: "it's" },
        { label: "b", op: "=", value: "\\d" },
      ],
    ],
  ])("knows the name in %s", (expr, metric, matchers) => {
    const [selector] = readPromql(expr).selectors;
    expect(selector?.metric).toBe(metric);
    expect(selector?.matchers).toEqual(matchers);
  });

  test("gives every label that is asked for, once", () => {
    const expr = 'sum by (a, b) (x{c="1"}) * on (a) group_left (d) sum without (e) (y) / ignoring (f) z';
    expect(readPromql(expr).labels).toEqual(["a", "b", "c", "d", "e", "f"]);
  });

  test("gives the place of each label", () => {
    const expr = 'sum by (job) (up{job="a"})';
    const { labelPlaces } = readPromql(expr);
    expect(labelPlaces.map(({ from, to }) => expr.slice(from, to))).toEqual(["job", "job"]);
  });

  test("tells the labels that functions read from those that they make", () => {
    const replaced = readPromql('label_replace(up, "dst", "$1", "src", "(.*)")');
    expect([replaced.labels, replaced.madeLabels]).toEqual([["src"], ["dst"]]);
    const joined = readPromql('label_join(up, "dst", "-", "one", "two")');
    expect([joined.labels, joined.madeLabels]).toEqual([["one", "two"], ["dst"]]);
    expect(readPromql('count_values("version", build)').madeLabels).toEqual(["version"]);
  });

  test("gives functions and aggregations", () => {
    expect(readPromql("topk(5, max_over_time(rate(x[5m])[1h:1m])) or vector(0)").functions).toEqual([
      "max_over_time",
      "rate",
      "topk",
      "vector",
    ]);
  });

  test.each([
    ["foo{", "line 1, column 5: the end"],
    ["a b", "line 1, column 3"],
    ["sum(\n  rate(x[5q]))", "line 2, column 11"],
    ["", "line 1, column 1: the end"],
  ])("refuses %j and says where", (expr, where) => {
    expect(() => readPromql(expr)).toThrow(where);
  });
});

describe("withoutVariables", () => {
  test.each([
    ['rate(up{job="$job"}[$__rate_interval])', "up"],
    ['up{job=~"${job:regex}", a="[[b]]"}[$__range:$__interval]', "up"],
    ["increase($metric[${__range_s}s])", "vvvvvvv"],
    ['label_replace(up, "a", "$1", "b", "([[:alpha:]]+)$")', "up"],
  ])("%s parses, and everything keeps its place", (expr, metric) => {
    const plain = withoutVariables(expr);
    expect(plain).toHaveLength(expr.length);
    const [selector] = readPromql(plain).selectors;
    expect(selector?.metric).toBe(metric);
  });

  test("leaves an expression without variables as it is", () => {
    const expr = 'label_replace(up, "a", "$1", "b", "x$")';
    expect(withoutVariables(expr)).toBe(expr);
  });
});
