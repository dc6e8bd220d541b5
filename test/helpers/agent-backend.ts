/** Stands for the backends of other agents, all on this machine: takes what they send and answers as they expect. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { makeAuthority, makeLeaf } from "../../cli/box/certificates.ts";
import { readBody } from "../../stack/embedded/http/body.ts";

export interface AgentBackend extends AsyncDisposable {
  /** What tells each agent where to send, and keeps it from looking for anything outside of this machine. */
  readonly env: Readonly<Record<string, string>>;
  /** Path and body of each request, as it came. */
  readonly taken: readonly string[];
}

/** New Relic's agent asks these clouds who it is. */
const clouds = ["AWS", "AZURE", "AZUREFUNCTION", "DOCKER", "GCP", "KUBERNETES", "PCF"];

const maxBytes = 16 * 1024 ** 2;

export async function startAgentBackend(): Promise<AgentBackend> {
  const taken: string[] = [];
  const take: RequestListener = async (request, response) => {
    const body = await readBody(request, maxBytes);
    taken.push(`${request.url} ${body.toString("latin1")}`);
    answer(request, response);
  };
  const authority = await makeAuthority("agents");
  const servers = [createServer(take), createTlsServer(await makeLeaf(authority, ["127.0.0.1"]), take)];
  const [port, tlsPort] = await Promise.all(servers.map(listen));
  const url = `http://127.0.0.1:${port}`;
  return {
    taken,
    env: {
      SENTRY_DSN: `http://key@127.0.0.1:${port}/1`,
      DD_TRACE_AGENT_URL: url,
      ELASTIC_APM_SERVER_URL: url,
      ELASTIC_APM_CLOUD_PROVIDER: "none",
      ELASTIC_APM_API_REQUEST_TIME: "1s", // It ends its request only then; 10 s else, which is as long as tests wait.
      NEW_RELIC_NO_CONFIG_FILE: "true",
      NEW_RELIC_HOST: "127.0.0.1",
      NEW_RELIC_PORT: String(tlsPort),
      NEW_RELIC_CERTIFICATES: authority.cert,
      NEW_RELIC_APP_NAME: "orders",
      NEW_RELIC_LICENSE_KEY: "0".repeat(40),
      NEW_RELIC_LOG_ENABLED: "false",
      ...Object.fromEntries(clouds.map((cloud) => [`NEW_RELIC_UTILIZATION_DETECT_${cloud}`, "false"])),
      OTEL_NODE_RESOURCE_DETECTORS: "none",
    },
    async [Symbol.asyncDispose]() {
      for (const server of servers) {
        server.close();
        server.closeAllConnections();
      }
    },
  };
}

const often = { report_period_ms: 500, harvest_limit: 1000 };

/** What New Relic's collector returns, by method. */
const returned = {
  preconnect: (port: number | undefined) => ({ redirect_host: `127.0.0.1:${port}` }),
  connect: () => ({
    agent_run_id: "1",
    account_id: "1",
    trusted_account_key: "1",
    primary_application_id: "2",
    span_event_harvest_config: often,
    event_harvest_config: { report_period_ms: 500, harvest_limits: { span_event_data: 1000 } },
  }),
};

function answer({ url = "", socket }: IncomingMessage, response: ServerResponse): void {
  const method = /[?&]method=(\w+)/.exec(url)?.[1];
  const value = method === "preconnect" || method === "connect" ? returned[method](socket.localPort) : null;
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(method === undefined ? {} : { return_value: value }));
}

async function listen(server: Server): Promise<number> {
  await once(server.listen(0, "127.0.0.1"), "listening");
  return (server.address() as AddressInfo).port;
}
