/** The orders example, pointed at the box as its users would: once as programs of this host, once as containers. */
import { execFileSync, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { freePort } from "../../helpers/free-port.ts";
import { areOfficial, nodeImage } from "../../helpers/images.ts";
import { root } from "../../helpers/run-program.ts";
import { waitFor } from "../../helpers/wait-for.ts";
import type { Box } from "./box.ts";

export interface Orders extends AsyncDisposable {
  /** Names of the three services, with what this run puts before them. */
  readonly services: { readonly gateway: string; readonly orders: string; readonly payments: string };
  /** Places an order of something, and waits until it is paid. */
  place(sku: string): Promise<void>;
}

const names = ["gateway", "orders", "payments"] as const;
type Name = (typeof names)[number];

const metricsPort = 9464;

export interface OrdersOnHost extends Orders {
  /** Of the gateway. */
  readonly url: string;
  /** Ends one of the services as a crash would. */
  kill(name: Name): void;
}

export async function ordersOnHost(box: Box): Promise<OrdersOnHost> {
  const env = await variables(box);
  const ports = new Map<Name, number>();
  for (const name of names) ports.set(name, await freePort());
  const urlOf = (name: Name) => `http://localhost:${ports.get(name)}`;
  const children = new Map<Name, ChildProcess>();
  for (const name of names) {
    const metrics = await freePort();
    children.set(
      name,
      spawn(
        process.execPath,
        ["--import", "@obsbox/sdk/register", join(root, "examples/express-orders", name, "server.ts")],
        {
          cwd: root,
          stdio: ["ignore", "ignore", "inherit"],
          env: {
            PATH: process.env["PATH"],
            ...env,
            OTEL_SERVICE_NAME: `host-${name}`,
            OTEL_EXPORTER_PROMETHEUS_PORT: String(metrics),
            PORT: String(ports.get(name)),
            ORDERS_URL: urlOf("orders"),
            PAYMENTS_URL: urlOf("payments"),
          },
        },
      ),
    );
    await addTarget(box, `host-${name}`, `host.docker.internal:${metrics}`);
  }
  for (const name of names) await waitFor(`${name} on this host`, () => isThere(() => fetch(urlOf(name))));
  return {
    services: servicesOf("host"),
    url: urlOf("gateway"),
    kill: (name) => void children.get(name)?.kill("SIGKILL"),
    async place(sku) {
      const answer = await fetch(`${urlOf("gateway")}/shop/orders`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ sku, amount: 12 }),
      });
      if (answer.status !== 201) throw new Error(`the order was answered with ${answer.status}`);
    },
    async [Symbol.asyncDispose]() {
      for (const child of children.values()) {
        child.kill("SIGTERM");
        if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
      }
    },
  };
}

export async function ordersInContainers(box: Box): Promise<Orders> {
  const env = await variables(box, "--container");
  const nameOf = (name: Name) => `${box.project}-example-${name}`;
  for (const name of names) {
    const own = {
      ...env,
      OTEL_SERVICE_NAME: `container-${name}`,
      PORT: "8000",
      ORDERS_URL: `http://${nameOf("orders")}:8000`,
      PAYMENTS_URL: `http://${nameOf("payments")}:8000`,
    };
    const options = `run --detach --init --name ${nameOf(name)} --network ${box.project}_apps --user 1000:1000`.split(
      " ",
    );
    const file = `examples/express-orders/${name}/server.ts`;
    const group = ["--group-add", String(process.getgid?.() ?? 1000)];
    const variablesOf = Object.entries(own).flatMap(([key, value]) => ["--env", `${key}=${value}`]);
    const program = ["--workdir", "/app", "--entrypoint", node, nodeImage, "--import", "@obsbox/sdk/register", file];
    docker([...options, ...group, ...mountsOf(box), ...variablesOf, ...program]);
    await addTarget(box, `container-${name}`, `${nameOf(name)}:${metricsPort}`);
  }
  // Asked from inside, as another container would: none of its ports is published.
  const post = (sku: string) => `
    fetch("http://localhost:8000/shop/orders", { method: "POST", headers: { "content-type": "application/json" },
      body: JSON.stringify({ sku: ${JSON.stringify(sku)}, amount: 12 }) })
      .then((answer) => process.exit(answer.status === 201 ? 0 : 1), () => process.exit(2))`;
  const inside = (script: string) => docker(["exec", nameOf("gateway"), node, "-e", script]);
  for (const name of names) {
    const ask = `fetch("http://${nameOf(name)}:8000").catch(() => process.exit(1))`;
    await waitFor(`${name} in a container`, () => isThere(() => inside(ask)));
  }
  return {
    services: servicesOf("container"),
    place: async (sku) => void inside(post(sku)),
    [Symbol.asyncDispose]: async () => void docker(["rm", "--force", ...names.map(nameOf)]),
  };
}

/** The Node.js of the tests' own image runs no TypeScript; the one of the project's packages does. */
const node = areOfficial ? "node" : "/app/node_modules/node/bin/node";

function mountsOf(box: Box): readonly string[] {
  const mounts = [
    `${root}:/app:ro`,
    `${join(box.folder, "ca.crt")}:/run/obsbox/ca.crt:ro`,
    `${join(box.folder, "logs")}:/var/log/services`,
  ];
  return mounts.flatMap((mount) => ["--volume", mount]);
}

function servicesOf(prefix: string) {
  return { gateway: `${prefix}-gateway`, orders: `${prefix}-orders`, payments: `${prefix}-payments` };
}

async function variables(box: Box, ...args: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const { code, stdout, stderr } = await box.obsbox("env", "--format", "dotenv", ...args);
  if (code !== 0) throw new Error(`obsbox env ended with ${code}: ${stderr}`);
  const lines = stdout.split("\n").map((line) => /^([A-Z_]+)=(.*)$/.exec(line));
  return Object.fromEntries(
    lines.flatMap((match) => (match === null ? [] : [[match[1], match[2]?.replaceAll(/^['"]|['"]$/g, "")]])),
  );
}

async function addTarget(box: Box, name: string, address: string): Promise<void> {
  const { code, stderr } = await box.obsbox("targets", "add", name, address);
  if (code !== 0) throw new Error(`obsbox targets add ended with ${code}: ${stderr}`);
}

function docker(args: readonly string[]): string {
  return execFileSync("docker", args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

async function isThere(ask: () => unknown): Promise<boolean> {
  try {
    await ask();
    return true;
  } catch {
    return false;
  }
}
