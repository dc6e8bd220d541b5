import { expect, test } from "vitest";
import { parseSeries, questions } from "./metrics.ts";

test("answers of promtool are series with labels and a value", () => {
  const text = '[{"metric":{"job":"grafana","instance":"grafana:3000"},"value":[1763747270.1,"0"]}]\n';
  expect(parseSeries(text)).toEqual([{ labels: { job: "grafana", instance: "grafana:3000" }, value: 0 }]);
  expect(parseSeries("[]\n")).toEqual([]);
});

test("below the flood stage a full disk is a failure, before it a warning", () => {
  const disk = questions.find(({ name }) => name === "elasticsearch-disk");
  expect([disk?.finding({}, 0.04).level, disk?.finding({}, 0.08).level]).toEqual(["failure", "warning"]);
  expect(disk?.finding({}, 0.04).what).toMatch(/^4\.0 % of Elasticsearch's disk is free; below 5 %/);
});
