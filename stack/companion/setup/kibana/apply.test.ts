import { describe, expect, test } from "vitest";
import { startKibanaStandIn } from "../../../../test/helpers/kibana-stand-in.ts";
import { applyKibanaObjects, connectKibana } from "./apply.ts";
import { applyDataViews, digestOf, stateOf } from "./data-views.ts";
import { dataViews, importLine, savedSearches, versionIn } from "./objects.ts";
import { applySavedSearches, isOutdated } from "./saved-searches.ts";

const [logs] = dataViews;
const [lines] = savedSearches;
if (logs === undefined || lines === undefined) throw new Error("there are no objects");

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
    ]);
    expect(changes).toHaveLength(5);
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
    const { changes } = await applyKibanaObjects(client);
    expect(changes).toEqual(["created data view obsbox-spans", "created saved search obsbox-errors"]);
  });

  test("that a user changed stay as they are, also when the box has newer ones", async () => {
    await using kibana = await startKibanaStandIn();
    const client = connectKibana(kibana.url, "p");
    await applyKibanaObjects(client);
    kibana.defaultView = "mine";
    Object.assign(kibana.dataViews.get("obsbox-logs") ?? {}, { name: "my logs" });
    Object.assign(kibana.searches.get("obsbox-log-lines") ?? {}, { updated_at: "2030-01-01T00:00:00.000Z" });
    kibana.changes.length = 0;
    await applyDataViews(client, [
      { ...logs, body: { ...logs.body, title: "logs-*" }, earlier: [digestOf(logs.body)] },
    ]);
    await applySavedSearches(client, [{ ...lines, version: 2 }]);
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
    "obsbox-logs": "fd9803fc3dd9f031",
    "obsbox-spans": "7243077368edcce8",
  });
});
