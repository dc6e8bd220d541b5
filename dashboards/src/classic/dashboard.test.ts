import { describe, expect, test } from "vitest";
import { classicDashboard } from "./dashboard.ts";
import { toKibana, toLogsWith, toService, toTrace, toValue } from "../links.ts";
import type { Link, Page, Panel, Section, Variable } from "../model.ts";
import { pages } from "../pages.ts";
import { series, stat, table } from "../panels/index.ts";
import { now } from "../targets.ts";
import { languages } from "../text.ts";
import { custom, dataSources, service } from "../variables.ts";

interface Written {
  readonly title: string;
  readonly panels: readonly WrittenPanel[];
  readonly links: readonly { readonly title: string; readonly url: string; readonly keepTime: boolean }[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly current: unknown }[] };
}

interface WrittenPanel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly panels?: readonly WrittenPanel[];
  readonly links?: readonly { readonly url: string; readonly targetBlank: boolean }[];
  readonly fieldConfig: { readonly defaults: { readonly noValue?: string } };
}

const text = (word: string) => ({ en: word, zh: `${word}的中文` });

const tile = (title: string, more: Partial<Panel> = {}): Panel => ({
  ...stat({ title: text(title), description: text(`${title} in words`), unit: "none", targets: [now("vector(1)")] }),
  ...more,
});

function pageOf(sections: readonly Section[], more: Partial<Page> = {}): Page {
  return {
    uid: "services-example",
    area: "services",
    name: { en: "Example", zh: "示例" },
    description: text("what it is for"),
    variables: dataSources("prometheus"),
    sections,
    ...more,
  };
}

function written(page: Page, language: "en" | "zh" = "en"): Written {
  return classicDashboard(page, language) as unknown as Written;
}

const places = (panels: readonly WrittenPanel[]) => panels.map(({ gridPos: { x, y } }) => [x, y]);

describe("the layout", () => {
  test("puts panels side by side until the line is full, and the next line below the highest of them", () => {
    const panels = [tile("a", { width: 12, height: 4 }), tile("b", { width: 12, height: 8 }), tile("c", { width: 24 })];
    expect(places(written(pageOf([{ panels }])).panels)).toEqual([
      [0, 0],
      [12, 0],
      [0, 8],
    ]);
  });

  test("gives an open row a line of its own and puts its panels below", () => {
    const { panels } = written(pageOf([{ panels: [tile("a")] }, { title: text("row"), panels: [tile("b")] }]));
    expect(panels.map(({ type }) => type)).toEqual(["stat", "row", "stat"]);
    expect(places(panels)).toEqual([
      [0, 0],
      [0, 4],
      [0, 5],
    ]);
  });

  test("keeps the panels of a closed row inside of it, so that they ask nothing", () => {
    const { panels } = written(pageOf([{ title: text("row"), isCollapsed: true, panels: [tile("a"), tile("b")] }]));
    expect(panels).toHaveLength(1);
    expect(panels[0]?.panels?.map(({ title }) => title)).toEqual(["a", "b"]);
  });

  test("numbers rows and panels, closed ones included, each once", () => {
    const sections = [
      { panels: [tile("a")] },
      { title: text("row"), isCollapsed: true, panels: [tile("b")] },
      { title: text("other"), panels: [tile("c")] },
    ];
    const ids = written(pageOf(sections)).panels.flatMap(({ id, panels = [] }) => [id, ...panels.map((one) => one.id)]);
    expect(ids).toEqual([1, 2, 3, 4, 5]);
  });
});

describe("the language", () => {
  test("is one and the same in all texts of a page", () => {
    const page = pageOf([{ panels: [tile("a", { emptyIsHealthy: true })] }]);
    expect(JSON.stringify(written(page, "en"))).not.toMatch(/[\u4e00-\u9fff]/);
    expect(written(page, "zh").panels[0]).toMatchObject({ title: "a的中文", description: "a in words的中文" });
    expect(written(page, "zh").panels[0]?.fieldConfig.defaults.noValue).toBe("无");
  });

  test("does not touch what an expression says", () => {
    const [english, chinese] = languages.map((language) =>
      written(pageOf([{ panels: [series({ ...tile("a"), unit: "none", targets: [now("up{a='en'}")] })] }]), language),
    );
    expect(JSON.stringify(chinese)).toContain("up{a='en'}");
    expect(JSON.stringify(english)).toContain("up{a='en'}");
  });

  test("says what a panel waits for, where it is shown and where it is described", () => {
    const panels = [tile("a", { needs: "cAdvisor" }), tile("b", { needs: { en: "a week", zh: "一周" } })];
    const of = (language: "en" | "zh") =>
      written(pageOf([{ panels }]), language).panels.map(({ description, fieldConfig }) => [
        description,
        fieldConfig.defaults.noValue,
      ]);
    expect(of("en")).toEqual([
      ["a in words Needs cAdvisor.", "needs cAdvisor"],
      ["b in words Needs a week.", "needs a week"],
    ]);
    expect(of("zh").map(([, noValue]) => noValue)).toEqual(["需要 cAdvisor", "需要一周"]);
  });

  test("leaves no two pages of an area whose titles have the same Latin letters: old Grafanas would mix them up", () => {
    const slug = (title: string) => title.toLowerCase().replace(/[^a-z0-9]+/g, "-");
    for (const language of languages) {
      const slugs = pages.map((page) => `${page.area} ${slug(written(page, language).title)}`);
      expect(slugs.filter((one, index) => slugs.indexOf(one) !== index)).toEqual([]);
    }
  });
});

describe("links", () => {
  const urlOf = (link: Link) => written(pageOf([{ panels: [tile("a", { links: [link] })] }])).panels[0]?.links?.[0];

  test("take the service, the environment and the time to another page", () => {
    expect(urlOf(toService(text("logs"), "services-logs"))).toEqual({
      title: "logs",
      url: "/d/obsbox-services-logs?${service:queryparam}&${environment:queryparam}&${__url_time_range}",
      targetBlank: false,
    });
  });

  test("encode what comes from a label or a cell", () => {
    expect(urlOf(toValue(text("it"), "services-red", "service"))?.url).toContain(
      "var-service=${__value.raw:percentencode}&",
    );
    expect(urlOf(toLogsWith(text("lines"), "labels.http_route"))?.url).toContain(
      "var-search=labels.http_route%3A%22${__value.raw:percentencode}%22",
    );
  });

  test("name no environment where the page has no choice of it", () => {
    expect(urlOf(toValue(text("it"), "services-red", "service", false))?.url).not.toContain("environment");
  });

  test("leave Grafana by steps up, in a tab of their own", () => {
    expect(urlOf(toTrace)).toMatchObject({ url: "../../../jaeger/trace/${__value.raw}", targetBlank: true });
    expect(urlOf(toKibana)?.url).toMatch(/^\.\.\/\.\.\/\.\.\/kibana\/app\/discover#/);
  });

  test("resolve to the root of the box from every page of a Grafana below a path", () => {
    const url = urlOf(toTrace)?.url ?? "";
    for (const at of ["/grafana/", "/grafana/d/obsbox-services-red", "/grafana/d/obsbox-services-red/red"]) {
      expect(new URL(url, `https://box.example${at}`).pathname).toMatch(/^\/jaeger\/trace\//);
    }
  });

  test("of a table stand at the column that they are of", () => {
    const panel = table({
      title: text("services"),
      description: text("one row for each"),
      keys: [
        { label: "service_name", title: text("Service"), links: [toValue(text("it"), "services-red", "service")] },
      ],
      columns: [{ title: text("Rate"), unit: "reqps", expr: "up" }],
    });
    const json = JSON.stringify(written(pageOf([{ panels: [panel] }])).panels[0]);
    expect(json).toContain('{"id":"links","value":[{"title":"it","url":"/d/obsbox-services-red');
  });
});

describe("variables", () => {
  const currentOf = (variable: Variable) =>
    written(pageOf([], { variables: [variable] })).templating.list.find(({ name }) => name === variable.name)?.current;

  test("with fixed choices begin with the first, by its value", () => {
    expect(currentOf(custom("level", text("Level"), "any : .*,errors : error"))).toEqual({
      text: "any",
      value: ".*",
      selected: true,
    });
    expect(currentOf(custom("seconds", text("Seconds"), "0.25,0.5"))).toMatchObject({ text: "0.25", value: "0.25" });
  });

  test("without one for all begin with what Grafana finds", () => {
    expect(currentOf(service)).toEqual({});
  });
});
