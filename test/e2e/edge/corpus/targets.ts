/** What a viewer must not get at, and nobody without a login: the starting points of the corpus. */

export interface Target {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: `/${string}`;
}

type Row = readonly [Target["method"], Target["path"]];

const rows: readonly Row[] = [
  ["POST", "/prometheus/-/reload"],
  ["PUT", "/prometheus/-/quit"],
  ["GET", "/prometheus/-/healthy"],
  ["POST", "/prometheus/api/v1/admin/tsdb/snapshot"],
  ["POST", "/prometheus/api/v1/admin/tsdb/delete_series"],
  ["PUT", "/prometheus/api/v1/admin/tsdb/clean_tombstones"],
  ["POST", "/prometheus/api/v1/write"],
  ["POST", "/prometheus/api/v1/read"],
  ["POST", "/prometheus/api/v1/otlp/v1/metrics"],
  ["GET", "/prometheus/debug/pprof/heap"],
  ["GET", "/prometheus/metrics"],
  ["GET", "/prometheus/federate"],
  ["POST", "/alertmanager/api/v2/silences"],
  ["POST", "/alertmanager/api/v2/alerts"],
  ["DELETE", "/alertmanager/api/v2/silence/7d8eb77e-00f9-4e0e-9f20-047695569296"],
  ["POST", "/alertmanager/-/reload"],
  ["GET", "/alertmanager/debug/pprof/cmdline"],
  ["GET", "/alertmanager/metrics"],
  ["GET", "/grafana/api/admin/settings"],
  ["POST", "/grafana/api/admin/users"],
  ["GET", "/grafana/api/users/lookup"],
  ["POST", "/grafana/api/datasources/proxy/uid/alertmanager/api/v2/silences"],
  ["POST", "/grafana/api/snapshots"],
  ["POST", "/grafana/api/org/invites"],
  ["POST", "/grafana/api/live/publish"],
  ["POST", "/grafana/api/plugins/some-app/install"],
  ["POST", "/grafana/login"],
  ["GET", "/grafana/logout"],
  ["GET", "/grafana/metrics"],
  ["POST", "/kibana/api/console/proxy"],
  ["GET", "/kibana/api/status"],
  ["GET", "/kibana/api/security/role"],
  ["POST", "/kibana/api/actions/connector"],
  ["POST", "/kibana/internal/security/api_key"],
  ["POST", "/kibana/s/other/api/console/proxy"],
  ["POST", "/jaeger/api/archive/4bf92f3577b34da6a3ce929d0e0e4736"],
  ["POST", "/jaeger/api/transform"],
  ["GET", "/jaeger/metrics"],
  ["GET", "/es/_security/user"],
  ["PUT", "/es/_cluster/settings"],
  ["DELETE", "/es/_snapshot/backup"],
  ["POST", "/es/_search"],
  ["POST", "/es/_bulk"],
  ["POST", "/otlp/v1/traces"],
  ["POST", "/otlp/v1/metrics"],
  ["PUT", "/push/metrics/job/some_job"],
  ["PUT", "/push/api/v1/admin/wipe"],
  ["GET", "/machine/auth"],
  ["GET", "/oauth2/auth"],
  ["GET", "/stub_status"],
  ["GET", "/healthz"],
  ["GET", "/metrics"],
  ["GET", "/static../secret.txt"],
];

export const targets: readonly Target[] = rows.map(([method, path]) => ({ method, path }));
