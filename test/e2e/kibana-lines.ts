/** Log lines as each part of the box writes them, spread over the last hour. */
import { describeEvent } from "../../stack/companion/auth/audit.ts";
import type { AuditEvent } from "../../stack/companion/auth/audit.ts";
import { readText } from "../helpers/repository.ts";

export type Line = Readonly<Record<string, unknown>>;

const minute = 60_000;

export interface Lines {
  /** A day on which nothing goes wrong and nobody signs in. */
  readonly healthy: readonly Line[];
  /** What only a worse day has. */
  readonly unhealthy: readonly Line[];
}

export function linesBefore(now: number): Lines {
  const times = Array.from({ length: 50 }, (_one, index) => new Date(now - (index + 1) * minute).toISOString());
  return {
    healthy: times.flatMap((time, index) => [
      request(time, { status: 200, ms: 4 + index, service: index % 2 === 0 ? "orders" : "gateway" }),
      said(time, { "log.level": "info", message: "order placed" }),
      keeper(time, { "event.action": "log-canary", "labels.canary_id": String(index), message: "log canary" }),
    ]),
    unhealthy: times.flatMap((time, index) => [
      request(time, { status: 500, ms: 1500 + index, service: "orders" }),
      said(time, exception),
      said(time, { "log.level": "warn", "log.logger": "db", message: "slow query" }),
      said(time, { "log.level": "info", "log.truncated": true, "log.original_bytes": 70_000, message: "long" }),
      said(time, { "log.level": "info", "http.response.status_code": "not a number", message: "odd" }),
      keeper(time, { "log.level": "warn", "labels.lost_id": String(index), message: "a log line was lost" }),
      {
        "@timestamp": time,
        ...fromFile("x"),
        message: "{no json",
        error: { type: "json", message: "Error decoding JSON" },
      },
      audited(time, { action: "user-login", outcome: "success", user: "ada", address: "203.0.113.5" }),
      audited(time, {
        action: "user-login",
        outcome: "failure",
        reason: "wrong-password",
        user: "eve",
        address: "203.0.113.9",
      }),
      audited(time, { action: "user-add", outcome: "success", user: "bob", labels: { role: "viewer" } }),
    ]),
  };
}

/** Lines of Nginx's access log; they reach Elasticsearch with the profile `docker-logs`. */
export function accessLines(now: number): readonly Line[] {
  const statuses = [200, 200, 302, 401, 403, 404, 502];
  return statuses.flatMap((status, index) =>
    Array.from({ length: 5 }, (_one, back) =>
      accessLine({
        time_iso8601: new Date(now - (back + 1) * minute).toISOString(),
        log_outcome: status >= 400 ? "failure" : "success",
        log_nanoseconds: String(index * 300_000_000),
        request_method: "GET",
        log_path: `/grafana/${index}`,
        status: String(status),
        bytes_sent: "5120",
        request_length: "300",
        remote_addr: "203.0.113.7",
        auth_user: "ada",
        host: "box.test",
        upstream_addr: "10.0.0.3:3000",
        upstream_status: String(status),
      }),
    ),
  );
}

/** What Nginx's own format makes of its variables. */
function accessLine(variables: Readonly<Record<string, string>>): Line {
  const template = readText("stack/config/nginx/templates/logging.conf.template");
  const [, format = ""] = /log_format ecs escape=json([^;]*);/.exec(template) ?? [];
  const text = [...format.matchAll(/'([^']*)'/g)].map(([, part]) => part).join("");
  return JSON.parse(text.replaceAll(/\$(\w+)/g, (_all, name: string) => variables[name] ?? ""));
}

const exception = {
  "log.level": "error",
  message: "payment failed",
  "error.type": "PaymentError",
  "error.message": "card refused",
  "error.stack_trace": "PaymentError: card refused\n    at pay (pay.ts:1:1)",
};

interface Answered {
  readonly status: number;
  readonly ms: number;
  readonly service: string;
}

function request(time: string, { status, ms, service }: Answered): Line {
  return {
    ...said(
      time,
      { "log.level": status >= 500 ? "error" : "info", message: `GET /orders/7 ${status} ${ms} ms` },
      service,
    ),
    "event.action": "http-request",
    "event.outcome": status >= 500 ? "failure" : "success",
    "event.duration": ms * 1e6,
    "http.request.method": "GET",
    "http.response.status_code": status,
    "url.path": "/orders/7",
    "labels.http_route": "/orders/:id",
    "user_agent.original": "node",
  };
}

function said(time: string, fields: Line, service = "orders"): Line {
  return {
    ...ofService(time, service),
    "service.version": "1.4.2",
    "trace.id": "4bf92f3577b34da6a3ce929d0e0e4736",
    "span.id": "00f067aa0ba902b7",
    ...fields,
  };
}

function keeper(time: string, fields: Line): Line {
  return { ...ofService(time, "obsbox-keeper"), "log.level": "info", ...fields };
}

function audited(time: string, event: AuditEvent): Line {
  const [fields, message] = describeEvent(event);
  const level = event.outcome === "success" ? "info" : "warn";
  return { ...ofService(time, "obsbox-auth"), "log.level": level, ...fields, message };
}

function ofService(time: string, service: string): Line {
  return {
    "@timestamp": time,
    "service.name": service,
    "service.environment": "lab",
    "service.node.name": `${service}-1`,
    "host.hostname": "vm",
    "process.pid": 7,
    "event.dataset": service.replaceAll("-", "_"),
    ...fromFile(service),
  };
}

/** Filebeat's part. */
function fromFile(name: string): Line {
  return { "log.file.path": `/var/log/services/${name}.ndjson`, "log.offset": 4096 };
}
