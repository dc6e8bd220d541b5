/** Labels that stand outside of PromQL: in legends, in templates of alerts, in addresses of links. */
import type { Naming } from "./naming.ts";

const name = String.raw`([A-Za-z_]\w*)`;

/** Forms in which a label is named, with what stands before and behind it. */
const forms = [
  // Legends of Grafana: {{service_name}}.
  new RegExp(String.raw`(\{\{\s*)${name}(\s*\}\})`, "g"),
  // Templates of Prometheus: {{ $labels.service_name }}.
  new RegExp(String.raw`(\$labels\.)${name}()`, "g"),
  // Addresses of links in Grafana: ${__field.labels.service_name}, ${__data.fields.service_name}.
  new RegExp(String.raw`(\$\{__(?:field\.labels|data\.fields)\.)${name}((?::\w+)?\})`, "g"),
  new RegExp(String.raw`(\$\{__(?:field\.labels|data\.fields)\[["']?)${name}(["']?\](?:\.\w+)?(?::\w+)?\})`, "g"),
];

export function renameWords(text: string, { labels }: Pick<Naming, "labels">): string {
  return forms.reduce(
    (done, form) =>
      done.replace(form, (_all, before: string, label: string, behind: string) =>
        [before, labels.get(label) ?? label, behind].join(""),
      ),
    text,
  );
}

/** Fields in a query in Lucene's words: `service.name:"x" AND NOT log.level:debug`. */
export function renameFields(query: string, { fields }: Pick<Naming, "fields">): string {
  return query.replace(/(^|[\s(!+-])([\w@.-]+)(?=:)/g, (_all, before: string, field: string) =>
    [before, fields.get(field) ?? field].join(""),
  );
}
