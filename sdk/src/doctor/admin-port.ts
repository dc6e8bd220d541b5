/** Whether the admin port is free, and whose it is when it is not. */
import { once } from "node:events";
import { createServer } from "node:net";
import { adminHost, isEverywhere, loopback } from "../admin/host.ts";
import { ask } from "./ask.ts";
import type { Facts, Finding, Outcome } from "./finding.ts";
import { skipped } from "./finding.ts";

export async function findAdminPort({ options, service }: Facts): Promise<Outcome> {
  const { enabled, port } = options.admin;
  if (!enabled) return skipped("switched off");
  const host = adminHost(options.admin);
  if (port === 0) return { seen: "any free port", findings: [] };
  const error = await listenError(host, port);
  if (error === undefined) return { seen: `${host}:${port} is free`, findings: [] };
  if (error !== "EADDRINUSE") return { seen: `${host}:${port}`, findings: [unusable(host, port, error)] };
  const owner = await ownerOf(host, port);
  const holder = owner === undefined ? "another program" : `the service ${owner}`;
  const seen = `${host}:${port} is held by ${holder}`;
  return { seen, findings: owner === service ? [] : [taken(port, holder)] };
}

/** @returns The code of what keeps a server from listening. */
async function listenError(host: string, port: number): Promise<string | undefined> {
  const server = createServer();
  try {
    const listening = once(server, "listening"); // Rejects on an error.
    server.listen({ port, host, exclusive: true });
    await listening;
    return undefined;
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : String(error);
  } finally {
    server.close();
  }
}

/** The service that an SDK of ours on that port belongs to; undefined for anything else. */
async function ownerOf(host: string, port: number): Promise<string | undefined> {
  const name = isEverywhere(host) ? loopback : host;
  try {
    const { body } = await ask({ url: `http://${name.includes(":") ? `[${name}]` : name}:${port}/statusz` });
    const status: unknown = JSON.parse(body);
    const owner: unknown = typeof status === "object" && status !== null ? Reflect.get(status, "service") : undefined;
    return typeof owner === "string" ? owner : undefined;
  } catch {
    return undefined;
  }
}

function taken(port: number, holder: string): Finding {
  return {
    level: "failure",
    code: "admin-port",
    what: `port ${port} is taken by ${holder}, so /metrics and /healthz of this one are not served`,
    remedy: "set OTEL_EXPORTER_PROMETHEUS_PORT to a free port, or to 0 for any",
  };
}

function unusable(host: string, port: number, error: string): Finding {
  return {
    level: "failure",
    code: "admin-port",
    what: `port ${port} on ${host} cannot be opened (${error})`,
    remedy: "set OTEL_EXPORTER_PROMETHEUS_HOST to an address of this machine, and a port above 1023",
  };
}
