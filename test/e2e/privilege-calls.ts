/** The privilege matrix: what the users of the box may do in Elasticsearch, call by call. Everything else is refused. */
import type { Method } from "../../stack/companion/elasticsearch/client.ts";
import type { Json } from "../../stack/companion/elasticsearch/json.ts";
import { ownUsers } from "../../stack/companion/setup/security/roles.ts";
import type { OwnUser } from "../../stack/companion/setup/security/roles.ts";

/** One call of Elasticsearch's API and who may make it; `{stream}` and `{backing}` stand for a data stream of logs. */
export interface Call {
  readonly about: string;
  readonly call: readonly [method: Method, path: string, body?: Json | undefined];
  readonly allowed: readonly OwnUser[];
}

const nobody: readonly OwnUser[] = [];
const people: readonly OwnUser[] = ["viewer", "editor", "admin"];
const readers: readonly OwnUser[] = ["grafana", ...people];
const monitors: readonly OwnUser[] = ["filebeat", "exporter", "admin"];
const writers: readonly OwnUser[] = ["filebeat", "ingest"];

export const document = { "@timestamp": "2026-01-02T03:04:05.678Z", message: "x" };
export const created = `{"create":{}}\n${JSON.stringify(document)}\n`;
const indexed = `{"index":{}}\n${JSON.stringify({ traceID: "t" })}\n`;
const indexedWithId = `{"index":{"_id":"1"}}\n${JSON.stringify({ serviceName: "s" })}\n`;

export const calls: readonly Call[] = [
  // Log lines
  { about: "create a log line", call: ["POST", "/{stream}/_bulk", created], allowed: writers },
  { about: "create a log line by itself", call: ["POST", "/{stream}/_doc", document], allowed: writers },
  {
    about: "create the first line of a data stream",
    call: ["POST", "/logs-first-{user}/_bulk", created],
    allowed: writers,
  },
  { about: "create a line outside of logs", call: ["POST", "/logs/_bulk", created], allowed: nobody },
  {
    about: "create a log line through the path that Nginx opens",
    call: ["POST", "/_bulk", created.replace("{}", '{"_index":"logs-through-nginx"}')],
    allowed: writers,
  },
  {
    about: "write a span through the path that Nginx opens",
    call: ["POST", "/_bulk", indexed.replace("{}", '{"_index":"jaeger-span-2026-01-02"}')],
    allowed: ["jaeger"],
  },
  { about: "search log lines", call: ["POST", "/{stream}/_search", {}], allowed: readers },
  { about: "search the backing index", call: ["POST", "/{backing}/_search", {}], allowed: readers },
  { about: "count log lines", call: ["GET", "/{stream}/_count"], allowed: readers },
  { about: "get a log line", call: ["GET", "/{backing}/_doc/1"], allowed: readers },
  {
    about: "overwrite a log line",
    call: ["PUT", "/{backing}/_doc/1?if_seq_no=0&if_primary_term=1", document],
    allowed: nobody,
  },
  { about: "update a log line", call: ["POST", "/{backing}/_update/1", { doc: { message: "y" } }], allowed: nobody },
  { about: "delete a log line", call: ["DELETE", "/{backing}/_doc/1"], allowed: nobody },
  {
    about: "read the mapping of logs",
    call: ["GET", "/{stream}/_mapping"],
    allowed: [...readers, "exporter", "keeper"],
  },
  {
    about: "list the fields of logs",
    call: ["GET", "/{stream}/_field_caps?fields=*"],
    allowed: [...readers, "exporter", "keeper"],
  },
  { about: "list data streams", call: ["GET", "/_data_stream/{stream}"], allowed: [...readers, "exporter", "keeper"] },
  { about: "read the size of logs", call: ["GET", "/{stream}/_stats/store"], allowed: ["exporter", "keeper", "admin"] },
  {
    about: "change the mapping of logs",
    call: ["PUT", "/{stream}/_mapping", { properties: { a: { type: "keyword" } } }],
    allowed: ["admin"],
  },
  {
    about: "change the settings of logs",
    call: ["PUT", "/{stream}/_settings", { "index.refresh_interval": "2s" }],
    allowed: ["admin"],
  },
  {
    about: "change the retention of logs",
    call: ["PUT", "/_data_stream/{stream}/_lifecycle", { data_retention: "9d" }],
    allowed: ["admin"],
  },
  { about: "roll a data stream over", call: ["POST", "/{stream}/_rollover"], allowed: ["keeper", "admin"] },
  { about: "delete a backing index", call: ["DELETE", "/{old}"], allowed: ["keeper", "admin"] },
  { about: "delete a data stream", call: ["DELETE", "/_data_stream/{stream}"], allowed: ["admin"] },
  { about: "read lines that were refused", call: ["POST", "/{stream}::failures/_search", {}], allowed: ["admin"] },
  {
    about: "read the canary's lines",
    call: ["POST", "/logs-obsbox_keeper-default/_search", {}],
    allowed: [...readers, "keeper"],
  },
  // Spans
  { about: "write a span", call: ["POST", "/jaeger-span-2026-01-02/_bulk", indexed], allowed: ["jaeger"] },
  {
    about: "write the first span of a day",
    call: ["POST", "/jaeger-span-first-{user}/_bulk", indexed],
    allowed: ["jaeger"],
  },
  {
    about: "write an operation again",
    call: ["POST", "/jaeger-service-2026-01-02/_bulk", indexedWithId],
    allowed: ["jaeger"],
  },
  { about: "write dependencies", call: ["POST", "/jaeger-dependencies-2026-01-02/_bulk", indexed], allowed: nobody },
  { about: "write to another index of that prefix", call: ["POST", "/jaeger-other/_bulk", indexed], allowed: nobody },
  { about: "search spans", call: ["POST", "/jaeger-span-2026-01-02/_search", {}], allowed: ["jaeger", ...readers] },
  { about: "update a span", call: ["POST", "/jaeger-span-2026-01-02/_update/1", { doc: { a: 1 } }], allowed: nobody },
  { about: "delete a span", call: ["DELETE", "/jaeger-span-2026-01-02/_doc/1"], allowed: nobody },
  { about: "delete a day of spans", call: ["DELETE", "/jaeger-span-2026-01-01"], allowed: ["keeper", "admin"] },
  // Other indices
  { about: "search an index of somebody else", call: ["POST", "/private/_search", {}], allowed: nobody },
  { about: "write to an index of somebody else", call: ["POST", "/private/_doc", document], allowed: nobody },
  { about: "delete an index of somebody else", call: ["DELETE", "/private"], allowed: nobody },
  { about: "make an index", call: ["PUT", "/made-by-{user}"], allowed: nobody },
  { about: "search the users' own index", call: ["POST", "/.security-7/_search", {}], allowed: nobody },
  // The cluster
  { about: "read the health of the cluster", call: ["GET", "/_cluster/health"], allowed: [...monitors, "grafana"] },
  { about: "read the state of the cluster", call: ["GET", "/_cluster/state/version"], allowed: monitors },
  { about: "read statistics of the nodes", call: ["GET", "/_nodes/stats"], allowed: monitors },
  { about: "read the settings of the cluster", call: ["GET", "/_cluster/settings"], allowed: monitors },
  {
    about: "change settings of the cluster",
    call: ["PUT", "/_cluster/settings", { persistent: { "cluster.max_shards_per_node": 1 } }],
    allowed: nobody,
  },
  { about: "read the licence", call: ["GET", "/_license"], allowed: monitors },
  { about: "start a trial", call: ["POST", "/_license/start_trial?acknowledge=true"], allowed: nobody },
  { about: "list snapshots", call: ["GET", "/_snapshot/obsbox/*"], allowed: ["keeper"] },
  {
    about: "make a repository",
    call: ["PUT", "/_snapshot/evil", { type: "fs", settings: { location: "/tmp/snapshots/evil" } }],
    allowed: nobody,
  },
  { about: "take a snapshot", call: ["PUT", "/_snapshot/obsbox/evil"], allowed: nobody },
  {
    about: "change a template",
    call: ["PUT", "/_index_template/obsbox-logs", { index_patterns: ["logs-*-*"], data_stream: {} }],
    allowed: nobody,
  },
  {
    about: "change a component template",
    call: ["PUT", "/_component_template/obsbox-logs-settings", { template: {} }],
    allowed: nobody,
  },
  { about: "change a pipeline", call: ["PUT", "/_ingest/pipeline/obsbox-logs", { processors: [] }], allowed: nobody },
  { about: "delete a pipeline", call: ["DELETE", "/_ingest/pipeline/obsbox-logs"], allowed: nobody },
  {
    about: "store a script",
    call: ["PUT", "/_scripts/evil", { script: { lang: "painless", source: "1" } }],
    allowed: nobody,
  },
  // Users
  { about: "say who they are", call: ["GET", "/_security/_authenticate"], allowed: ownUsers },
  { about: "list users", call: ["GET", "/_security/user"], allowed: nobody },
  {
    about: "make a user",
    call: ["PUT", "/_security/user/evil", { password: "evil-password", roles: ["superuser"] }],
    allowed: nobody,
  },
  { about: "change a role", call: ["PUT", "/_security/role/obsbox_{user}", { cluster: ["all"] }], allowed: nobody },
  {
    about: "set the password of another user",
    call: ["POST", "/_security/user/elastic/_password", { password: "evil-password" }],
    allowed: nobody,
  },
  { about: "make an API key", call: ["POST", "/_security/api_key", { name: "evil" }], allowed: nobody },
];
