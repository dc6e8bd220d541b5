import { describe, expect, test } from "vitest";
import { startKibanaStandIn } from "../../../test/helpers/kibana-stand-in.ts";
import type { KibanaStandIn } from "../../../test/helpers/kibana-stand-in.ts";
import { hasFailed } from "../outcome.ts";
import type { Outcome } from "../outcome.ts";
import { importIntoKibana } from "./import.ts";
import { objectsFor } from "./objects.ts";
import type { Choice } from "./objects.ts";

const usual: Choice = { language: "en", index: "logs-*-*", fields: [], places: new Map(), kibanaPath: "/kibana" };
const signal = new AbortController().signal;

interface Run {
  readonly choice?: Partial<Choice>;
  readonly space?: string;
  readonly isDryRun?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

function run(kibana: KibanaStandIn, { choice, space = "default", isDryRun = false, headers = {} }: Run = {}) {
  const server = { product: "Kibana", url: kibana.url, headers } as const;
  return importIntoKibana(server, objectsFor({ ...usual, ...choice }), { space, isDryRun }, signal);
}

const resultOf = (objects: readonly Outcome[], name: string) => objects.find((one) => one.name === name);
const ids = objectsFor(usual).dashboards.map(({ id }) => id);

describe("dashboards in a Kibana of somebody else", () => {
  test("are made with their data view, which comes first", async () => {
    await using kibana = await startKibanaStandIn();
    const report = await run(kibana);
    expect(report.server).toBe(`Kibana 9.5.3 at ${kibana.url}`);
    expect(report.objects.map(({ result }) => result)).toEqual(Array(8).fill("created"));
    expect(kibana.changes).toEqual(["create obsbox-logs", ...ids.map((id) => `create ${id}`)]);
    expect(hasFailed(report)).toBe(false);
  });

  test("are left alone the second time", async () => {
    await using kibana = await startKibanaStandIn();
    await run(kibana);
    kibana.changes.length = 0;
    const report = await run(kibana);
    expect(report.objects.map(({ result }) => result)).toEqual(Array(8).fill("unchanged"));
    expect(kibana.changes).toEqual([]);
  });

  test("go into the space that is named, with links that stay there", async () => {
    await using kibana = await startKibanaStandIn();
    kibana.spaces.add("team");
    await run(kibana, { space: "team", choice: { kibanaPath: "/kibana/s/team" } });
    expect(kibana.requests.filter((path) => path.startsWith("PUT") && !path.includes("/kibana/s/team/api/"))).toEqual(
      [],
    );
    expect(JSON.stringify(kibana.dashboards.get("obsbox-audit"))).toContain("(/kibana/s/team/app/dashboards#/view/");
  });

  test("ask the fields and indices that there are", async () => {
    await using kibana = await startKibanaStandIn();
    await run(kibana, {
      choice: { index: "app-*", fields: ["service.name=app", "log.level=severity", "@timestamp=time"] },
    });
    expect(kibana.dataViews.get("obsbox-logs")).toMatchObject({ title: "app-*", timeFieldName: "time" });
    const body = JSON.stringify(kibana.dashboards.get("obsbox-one-service")?.data);
    expect(body).toContain('"field_name":"app"');
    expect(body).toContain("severity : (");
    expect(body).not.toMatch(/service\.name|log\.level|@timestamp/);
  });

  test("lead to Grafana and Jaeger only where these are", async () => {
    await using kibana = await startKibanaStandIn();
    await run(kibana);
    expect(JSON.stringify([...kibana.dashboards.values()])).not.toContain("obsbox-services-overview");
    expect(JSON.stringify(kibana.dataViews.get("obsbox-logs"))).not.toContain("trace/{{value}}");
    await using other = await startKibanaStandIn();
    const places = new Map(Object.entries({ grafana: "https://g.test", jaeger: "https://j.test" }));
    await run(other, { choice: { places } });
    expect(JSON.stringify([...other.dashboards.values()])).toContain("(https://g.test/d/obsbox-services-overview)");
    expect(JSON.stringify(other.dataViews.get("obsbox-logs"))).toContain("https://j.test/trace/{{value}}");
  });

  test("of another language take the place of those that nobody saved", async () => {
    await using kibana = await startKibanaStandIn();
    await run(kibana);
    const report = await run(kibana, { choice: { language: "zh" } });
    expect(report.objects.map(({ result }) => result)).toEqual(["unchanged", ...ids.map(() => "updated")]);
    expect(kibana.dashboards.get("obsbox-audit")?.data["title"]).toBe("obsbox：登录与变更审计");
  });

  test("that somebody saved there are kept, and said to be", async () => {
    await using kibana = await startKibanaStandIn();
    await run(kibana);
    Object.assign(kibana.dashboards.get("obsbox-audit")?.meta ?? {}, { updated_at: "2030-01-01T00:00:00.000Z" });
    kibana.changes.length = 0;
    const report = await run(kibana, { choice: { language: "zh" } });
    expect(resultOf(report.objects, "obsbox-audit")).toMatchObject({ result: "kept" });
    expect(kibana.changes.filter((change) => change.includes("audit"))).toEqual([]);
    expect(hasFailed(report)).toBe(false);
  });

  test("are only spoken of in a dry run", async () => {
    await using kibana = await startKibanaStandIn();
    const report = await run(kibana, { isDryRun: true });
    expect(report.objects.map(({ result }) => result)).toEqual(Array(8).fill("created"));
    expect(kibana.changes).toEqual([]);
  });
});

describe("nothing is written", () => {
  test("when an id is taken by something that obsbox did not make", async () => {
    await using kibana = await startKibanaStandIn();
    const meta = { created_at: "a", updated_at: "a", version: "1" };
    kibana.dashboards.set("obsbox-audit", { data: { title: "Ours", description: "x" }, meta });
    const report = await run(kibana);
    expect(report.objects).toEqual([
      {
        kind: "dashboard",
        name: "obsbox-audit",
        result: "refused",
        why: 'its id is taken by "Ours", which obsbox did not make',
      },
    ]);
    expect(report.notes).toEqual(["7 others could be written once nothing is refused."]);
    expect(hasFailed(report)).toBe(true);
    expect(kibana.changes).toEqual([]);
  });

  test("when the data view of the id reads other indices", async () => {
    await using kibana = await startKibanaStandIn();
    kibana.dataViews.set("obsbox-logs", { name: "x", title: "other-*" });
    const report = await run(kibana);
    expect(report.objects).toMatchObject([
      {
        name: "obsbox-logs",
        result: "refused",
        why: "it reads other-*, not logs-*-*: delete it there, or give --index other-*",
      },
    ]);
    expect(kibana.changes).toEqual([]);
  });

  test.each([
    ["too old", { version: "9.4.2" }, "is 9.4.2; the dashboards need 9.5 or later"],
    ["much too old", { version: "8.19.0" }, "is 8.19.0; the dashboards need 9.5 or later"],
    ["not let in by it", { authorization: "ApiKey good" }, "refuses the key or the password (status 401)"],
  ])("into a Kibana when we are %s", async (_about, state, message) => {
    await using kibana = await startKibanaStandIn();
    Object.assign(kibana, state);
    await expect(run(kibana, { headers: { authorization: "ApiKey bad" } })).rejects.toThrow(message);
    expect(kibana.changes).toEqual([]);
  });

  test("into a space that there is none of", async () => {
    await using kibana = await startKibanaStandIn();
    await expect(run(kibana, { space: "team" })).rejects.toThrow('has no space "team"');
  });

  test("where nothing listens", async () => {
    const kibana = await startKibanaStandIn();
    await kibana[Symbol.asyncDispose]();
    await expect(run(kibana)).rejects.toThrow("cannot be reached: nothing listens there (ECONNREFUSED)");
  });
});

describe("what was written is taken back", () => {
  test("when Kibana refuses one in the middle", async () => {
    await using kibana = await startKibanaStandIn();
    kibana.refused.set("obsbox-audit", "body: no such thing");
    const report = await run(kibana);
    expect(resultOf(report.objects, "obsbox-audit")).toMatchObject({
      result: "refused",
      why: "[request body: no such thing]",
    });
    expect(resultOf(report.objects, "obsbox-log-overview")).toMatchObject({ result: "undone" });
    expect([...kibana.dashboards.keys(), ...kibana.dataViews.keys()]).toEqual([]);
    expect(hasFailed(report)).toBe(true);
  });

  test("when Kibana drops panels that it does not know", async () => {
    await using kibana = await startKibanaStandIn();
    kibana.dropping.add("obsbox-audit");
    const report = await run(kibana);
    expect(resultOf(report.objects, "obsbox-audit")?.why).toBe(
      "this Kibana drops 1 of its panels: Unsupported panel type",
    );
    expect(kibana.dashboards.size).toBe(0);
  });

  test("to the older ones that were there", async () => {
    await using kibana = await startKibanaStandIn();
    await run(kibana);
    const before = new Map([...kibana.dashboards].map(([id, { data }]) => [id, data]));
    kibana.refused.set("obsbox-ingest-health", "body: no");
    await run(kibana, { choice: { language: "zh" } });
    kibana.refused.clear();
    expect(new Map([...kibana.dashboards].map(([id, { data }]) => [id, data]))).toEqual(before);
    const again = await run(kibana);
    expect(again.objects.map(({ result }) => result)).toEqual(Array(8).fill("unchanged"));
  });
});

test.each([
  [{ language: "de" }, '--language: there is no "de"'],
  [{ index: "Logs *" }, '--index: "Logs *" is none'],
  [{ fields: ["service=app"] }, "--field service=app: there is no field service"],
  [{ fields: ["service.name="] }, "--field service.name=: is no pair of names"],
])("a choice such as %j is refused", (choice, message) => {
  expect(() => objectsFor({ ...usual, ...choice })).toThrow(message);
});
