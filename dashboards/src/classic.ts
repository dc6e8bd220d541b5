/**
 * Writes a page as Grafana's classic dashboard JSON, which loads in every Grafana from 11 on (9 for most of it) by file,
 * API, Terraform and the import screen: data sources are variables, nothing has to be asked.
 */
import { sourceVariables } from "./variables.ts";
import { refId } from "./panels.ts";
import type { Annotation, Json, Link, Override, Page, Panel, Section, Source, Target, Variable } from "./model.ts";
import type { Language, Text } from "./text.ts";

const columns = 24;
const schemaVersion = 39;

export const areaNames = {
  start: { en: "Start here", zh: "从这里开始" },
  services: { en: "Services", zh: "服务" },
  hosts: { en: "Hosts", zh: "主机" },
  stack: { en: "Stack", zh: "观测栈" },
} as const satisfies Readonly<Record<Page["area"], Text>>;

/** @returns Grafana's model of the page, in one language. */
export function classicDashboard(page: Page, language: Language): Json {
  const model = {
    id: null,
    uid: uidOf(page.uid),
    title: { en: titleOf(page, "en"), zh: titleOf(page, "zh") },
    description: page.description,
    tags: ["obsbox", page.area],
    schemaVersion,
    editable: false,
    graphTooltip: 1,
    timezone: "browser",
    time: { from: "now-1h", to: "now" },
    refresh: page.refreshSeconds === 0 ? "" : `${page.refreshSeconds ?? 30}s`,
    timepicker: {},
    weekStart: "",
    links: [...menus(page), ...(page.links ?? []).map((link) => topLink(link, page))],
    templating: { list: page.variables.map(variable) },
    annotations: { list: (page.annotations ?? []).map(annotation) },
    panels: layOut(page),
  };
  return inLanguage(model, language);
}

export function uidOf(page: string): string {
  return `obsbox-${page}`;
}

function titleOf(page: Page, language: Language): string {
  return `obsbox / ${areaNames[page.area][language]} / ${nameOf(page, language)}`;
}

/**
 * Older versions of Grafana tell the pages of a folder apart by the Latin letters of their titles alone, and let one
 * replace another that has the same.
 */
function nameOf({ uid, name }: Page, language: Language): string {
  const text = name[language];
  return /[a-z]/i.test(text) ? text : `${text} (${uid.replace(/^(services|hosts|stack)-/, "")})`;
}

/** Menus of all pages of the area, and of all others. */
function menus(page: Page): readonly Json[] {
  const menu = (title: Text, tags: readonly string[]) => ({
    type: "dashboards",
    title,
    tags,
    asDropdown: true,
    includeVars: true,
    keepTime: true,
    targetBlank: false,
    icon: "external link",
    tooltip: "",
    url: "",
  });
  return [menu(areaNames[page.area], ["obsbox", page.area]), menu({ en: "All pages", zh: "所有页面" }, ["obsbox"])];
}

function topLink(link: Link, page: Page): Json {
  const own = link.page === undefined;
  return {
    type: "link",
    title: link.title,
    url: own ? link.url : addressOf({ ...link, variables: {} }, false),
    includeVars: !own && page.variables.length > 0,
    keepTime: !own,
    targetBlank: own,
    asDropdown: false,
    icon: own ? "external link" : "dashboard",
    tags: [],
    tooltip: "",
  };
}

/** Panels from left to right, as wide as they are; the next line begins below the highest of this one. */
function layOut(page: Page): readonly Json[] {
  const flow = { x: 0, y: 0, lineHeight: 0, id: 0 };
  const nextLine = () => Object.assign(flow, { x: 0, y: flow.y + flow.lineHeight, lineHeight: 0 });
  const put = (one: Panel): Json => {
    if (flow.x + one.width > columns) nextLine();
    const gridPos = { h: one.height, w: one.width, x: flow.x, y: flow.y };
    Object.assign(flow, { x: flow.x + one.width, lineHeight: Math.max(flow.lineHeight, one.height), id: flow.id + 1 });
    return { ...panel(one), id: flow.id, gridPos };
  };
  const section = ({ title, isCollapsed = false, panels }: Section): readonly Json[] => {
    nextLine();
    if (title === undefined) return panels.map(put);
    const row = {
      type: "row",
      id: ++flow.id,
      title,
      collapsed: isCollapsed,
      gridPos: { h: 1, w: columns, x: 0, y: flow.y },
    };
    flow.y += 1;
    const placed = panels.map(put);
    return isCollapsed ? [{ ...row, panels: placed }] : [{ ...row, panels: [] }, ...placed];
  };
  return page.sections.flatMap(section);
}

function panel(one: Panel): Json {
  const { type, title, description, targets, unit, options, field, overrides = [], transformations, needs } = one;
  return {
    type,
    title,
    description: needs === undefined ? description : withNeeds(description, needs),
    ...(targets.length > 0 && { datasource: sourceOf(targets), targets: targets.map(target) }),
    fieldConfig: {
      defaults: {
        ...field,
        ...(unit !== undefined && { unit }),
        ...(one.emptyIsHealthy && { noValue: { en: "none", zh: "无" } }),
        ...(needs !== undefined && { noValue: needed(needs) }),
        ...(one.valueLinks && { links: one.valueLinks.map(valueLink) }),
      },
      overrides: overrides.map(override),
    },
    options,
    ...(transformations && { transformations }),
    ...(one.links && {
      links: one.links.map((link) => ({
        title: link.title,
        url: addressOf(link),
        targetBlank: link.page === undefined,
      })),
    }),
    ...(type === "timeseries" && targets.some((one) => one.source === "prometheus") && { interval: "" }),
  };
}

function withNeeds({ en, zh }: Text, needs: string | Text): Text {
  const { en: english, zh: chinese } = needed(needs);
  return { en: `${en} N${english.slice(1)}.`, zh: `${zh} ${chinese}。` };
}

/** Names are the same in all languages. */
function needed(needs: string | Text): Text {
  const { en, zh } = typeof needs === "string" ? { en: needs, zh: ` ${needs}` } : needs;
  return { en: `needs ${en}`, zh: `需要${zh}` };
}

function override({ field, properties, links }: Override): Json {
  const all = { ...properties, ...(links && { links: links.map(valueLink) }) };
  return {
    matcher: { id: "byName", options: field },
    properties: Object.entries(all).map(([id, value]) => ({ id, value })),
  };
}

function valueLink(link: Link): Json {
  return { title: link.title, url: addressOf(link), targetBlank: link.page === undefined };
}

/** Values in addresses are encoded by Grafana, which knows `$service` only when it follows the link. */
function addressOf({ page, url, variables = {} }: Link, withTime = true): string {
  if (page === undefined) return url?.startsWith("../") === true ? outside(url) : (url ?? "");
  const chosen = Object.entries(variables).map(([name, value]) =>
    value === `$${name}` ? `\${${name}:queryparam}` : `var-${name}=${value}`,
  );
  const query = [...chosen, ...(withTime ? ["${__url_time_range}"] : [])].join("&");
  return `/d/${uidOf(page)}${query === "" ? "" : `?${query}`}`;
}

/**
 * Grafana puts its own prefix before an address that starts with a slash. Steps up lead out of it from every page, since
 * a browser takes no more of them than there are folders.
 */
function outside(url: string): string {
  return `../../../${url.replace(/^(\.\.\/)+/, "")}`;
}

function sourceOf(targets: readonly Target[]): Json {
  const kinds = [...new Set(targets.map(({ source }) => source))];
  return kinds.length === 1 && kinds[0] !== undefined
    ? reference(kinds[0])
    : { type: "datasource", uid: "-- Mixed --" };
}

function reference(source: Source): Json {
  return { type: source, uid: `\${${sourceVariables[source]}}` };
}

function target(one: Target, index: number): Json {
  const common = { refId: refId(index), datasource: reference(one.source) };
  if (one.source === "jaeger") return { ...common, ...one.query };
  if (one.source === "elasticsearch") {
    const { query, metrics, bucketAggs = [], legend = "" } = one;
    return { ...common, query, alias: legend, metrics, bucketAggs, timeField: "@timestamp" };
  }
  const { expr, legend, instant = false, format = "time_series", exemplar = false } = one;
  return {
    ...common,
    expr,
    legendFormat: legend ?? "__auto",
    instant,
    range: !instant,
    format,
    exemplar,
    editorMode: "code",
  };
}

function variable(one: Variable): Json {
  const { name, label, type, query, multi = false, allValue, source = "prometheus", regex = "", hide = false } = one;
  const common = { name, label, type, hide: hide ? 2 : 0, skipUrlSync: false };
  if (type === "datasource")
    return { ...common, query, regex: "", current: {}, options: [], refresh: 1, multi: false, includeAll: false };
  if (type === "textbox" || type === "constant")
    return { ...common, query, current: { text: query, value: query }, options: [] };
  const choice = {
    multi,
    includeAll: allValue !== undefined,
    ...(allValue !== undefined && { allValue }),
    current: allValue === undefined ? {} : { text: multi ? ["All"] : "All", value: multi ? ["$__all"] : "$__all" },
    options: [],
  };
  if (type === "custom") return { ...common, ...choice, query, ...firstOf(query) };
  return {
    ...common,
    ...choice,
    datasource: reference(source),
    definition: query,
    query: source === "prometheus" ? { query, refId: `Variable-${name}` } : query,
    regex,
    // With the time range, so that what is gone is not offered.
    refresh: 2,
    sort: 1,
  };
}

/** The first choice is chosen, because Grafana chooses none by itself. */
function firstOf(query: string): Json {
  const options = query.split(",").map((one, index) => {
    const [text = "", value = text] = one.split(" : ").map((part) => part.trim());
    return { text, value, selected: index === 0 };
  });
  const [first] = options;
  return { options, current: first ?? {} };
}

function annotation({ name, expr, title, text, color, valueIsTime = false }: Annotation): Json {
  return {
    name,
    datasource: reference("prometheus"),
    enable: true,
    hide: false,
    iconColor: color,
    expr,
    step: "30s",
    titleFormat: title,
    textFormat: text,
    tagKeys: "",
    useValueForTime: valueIsTime ? "on" : false,
  };
}

/** Replaces every text by its words in one language. */
function inLanguage(json: Json, language: Language): Json {
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, valueIn(value, language)]));
}

function valueIn(value: unknown, language: Language): unknown {
  if (Array.isArray(value)) return value.map((one) => valueIn(one, language));
  if (!isJson(value)) return value;
  return isText(value) ? value[language] : inLanguage(value, language);
}

function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null;
}

function isText(value: object): value is Text {
  return Object.keys(value).length === 2 && "en" in value && "zh" in value;
}
