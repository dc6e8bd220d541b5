import { describe, expect, test } from "vitest";
import { sampleDashboard } from "../../../test/fixtures/sample-dashboard.ts";
import { valueAt } from "../../../stack/companion/elasticsearch/json.ts";
import { renameDashboard } from "./dashboard.ts";
import { ourNaming, readNaming } from "./naming.ts";

const naming = readNaming({ map: ["service_name=app", "service.name=labels.app"], dialect: undefined });
const renamed = renameDashboard(sampleDashboard, naming);
const at = (...path: readonly string[]) =>
  path.reduce<unknown>((value, key) => (Array.isArray(value) ? value[Number(key)] : valueAt(value, key)), renamed);

describe("a label with another name has it", () => {
  test.each([
    [
      "in queries",
      ["panels", "0", "targets", "0", "expr"],
      'sum by (app) (rate(x_total{app="$service"}[$__rate_interval]))',
    ],
    ["in legends", ["panels", "0", "targets", "0", "legendFormat"], "{{app}} {{ http_route }}"],
    [
      "in links",
      ["panels", "0", "fieldConfig", "defaults", "links", "0", "url"],
      '/d/obsbox-x?var-service=${__field.labels.app}&a=${__data.fields["app"]}&${__url_time_range}',
    ],
    ["in matchers of columns", ["panels", "0", "fieldConfig", "overrides", "0", "matcher", "options"], "app"],
    ["in orders of columns", ["panels", "0", "transformations", "0", "options", "indexByName"], { app: 0, Value: 1 }],
    ["in names of columns", ["panels", "0", "transformations", "0", "options", "renameByName"], { app: "app" }],
    ["in closed rows", ["panels", "1", "panels", "0", "targets", "0", "expr"], "max by (app) (y)"],
    ["in marks", ["annotations", "list", "0", "expr"], 'changes(z{app="$service"}[1m])'],
    ["in choices", ["templating", "list", "1", "query", "query"], 'label_values(target_info{app!=""}, app)'],
    ["in definitions of choices", ["templating", "list", "1", "definition"], 'label_values(target_info{app!=""}, app)'],
    ["in choices by a query", ["templating", "list", "2", "query", "query"], "query_result(count by (app) (up))"],
    ["in log queries", ["panels", "2", "targets", "0", "query"], 'labels.app:"$service" AND NOT log.level:debug'],
    ["in groups of logs", ["panels", "2", "targets", "0", "bucketAggs", "0", "field"], "labels.app"],
    [
      "in choices from logs",
      ["templating", "list", "3", "query"],
      '{"find": "terms", "field": "labels.app", "query": "service.name:x"}',
    ],
  ])("%s", (_where, path, expected) => {
    expect(at(...path)).toEqual(expected);
  });
});

test("titles and texts stay as they are", () => {
  expect(at("panels", "0", "title")).toBe("service_name, in words");
});

test("without other names nothing changes", () => {
  expect(renameDashboard(sampleDashboard, ourNaming)).toEqual(sampleDashboard);
});
