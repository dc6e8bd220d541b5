import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readDashboards } from "../import/dashboards.ts";
import { ourNaming } from "../import/naming/naming.ts";
import { alertsFolder, readTopics } from "../import/rules.ts";
import { listAt, textAt, valueAt } from "../../stack/companion/elasticsearch/json.ts";
import { targets } from "./targets.ts";

const common = { only: [], naming: ourNaming, places: new Map<string, string>() };
const dashboards = readDashboards({ ...common, language: "en" });
const topics = readTopics({ ...common, topics: [] });
const choice = { namespace: "monitoring", labels: { release: "prometheus" } };
const made = Object.fromEntries(
  Object.entries(targets).map(([name, target]) => [
    name,
    target.files({ dashboards, topics }, choice).map(({ path, text }) => ({
      path,
      text,
      content: path.endsWith(".json") ? JSON.parse(text) : parse(text),
    })),
  ]),
);
const exported = (target: string) => made[target] ?? [];

test("there are dashboards and rules to export", () => {
  expect(dashboards.length).toBeGreaterThan(0);
  expect(topics.length).toBeGreaterThan(0);
});

test("plain files hold every dashboard in its area, and every topic", () => {
  const files = exported("files");
  expect(files.map(({ path }) => path)).toEqual([
    ...dashboards.map(({ area, uid }) => `dashboards/${area}/${uid}.json`),
    ...topics.map(({ name }) => `alerts/obsbox-${name}.yml`),
  ]);
  expect(files[0]?.content).toEqual(dashboards[0]?.model);
});

test.each(dashboards.map(({ uid }) => uid))("the ConfigMap of %s is what the sidecar takes", (uid) => {
  const { text, content } = exported("configmaps").find(({ path }) => path === `${uid}.yaml`) ?? {};
  expect(content).toMatchObject({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: uid, namespace: "monitoring", labels: { grafana_dashboard: "1", release: "prometheus" } },
  });
  expect(textAt(content, "metadata", "annotations", "grafana_folder")).toMatch(/^obsbox /);
  expect(JSON.parse(textAt(content, "data", `${uid}.json`) ?? "")).toEqual(
    dashboards.find((one) => one.uid === uid)?.model,
  );
  expect(Buffer.byteLength(text ?? "")).toBeLessThan(1024 ** 2);
  expect(uid).toMatch(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/);
});

test.each(topics.map(({ name }) => name))("the PrometheusRule of %s has the groups of its file", (name) => {
  const { content } = exported("prometheus-rule").find(({ path }) => path === `obsbox-${name}.yaml`) ?? {};
  expect(content).toMatchObject({
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PrometheusRule",
    metadata: { name: `obsbox-${name}`, namespace: "monitoring", labels: { release: "prometheus" } },
  });
  const file = ["", ".rules"].map((middle) => join(alertsFolder, `${name}${middle}.yml`)).flatMap(readIfThere)[0];
  expect(valueAt(content, "spec")).toEqual(parse(file ?? ""));
});

function readIfThere(path: string): readonly string[] {
  try {
    return [readFileSync(path, "utf8")];
  } catch {
    return [];
  }
}

describe("Terraform", () => {
  const files = exported("terraform");
  const root = files.find(({ path }) => path === "obsbox.tf.json")?.content;
  const resources = valueAt(root, "resource", "grafana_dashboard");

  test("has a resource for each dashboard, in a folder that is a resource too", () => {
    for (const { uid } of dashboards) {
      const name = uid.replaceAll("-", "_");
      const [, folder = ""] = /^\$\{grafana_folder\.(\w+)\.uid\}$/.exec(textAt(resources, name, "folder") ?? "") ?? [];
      expect(textAt(root, "resource", "grafana_folder", folder, "uid")).toBe(folder.replaceAll("_", "-"));
    }
  });

  test("reads each dashboard from a file that is there", () => {
    for (const { uid, model } of dashboards) {
      const name = uid.replaceAll("-", "_");
      const [, path] =
        /^\$\{file\("\$\{path\.module\}\/(.+)"\)\}$/.exec(textAt(resources, name, "config_json") ?? "") ?? [];
      expect(files.find((file) => file.path === path)?.content).toEqual(model);
    }
  });
});

test.each(dashboards.map(({ uid }) => uid))("on grafana.com, %s asks for every data source that it has", (uid) => {
  const { content } = exported("grafana-com").find(({ path }) => path === `${uid}.json`) ?? {};
  const variables = listAt(content, "templating", "list").filter((one) => textAt(one, "type") === "datasource");
  const inputs = listAt(content, "__inputs");
  expect(inputs.map((one) => textAt(one, "pluginId"))).toEqual(variables.map((one) => textAt(one, "query")));
  expect(variables.map((one) => textAt(one, "current", "value"))).toEqual(
    inputs.map((one) => `\${${textAt(one, "name") ?? ""}}`),
  );
  const required = listAt(content, "__requires").map((one) => textAt(one, "id"));
  const types = listAt(content, "panels").map((panel) => textAt(panel, "type"));
  expect(required).toEqual(expect.arrayContaining(["grafana", ...new Set(types.filter((type) => type !== "row"))]));
  expect(valueAt(content, "__elements")).toEqual({});
});
