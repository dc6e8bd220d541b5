/** Requests byte by byte over TLS: what clients repair before they send it arrives as it was written. */
import { connect } from "node:tls";

export interface Door {
  readonly port: number;
  /** Certificate of the authority, PEM. */
  readonly ca: string;
  /** The name that the box is called by. */
  readonly host: string;
}

export interface Reply {
  /** Status of the first answer; 0 when the connection ended without one. */
  readonly status: number;
  /** Everything that came, one character for each byte. */
  readonly text: string;
  /** Status of every answer that came over the connection. */
  readonly statuses: readonly number[];
  /** Headers of the first answer, names in lower case, in the order of the wire. */
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
  /** What ended the connection before an answer. */
  readonly error?: string;
}

export interface Message {
  readonly method?: string;
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Way {
  /** Server name of the handshake; the box's own unless given, none for "". */
  readonly servername?: string;
  readonly timeoutMs?: number;
}

const usualTimeoutMs = 10_000;

/** A request with a head that is right, but for what the message itself says. */
export function messageText(door: Door, { method = "GET", target, headers = {}, body = "" }: Message): string {
  const all = {
    Host: door.host,
    Connection: "close",
    ...(body === "" ? {} : { "Content-Length": String(Buffer.byteLength(body, "latin1")) }),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${target} HTTP/1.1\r\n${lines.join("")}\r\n${body}`;
}

export function ask(door: Door, message: Message, way: Way = {}): Promise<Reply> {
  return exchange(door, messageText(door, message), way);
}

/** Sends bytes, one for each character, and reads until the other side is done or the time is over. */
export async function exchange(door: Door, bytes: string, way: Way = {}): Promise<Reply> {
  const { servername = door.host, timeoutMs = usualTimeoutMs } = way;
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const chunks: Buffer[] = [];
  const socket = connect({
    host: "127.0.0.1",
    port: door.port,
    ca: door.ca,
    servername,
    // Who a certificate is for is a matter of tests of their own.
    checkServerIdentity: () => undefined,
    ALPNProtocols: ["http/1.1"],
  });
  socket.once("secureConnect", () => socket.write(bytes, "latin1"));
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  socket.once("end", () => resolve(undefined));
  socket.once("close", () => resolve(undefined));
  socket.once("error", (error) => resolve(error.message));
  const timer = setTimeout(() => resolve(`nothing more within ${timeoutMs} ms`), timeoutMs);
  const error = await promise;
  clearTimeout(timer);
  socket.destroy();
  return parseReply(Buffer.concat(chunks).toString("latin1"), error);
}

function parseReply(text: string, error: string | undefined): Reply {
  const final = text.replaceAll(/^HTTP\/1\.1 100 [^\r]*\r\n\r\n/gm, "");
  const statuses = [...final.matchAll(/HTTP\/1\.[01] (\d{3}) /g)].map(([, status]) => Number(status));
  const [head = "", ...rest] = final.split("\r\n\r\n");
  const headers = head
    .split("\r\n")
    .slice(1)
    .map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 1).trim()] as const);
  const reply = { status: statuses[0] ?? 0, text, statuses, headers, body: rest.join("\r\n\r\n") };
  return error === undefined ? reply : { ...reply, error };
}

/** All values of one header. */
export function valuesOf({ headers }: Pick<Reply, "headers">, name: string): string[] {
  return headers.filter(([key]) => key === name).map(([, value]) => value);
}
