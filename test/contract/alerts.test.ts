/** What every alert has to be, has to say and has to be tested by. None is exempt. */
import { basename } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { equivalents } from "../../alerts/src/equivalent-mutants.ts";
import { mutantsOf, secondsOf } from "../../alerts/src/mutate.ts";
import { withoutPlace } from "../../alerts/src/mutation.ts";
import { readPromql } from "../../alerts/src/promql.ts";
import { alertsOf, readRuleFiles, readTestFiles, rulesOf } from "../../alerts/src/rule-files.ts";
import type { Alert, Rule } from "../../alerts/src/rule-files.ts";
import { runbookSections } from "../../alerts/src/runbooks.ts";
import { uidOf } from "../../dashboards/src/classic/names.ts";
import { pages as kibanaPages } from "../../dashboards/src/kibana/dashboards.ts";
import { idOf } from "../../dashboards/src/kibana/page.ts";
import { pages } from "../../dashboards/src/pages.ts";
import { knownMetrics } from "../helpers/known-metrics.ts";
import { readText, repositoryFiles } from "../helpers/repository.ts";

const files = readRuleFiles();
const alerts = alertsOf(files);
const tests = readTestFiles();
const known = knownMetrics();
const cases = tests.flatMap((file) => file.tests.map((one) => ({ ...one, file })));
const casesOf = (name: string) => cases.filter((one) => one.name.startsWith(`${name}:`));
const rules = files.flatMap((file) => rulesOf(file).map((rule) => ({ ...rule, file: file.file })));
const nameOf = ({ alert, record }: Rule) => alert ?? record ?? "";
const names = [...new Set(alerts.map(({ alert }) => alert))];

/** What gives metrics that nothing in this repository can run; what asks for them says so with `# needs:`. */
const elsewhere = new Set(["cadvisor", "kube-state-metrics", "kubelet"].map((source) => `documented/${source}`));

describe("names", () => {
  test("of groups are there once", () => {
    const groups = files.flatMap(({ groups }) => groups.map(({ name }) => name));
    expect(groups.filter((name, index) => groups.indexOf(name) !== index)).toEqual([]);
  });

  test("of alerts are there once, but for their severities and windows", () => {
    const keys = alerts.map(({ alert, labels }) => JSON.stringify([alert, labels]));
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
    const topics = names.map((name) => new Set(alerts.filter(({ alert }) => alert === name).map(({ topic }) => topic)));
    expect(names.filter((_name, index) => topics[index]?.size !== 1)).toEqual([]);
    expect(names.filter((name) => !/^([A-Z][a-z0-9]+){2,}$/.test(name) && name !== "Watchdog")).toEqual([]);
  });

  test("of recorded series are level:metric:operation", () => {
    const recorded = rules.flatMap(({ record }) => record ?? []);
    expect(recorded.filter((name) => !/^\w+:\w+:\w+$/.test(name))).toEqual([]);
  });
});

describe("every alert", () => {
  const wrong = (isRight: (alert: Alert) => boolean) => alerts.filter((one) => !isRight(one)).map(nameOf);

  test("has a severity and a component of the list", () => {
    const severities = new Set(["critical", "warning", "info", "none"]);
    const components = new Set(["app", "runtime", "dependency", "host", "container", "k8s", "stack"]);
    expect(wrong(({ labels }) => severities.has(labels?.["severity"] ?? ""))).toEqual([]);
    expect(wrong(({ labels }) => components.has(labels?.["component"] ?? ""))).toEqual([]);
  });

  test("has a summary in one line, and a description that says more", () => {
    expect(wrong(({ annotations }) => /^[^\n]{10,140}$/.test(annotations?.["summary"] ?? ""))).toEqual([]);
    expect(wrong(({ annotations }) => (annotations?.["description"] ?? "").length >= 60)).toEqual([]);
  });

  test("leads to its runbook, which is there", () => {
    const runbooks = "https://github.com/obsbox/obsbox/blob/main/docs/runbooks";
    expect(wrong(({ alert, annotations }) => annotations?.["runbook_url"] === `${runbooks}/${alert}.md`)).toEqual([]);
    const there = new Set(repositoryFiles("docs/runbooks/*.md").map((file) => basename(file, ".md")));
    expect(names.filter((name) => !there.has(name))).toEqual([]);
    expect([...there].filter((name) => !names.includes(name))).toEqual([]);
  });

  test.each(["dashboard_path", "logs_path"])("leads by %s to a page that there is", (annotation) => {
    const addresses = new Set([...pages.map(({ uid }) => uidOf(uid)), ...kibanaPages.map(idOf)]);
    const pageIn = (path = "") =>
      /^\/grafana\/d\/([\w-]+)(\?|$)/.exec(path)?.[1] ??
      /^\/kibana\/app\/dashboards#\/view\/([\w-]+)(\?|$)/.exec(path)?.[1];
    const isDiscover = (path = "") => path.startsWith("/kibana/app/discover#/");
    const paths = wrong(({ annotations }) => {
      const path = annotations?.[annotation];
      return isDiscover(path) || addresses.has(pageIn(path) ?? "");
    });
    expect(paths).toEqual([]);
  });

  test("has only labels and annotations that there are to be", () => {
    const annotations = new Set(["summary", "description", "runbook_url", "dashboard_path", "logs_path"]);
    expect(wrong((one) => Object.keys(one.annotations ?? {}).every((key) => annotations.has(key)))).toEqual([]);
    const labels = new Set(["severity", "component", "slo", "long_window", "short_window"]);
    expect(wrong((one) => Object.keys(one.labels ?? {}).every((key) => labels.has(key)))).toEqual([]);
  });
});

describe.each(files.map((file) => [file.file, file] as const))("%s", (_name, file) => {
  const own = rulesOf(file);

  test("asks for metrics that there are", () => {
    const unknown = own.flatMap((rule) =>
      readPromql(rule.expr)
        .selectors.map(({ metric = "" }) => metric)
        .filter((metric) => !known.has(metric))
        .map((metric) => `${nameOf(rule)}: ${metric}`),
    );
    expect(unknown).toEqual([]);
  });

  test("asks for labels that these metrics have", () => {
    const unknown = own.flatMap((rule) => {
      const { labels, madeLabels, selectors } = readPromql(rule.expr);
      const metrics = selectors.flatMap(({ metric = "" }) => known.get(metric) ?? []);
      // Labels of what a rule records are those of the rule that records it, which is looked at by itself.
      if (metrics.some(({ sources }) => sources.has("rule"))) return [];
      const there = new Set([...madeLabels, ...metrics.flatMap((metric) => [...metric.labels])]);
      return labels.filter((label) => !there.has(label)).map((label) => `${nameOf(rule)}: ${label}`);
    });
    expect(unknown).toEqual([]);
  });

  test("says what it needs where nothing here gives it", () => {
    const isElsewhere = (metric = "") =>
      [...(known.get(metric)?.sources ?? [])].every((source) => elsewhere.has(source));
    const waiting = own.filter(
      ({ alert, expr }) => alert !== undefined && readPromql(expr).selectors.some(({ metric }) => isElsewhere(metric)),
    );
    expect(waiting.map(nameOf).filter((name) => !file.needs.has(name))).toEqual([]);
  });
});

describe("cases", () => {
  test.each(["fires", "just under", "before for", "no data"])("%s: of every alert", (kind) => {
    const has = (name: string) => casesOf(name).some((one) => kindOf(one.name) === kind);
    expect(names.filter((name) => !has(name) && !neverSilent.has(`${name}: ${kind}`))).toEqual([]);
  });

  test("are of an alert that there is, of a kind that there is, and named once", () => {
    const kinds = new Set(["fires", "just under", "before for", "no data", "guard"]);
    const odd = cases.filter(({ name }) => !names.includes(name.split(":")[0] ?? "") || !kinds.has(kindOf(name)));
    expect(odd.map(({ name }) => name)).toEqual([]);
    const all = cases.map(({ name }) => name);
    expect(all.filter((name, index) => all.indexOf(name) !== index)).toEqual([]);
  });

  test("ask for the alert that they name, and for no other", () => {
    const asked = (one: (typeof cases)[number]) => (one.alert_rule_test ?? []).map(({ alertname }) => alertname);
    const odd = cases.filter(
      (one) => asked(one).length === 0 || asked(one).some((name) => !one.name.startsWith(`${name}:`)),
    );
    expect(odd.map(({ name }) => name)).toEqual([]);
  });

  test("of the kind fires expect an alert, those before it none", () => {
    const count = ({ alert_rule_test: asked = [] }: (typeof cases)[number]) =>
      asked.reduce((sum, { exp_alerts: expected = [] }) => sum + expected.length, 0);
    const ofKind = (kind: string) => cases.filter(({ name }) => kindOf(name) === kind);
    expect(
      ofKind("fires")
        .filter((one) => count(one) === 0)
        .map(({ name }) => name),
    ).toEqual([]);
    // A critical alert that is not there yet leaves the warning of the same name.
    const single = (name: string) => alerts.filter(({ alert }) => alert === name.split(":")[0]).length === 1;
    const before = ofKind("before for").filter(
      (one) => single(one.name) && count(one) > 0 && !neverSilent.has(one.name),
    );
    expect(before.map(({ name }) => name)).toEqual([]);
  });

  test("compare all labels and annotations, of every rule", () => {
    const compared = (rule: Alert) =>
      casesOf(rule.alert).some((one) =>
        (one.alert_rule_test ?? []).some(({ exp_alerts: expected = [] }) =>
          expected.some(
            ({ exp_labels: labels = {}, exp_annotations: annotations = {} }) =>
              Object.entries(rule.labels ?? {}).every(([label, value]) => labels[label] === value) &&
              Object.keys(rule.annotations ?? {}).every((key) => annotations[key] !== undefined),
          ),
        ),
      );
    expect(alerts.filter((rule) => !compared(rule)).map(nameOf)).toEqual([]);
  });

  test("are looked at often enough to notice that for was halved", () => {
    const isSeen = (rule: Alert) =>
      casesOf(rule.alert).some(({ file }) => secondsOf(file.evaluation_interval) <= secondsOf(rule.for ?? "") / 2);
    expect(alerts.filter((rule) => rule.for !== undefined && !isSeen(rule)).map(nameOf)).toEqual([]);
  });
});

describe("runbooks", () => {
  test.each(names)("%s has every section, in order, and its rule at the top", (name) => {
    const page = readText(`docs/runbooks/${name}.md`);
    expect(page.startsWith(`# ${name}\n\n<!-- rule -->\n`)).toBe(true);
    expect([...page.matchAll(/^## (.+)$/gm)].map(([, title]) => title)).toEqual([...runbookSections]);
    const [, ...bodies] = page.split(/^## .+$/m);
    expect(bodies.filter((body) => body.trim().length < 3)).toEqual([]);
    expect([...(bodies[3] ?? "").matchAll(/^\d\. /gm)]).toHaveLength(3);
  });

  test.each(names)("%s names pages and alerts that there are", (name) => {
    const page = readText(`docs/runbooks/${name}.md`);
    const [, , written = page] = page.split(/<!-- \/?rule -->/);
    const addresses = new Set([...pages.map(({ uid }) => uidOf(uid)), ...kibanaPages.map(idOf)]);
    const linked = [...written.matchAll(/\/(?:grafana\/d|kibana\/app\/dashboards#\/view)\/([\w-]+)/g)];
    expect(linked.map(([, uid = ""]) => uid).filter((uid) => !addresses.has(uid))).toEqual([]);
  });
});

test("rules about jobs leave out those of the box, which stack.yml watches", () => {
  const config: { readonly scrape_configs: readonly { readonly job_name: string }[] } = parse(
    readText("stack/config/prometheus/prometheus.yml"),
  );
  const ofBox = config.scrape_configs.map(({ job_name: name }) => name).filter((name) => name !== "services");
  const lists = rules
    .filter(({ file }) => file === "services.yml")
    .flatMap(({ expr }) => readPromql(expr).selectors.flatMap(({ matchers }) => matchers))
    .filter(({ label, op }) => label === "job" && op === "!~");
  expect(lists.length).toBeGreaterThan(3);
  for (const { value } of lists) expect(value.split("|").toSorted()).toEqual(ofBox.toSorted());
});

test("mutants that are declared equivalent are still made, and have a reason", () => {
  const made = new Set(
    alerts.flatMap((rule) => mutantsOf(rule).map(({ what }) => `${rule.alert}: ${withoutPlace(what)}`)),
  );
  expect(equivalents.filter(({ alert, what }) => !made.has(`${alert}: ${what}`))).toEqual([]);
  expect(equivalents.filter(({ reason }) => reason.length < 20)).toEqual([]);
});

/** What cannot be otherwise: the Watchdog always fires. */
const neverSilent = new Set(["Watchdog: just under", "Watchdog: before for", "Watchdog: no data"]);

/** `fires` of `JobDown: fires, two services` and of `JobDown: fires with ...`. */
function kindOf(name: string): string {
  const rest = name.slice(name.indexOf(":") + 1).trim();
  return /^(fires|just under|before for|no data|guard)(?=$|[, ])/.exec(rest)?.[1] ?? rest;
}
