/**
 * A stand-in for the part of Mimir that takes rules, as its reference says: groups by namespace, as YAML. It proves what
 * is sent and when, not that a real one takes it.
 *
 * @see https://grafana.com/docs/mimir/latest/references/http-api/#ruler
 */
import { once } from "node:events";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { parse, stringify } from "yaml";
import { listAt, textAt } from "../../stack/companion/elasticsearch/json.ts";

export interface MimirStandIn extends AsyncDisposable {
  readonly url: string;
  /** Groups by namespace and name, as it has them. */
  readonly groups: Map<string, Record<string, unknown>>;
  /** Writing this group fails. */
  failsAt: string | undefined;
  /** What stands in its build information. */
  build: Record<string, unknown>;
}

export async function startMimirStandIn(): Promise<MimirStandIn> {
  const server = createServer(async (request, response) => {
    const { status = 200, body } = answer(standIn, request.method ?? "", request.url ?? "", await text(request));
    response.writeHead(status).end(body);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : 0;
  const standIn: MimirStandIn = {
    url: `http://127.0.0.1:${port}/prometheus`,
    groups: new Map(),
    failsAt: undefined,
    build: { application: "Grafana Mimir", version: "2.17.0", features: { ruler_config_api: "true" } },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
  return standIn;
}

interface Answer {
  readonly status?: number;
  readonly body: string;
}

function answer(standIn: MimirStandIn, method: string, url: string, body: string): Answer {
  const path = new URL(url, "http://mimir").pathname.replace("/prometheus", "");
  if (path === "/api/v1/status/buildinfo") return { body: JSON.stringify({ status: "success", data: standIn.build }) };
  if (path === "/api/v1/query") return { body: JSON.stringify({ status: "success", data: { result: [] } }) };
  const [, namespace = "", name] = /^\/config\/v1\/rules\/([^/]+)(?:\/(.+))?$/.exec(path) ?? [];
  if (namespace === "") return { status: 404, body: "404 page not found" };
  if (method === "POST") return write(standIn, namespace, body);
  if (method === "DELETE") {
    standIn.groups.delete(`${namespace}/${name}`);
    return { status: 202, body: "{}" };
  }
  const own = [...standIn.groups].filter(([key]) => key.startsWith(`${namespace}/`)).map(([, group]) => group);
  return own.length === 0 ? { status: 404, body: "no rule groups found" } : { body: stringify({ [namespace]: own }) };
}

/** Mimir writes durations in its own way: a minute as `1m`, of which it may be said `60s`. */
function write(standIn: MimirStandIn, namespace: string, body: string): Answer {
  const group: Record<string, unknown> = parse(body);
  const name = textAt(group, "name") ?? "";
  if (name === standIn.failsAt) return { status: 400, body: "group exceeds the limit" };
  const rules = listAt(group, "rules").map((rule) => ({ ...Object(rule), for: textAt(rule, "for") ?? "0s" }));
  standIn.groups.set(`${namespace}/${name}`, { ...group, rules });
  return { status: 202, body: "{}" };
}
