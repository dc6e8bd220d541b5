/** What dashboards and rules can be exported as: one function for each form, all of them from the same models. */
import { UserError } from "../errors.ts";
import { folderOf } from "../import/grafana/folders.ts";
import type { Dashboard } from "../import/dashboards.ts";
import { groupBody, rulesText } from "../import/rules.ts";
import type { Topic } from "../import/rules.ts";
import { stringify } from "yaml";
import type { OutFile } from "./folder.ts";
import { forGrafanaCom } from "./grafana-com.ts";
import { terraformFiles } from "./terraform.ts";

export interface Exported {
  readonly dashboards: readonly Dashboard[];
  readonly topics: readonly Topic[];
}

export interface ExportChoice {
  /** Of Kubernetes; left out where the one of the context is to be taken. */
  readonly namespace: string | undefined;
  /** Labels of each Kubernetes object besides ours. */
  readonly labels: Readonly<Record<string, string>>;
}

export interface Target {
  readonly about: string;
  readonly files: (exported: Exported, choice: ExportChoice) => readonly OutFile[];
}

export const targets: Readonly<Record<string, Target>> = {
  files: {
    about: "plain files, for provisioning from a folder",
    files: ({ dashboards, topics }) => [
      ...dashboards.map(({ area, uid, model }) => ({ path: `dashboards/${area}/${uid}.json`, text: pretty(model) })),
      ...topics.map(({ name, groups }) => ({ path: `alerts/obsbox-${name}.yml`, text: rulesText(groups) })),
    ],
  },
  configmaps: {
    about: "ConfigMaps, for the sidecar of Grafana's Helm chart",
    files: ({ dashboards }, choice) => dashboards.map((dashboard) => configMap(dashboard, choice)),
  },
  "prometheus-rule": {
    about: "PrometheusRule objects, for the Prometheus Operator",
    files: ({ topics }, choice) => topics.map((topic) => prometheusRule(topic, choice)),
  },
  terraform: { about: "dashboards and folders, for Terraform's provider of Grafana", files: terraformFiles },
  "grafana-com": {
    about: "dashboards that ask for their data sources, for grafana.com",
    files: ({ dashboards }) =>
      dashboards.map(({ uid, model }) => ({ path: `${uid}.json`, text: pretty(forGrafanaCom(model)) })),
  },
};

export function pretty(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** What Kubernetes allows for the data of a ConfigMap. */
const maxConfigMapBytes = 1024 ** 2;

/**
 * The sidecar takes what has the label, and puts it into the folder that the annotation names: the first one as most
 * values of the chart have it, the second one as the sidecar has it by itself.
 */
function configMap({ uid, area, areaTitle, model }: Dashboard, choice: ExportChoice): OutFile {
  const { title } = folderOf(area, areaTitle);
  const metadata = {
    ...metadataOf(uid, { grafana_dashboard: "1", ...choice.labels }, choice),
    annotations: { grafana_folder: title, "k8s-sidecar-target-directory": title },
  };
  const text = stringify(
    { apiVersion: "v1", kind: "ConfigMap", metadata, data: { [`${uid}.json`]: pretty(model) } },
    { lineWidth: 0 },
  );
  if (Buffer.byteLength(text) > maxConfigMapBytes) {
    throw new UserError(`${uid} is larger than a ConfigMap may be (1 MiB)`, {
      hint: "this is a bug: please report it",
    });
  }
  return { path: `${uid}.yaml`, text };
}

function prometheusRule({ name, groups }: Topic, choice: ExportChoice): OutFile {
  const object = {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PrometheusRule",
    metadata: metadataOf(`obsbox-${name}`, choice.labels, choice),
    spec: { groups: groups.map(groupBody) },
  };
  return { path: `obsbox-${name}.yaml`, text: stringify(object, { lineWidth: 0 }) };
}

function metadataOf(name: string, labels: Readonly<Record<string, string>>, { namespace }: ExportChoice) {
  return {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    labels: { "app.kubernetes.io/part-of": "obsbox", ...labels },
  };
}
