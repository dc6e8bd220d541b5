/** Whether the one port is free. */
import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { Box } from "../box/box.ts";
import { projectOf } from "../box/box.ts";
import { docker } from "../docker/arguments.ts";
import { runDocker } from "../docker/run.ts";

export type PortState =
  | { readonly kind: "free" }
  /** This box holds it. */
  | { readonly kind: "own" }
  | { readonly kind: "taken"; readonly by: string }
  /** The address is none of this machine's. */
  | { readonly kind: "elsewhere" };

const connectTimeoutMs = 1000;

export async function portState(box: Box): Promise<PortState> {
  const port = box.settings["OBSBOX_PORT"] ?? "443";
  const bind = (box.settings["OBSBOX_BIND"] ?? "127.0.0.1").replaceAll(/[[\]]/g, "");
  const code = await listenError(Number(port), bind);
  if (code === undefined) return { kind: "free" };
  if (code === "EADDRNOTAVAIL") return { kind: "elsewhere" };
  // A user who may not open a low port, while Docker may, can still see whether somebody answers there.
  if (code !== "EADDRINUSE" && !(await answers(Number(port), bind))) return { kind: "free" };
  const { stdout } = await runDocker(docker.publishers(port));
  const names = stdout.split("\n").filter((name) => name !== "");
  if (names.some((name) => name.startsWith(`${projectOf(box)}-`))) return { kind: "own" };
  return { kind: "taken", by: names.length === 0 ? "another program" : `the container ${names.join(", ")}` };
}

/** @returns The code of what keeps a server from listening. */
export async function listenError(port: number, host: string): Promise<string | undefined> {
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

async function answers(port: number, host: string): Promise<boolean> {
  const socket = connect({ port, host: host === "0.0.0.0" ? "127.0.0.1" : host, timeout: connectTimeoutMs });
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false; // Refused: nobody listens.
  } finally {
    socket.destroy();
  }
}
