/**
 * The settings of a box: the keys of its `.env`. compose.yaml reads them with the same defaults (a contract test compares),
 * `.env.example` and docs/configuration.md are generated from here, and `obsbox up` checks what a user wrote before
 * anything starts.
 */
import { components } from "./catalog.ts";
import type { Size } from "./catalog.ts";

export interface Setting {
  readonly about: string;
  readonly default: string;
  /** What stands in `.env` for a box of this size, where it is not the default. */
  readonly small?: string;
  readonly kind: keyof typeof kinds;
}

interface Kind {
  /** For the message: what would have been right. */
  readonly expected: string;
  readonly pattern: RegExp;
}

/** What a value may look like. An empty value stands for the default. */
export const kinds = {
  address: { expected: "an IP address of this host", pattern: /^(\d{1,3}(\.\d{1,3}){3}|\[?[0-9a-fA-F:]+\]?)$/ },
  port: {
    expected: "a port from 1 to 65535",
    pattern: /^([1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d{2}|655[0-2]\d|6553[0-5])$/,
  },
  host: {
    expected: "a host name or an IP address, without https:// and without a port",
    pattern: /^(?=.{1,253}$)[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?(\.[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?)*$/,
  },
  url: { expected: "an address that begins with https:// or http://", pattern: /^(https?:\/\/[^\s"'$\\]+)?$/ },
  name: { expected: "lower-case letters, digits, - and _", pattern: /^[a-z0-9][a-z0-9_-]*$/ },
  group: { expected: "a name of letters, digits and _ . : / @ -", pattern: /^[A-Za-z0-9][\w.:/@-]*$/ },
  text: { expected: "one line without quotes, $ and backslashes", pattern: /^[^\r\n"'$\\]*$/ },
  path: { expected: "a path without quotes and $", pattern: /^[^\r\n"'$]*$/ },
  list: { expected: "names with commas between them", pattern: /^([a-z0-9-]+(,[a-z0-9-]+)*)?$/ },
  time: { expected: "a time such as 12h, 7d or 2w", pattern: /^[1-9]\d*(s|m|h|d|w)$/ },
  size: { expected: "a size such as 512MB or 10GB", pattern: /^[1-9]\d*(MB|GB|TB)$/ },
  memory: { expected: "a size such as 512m or 2g", pattern: /^[1-9]\d*[mg]$/ },
  cpus: { expected: "a number of cores such as 0.5 or 2", pattern: /^(0\.\d*[1-9]\d*|[1-9]\d*(\.\d+)?)$/ },
  id: { expected: "the number of a group", pattern: /^\d{1,10}$/ },
  subnet: { expected: "a subnet such as 10.213.77.0/29", pattern: /^\d{1,3}(\.\d{1,3}){3}\/\d{1,2}$/ },
  language: { expected: "en or zh", pattern: /^(en|zh)$/ },
  switch: { expected: "on or off", pattern: /^(on|off)$/ },
  upstream: { expected: "NAME:PORT", pattern: /^[a-z0-9][a-z0-9.-]*:\d{1,5}$/ },
} as const satisfies Readonly<Record<string, Kind>>;

const memorySettings: Readonly<Record<string, Setting>> = Object.fromEntries(
  components.map(({ name, memory }) => [
    memoryKeyOf(name),
    { about: `Memory limit of ${name}`, default: `${memory.standard}m`, small: `${memory.small}m`, kind: "memory" },
  ]),
);

/** The groups are the headings of `.env.example` and of the documents. */
export const settingGroups: readonly (readonly [string, Readonly<Record<string, Setting>>])[] = [
  [
    "The box",
    {
      COMPOSE_PROJECT_NAME: {
        about: "Name of the box; give a second one on the same host its own",
        default: "obsbox",
        kind: "name",
      },
      COMPOSE_PROFILES: {
        about: "Parts that are off by default: host (metrics of this host), docker-logs (lines of all containers)",
        default: "",
        kind: "list",
      },
      OBSBOX_BIND: {
        about: "Address that the one port is published on; 0.0.0.0 opens the box to other machines",
        default: "127.0.0.1",
        kind: "address",
      },
      OBSBOX_PORT: { about: "The one port", default: "443", kind: "port" },
      OBSBOX_HOST: { about: "Name that people and services call the box by", default: "localhost", kind: "host" },
      OBSBOX_TLS_CERT: {
        about: "File with your own certificate and its chain; without one the box's own authority makes it",
        default: "",
        kind: "path",
      },
      OBSBOX_TLS_KEY: { about: "File with the key of your own certificate", default: "", kind: "path" },
      OBSBOX_LANGUAGE: { about: "Language of the dashboards: en or zh", default: "en", kind: "language" },
      OBSBOX_LOG_DIR: {
        about: "Folder of this host into which services write their log files",
        default: "./logs",
        kind: "path",
      },
      OBSBOX_LOG_GROUP: {
        about: "Number of the group that may read these files",
        default: "1000",
        kind: "id",
      },
      OBSBOX_GRAFANA_SUBNET: {
        // Outside of what Docker itself gives to networks: 172.17.0.0 to 172.31.255.255, and 192.168.0.0/16.
        about: "Subnet that Nginx and Grafana share and nobody else; choose another if it is taken",
        default: "10.213.77.0/29",
        kind: "subnet",
      },
    },
  ],
  [
    "Login",
    {
      OBSBOX_VIEWER_GROUP: { about: "Members may look", default: "viewer", kind: "group" },
      OBSBOX_EDITOR_GROUP: {
        about: "Members may change dashboards and silence alerts",
        default: "editor",
        kind: "group",
      },
      OBSBOX_ADMIN_GROUP: { about: "Members may do everything", default: "admin", kind: "group" },
      OBSBOX_LOCAL_USERS: {
        about: "Whether users with a password of the box's own may sign in",
        default: "on",
        kind: "switch",
      },
      OBSBOX_SESSION_IDLE: { about: "A session ends after this time without use", default: "8h", kind: "time" },
      OBSBOX_SESSION_LIFETIME: { about: "A session ends after this time", default: "24h", kind: "time" },
      OBSBOX_OIDC_ISSUER: { about: "Address of the company's OpenID Connect login", default: "", kind: "url" },
      OBSBOX_OIDC_CLIENT_ID: {
        about: "Client id there; the client secret is the file secrets/oidc-client-secret",
        default: "",
        kind: "text",
      },
      OBSBOX_OIDC_SCOPES: { about: "Scopes that are asked for", default: "openid email profile groups", kind: "text" },
      OBSBOX_OIDC_GROUPS_CLAIM: { about: "Claim that holds the groups", default: "groups", kind: "text" },
      OBSBOX_AUTH_UPSTREAM: {
        about: "What answers for people's logins; oauth2-proxy can stand here",
        default: "auth:4180",
        kind: "upstream",
      },
    },
  ],
  [
    "Retention",
    {
      OBSBOX_METRICS_RETENTION: { about: "Age at which metrics are deleted", default: "15d", kind: "time" },
      OBSBOX_METRICS_MAX_SIZE: {
        about: "Size above which the oldest metrics are deleted",
        default: "5GB",
        kind: "size",
      },
      OBSBOX_LOGS_RETENTION: { about: "Age at which logs are deleted", default: "14d", kind: "time" },
      OBSBOX_LOGS_MAX_SIZE: { about: "Size above which the oldest logs are deleted", default: "10GB", kind: "size" },
      OBSBOX_TRACES_RETENTION: { about: "Age at which traces are deleted", default: "7d", kind: "time" },
      OBSBOX_TRACES_MAX_SIZE: { about: "Size above which the oldest traces are deleted", default: "5GB", kind: "size" },
      OBSBOX_ALERTS_RETENTION: {
        about: "Age at which ended alerts and silences are deleted",
        default: "120h",
        kind: "time",
      },
    },
  ],
  [
    "Resources",
    {
      OBSBOX_ELASTICSEARCH_HEAP: {
        about: "Java heap of Elasticsearch: half of its memory limit",
        default: "1g",
        small: "512m",
        kind: "memory",
      },
      OBSBOX_ELASTICSEARCH_CPUS: { about: "Cores that Elasticsearch may use", default: "2", kind: "cpus" },
      OBSBOX_KIBANA_CPUS: { about: "Cores that Kibana may use", default: "2", kind: "cpus" },
      ...memorySettings,
    },
  ],
];

/** Every setting by its key. */
export const settings: Readonly<Record<string, Setting>> = Object.fromEntries(
  settingGroups.flatMap(([, group]) => Object.entries(group)),
);

/** Key of the setting that limits a component's memory, such as `OBSBOX_GRAFANA_MEMORY`. */
export function memoryKeyOf(component: string): string {
  return `OBSBOX_${component.toUpperCase().replaceAll("-", "_")}_MEMORY`;
}

/** The text of a new `.env`: what differs from a default is set, everything else stands as a comment. */
export function environmentFile(size: Size, chosen: Readonly<Record<string, string>> = {}): string {
  const sections = settingGroups.map(([title, group]) => {
    const lines = Object.entries(group).flatMap(([key, setting]) => {
      const usual = size === "small" ? (setting.small ?? setting.default) : setting.default;
      const value = chosen[key] ?? usual;
      return [`# ${setting.about}.`, value === setting.default ? `# ${key}=${value}` : `${key}=${value}`];
    });
    return [`## ${title}`, ...lines].join("\n");
  });
  return `# Settings of this box. A key with a # before it shows its default.\n\n${sections.join("\n\n")}\n`;
}

export interface SettingProblem {
  readonly key: string;
  readonly got: string;
  readonly expected: string;
}

/** What is wrong with the values of an `.env`, keys of nobody included. */
export function settingProblems(values: Readonly<Record<string, string>>): readonly SettingProblem[] {
  return Object.entries(values).flatMap(([key, got]) => {
    const setting = settings[key];
    if (setting !== undefined) {
      const { expected, pattern } = kinds[setting.kind];
      return got === "" || pattern.test(got) ? [] : [{ key, got, expected }];
    }
    return key.startsWith("OBSBOX_") ? [{ key, got, expected: "no such setting; see .env.example" }] : [];
  });
}
