import { describe, expect, test } from "vitest";
import { readPromql, withoutVariables } from "../../alerts/src/promql.ts";
import { deployments, restarts } from "./annotations.ts";
import { mapOfCalls } from "./call-map.ts";
import { and, isError, linesOfService } from "./lucene.ts";
import type { Target } from "./model.ts";
import { calls, countedOrZero, labels, ofService, quantile, requests, share, shareOf, sumRate } from "./promql.ts";
import { slo } from "./slo.ts";
import { firstLogs, latestLog, topLogs } from "./targets.ts";

const parsed = (expr: string) => readPromql(withoutVariables(expr));

describe("shares", () => {
  test("are 0 where nothing bad was counted, and nothing where nothing was counted at all", () => {
    expect(shareOf("bad", "all")).toBe("(bad or 0 * all) / (all > 0)");
  });

  test("are of one group on both sides", () => {
    const expr = share(requests.failed(ofService), requests.counted(ofService), [labels.route]);
    expect(expr.match(/sum by \(http_route\)/g)).toHaveLength(3);
    expect(parsed(expr).selectors.map(({ metric }) => metric)).toEqual(Array(3).fill("obsbox_http_requests_total"));
  });
});

test("a counter that does not exist before its first event counts as 0", () => {
  expect(countedOrZero("lost_total{}")).toBe("sum(increase(lost_total{}[$__range])) or vector(0)");
});

test("a quantile keeps the bounds of the buckets beside the groups", () => {
  expect(quantile(0.95, "x_bucket", ["service_name"])).toContain("sum by (le, service_name) (rate(x_bucket[");
});

describe("failed calls", () => {
  const conditions = parsed(calls.failedRate('a="b"')).selectors.map(({ matchers }) =>
    matchers.filter(({ label }) => label !== "a").map(({ label, op, value }) => `${label}${op}${value}`),
  );

  test("are errors that are not the caller's own, too many requests, and those that were given up", () => {
    expect(conditions).toEqual([
      ["error_type!=", "http_response_status_code!~4.."],
      ["http_response_status_code=429"],
      ["error_type=", "http_response_status_code="],
    ]);
  });

  test("are summed once for each series, whichever conditions it meets", () => {
    expect(calls.failedRate('a="b"', ["server_address"])).toMatch(
      /^sum by \(server_address\) \(rate\([^()]+\) or rate\([^()]+\) or rate\([^()]+\)\)$/,
    );
  });
});

describe("the map of calls", () => {
  const { targets } = mapOfCalls({
    title: { en: "Map", zh: "图" },
    description: { en: "Who calls whom", zh: "调用关系" },
    selectors: ['a="1"', 'b="2"'],
  });
  const exprs = targets.flatMap((target: Target) => (target.source === "prometheus" ? [target.expr] : []));

  test("parses, and makes the labels that the panel draws from", () => {
    for (const expr of exprs) {
      expect(parsed(expr).madeLabels).toEqual(["id", "peer", "source", "stat", "target"]);
    }
  });

  test("names its two numbers as the panel wants them", () => {
    expect(exprs.map((expr) => /"stat", "(\w+)"/.exec(expr)?.[1])).toEqual(["mainStat", "secondaryStat"]);
  });

  test("knows addresses that say nothing without the port", () => {
    const [, pattern = ""] = /"target", "\$1", "peer", "([^"]+)"/.exec(exprs[0] ?? "") ?? [];
    const shown = (peer: string) => new RegExp(`^(?:${pattern})$`).test(peer);
    expect(["localhost:7803", "10.0.0.1:80", "::1:80"].map(shown)).toEqual([true, true, true]);
    expect(["payments:80", "api.example.com:443", "localhost2:80"].map(shown)).toEqual([false, false, false]);
  });
});

test("marks on the time axis stand at the start of a process, and only within the page", () => {
  for (const { expr, valueIsTime } of [deployments(ofService), restarts(ofService)]) {
    expect(valueIsTime).toBe(true);
    expect(expr).toMatch(/^1000 \* .+ > \$__from$/);
    expect(() => parsed(expr)).not.toThrow();
  }
});

test("what rules record every five minutes is asked for as the latest value, so that it has no holes", () => {
  for (const expr of [slo.objective('a="b"'), slo.left('a="b"'), slo.good('a="b"')]) {
    expect(expr).toMatch(/^last_over_time\(service:[\w:]+\{a="b"\}\[15m\]\)$/);
  }
});

test("rates are over an interval that Grafana suits to the scrapes", () => {
  expect(sumRate("x_total")).toBe("sum (rate(x_total[$__rate_interval]))");
});

describe("queries of log lines", () => {
  test("take any environment as a pattern, and lines that name none", () => {
    expect(linesOfService).toBe(
      'service.name:"${service}" AND (service.environment:/${environment:regex}/ OR (*:* AND NOT service.environment:*))',
    );
  });

  test("join conditions", () => {
    expect(and("a:1", isError)).toBe("a:1 AND log.level:(error OR fatal)");
  });

  test("count by fields, the most frequent first", () => {
    const { bucketAggs = [] } = topLogs("*", ["labels.http_route", "http.response.status_code"]);
    expect(bucketAggs.map((one) => one["field"])).toEqual(["labels.http_route", "http.response.status_code"]);
  });

  test("find when a value was first seen, the newest first", () => {
    const { metrics, bucketAggs = [] } = firstLogs("*", "error.type");
    expect(metrics[0]).toEqual({ id: "1", type: "min", field: "@timestamp" });
    expect(bucketAggs[0]).toMatchObject({ field: "error.type", settings: { order: "desc", orderBy: "1" } });
  });

  test("find the newest line over time", () => {
    expect(latestLog("*").metrics).toEqual([{ id: "1", type: "max", field: "@timestamp" }]);
  });
});
