/**
 * The components of the box: one row each. The key is the name everywhere: service in compose.yaml, DNS name, folder in
 * stack/config, volume of the secrets. `.env.example`, the tables of the documents and the contract tests come from here.
 */

export interface Component {
  readonly about: string;
  /** Official image; `companion` is the project's own. */
  readonly image: string;
  readonly tag: string;
  /** Licence of what the image holds, as SPDX names it. */
  readonly license: string;
  /** User and group inside the container. */
  readonly user: `${number}:${number}`;
  /** Port that other components call. */
  readonly port?: number;
  /** Prefix of its pages at Nginx, with the name that people know. */
  readonly page?: { readonly path: string; readonly title: string; readonly about: string };
  /** Limits in MiB, for each size of the box. */
  readonly memory: Readonly<Record<Size, number>>;
  /** Volumes that hold what must survive, with the path inside the container. */
  readonly data?: Readonly<Record<string, string>>;
  /** What is written beside the data, in memory only: paths that the image's program needs. */
  readonly writable: readonly string[];
  /** Starts only with this profile. */
  readonly profile?: Profile;
  /** Ends after its work; the others stay. */
  readonly oneShot?: true;
}

export type Size = "small" | "standard";
export type Profile = "host" | "docker-logs";
export type ComponentName = keyof typeof catalog;

/** The image of the project's own components; `obsbox up` builds it where it cannot be pulled. */
const companion = {
  image: "ghcr.io/obsbox/obsbox-companion",
  tag: "0.1.0",
  license: "Apache-2.0",
  writable: ["/tmp"],
} as const;

const elastic = { tag: "9.5.3", license: "Elastic-2.0" } as const;

export const catalog = {
  nginx: {
    about: "The only door: TLS, login, routes",
    image: "nginxinc/nginx-unprivileged",
    tag: "1.30.5",
    license: "BSD-2-Clause",
    user: "101:101",
    port: 8443,
    memory: { small: 64, standard: 128 },
    writable: ["/tmp", "/etc/nginx/conf.d"],
  },
  secrets: {
    ...companion,
    about: "Gives each component its own secrets, then ends",
    user: "0:0",
    memory: { small: 64, standard: 64 },
    writable: [],
    oneShot: true,
  },
  auth: {
    ...companion,
    about: "Login of people, tokens of machines, home page",
    user: "1000:1000",
    port: 4180,
    memory: { small: 160, standard: 192 },
    data: { "auth-data": "/var/lib/obsbox", "box-logs": "/var/log/obsbox" },
  },
  setup: {
    ...companion,
    about: "Users, roles, templates and pipelines of Elasticsearch, then ends",
    user: "1000:1000",
    memory: { small: 112, standard: 128 },
    oneShot: true,
  },
  keeper: {
    ...companion,
    about: "Retention of traces and logs, log canary, age of backups, objects of Kibana",
    user: "1000:1000",
    port: 9464,
    memory: { small: 112, standard: 160 },
    data: { "box-logs": "/var/log/obsbox" },
  },
  grafana: {
    about: "Dashboards over all signals",
    image: "grafana/grafana",
    tag: "13.1.4",
    license: "AGPL-3.0-only",
    user: "472:0",
    port: 3000,
    page: { path: "/grafana/", title: "Grafana", about: "Dashboards over metrics, logs and traces: begin here" },
    memory: { small: 256, standard: 512 },
    data: { "grafana-data": "/var/lib/grafana" },
    writable: ["/tmp"],
  },
  kibana: {
    ...elastic,
    about: "Search of logs",
    image: "docker.elastic.co/kibana/kibana",
    user: "1000:0",
    port: 5601,
    page: { path: "/kibana/", title: "Kibana", about: "Search the log lines of all services" },
    memory: { small: 832, standard: 1024 },
    data: { "kibana-data": "/usr/share/kibana/data" },
    writable: ["/tmp", "/usr/share/kibana/logs"],
  },
  prometheus: {
    about: "Stores metrics, evaluates rules",
    image: "quay.io/prometheus/prometheus",
    tag: "v3.13.2",
    license: "Apache-2.0",
    user: "65534:65534",
    port: 9090,
    page: {
      path: "/prometheus/",
      title: "Prometheus",
      about: "Query metrics, see what is scraped and which rules hold",
    },
    memory: { small: 320, standard: 768 },
    data: { "prometheus-data": "/prometheus" },
    writable: ["/tmp"],
  },
  alertmanager: {
    about: "Groups, silences and sends alerts",
    image: "quay.io/prometheus/alertmanager",
    tag: "v0.34.0",
    license: "Apache-2.0",
    user: "65534:65534",
    port: 9093,
    page: { path: "/alertmanager/", title: "Alertmanager", about: "Alerts that fire now, and silences" },
    memory: { small: 64, standard: 128 },
    data: { "alertmanager-data": "/alertmanager" },
    writable: ["/tmp"],
  },
  jaeger: {
    about: "Takes and shows traces, makes metrics of them",
    image: "quay.io/jaegertracing/jaeger",
    tag: "2.20.0",
    license: "Apache-2.0",
    user: "10001:10001",
    port: 16686,
    page: { path: "/jaeger/", title: "Jaeger", about: "Follow one request through all services" },
    memory: { small: 224, standard: 512 },
    writable: ["/tmp"],
  },
  elasticsearch: {
    ...elastic,
    about: "Stores logs and traces",
    image: "docker.elastic.co/elasticsearch/elasticsearch",
    user: "1000:0",
    port: 9200,
    memory: { small: 1152, standard: 2048 },
    data: { "elasticsearch-data": "/usr/share/elasticsearch/data" },
    writable: ["/tmp", "/usr/share/elasticsearch/logs", "/run/elasticsearch"],
  },
  filebeat: {
    ...elastic,
    about: "Ships the lines of log files to Elasticsearch",
    image: "docker.elastic.co/beats/filebeat",
    user: "1000:0",
    port: 5066,
    memory: { small: 160, standard: 256 },
    data: { "filebeat-data": "/usr/share/filebeat/data" },
    writable: ["/tmp", "/usr/share/filebeat/logs"],
  },
  "filebeat-containers": {
    ...elastic,
    about: "Ships what containers of this host print to Elasticsearch",
    image: "docker.elastic.co/beats/filebeat",
    user: "0:0",
    port: 5066,
    memory: { small: 160, standard: 256 },
    data: { "filebeat-containers-data": "/usr/share/filebeat/data" },
    writable: ["/tmp", "/usr/share/filebeat/logs"],
    profile: "docker-logs",
  },
  pushgateway: {
    about: "Takes metrics of jobs that end before they are scraped",
    image: "quay.io/prometheus/pushgateway",
    tag: "v1.11.3",
    license: "Apache-2.0",
    user: "65534:65534",
    port: 9091,
    memory: { small: 48, standard: 96 },
    data: { "pushgateway-data": "/pushgateway" },
    writable: ["/tmp"],
  },
  "blackbox-exporter": {
    about: "Asks URLs from outside and tells how they answered",
    image: "quay.io/prometheus/blackbox-exporter",
    tag: "v0.28.0",
    license: "Apache-2.0",
    user: "65534:65534",
    port: 9115,
    memory: { small: 32, standard: 64 },
    writable: ["/tmp"],
  },
  "elasticsearch-exporter": {
    about: "Metrics of Elasticsearch",
    image: "quay.io/prometheuscommunity/elasticsearch-exporter",
    tag: "v1.11.0",
    license: "Apache-2.0",
    user: "65534:65534",
    port: 9114,
    memory: { small: 48, standard: 64 },
    writable: ["/tmp"],
  },
  "nginx-exporter": {
    about: "Metrics of Nginx",
    image: "nginx/nginx-prometheus-exporter",
    tag: "1.5.1",
    license: "Apache-2.0",
    user: "1001:1001",
    port: 9113,
    memory: { small: 32, standard: 48 },
    writable: [],
  },
  "node-exporter": {
    about: "Metrics of this host",
    image: "quay.io/prometheus/node-exporter",
    tag: "v1.12.1",
    license: "Apache-2.0",
    user: "65534:65534",
    port: 9100,
    memory: { small: 48, standard: 64 },
    writable: [],
    profile: "host",
  },
  cadvisor: {
    about: "Metrics of the containers of this host",
    image: "ghcr.io/google/cadvisor",
    tag: "0.60.5",
    license: "Apache-2.0",
    user: "0:0",
    port: 8080,
    memory: { small: 128, standard: 192 },
    writable: ["/tmp"],
    profile: "host",
  },
} as const satisfies Readonly<Record<string, Component>>;

/** The rows with their names, in the order of the table. */
export const components: readonly (Component & { readonly name: string })[] = Object.entries(catalog).map(
  ([name, component]: [string, Component]) => ({ ...component, name }),
);

/** Image with its tag, as compose.yaml names it. */
export function imageOf({ image, tag }: Pick<Component, "image" | "tag">): string {
  return `${image}:${tag}`;
}

/** The longest that the limits of one size may add up to, in MiB: what a host of 4 GiB can give. */
export const smallBoxMiB = 3584;
