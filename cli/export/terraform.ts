/**
 * Terraform in its JSON form, for the provider grafana/grafana. Rules are left out: the provider knows those that Grafana
 * evaluates, and ours are for Prometheus.
 *
 * @see https://registry.terraform.io/providers/grafana/grafana/latest/docs/resources/dashboard
 */
import { folderOf } from "../import/grafana/folders.ts";
import type { Dashboard } from "../import/dashboards.ts";
import type { OutFile } from "./folder.ts";

export function terraformFiles({ dashboards }: { readonly dashboards: readonly Dashboard[] }): readonly OutFile[] {
  const folders = new Map(dashboards.map(({ area, areaTitle }) => [area, folderOf(area, areaTitle)]));
  const root = {
    terraform: { required_providers: { grafana: { source: "grafana/grafana", version: ">= 3.0.0" } } },
    resource: {
      grafana_folder: Object.fromEntries([...folders.values()].map(({ uid, title }) => [nameOf(uid), { uid, title }])),
      grafana_dashboard: Object.fromEntries(
        dashboards.map(({ uid, area, areaTitle }) => [
          nameOf(uid),
          {
            folder: `\${grafana_folder.${nameOf(folderOf(area, areaTitle).uid)}.uid}`,
            // From a file, where the variables of Grafana are not taken for those of Terraform.
            config_json: `\${file("\${path.module}/dashboards/${uid}.json")}`,
            overwrite: false,
          },
        ]),
      ),
    },
  };
  return [
    { path: "obsbox.tf.json", text: `${JSON.stringify(root, null, 2)}\n` },
    ...dashboards.map(({ uid, model }) => ({
      path: `dashboards/${uid}.json`,
      text: `${JSON.stringify(model, null, 2)}\n`,
    })),
  ];
}

function nameOf(uid: string): string {
  return uid.replaceAll("-", "_");
}
