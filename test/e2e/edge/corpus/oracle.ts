/** What must never have reached a component, however its path is read. Written from the promises, not from Nginx's tables. */
import { pathOf, ports, upstreamOf } from "../echo.ts";
import type { EchoRecord, Upstream } from "../echo.ts";

interface Rule {
  readonly method: RegExp;
  readonly path: RegExp;
}

const any = /./;
const write = /^(?!GET$|HEAD$)/;
const prometheusQueries =
  "query|query_range|query_exemplars|format_query|parse_query|series|labels|search/(metric|label)_(names|values)";

/** For a viewer. Without a login nothing at all may have come. */
const forbidden: Readonly<Record<Upstream, readonly Rule[]>> = {
  prometheus: [
    { method: any, path: /^\/prometheus\/(-|debug|metrics|federate|consoles)(\/|$)/ },
    { method: any, path: /^\/prometheus\/api\/v1\/(admin|write|read|otlp)(\/|$)/ },
    { method: write, path: new RegExp(`^/prometheus/(?!api/v1/(${prometheusQueries})$)`) },
    { method: /^(PUT|PATCH|DELETE)$/, path: any },
  ],
  alertmanager: [
    { method: write, path: any },
    { method: any, path: /^\/alertmanager\/(-|debug|metrics)(\/|$)/ },
  ],
  grafana: [
    { method: any, path: /^\/grafana\/(metrics|login|logout|signup)(\/|$)/ },
    { method: any, path: /^\/grafana\/api\/(admin|users|org\/invites)(\/|$)/ },
    { method: write, path: /^\/grafana\/api\/(snapshots|live|plugins\/[^/]+\/install|datasources\/proxy)(\/|$)/ },
  ],
  kibana: [
    { method: any, path: /^\/kibana\/(s\/[^/]+\/)?api\/(console|security|actions|status)(\/|$)/ },
    { method: any, path: /^\/kibana\/(s\/[^/]+\/)?internal\/(security\/(api_key|role|users)|actions)(\/|$)/ },
    { method: any, path: /^\/kibana\/(s\/[^/]+\/)?(login|logout)(\/|$)/ },
  ],
  jaeger: [
    { method: write, path: any },
    { method: any, path: /^\/jaeger\/metrics(\/|$)/ },
  ],
  "jaeger-otlp": [{ method: any, path: any }],
  pushgateway: [{ method: any, path: any }],
  elasticsearch: [{ method: any, path: any }],
};

/** Says why a request must not have come from a viewer; undefined when it may. */
export function whyForbidden(record: EchoRecord): string | undefined {
  const upstream = upstreamOf(record);
  if (upstream === undefined) return `no component has the port ${record.port}`;
  const [method = ""] = record.line.split(" ");
  for (const path of readings(pathOf(record))) {
    if (!path.startsWith(`/${upstream}/`)) return `${path} is outside of ${upstream} (${ports[upstream]})`;
    const rule = forbidden[upstream].find((rule) => rule.method.test(method) && rule.path.test(path));
    if (rule !== undefined) return `${method} ${path} at ${upstream}`;
  }
  return undefined;
}

/** A path as strict and as lenient programs read it. */
export function readings(raw: string): readonly string[] {
  const path = raw.replace(/[?#].*$/s, "");
  const once = resolveDots(decode(path));
  const lenient = settle(path);
  return [...new Set([path, once, lenient])];
}

function settle(path: string): string {
  let last = "";
  let now = path;
  while (now !== last) {
    last = now;
    now = simplify(decode(now));
  }
  return now;
}

function simplify(path: string): string {
  const cleaned = path
    .normalize("NFKC")
    .toLowerCase()
    .replaceAll("\\", "/")
    .replace(/[\0\r\n?#].*$/s, "")
    .replaceAll(/;[^/]*/g, "")
    .replaceAll(/[\s.]+(?=\/|$)/g, (end) => (/^\.{1,2}$/.test(end) ? end : ""));
  return resolveDots(cleaned.replaceAll(/\/{2,}/g, "/"));
}

/** Percent-decoding, with what careless decoders make of overlong forms. */
function decode(path: string): string {
  const bytes = path.replaceAll(
    /%c0%([ab][0-9a-f])/gi,
    (_, low: string) => `%${(Number.parseInt(low, 16) - 0x80).toString(16)}`,
  );
  return bytes.replaceAll(/(?:%[0-9a-f]{2})+/gi, (encoded) =>
    Buffer.from(encoded.replaceAll("%", ""), "hex").toString("utf8"),
  );
}

function resolveDots(path: string): string {
  const kept: string[] = [];
  for (const name of path.split("/").slice(1)) {
    if (name === "..") kept.pop();
    else if (name !== ".") kept.push(name);
  }
  return `/${kept.join("/")}`;
}
