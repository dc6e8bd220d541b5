import { describe, expect, test } from "vitest";
import { sampleDashboard } from "../../test/fixtures/sample-dashboard.ts";
import { listAt, textAt, valueAt } from "../../stack/companion/elasticsearch/json.ts";
import { placeDashboard, placeRule, readPlaces } from "./places.ts";

describe("links out of Grafana", () => {
  const linksOf = (places: readonly string[]) => {
    const model = placeDashboard(sampleDashboard, readPlaces(places));
    const panel = listAt(model, "panels")[0];
    return [...listAt(model, "links"), ...listAt(valueAt(panel, "fieldConfig"), "defaults", "links")].map((link) =>
      textAt(link, "url"),
    );
  };
  const toService = expect.stringContaining("/d/obsbox-x?");

  test("lead to where the part is, and are left out where it is nowhere", () => {
    const kibana = "https://kibana.example.com/s/team";
    expect(linksOf([`kibana=${kibana}/`])).toEqual([
      "",
      `${kibana}/app/discover`,
      toService,
      `${kibana}/app/discover#/?q=x`,
    ]);
  });

  test("are all left out where nothing is given; links within Grafana stay", () => {
    expect(linksOf([])).toEqual(["", toService]);
  });
});

test("paths of alerts lead to where the part is, and stay as they are where it is nowhere", () => {
  const annotations = {
    dashboard_path: "/grafana/d/x?var-a={{ $labels.a }}",
    logs_path: "/kibana/app",
    summary: "/grafana/",
  };
  const rule = placeRule({ alert: "A", expr: "up", annotations }, readPlaces(["grafana=https://grafana.example.com"]));
  expect(rule["annotations"]).toEqual({
    dashboard_path: "https://grafana.example.com/d/x?var-a={{ $labels.a }}",
    logs_path: "/kibana/app",
    summary: "/grafana/",
  });
});

test.each(["kibana", "kibana=", "kibana=ftp://x", "loki=https://x", "=https://x"])("--at %s is refused", (given) => {
  expect(() => readPlaces([given])).toThrow(expect.objectContaining({ exitCode: 2 }));
});
