/** Nginx and auth as they are, in front of a stand-in for everything behind them, on a network of their own. */
import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GenericContainer, Network, Wait } from "testcontainers";
import type { StartedNetwork, StartedTestContainer } from "testcontainers";
import { makeAuthority, makeLeaf } from "../../../cli/box/certificates.ts";
import { root } from "../../helpers/run-program.ts";
import { echoAt, ports } from "./echo.ts";
import type { Echo } from "./echo.ts";
import { imageOf } from "./images.ts";
import type { Door } from "./wire.ts";

export interface Edge extends AsyncDisposable {
  readonly door: Door;
  readonly echo: Echo;
  readonly network: StartedNetwork;
  readonly nginx: StartedTestContainer;
  readonly auth: StartedTestContainer;
  /** The stand-in, once more under the same names after it was stopped. */
  startEcho(): Promise<StartedTestContainer>;
  stopEcho(): Promise<void>;
  /** Token with the scopes otlp, push and es. */
  readonly machineToken: string;
}

export interface EdgeOptions {
  /** Name that the box is called by. */
  readonly host?: string;
  /** A file for the folder of own locations. */
  readonly customConf?: string;
}

/** What Nginx injects, so that tests can look for it. */
export const injected = {
  viewer: "Basic dmlld2VyOmFh",
  editor: "Basic ZWRpdG9yOmFh",
  admin: "Basic YWRtaW46YWE=",
  ingest: "Basic aW5nZXN0OmFh",
} as const;

/** Run from its sources, by a Node.js that takes TypeScript. */
export const companion = ["node_modules/node/bin/node", "test/e2e/edge/companion-now.ts"] as const;

const token = () => randomBytes(32).toString("base64url");

export async function startEdge({ host = "box.test", customConf }: EdgeOptions = {}): Promise<Edge> {
  const folder = mkdtempSync(join(tmpdir(), "obsbox-edge-"));
  chmodSync(folder, 0o755);
  const ca = await writeSecrets(folder, host);
  const machineToken = token();
  const network = await new Network().start();
  const auth = await startAuth(folder, network, machineToken, host);
  let echo = await startEcho(folder, network);
  const nginx = await startNginx(folder, network, host, customConf);
  return {
    door: { port: nginx.getMappedPort(8443), ca, host },
    // The control port is another one after each start.
    get echo() {
      return echoAt(`http://127.0.0.1:${echo.getMappedPort(8080)}`);
    },
    network,
    nginx,
    auth,
    machineToken,
    startEcho: async () => (echo = await startEcho(folder, network)),
    stopEcho: async () => void (await echo.stop()),
    async [Symbol.asyncDispose]() {
      await Promise.all([nginx.stop(), auth.stop(), echo.stop().catch(() => undefined)]);
      await network.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function writeSecrets(folder: string, host: string): Promise<string> {
  const authority = await makeAuthority("edge test");
  const own = await makeLeaf(authority, [host, "localhost", "obsbox", "nginx", "127.0.0.1", "::1"]);
  const elasticsearch = await makeLeaf(authority, ["elasticsearch"]);
  const files = {
    "nginx/tls.crt": own.cert,
    "nginx/tls.key": own.key,
    "nginx/ca.crt": authority.cert,
    "nginx/kibana-authorization.conf": `viewer "${injected.viewer}";\neditor "${injected.editor}";\nadmin "${injected.admin}";\n`,
    "nginx/ingest-authorization.conf": `default "${injected.ingest}";\n`,
    "echo/tls.crt": elasticsearch.cert,
    "echo/tls.key": elasticsearch.key,
  };
  for (const name of ["nginx", "echo", "auth", "custom"]) mkdirSync(join(folder, name));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content, { mode: 0o644 });
  return authority.cert;
}

async function startAuth(folder: string, network: StartedNetwork, machineToken: string, host: string) {
  writeFileSync(join(folder, "auth/session-key"), token());
  writeFileSync(join(folder, "auth/machine-token"), machineToken);
  return new GenericContainer(imageOf("node"))
    .withNetwork(network)
    .withNetworkAliases("auth")
    .withBindMounts([
      { source: root, target: "/repository", mode: "ro" },
      { source: join(folder, "auth"), target: "/run/obsbox", mode: "ro" },
    ])
    .withTmpFs({ "/var/lib/obsbox": "mode=0700,uid=1000,gid=1000" })
    .withEnvironment({ OBSBOX_URL: `https://${host}` })
    .withUser("1000:1000")
    .withWorkingDir("/repository")
    .withEntrypoint([...companion])
    .withCommand(["auth"])
    .withWaitStrategy(Wait.forLogMessage(/listening on port 4180/))
    .start();
}

function startEcho(folder: string, network: StartedNetwork): Promise<StartedTestContainer> {
  const { elasticsearch, ...plain } = ports;
  return new GenericContainer(imageOf("echo"))
    .withNetwork(network)
    .withNetworkAliases(...Object.keys(ports).filter((name) => name !== "jaeger-otlp"))
    .withBindMounts([{ source: join(folder, "echo"), target: "/run/obsbox", mode: "ro" }])
    .withEnvironment({
      PORTS: Object.values(plain).join(","),
      TLS_PORTS: String(elasticsearch),
      TLS_CERT: "/run/obsbox/tls.crt",
      TLS_KEY: "/run/obsbox/tls.key",
      REQUESTS_FILE: "",
    })
    .withExposedPorts(8080)
    .withWaitStrategy(Wait.forHttp("/__requests", 8080))
    .start();
}

function startNginx(folder: string, network: StartedNetwork, host: string, customConf: string | undefined) {
  if (customConf !== undefined) writeFileSync(join(folder, "custom/own.conf"), customConf);
  const config = join(root, "stack/config/nginx");
  return new GenericContainer(imageOf("nginx"))
    .withNetwork(network)
    .withNetworkAliases("nginx", "obsbox")
    .withBindMounts([
      { source: join(config, "nginx.conf"), target: "/etc/nginx/nginx.conf", mode: "ro" },
      { source: join(config, "templates"), target: "/etc/nginx/templates", mode: "ro" },
      { source: join(config, "snippets"), target: "/etc/nginx/snippets", mode: "ro" },
      { source: join(folder, "custom"), target: "/etc/nginx/custom", mode: "ro" },
      { source: join(folder, "nginx"), target: "/run/obsbox", mode: "ro" },
    ])
    .withTmpFs({ "/etc/nginx/conf.d": "uid=101,gid=101,size=1m", "/tmp": "uid=101,gid=101,size=256m" })
    .withEnvironment(nginxEnvironment(host))
    .withDroppedCapabilities("ALL")
    .withExposedPorts(8443, 8080)
    .withWaitStrategy(Wait.forHttp("/healthz", 8080))
    .start();
}

/** The variables of the templates. */
export function nginxEnvironment(host: string, authUpstream = "auth:4180"): Record<string, string> {
  return {
    OBSBOX_HOST: host,
    OBSBOX_PORT: "443",
    OBSBOX_AUTH_UPSTREAM: authUpstream,
    OBSBOX_VIEWER_GROUP: "viewer",
    OBSBOX_EDITOR_GROUP: "editor",
    OBSBOX_ADMIN_GROUP: "admin",
    NGINX_ENVSUBST_FILTER: "^OBSBOX_",
  };
}
