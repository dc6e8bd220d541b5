import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { entriesAt, isObject, listAt, numberAt, textAt, valueAt } from "../../../stack/companion/elasticsearch/json.ts";
import { logMappings } from "../../../stack/companion/setup/logs/mappings.ts";
import { problemsOf } from "../../../test/helpers/kibana-schema.ts";
import { languages } from "../text.ts";
import { bodyOf } from "./body.ts";
import { kibanaFiles, pages } from "./dashboards.ts";
import { fields } from "./fields.ts";
import { renameFields } from "./kql.ts";
import { idOf } from "./page.ts";

const root = join(import.meta.dirname, "../../..");
const bodies = pages.flatMap((page) =>
  languages.map((language) => ({ name: `${idOf(page)} (${language})`, page, language, body: bodyOf(page, language) })),
);
const panelsOf = (body: unknown) => listAt(body, "panels");

test("the dashboards are those that links elsewhere lead to", () => {
  expect(pages.map(idOf).toSorted()).toEqual([
    "obsbox-access-log",
    "obsbox-audit",
    "obsbox-errors-and-exceptions",
    "obsbox-ingest-health",
    "obsbox-log-overview",
    "obsbox-one-service",
    "obsbox-slow-requests",
  ]);
});

describe.each(bodies)("$name", ({ body, page, language }) => {
  test("is a body that Kibana's schema allows", () => {
    expect(problemsOf(body)).toEqual([]);
  });

  test("has a title and a description on every panel, in its language", () => {
    const texts = panelsOf(body).flatMap((panel) => [
      textAt(panel, "config", "title") ?? "",
      textAt(panel, "config", "description") ?? "",
    ]);
    expect(texts.filter((text) => text.trim() === "")).toEqual([]);
    const isChinese = language === "zh";
    const others = texts.filter((text) => /\p{Script=Han}/u.test(text) !== isChinese && !/^Nginx$/.test(text));
    expect(others).toEqual([]);
  });

  test("has no panel over another, and none beyond the 48 columns", () => {
    const boxes = panelsOf(body).map((panel) => {
      const at = (key: string) => numberAt(panel, "grid", key) ?? Number.NaN;
      return { left: at("x"), right: at("x") + at("w"), top: at("y"), bottom: at("y") + at("h") };
    });
    expect(boxes.filter(({ right }) => !(right <= 48))).toEqual([]);
    const overlaps = boxes.filter((one, index) =>
      boxes.some(
        (other, at) =>
          at > index &&
          one.left < other.right &&
          other.left < one.right &&
          one.top < other.bottom &&
          other.top < one.bottom,
      ),
    );
    expect(overlaps).toEqual([]);
  });

  test("has panels with an id of their own each, so that Kibana makes none up", () => {
    const ids = panelsOf(body).map((panel) => textAt(panel, "id"));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).not.toContain(undefined);
  });

  test("leads to Grafana and to every other page of Kibana", () => {
    const content = textAt(panelsOf(body)[0], "config", "content") ?? "";
    const targets = [...content.matchAll(/\]\(([^)]+)\)/g)].map(([, target]) => target);
    const others = pages.filter((other) => other !== page).map(idOf);
    expect(targets).toEqual(expect.arrayContaining(others.map((id) => `/kibana/app/dashboards#/view/${id}`)));
    expect(targets).toEqual(expect.arrayContaining(page.counterparts.map(({ uid }) => `/grafana/d/obsbox-${uid}`)));
    // Kibana shows other addresses as text.
    expect(targets.filter((target) => target?.startsWith("/") !== true)).toEqual([]);
  });

  test("asks through the data view, without ES|QL", () => {
    const sources = keysIn(body, "data_source").map((source) => textAt(source, "ref_id"));
    expect([...new Set(sources)]).toEqual(["obsbox-logs"]);
    expect(JSON.stringify(body)).not.toMatch(/"esql|"column":/);
  });

  test("uses only fields that something writes", () => {
    expect([...fieldsIn(body)].filter((field) => !written.has(String(field)))).toEqual([]);
  });
});

test("fields that aggregations use are not full text", () => {
  const inAggregations = new Set<unknown>(
    bodies.flatMap(({ body }) => keysIn(body, "field", "fields", "field_name").flat()),
  );
  const texts = entriesAt(logMappings("match_only_text"), "properties").filter(([, mapping]) =>
    ["text", "match_only_text"].includes(textAt(mapping, "type") ?? ""),
  );
  expect(texts.map(([name]) => name).filter((name) => inAggregations.has(name))).toEqual([]);
});

test("fields of another name are renamed wherever one stands, and the mark is of what is sent", () => {
  const nameOf = (field: string) => `their.${field}`;
  const places = { kibana: "/s/team", grafana: undefined };
  for (const page of pages) {
    const body = bodyOf(page, "en", { places, nameOf });
    expect([...fieldsIn(body)].filter((field) => !String(field).startsWith("their."))).toEqual([]);
    expect(JSON.stringify(body)).not.toContain("/grafana");
    expect(body["description"]).not.toBe(bodyOf(page, "en")["description"]);
  }
});

test("the files are as generated", () => {
  const stale = kibanaFiles.filter(({ file, text }) => readFileSync(join(root, file), "utf8") !== text());
  expect(stale.map(({ file }) => file)).toEqual([]);
});

/** Every field that the box's lines have, by who writes it. */
const written = new Set<string>([
  ...entriesAt(logMappings("match_only_text"), "properties").map(([name]) => name),
  ...[...read("stack/config/nginx/templates/logging.conf.template").matchAll(/"([\w.@]+)":["$]/g)].map(
    ([, name]) => name ?? "",
  ),
  ...[...read("stack/companion/auth/audit.ts").matchAll(/"((?:event|user|source|url)\.\w+)"/g)].map(
    ([, name]) => name ?? "",
  ),
  // The SDK puts what it does not know under `labels`.
  ...[...read("stack/companion/keeper/canary.ts").matchAll(/\{ (\w+_id): id/g)].map(([, name]) => `labels.${name}`),
  // Filebeat's filestream input.
  "log.file.path",
  "log.offset",
  // Elasticsearch.
  "_index",
  "_ignored",
]);

test("every field of the list is one that something writes", () => {
  expect(Object.values(fields).filter((field) => !written.has(field))).toEqual([]);
});

function read(file: string): string {
  return readFileSync(join(root, file), "utf8");
}

/** The values of these keys, at whatever depth. */
function keysIn(value: unknown, ...keys: readonly string[]): readonly unknown[] {
  if (Array.isArray(value)) return value.flatMap((one) => keysIn(one, ...keys));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, one]) => (keys.includes(key) ? [one] : keysIn(one, ...keys)));
}

function fieldsIn(body: unknown): ReadonlySet<unknown> {
  const found = new Set<unknown>(keysIn(body, "field", "fields", "field_name", "column_order").flat());
  for (const sort of keysIn(body, "sort").flat()) found.add(valueAt(sort, "name"));
  for (const expression of keysIn(body, "expression")) {
    renameFields(String(expression), (field) => {
      found.add(field);
      return field;
    });
  }
  return found;
}
