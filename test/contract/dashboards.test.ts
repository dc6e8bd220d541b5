/** What every dashboard of Grafana has to be, read from the files that users import. No page is exempt from any rule. */
import { describe, expect, test } from "vitest";
import { readPromql, withoutVariables } from "../../alerts/src/promql.ts";
import { pages } from "../../dashboards/src/pages.ts";
import type { Panel as PanelOfPage } from "../../dashboards/src/model.ts";
import { logFields } from "@obsbox/sdk/vocabulary";
import { knownMetrics, recordedNames } from "../helpers/known-metrics.ts";
import { readJson, repositoryFiles } from "../helpers/repository.ts";

interface Reference {
  readonly type: string;
  readonly uid: string;
}

interface Target {
  readonly refId: string;
  readonly datasource: Reference;
  readonly expr?: string;
  readonly query?: string;
  readonly bucketAggs?: readonly { readonly field?: string }[];
}

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly datasource?: Reference;
  readonly targets?: readonly Target[];
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly fieldConfig?: {
    readonly defaults: Readonly<Record<string, unknown>>;
    readonly overrides: readonly { readonly properties: readonly { readonly id: string }[] }[];
  };
  readonly options?: Readonly<Record<string, unknown>>;
  readonly panels?: readonly Panel[];
  readonly collapsed?: boolean;
}

interface Variable {
  readonly name: string;
  readonly label: string;
  readonly type: string;
  readonly datasource?: Reference;
  readonly definition?: string;
}

interface Dashboard {
  readonly id: null;
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly schemaVersion: number;
  readonly editable: boolean;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly Variable[] };
  readonly annotations: { readonly list: readonly { readonly datasource: Reference; readonly expr?: string }[] };
}

const files = repositoryFiles("dashboards/grafana/**");
const dashboards = files.map((file) => [file, readJson<Dashboard>(file)] as const);
const uids = new Set(dashboards.map(([, { uid }]) => uid));
const known = knownMetrics();
const recorded = recordedNames();

/** What shows no value needs no unit. */
const withoutUnit = new Set(["row", "text", "logs", "nodeGraph", "heatmap"]);
const sources: Readonly<Record<string, string>> = {
  prometheus: "${datasource}",
  elasticsearch: "${elasticsearch_datasource}",
  jaeger: "${jaeger_datasource}",
};

const flat = ({ panels }: Pick<Dashboard, "panels">): readonly Panel[] =>
  panels.flatMap((panel) => [panel, ...(panel.panels ?? [])]);
const shown = (dashboard: Dashboard) => flat(dashboard).filter(({ type }) => type !== "row");
const targetsOf = (dashboard: Dashboard) => shown(dashboard).flatMap(({ targets = [] }) => targets);
const expressionsOf = (dashboard: Dashboard) => [
  ...targetsOf(dashboard).flatMap(({ expr }) => expr ?? []),
  ...dashboard.annotations.list.flatMap(({ expr }) => expr ?? []),
];
/** Wrong panels by their titles, which is what a reader of a failed test needs. */
const titles = (panels: readonly Panel[]) => panels.map(({ title }) => title);

test("there is one file for each page and language, and no other", () => {
  const expected = ["en", "zh"].flatMap((language) =>
    pages.map(({ area, uid }) => `dashboards/grafana/${language}/${area}/obsbox-${uid}.json`),
  );
  expect(files.toSorted()).toEqual(expected.toSorted());
});

test("both languages ask the same", () => {
  const without = (text: string) =>
    JSON.stringify(JSON.parse(text), (key, value) => (textual.has(key) ? undefined : value));
  const textual = new Set([
    "title",
    "description",
    "label",
    "content",
    "alias",
    "legendFormat",
    "text",
    "options",
    "noValue",
    "renameByName",
    "displayName",
    "name",
  ]);
  for (const file of files.filter((one) => one.includes("/en/"))) {
    const other = file.replace("/en/", "/zh/");
    expect([file, without(JSON.stringify(readJson(file)))]).toEqual([file, without(JSON.stringify(readJson(other)))]);
  }
});

describe.each(dashboards)("%s", (file, dashboard) => {
  test("has a stable address, a title, a description, tags, and cannot be edited in place", () => {
    expect(dashboard.id).toBeNull();
    expect(dashboard.uid).toMatch(/^obsbox-[a-z-]{3,33}$/);
    expect(dashboard.title).toMatch(/^obsbox \/ .+ \/ .+$/);
    expect(dashboard.description.length).toBeGreaterThan(file.includes("/zh/") ? 10 : 30);
    expect(dashboard.tags[0]).toBe("obsbox");
    expect(dashboard.editable).toBe(false);
    expect(dashboard.schemaVersion).toBeGreaterThanOrEqual(39);
    expect(dashboard).not.toHaveProperty("__inputs");
    expect(dashboard).not.toHaveProperty("version");
  });

  test("has at most 24 panels", () => {
    expect(shown(dashboard).length).toBeLessThanOrEqual(24);
  });

  test("gives every panel a title, a description and a unit", () => {
    const hasUnit = ({ fieldConfig }: Panel) =>
      fieldConfig?.defaults["unit"] !== undefined ||
      fieldConfig?.defaults["mappings"] !== undefined ||
      fieldConfig?.overrides.some(({ properties }) => properties.some(({ id }) => id === "unit")) === true;
    expect(flat(dashboard).filter(({ title }) => title === "")).toEqual([]);
    expect(titles(shown(dashboard).filter(({ description = "" }) => description.length < 6))).toEqual([]);
    const jaeger = (panel: Panel) => panel.datasource?.type === "jaeger";
    const logs = (panel: Panel) => panel.type === "table" && panel.datasource?.type === "elasticsearch";
    const measured = shown(dashboard).filter((panel) => !withoutUnit.has(panel.type) && !jaeger(panel) && !logs(panel));
    expect(titles(measured.filter((panel) => !hasUnit(panel)))).toEqual([]);
  });

  test("asks data sources by variables only, variables and annotations included", () => {
    const named = JSON.stringify(dashboard).matchAll(/"datasource":\{"type":"(\w+)","uid":"([^"]+)"\}/g);
    const wrong = [...named].filter(([, type = "", uid]) => sources[type] !== uid && uid !== "-- Mixed --");
    expect(wrong.map(([all]) => all)).toEqual([]);
    const declared = new Set(dashboard.templating.list.map(({ name }) => `\${${name}}`));
    const used = new Set(targetsOf(dashboard).map(({ datasource }) => datasource.uid));
    expect([...used].filter((uid) => !declared.has(uid))).toEqual([]);
  });

  test("has ids and letters of targets once", () => {
    const ids = flat(dashboard).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const doubled = shown(dashboard).filter(
      ({ targets = [] }) => new Set(targets.map(({ refId }) => refId)).size < targets.length,
    );
    expect(titles(doubled)).toEqual([]);
  });

  test("puts no panel over another or beyond the edge", () => {
    const panels = flat(dashboard);
    const overlap = (one: Panel, other: Panel) => {
      const [a, b] = [one.gridPos, other.gridPos];
      return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
    };
    const wrong = panels.filter((one, index) => panels.slice(index + 1).some((other) => overlap(one, other)));
    // What stands in a closed row is laid out as if it were open: it may lie where the next rows are.
    const closed = new Set(
      dashboard.panels.filter(({ collapsed }) => collapsed === true).flatMap(({ panels: own = [] }) => own),
    );
    expect(titles(wrong.filter((panel) => !closed.has(panel)))).toEqual([]);
    expect(titles(panels.filter(({ gridPos: { x, w } }) => x + w > 24))).toEqual([]);
  });

  test("names colours, so that they suit the light and the dark theme", () => {
    expect([...JSON.stringify(dashboard).matchAll(/"#[0-9a-fA-F]{3,8}"/g)].map(([all]) => all)).toEqual([]);
  });

  test("shows a legend where there are several series, and starts rates at zero", () => {
    const curves = shown(dashboard).filter(({ type }) => type === "timeseries");
    const hidden = curves.filter(({ targets = [], options }) => {
      const legend = options?.["legend"] as { readonly showLegend: boolean };
      return !legend.showLegend && (targets.length > 1 || targets.some(({ expr = "" }) => / by \(/.test(expr)));
    });
    expect(titles(hidden)).toEqual([]);
    const rates = curves.filter(({ targets = [] }) =>
      targets.some(({ expr = "" }) => /\b(rate|increase)\(/.test(expr)),
    );
    expect(titles(rates.filter(({ fieldConfig }) => fieldConfig?.defaults["min"] !== 0))).toEqual([]);
  });

  test("asks PromQL that parses, for metrics and labels that there are", () => {
    const problems = expressionsOf(dashboard).flatMap((expr) => {
      const { selectors, labels, madeLabels } = readPromql(withoutVariables(expr));
      const metrics = selectors.flatMap(({ metric }) => metric ?? []);
      // A metric that the user chooses on the page.
      const isChosen = /\$\{?(metric|counter|histogram|gauge)\b/.test(expr);
      const unknown = isChosen ? [] : metrics.filter((metric) => !known.has(metric));
      const allowed = new Set([...metrics.flatMap((metric) => [...(known.get(metric)?.labels ?? [])]), ...madeLabels]);
      const isOpen = isChosen || metrics.length === 0 || metrics.some((metric) => recorded.has(metric));
      const unknownLabels = isOpen ? [] : labels.filter((label) => !allowed.has(label) && label !== "__name__");
      return [...unknown, ...unknownLabels].map((what) => `${what} in ${expr}`);
    });
    expect(problems).toEqual([]);
  });

  test("takes rates over $__rate_interval or the range of the page, and sums counters up", () => {
    const wrong = expressionsOf(dashboard).filter((expr) =>
      [...expr.matchAll(/\b(?:rate|increase|irate|delta)\([^()[]*(?:\{[^}]*\})?\[([^\]]+)\]/g)].some(
        ([, range = ""]) => !/^\$__(rate_interval|range)$/.test(range),
      ),
    );
    expect(wrong).toEqual([]);
  });

  test("asks about the chosen service and environment where there is a choice", () => {
    const names = new Set(dashboard.templating.list.map(({ name }) => name));
    const ofServices = (expr: string) =>
      readPromql(withoutVariables(expr)).selectors.some(
        ({ metric = "" }) => known.get(metric)?.sources.has("sdk") === true,
      );
    for (const name of ["service", "environment"].filter((one) => names.has(one))) {
      const wrong = expressionsOf(dashboard).filter((expr) => ofServices(expr) && !expr.includes(`$${name}`));
      expect([name, wrong]).toEqual([name, []]);
    }
  });

  test("asks Elasticsearch for fields that log lines have", () => {
    const fields = new Set<string>(Object.values(logFields));
    const asked = targetsOf(dashboard)
      .filter(({ datasource }) => datasource.type === "elasticsearch")
      .flatMap(({ bucketAggs = [], query = "" }) => [
        ...bucketAggs.flatMap(({ field }) => field ?? []),
        ...[...query.replace(/\$\{\w+:\w+\}/g, "").matchAll(/([\w@.]+):/g)].map(([, name = ""]) => name),
      ]);
    expect(asked.filter((field) => !fields.has(field) && !fieldsOfTheBox.has(field))).toEqual([]);
  });

  test("uses every variable that it declares, and declares every one that it uses", () => {
    const text =
      JSON.stringify({ ...dashboard, templating: undefined }) +
      dashboard.templating.list.map(({ definition }) => definition).join(" ");
    const declared = dashboard.templating.list.map(({ name }) => name);
    expect(declared.filter((name) => !new RegExp(`\\$\\{?${name}\\b`).test(text))).toEqual([]);
    const used = [...text.matchAll(/\$\{?([a-z][a-z_]*)\b/g)].map(([, name = ""]) => name);
    expect([...new Set(used)].filter((name) => !declared.includes(name))).toEqual([]);
  });

  test("labels its data sources and environment in this order", () => {
    const order = [
      "datasource",
      "elasticsearch_datasource",
      "jaeger_datasource",
      "environment",
      "service",
      "version",
      "instance",
    ];
    const places = dashboard.templating.list.map(({ name }) => order.indexOf(name)).filter((place) => place >= 0);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(dashboard.templating.list.filter(({ label }) => label === "")).toEqual([]);
  });

  test("links to pages that there are, and takes time and variables along", () => {
    const links = [...JSON.stringify(dashboard).matchAll(/\/d\/(obsbox-[a-z-]+)(\?[^"]*)?"/g)];
    expect(links.map(([, uid = ""]) => uid).filter((uid) => !uids.has(uid))).toEqual([]);
    const withoutTime = links.filter(
      ([all, , query = ""]) => !query.includes("${__url_time_range}") && !topLinks.has(all),
    );
    expect(withoutTime.map(([all]) => all)).toEqual([]);
  });

  // Links at the top have their own switches for time and variables, and texts have plain addresses.
  const topLinks = new Set(
    [
      ...JSON.stringify([
        (dashboard as unknown as { links: unknown }).links,
        flat(dashboard).filter(({ type }) => type === "text"),
      ]).matchAll(/\/d\/(obsbox-[a-z-]+)(\?[^"]*)?"/g),
    ].map(([all]) => all),
  );
});

/** Fields of the box's own lines: Nginx' access log, Filebeat, Elasticsearch. */
const fieldsOfTheBox = new Set([
  "_index",
  "data_stream.dataset",
  "data_stream.type",
  "event.outcome",
  "event.action",
  "event.dataset",
  "source.ip",
  "client.ip",
  "url.path",
  "url.original",
  "user.name",
  "user_agent.original",
  "http.response.status_code",
]);

describe("a panel that is healthy when it is empty", () => {
  const marked = pages.flatMap(({ uid, sections }) =>
    sections.flatMap(({ panels }) =>
      panels.filter(({ emptyIsHealthy }) => emptyIsHealthy).map((panel) => [uid, panel] as const),
    ),
  );
  test("asks something", () => {
    const silent = marked.filter(([, { targets }]: readonly [string, PanelOfPage]) => targets.length === 0);
    expect(silent).toEqual([]);
  });
});
