/** What the documents about dashboards name has to be there. */
import { describe, expect, test } from "vitest";
import { readPromql } from "../../alerts/src/promql.ts";
import { uidOf } from "../../dashboards/src/classic/names.ts";
import { pages as kibanaPages } from "../../dashboards/src/kibana/dashboards.ts";
import { idOf } from "../../dashboards/src/kibana/page.ts";
import { pages } from "../../dashboards/src/pages.ts";
import { knownMetrics } from "../helpers/known-metrics.ts";
import { readText, repositoryFiles } from "../helpers/repository.ts";

const addresses = new Set([...pages.map(({ uid }) => uidOf(uid)), ...kibanaPages.map(idOf)]);
const rules = repositoryFiles("alerts/*.yml").map(readText).join("\n");

const codesOf = (path: string) => [...readText(path).matchAll(/`([^`\n]+)`/g)].map(([, code = ""]) => code);

describe.each(["docs/coming-from.md", "docs/dashboards.md"])("%s", (path) => {
  const codes = codesOf(path);

  test("names pages that there are, in full or by what stands behind obsbox-", () => {
    const named = codes.filter((code) => /^(obsbox|services|hosts|stack)-[a-z-]+$/.test(code));
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((name) => !addresses.has(name) && !addresses.has(uidOf(name)))).toEqual([]);
  });

  test("names alerts that there are", () => {
    const named = codes.filter((code) => /^([A-Z][a-z]+){2,}$/.test(code));
    expect(named.filter((name) => !rules.includes(`alert: ${name}\n`))).toEqual([]);
  });
});

test("queries for who comes from elsewhere parse, and ask for metrics that there are", () => {
  const known = knownMetrics();
  const ofExample = "orders_placed_total";
  const queries = codesOf("docs/coming-from.md").filter((code) => /\[\d+[mh]\]|^\w+ by \(/.test(code));
  expect(queries.length).toBeGreaterThan(8);
  const unknown = queries.flatMap((query) =>
    readPromql(query)
      .selectors.flatMap(({ metric }) => metric ?? [])
      .filter((metric) => !known.has(metric) && metric !== ofExample),
  );
  expect(unknown).toEqual([]);
});
