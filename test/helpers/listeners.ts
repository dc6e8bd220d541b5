/** The servers of ours that listen, and connections that mean no good. */
import { once } from "node:events";
import { connect } from "node:net";
import type { Socket } from "node:net";
import type { Program } from "./run-program.ts";
import { startProgram } from "./run-program.ts";
import { adminUrl } from "./scrape.ts";
import { startAuth } from "./start-auth.ts";
import { otlpSpan, startBox, traces } from "./start-box.ts";

export interface Listener extends AsyncDisposable {
  readonly program: Program;
  readonly port: number;
  /** Asks for what it is there for; gives the status. */
  ask(): Promise<number>;
}

const portIn = (url: string) => Number(new URL(url).port);
const statusOf = async (path: string, init?: RequestInit) => {
  const response = await fetch(path, { ...init, signal: AbortSignal.timeout(5000) });
  await response.arrayBuffer();
  return response.status;
};

export const listeners: readonly (readonly [string, () => Promise<Listener>])[] = [
  ["the admin port", startAdminPort],
  [
    "the page of obsbox dev",
    async () =>
      ofBox(
        ({ url }) => url,
        (box) => statusOf(`${box.url}/api/status`),
      ),
  ],
  [
    "the OTLP port of obsbox dev",
    async () =>
      ofBox(
        ({ otlpUrl }) => otlpUrl,
        async (box) => (await box.send("traces", traces([otlpSpan()]))).status,
      ),
  ],
  ["the sign-in service", startAuthPort],
];

async function startAdminPort(): Promise<Listener> {
  const program = startProgram("admin-app.mjs");
  const url = await adminUrl(program);
  return {
    program,
    port: portIn(url),
    ask: () => statusOf(`${url}/metrics`),
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  };
}

type Box = Awaited<ReturnType<typeof startBox>>;

async function ofBox(urlOf: (box: Box) => string, ask: (box: Box) => Promise<number>): Promise<Listener> {
  const box = await startBox();
  return {
    program: box.program,
    port: portIn(urlOf(box)),
    ask: () => ask(box),
    [Symbol.asyncDispose]: () => box[Symbol.asyncDispose](),
  };
}

async function startAuthPort(): Promise<Listener> {
  const server = await startAuth();
  return {
    program: server.program,
    port: portIn(server.url),
    ask: () => statusOf(`${server.url}/oauth2/sign_in`),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

export interface OpenSocket {
  readonly socket: Socket;
  /** Milliseconds from the connection to its end by the other side; undefined while it is open. */
  closedAfterMs: number | undefined;
}

/** Opens a connection, and notes when the other side closes it. */
export async function openSocket(port: number, firstText = ""): Promise<OpenSocket> {
  const socket = connect(port, "127.0.0.1").on("error", () => {}); // What is closed while something is written to it.
  await once(socket, "connect");
  const opened = performance.now();
  const result: OpenSocket = { socket, closedAfterMs: undefined };
  socket.once("close", () => (result.closedAfterMs = performance.now() - opened));
  socket.resume();
  if (firstText !== "") socket.write(firstText);
  return result;
}
