/** Fields of the box's log lines. What the SDK writes comes from its vocabulary; the others say who writes them. */
import { logFields } from "@obsbox/sdk/vocabulary";

/** The access log of Nginx: `stack/config/nginx/templates/logging.conf.template`. */
const ofNginx = {
  clientAddress: "client.ip",
  domain: "url.domain",
  responseBytes: "http.response.bytes",
  upstreamAddress: "nginx.upstream.address",
  upstreamStatus: "nginx.upstream.status",
} as const;

/** The audit log of sign-ins: `stack/companion/auth/audit.ts`. The user is in the access log too. */
const ofAudit = {
  eventCategory: "event.category",
  eventReason: "event.reason",
  sourceAddress: "source.ip",
  userName: "user.name",
} as const;

/** The keeper's log canary: `stack/companion/keeper/canary.ts`. */
const ofCanary = { lostId: "labels.lost_id" } as const;

/** Filebeat. */
const ofShipper = { logFile: "log.file.path", logOffset: "log.offset" } as const;

/** Elasticsearch itself. */
const ofElasticsearch = { index: "_index", ignored: "_ignored" } as const;

/** Every field that the dashboards may use. */
export const fields = {
  ...logFields,
  ...ofNginx,
  ...ofAudit,
  ...ofCanary,
  ...ofShipper,
  ...ofElasticsearch,
} as const;

export type Field = (typeof fields)[keyof typeof fields];
