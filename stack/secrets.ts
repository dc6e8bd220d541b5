/**
 * The secrets of a box: files in its folder `secrets`, made once by `obsbox init`, never defaulted and never printed.
 * The one-shot service `secrets` gives each component the ones that it needs, under names of the component's own.
 */

export interface Secret {
  readonly about: string;
  /** Random bytes behind a generated one; those without are files of the box's own TLS, or given by the user. */
  readonly bytes?: number;
  readonly optional?: true;
}

/** Who uses Elasticsearch, and under which name. The password of each is the secret `elasticsearch-<key>`. */
export const elasticsearchUsers = {
  elastic: { user: "elastic", about: "superuser, used by the setup only" },
  kibana: { user: "kibana_system", about: "Kibana's own user" },
  filebeat: { user: "obsbox_filebeat", about: "creates log lines" },
  ingest: { user: "obsbox_ingest", about: "creates log lines that services send through Nginx" },
  jaeger: { user: "obsbox_jaeger", about: "writes and reads spans" },
  grafana: { user: "obsbox_grafana", about: "reads logs and spans" },
  exporter: { user: "obsbox_exporter", about: "reads statistics" },
  keeper: { user: "obsbox_keeper", about: "deletes what is past its retention" },
  viewer: { user: "obsbox_viewer", about: "people with the role viewer, in Kibana" },
  editor: { user: "obsbox_editor", about: "people with the role editor, in Kibana" },
  admin: { user: "obsbox_admin", about: "people with the role admin, in Kibana" },
} as const;

export type ElasticsearchUser = keyof typeof elasticsearchUsers;

const passwords: Readonly<Record<string, Secret>> = Object.fromEntries(
  Object.entries(elasticsearchUsers).map(([key, { user, about }]) => [
    `elasticsearch-${key}`,
    { about: `Password of Elasticsearch's user ${user}: ${about}`, bytes: 32 },
  ]),
);

export const secrets: Readonly<Record<string, Secret>> = {
  ...passwords,
  "kibana-saved-objects-key": { about: "Encrypts saved objects of Kibana", bytes: 32 },
  "kibana-reporting-key": { about: "Encrypts reports of Kibana", bytes: 32 },
  "kibana-session-key": { about: "Encrypts sessions of Kibana", bytes: 32 },
  "grafana-secret-key": { about: "Encrypts what Grafana keeps of its data sources", bytes: 32 },
  "auth-session-key": { about: "Encrypts sessions of people", bytes: 32 },
  "auth-first-link": { about: "Token of the link through which the first administrator chooses a password", bytes: 32 },
  "machine-token": { about: "Token with which services send traces, metrics and logs", bytes: 32 },
  "oidc-client-secret": { about: "Client secret of the company's login, when there is one", optional: true },
  "ca.crt": { about: "Certificate of the box's own authority" },
  "ca.key": { about: "Key of the box's own authority; stays in this folder" },
  "nginx.crt": { about: "Certificate of Nginx, with its chain" },
  "nginx.key": { about: "Key of Nginx" },
  "elasticsearch.crt": { about: "Certificate of Elasticsearch" },
  "elasticsearch.key": { about: "Key of Elasticsearch" },
};
