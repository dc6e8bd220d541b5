/**
 * The roles of the box in Elasticsearch: what each user may do, and nothing more. The role has the user's name. What each
 * row allows and refuses is tested call by call against the real server.
 */
import type { ElasticsearchUser } from "../../../secrets.ts";

/** Users that the box makes; the others come with Elasticsearch. */
export type OwnUser = Exclude<ElasticsearchUser, "elastic" | "kibana">;

type IndexPrivileges = Readonly<{ names: readonly string[]; privileges: readonly string[] }>;

/** A role, as Elasticsearch's API takes it. */
export type Role = Readonly<{
  description: string;
  cluster: readonly string[];
  indices: readonly IndexPrivileges[];
  applications: readonly Readonly<{
    application: "kibana-.kibana";
    privileges: readonly string[];
    resources: readonly string[];
  }>[];
  run_as: readonly string[];
  metadata: Readonly<Record<string, string>>;
}>;

const logs = ["logs-*-*"];
const spans = ["jaeger-span-*", "jaeger-service-*", "jaeger-dependencies-*"];
const read = ["read", "view_index_metadata"];
/** Adds documents, and makes the data stream for the first one; does not read, change or delete any. */
const append = ["create_doc", "auto_configure"];

export const roles: Readonly<Record<OwnUser, Role>> = {
  filebeat: role("Filebeat: creates log lines", {
    // What Beats' documentation asks for: version and licence are read at each connection.
    cluster: ["monitor"],
    indices: [{ names: logs, privileges: append }],
  }),
  ingest: role("Services, through Nginx: create log lines", {
    indices: [{ names: logs, privileges: append }],
  }),
  jaeger: role("Jaeger: creates and reads spans", {
    cluster: ["cluster:monitor/main"],
    indices: [
      // It writes with "index" instead of "create", which create_doc refuses. Neither deletes, nor updates in part.
      { names: ["jaeger-span-*", "jaeger-service-*"], privileges: ["create", "auto_configure", "read"] },
      { names: ["jaeger-dependencies-*"], privileges: ["read"] },
    ],
  }),
  grafana: role("Grafana: reads logs and spans", {
    // The version, and the check behind "Save & test".
    cluster: ["cluster:monitor/main", "cluster:monitor/health"],
    indices: [{ names: [...logs, ...spans], privileges: read }],
  }),
  exporter: role("Metrics of Elasticsearch", {
    cluster: ["monitor"],
    indices: [{ names: ["*"], privileges: ["monitor", "view_index_metadata"] }],
  }),
  keeper: role("Keeper: retention, log canary, age of backups", {
    cluster: ["monitor_snapshot"],
    indices: [
      // Names, sizes and ages; rollover makes a write index deletable.
      { names: logs, privileges: ["monitor", "view_index_metadata", "indices:admin/rollover"] },
      // Backing indices only: a data stream as a whole cannot be deleted.
      { names: [".ds-logs-*"], privileges: ["delete_index"] },
      { names: ["jaeger-span-*", "jaeger-service-*"], privileges: ["monitor", "view_index_metadata", "delete_index"] },
      { names: ["logs-obsbox_keeper-*"], privileges: ["read"] },
    ],
  }),
  viewer: role("People with the role viewer: look at logs and spans in Kibana", {
    indices: [{ names: [...logs, ...spans], privileges: read }],
    kibana: "read",
  }),
  editor: role("People with the role editor: also change what Kibana shows", {
    indices: [{ names: [...logs, ...spans], privileges: read }],
    kibana: "all",
  }),
  admin: role("People with the role admin: also manage logs and spans", {
    cluster: ["monitor"],
    indices: [
      { names: [...logs, ...spans], privileges: ["read", "manage"] },
      { names: logs, privileges: ["read_failure_store", "manage_failure_store"] },
    ],
    kibana: "all",
  }),
};

interface Rights {
  readonly cluster?: readonly string[];
  readonly indices: readonly IndexPrivileges[];
  readonly kibana?: "read" | "all";
}

/** The users that have a role of the box. */
export const ownUsers: readonly OwnUser[] = Object.keys(roles).filter(isOwnUser);

function isOwnUser(key: string): key is OwnUser {
  return Object.hasOwn(roles, key);
}

function role(description: string, { cluster = [], indices, kibana }: Rights): Role {
  const applications =
    kibana === undefined ? [] : [{ application: "kibana-.kibana" as const, privileges: [kibana], resources: ["*"] }];
  return { description, cluster, indices, applications, run_as: [], metadata: { managed_by: "obsbox" } };
}
