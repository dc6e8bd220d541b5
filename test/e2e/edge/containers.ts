/** The three containers of the edge, with what compose.yaml gives them as far as it matters here. */
import { join } from "node:path";
import { GenericContainer, Wait } from "testcontainers";
import type { StartedNetwork, StartedTestContainer } from "testcontainers";
import { imageFor, nodeImage } from "../../helpers/images.ts";
import { root } from "../../helpers/run-program.ts";
import { ports } from "./echo.ts";

/** Run from its sources, by a Node.js that takes TypeScript. */
export const companion = ["node_modules/node/bin/node", "stack/companion/main.ts"] as const;

export function startAuth(
  folder: string,
  network: StartedNetwork,
  environment: Readonly<Record<string, string>>,
): Promise<StartedTestContainer> {
  return new GenericContainer(nodeImage)
    .withNetwork(network)
    .withNetworkAliases("auth")
    .withBindMounts([
      { source: root, target: "/repository", mode: "ro" },
      { source: join(folder, "auth"), target: "/run/obsbox", mode: "ro" },
    ])
    .withTmpFs({ "/var/lib/obsbox": "mode=0700,uid=1000,gid=1000" })
    .withEnvironment({ ...environment })
    .withUser("1000:1000")
    .withWorkingDir("/repository")
    .withEntrypoint([...companion])
    .withCommand(["auth"])
    .withWaitStrategy(Wait.forLogMessage(/listening on port 4180/))
    .start();
}

const echoProgram = {
  source: join(root, "test/images/echo/server.mjs"),
  target: "/app/server.mjs",
  mode: "ro",
} as const;

/** A stand-in that records what reaches it; it takes requests on port 8080. */
export function echoContainer(): GenericContainer {
  return new GenericContainer(nodeImage)
    .withBindMounts([echoProgram])
    .withUser("1000:1000")
    .withEntrypoint(["node", "/app/server.mjs"]);
}

/** One container under the names of all components. */
export function startEcho(folder: string, network: StartedNetwork): Promise<StartedTestContainer> {
  const { elasticsearch, ...plain } = ports;
  return echoContainer()
    .withNetwork(network)
    .withNetworkAliases(...Object.keys(ports).filter((name) => name !== "jaeger-otlp"))
    .withBindMounts([echoProgram, { source: join(folder, "echo"), target: "/run/obsbox", mode: "ro" }])
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

export interface NginxOptions {
  /** Name that the box is called by. */
  readonly host: string;
  /** What answers for people, when it is not auth. */
  readonly authUpstream?: string;
}

export function startNginx(
  folder: string,
  network: StartedNetwork,
  { host, authUpstream = "auth:4180" }: NginxOptions,
): Promise<StartedTestContainer> {
  const config = join(root, "stack/config/nginx");
  return new GenericContainer(imageFor("nginx"))
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
    .withEnvironment({
      OBSBOX_HOST: host,
      OBSBOX_AUTH_UPSTREAM: authUpstream,
      OBSBOX_VIEWER_GROUP: "viewer",
      OBSBOX_EDITOR_GROUP: "editor",
      OBSBOX_ADMIN_GROUP: "admin",
      NGINX_ENVSUBST_FILTER: "^OBSBOX_",
    })
    .withDroppedCapabilities("ALL")
    .withExposedPorts(8443, 8080)
    .withWaitStrategy(Wait.forHttp("/healthz", 8080))
    .start();
}
