/** What each component gets of the secrets: its own files, under names of its own. */
import { elasticsearchUsers } from "../../secrets.ts";
import type { ElasticsearchUser } from "../../secrets.ts";

/** Reads one secret of the box; `undefined` for an optional one that is not there. */
export type ReadSecret = (name: string) => string | undefined;

/** Makes the content of a file; `undefined` where there is nothing to write. */
export type FileContent = (read: ReadSecret) => string | undefined;

const copy =
  (name: string): FileContent =>
  (read) =>
    read(name);

const passwordOf = (user: ElasticsearchUser): FileContent => copy(`elasticsearch-${user}`);

const ca = { "ca.crt": copy("ca.crt") };

const filebeatFiles = {
  ...ca,
  "output.yml": (read: ReadSecret) => `output.elasticsearch.password: ${quote(read("elasticsearch-filebeat"))}\n`,
};

/** Component, file, content. Everything lands under /run/obsbox of that component, readable by its user alone. */
export const secretFiles: Readonly<Record<string, Readonly<Record<string, FileContent>>>> = {
  nginx: {
    ...ca,
    "tls.crt": copy("nginx.crt"),
    "tls.key": copy("nginx.key"),
    // Lines for a map of Nginx: the role of a person to the user of Elasticsearch that Kibana sees.
    "kibana-authorization.conf": (read) =>
      (["viewer", "editor", "admin"] as const).map((role) => `${role} "${basicOf(role, read)}";\n`).join(""),
    "ingest-authorization.conf": (read) => `default "${basicOf("ingest", read)}";\n`,
  },
  auth: {
    "session-key": copy("auth-session-key"),
    "first-link": copy("auth-first-link"),
    "machine-token": copy("machine-token"),
    "oidc-client-secret": copy("oidc-client-secret"),
  },
  setup: {
    ...ca,
    ...Object.fromEntries(
      Object.keys(elasticsearchUsers).map((user) => [`elasticsearch-${user}`, copy(`elasticsearch-${user}`)]),
    ),
  },
  keeper: { ...ca, "elasticsearch-keeper": passwordOf("keeper"), "elasticsearch-admin": passwordOf("admin") },
  grafana: { ...ca, "secret-key": copy("grafana-secret-key"), "elasticsearch-password": passwordOf("grafana") },
  elasticsearch: {
    ...ca,
    "elastic-password": passwordOf("elastic"),
    "tls.crt": copy("elasticsearch.crt"),
    "tls.key": copy("elasticsearch.key"),
  },
  kibana: {
    ...ca,
    "kibana.yml": (read) =>
      [
        `elasticsearch.password: ${quote(read("elasticsearch-kibana"))}`,
        `xpack.encryptedSavedObjects.encryptionKey: ${quote(read("kibana-saved-objects-key"))}`,
        `xpack.reporting.encryptionKey: ${quote(read("kibana-reporting-key"))}`,
        `xpack.security.encryptionKey: ${quote(read("kibana-session-key"))}`,
        "",
      ].join("\n"),
  },
  filebeat: filebeatFiles,
  "filebeat-containers": filebeatFiles,
  jaeger: { ...ca, password: passwordOf("jaeger") },
  "elasticsearch-exporter": { ...ca, password: passwordOf("exporter") },
  alertmanager: {},
};

/** Components with a folder of secrets whose names the user chooses: each file is given to them as it is. */
export const secretFolders: Readonly<Record<string, string>> = { alertmanager: "alertmanager" };

function basicOf(user: ElasticsearchUser, read: ReadSecret): string {
  const password = read(`elasticsearch-${user}`) ?? "";
  return `Basic ${Buffer.from(`${elasticsearchUsers[user].user}:${password}`).toString("base64")}`;
}

/** JSON's strings are YAML's too, whatever the password holds. */
function quote(text: string | undefined): string {
  return JSON.stringify(text ?? "");
}
