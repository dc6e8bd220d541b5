import { describe, expect, test } from "vitest";
import { startKibanaStandIn } from "../../../../test/helpers/kibana-stand-in.ts";
import { applyKibanaObjects, connectKibana } from "./apply.ts";
import { digestOf } from "../../../../dashboards/src/kibana/digest.ts";
import { bodyOf } from "../../../../dashboards/src/kibana/body.ts";
import { pages } from "../../../../dashboards/src/kibana/dashboards.ts";
import { applyDashboards, dashboardsIn, dashboardState } from "./dashboards.ts";
import { applyDataViews, stateOf } from "./data-views.ts";
import { dataViews, importLine, savedSearches, versionIn } from "./objects.ts";
import { applySavedSearches, isOutdated } from "./saved-searches.ts";

const [logs] = dataViews;
const [lines] = savedSearches;
const dashboards = dashboardsIn("en");
const [overview] = dashboards;
const [page] = pages;
if (logs === undefined || lines === undefined || overview === undefined || page === undefined)
  throw new Error("there are no objects");

/** The same page as a later version of the box has it. */
const newerOverview = { ...overview, body: bodyOf({ ...page, title: { en: "Overview", zh: "概览" } }, "en") };

describe("objects of Kibana, against a stand-in", () => {
  test("are made where there are none", async () => {
    await using kibana = await startKibanaStandIn();
    const { changes } = await applyKibanaObjects(connectKibana(kibana.url, "p"));
    expect(kibana.changes).toEqual([
      "create obsbox-logs",
      "create obsbox-spans",
      "default",
      "import obsbox-log-lines",
      "import obsbox-errors",
      ...dashboards.map(({ id }) => `create ${id}`),
    ]);
    expect(changes).toHaveLength(12);
    expect(kibana.dashboards.get("obsbox-log-overview")?.data).toMatchObject(overview.body);
    expect(kibana.defaultView).toBe("obsbox-logs");
    expect(kibana.dataViews.get("obsbox-logs")).toMatchObject({ title: "logs-*-*", timeFieldName: "@timestamp" });
  });

  test("are left alone the second time", async () => {
    await using kibana = await startKibanaStandIn();
    const client = connectKibana(kibana.url, "p");
    await applyKibanaObjects(client);
    kibana.changes.length = 0;
    expect(await applyKibanaObjects(client)).toEqual({ changes: [] });
    expect(kibana.changes).toEqual([]);
  });

  test("come back when they were deleted", async () => {
    await using kibana = await startKibanaStandIn();
    const client = connectKibana(kibana.url, "p");
    await applyKibanaObjects(client);
    kibana.dataViews.delete("obsbox-spans");
    kibana.searches.delete("obsbox-errors");
    kibana.dashboards.delete("obsbox-audit");
    const { changes } = await applyKibanaObjects(client);
    expect(changes).toEqual([
      "created data view obsbox-spans",
      "created saved search obsbox-errors",
      "created dashboard obsbox-audit",
    ]);
  });

  test("that a user changed stay as they are, also when the box has newer ones", async () => {
    await using kibana = await startKibanaStandIn();
    const client = connectKibana(kibana.url, "p");
    await applyKibanaObjects(client);
    kibana.defaultView = "mine";
    Object.assign(kibana.dataViews.get("obsbox-logs") ?? {}, { name: "my logs" });
    Object.assign(kibana.searches.get("obsbox-log-lines") ?? {}, { updated_at: "2030-01-01T00:00:00.000Z" });
    Object.assign(kibana.dashboards.get(overview.id)?.meta ?? {}, { updated_at: "2030-01-01T00:00:00.000Z" });
    kibana.changes.length = 0;
    await applyDataViews(client, [
      { ...logs, body: { ...logs.body, title: "logs-*" }, earlier: [digestOf(logs.body)] },
    ]);
    await applySavedSearches(client, [{ ...lines, version: 2 }]);
    await applyDashboards(client, [newerOverview]);
    await applyKibanaObjects(client);
    expect(kibana.changes).toEqual([]);
    expect(kibana.dataViews.get("obsbox-logs")).toMatchObject({ name: "my logs" });
    expect(kibana.defaultView).toBe("mine");
  });

  test("that nobody changed are brought up to date", async () => {
    await using kibana = await startKibanaStandIn();
    const client = connectKibana(kibana.url, "p");
    await applyKibanaObjects(client);
    // Kibana itself counts which fields people use.
    Object.assign(kibana.dataViews.get("obsbox-logs") ?? {}, { fieldAttrs: { message: { count: 3 } } });
    const newer = { ...logs, body: { ...logs.body, title: "logs-*" }, earlier: [digestOf(logs.body)] };
    await applyDataViews(client, [newer]);
    await applySavedSearches(client, [{ ...lines, version: 2 }]);
    expect(kibana.dataViews.get("obsbox-logs")).toMatchObject({ title: "logs-*" });
    expect(JSON.stringify(kibana.searches.get("obsbox-log-lines"))).toContain("(obsbox, version 2)");
    expect(kibana.changes.slice(-2)).toEqual(["update obsbox-logs", "import obsbox-log-lines"]);
  });

  test("come in the language of the box, and change with it", async () => {
    await using kibana = await startKibanaStandIn();
    const client = connectKibana(kibana.url, "p");
    await applyKibanaObjects(client, "zh");
    expect(kibana.dashboards.get(overview.id)?.data).toMatchObject(dashboardsIn("zh")[0]?.body ?? {});
    await applyKibanaObjects(client, "en");
    expect(kibana.dashboards.get(overview.id)?.data).toMatchObject(overview.body);
  });

  test("that nobody changed are brought up to date more than once: dashboards", async () => {
    await using kibana = await startKibanaStandIn();
    const client = connectKibana(kibana.url, "p");
    await applyDashboards(client, [overview]);
    expect(await applyDashboards(client, [newerOverview])).toEqual({
      changes: ["brought dashboard obsbox-log-overview up to date"],
    });
    expect(kibana.dashboards.get(overview.id)?.data).toMatchObject(newerOverview.body);
    expect(await applyDashboards(client, [newerOverview])).toEqual({ changes: [] });
    expect((await applyDashboards(client, [overview])).changes).toHaveLength(1);
  });

  test("stay as they were when Kibana refuses the newer ones: dashboards", async () => {
    await using kibana = await startKibanaStandIn();
    const client = connectKibana(kibana.url, "p");
    await applyDashboards(client, dashboards);
    kibana.refused.set(overview.id, "body.panels[0]: too new");
    await expect(applyDashboards(client, [newerOverview])).rejects.toThrow(
      "PUT /api/dashboards/obsbox-log-overview was answered with 400: [request body.panels[0]: too new]",
    );
    expect(kibana.dashboards.get(overview.id)?.data).toMatchObject(overview.body);
  });

  test("that Kibana refuses do not keep others away: dashboards", async () => {
    await using kibana = await startKibanaStandIn();
    kibana.refused.set(overview.id, "body: no");
    await expect(applyDashboards(connectKibana(kibana.url, "p"), dashboards)).rejects.toThrow("[request body: no]");
    expect(kibana.dashboards.size).toBe(dashboards.length - 1);
  });

  test("of a user under the box's own id stay: dashboards", async () => {
    await using kibana = await startKibanaStandIn();
    const client = connectKibana(kibana.url, "p");
    await client.request("PUT", `/api/dashboards/${overview.id}`, { title: "mine", description: "mine" });
    expect(await applyDashboards(client, [overview])).toEqual({ changes: [] });
    expect(kibana.dashboards.get(overview.id)?.data).toMatchObject({ title: "mine" });
  });

  test("leave a user's data view of the same name alone", async () => {
    await using kibana = await startKibanaStandIn();
    kibana.dataViews.set("mine", { name: "obsbox logs", title: "logs-mine-*" });
    expect(await applyDataViews(connectKibana(kibana.url, "p"))).toEqual({
      changes: ["created data view obsbox-spans"],
    });
    expect(kibana.dataViews.get("mine")).toEqual({ name: "obsbox logs", title: "logs-mine-*" });
  });

  test("are an error as long as Kibana is not ready", async () => {
    await using kibana = await startKibanaStandIn();
    kibana.down = 503;
    await expect(applyKibanaObjects(connectKibana(kibana.url, "p"))).rejects.toThrow(
      "GET /api/data_views/data_view/obsbox-logs was answered with 503: Kibana server is not ready yet",
    );
  });

  test("that Kibana refuses are an error with its reason", async () => {
    await using kibana = await startKibanaStandIn();
    await expect(applySavedSearches(connectKibana(kibana.url, "p"))).rejects.toThrow(
      "Kibana does not import the saved search obsbox-log-lines: missing_references",
    );
  });
});

describe("whose a copy is", () => {
  test("is told by what it holds", () => {
    const view = { ...logs, earlier: [digestOf({ ...logs.body, title: "before" })] };
    expect(stateOf(view, { ...logs.body, version: "x" })).toBe("current");
    expect(stateOf(view, { ...logs.body, title: "before" })).toBe("outdated");
    expect(stateOf(view, { ...logs.body, title: "mine" })).toBe("changed");
  });

  test("does not depend on the order of keys", () => {
    expect(digestOf({ a: { b: 1, c: [2] }, d: 3 })).toBe(digestOf({ d: 3, a: { c: [2], b: 1 } }));
  });

  test("of a dashboard is told by its mark and whether it was saved again", () => {
    const meta = { created_at: "a", updated_at: "a" };
    expect(dashboardState(overview, undefined)).toBe("absent");
    expect(dashboardState(overview, { data: overview.body, meta })).toBe("current");
    expect(dashboardState(newerOverview, { data: overview.body, meta })).toBe("outdated");
    expect(dashboardState(newerOverview, { data: overview.body, meta: { ...meta, updated_at: "b" } })).toBe("changed");
    expect(dashboardState(newerOverview, { data: overview.body, meta: {} })).toBe("changed");
    expect(dashboardState(newerOverview, { data: { ...overview.body, description: "mine" }, meta })).toBe("changed");
  });

  test("of a saved search is told by its version and whether it was saved again", () => {
    const copy = { ...importLine(lines), created_at: "a", updated_at: "a" };
    expect(isOutdated(lines, copy)).toBe(false);
    expect(isOutdated({ ...lines, version: 2 }, copy)).toBe(true);
    expect(isOutdated({ ...lines, version: 2 }, { ...copy, updated_at: "b" })).toBe(false);
    expect(isOutdated({ ...lines, version: 2 }, { ...copy, attributes: { description: "mine" } })).toBe(false);
    expect(versionIn("All log lines. Save a copy to change it (obsbox, version 12)")).toBe(12);
  });
});

test("a body that changes leaves the digest of the one before in `earlier`, so that old copies are known", () => {
  expect(Object.fromEntries(dataViews.map(({ id, body }) => [id, digestOf(body)]))).toEqual({
    "obsbox-logs": "161529b4f7c8ad1c",
    "obsbox-spans": "7243077368edcce8",
  });
});
