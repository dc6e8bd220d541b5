/** What stands at the other end of a receiver: a server that keeps what it is sent, and answers as the real one does. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer as createTcpServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import { text } from "node:stream/consumers";

export interface Call {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: string;
}

export interface HttpSink extends AsyncDisposable {
  readonly port: number;
  /** What came to paths that begin so, in its order. */
  calls(prefix: string): readonly Call[];
  /** Paths that begin so are answered with this status. */
  refuse(prefix: string, status: number): void;
}

/** Answers by the end of a path; everybody else is content with `ok`. */
const answers: readonly (readonly [RegExp, unknown])[] = [
  [/\/sendMessage$/, { ok: true, result: { message_id: 1, date: 1, chat: { id: -100, type: "group" } } }],
  [/\/gettoken\?/, { errcode: 0, access_token: "a-token-of-the-day" }],
  [/\/message\/send\?/, { errcode: 0, errmsg: "ok" }],
];

/** Listens on every address: containers call it as host.docker.internal. */
export async function startHttpSink(): Promise<HttpSink> {
  const calls: Call[] = [];
  const refused = new Map<string, number>();
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const { url: path = "" } = request;
    calls.push({ path, authorization: request.headers.authorization, body: await text(request) });
    const status = [...refused].find(([prefix]) => path.startsWith(prefix))?.[1] ?? 200;
    const json = answers.find(([pattern]) => pattern.test(path))?.[1];
    if (json !== undefined) response.setHeader("content-type", "application/json");
    response.writeHead(status).end(json === undefined ? "ok" : JSON.stringify(json));
  };
  const server = createServer((request, response) => void answer(request, response));
  return {
    port: await listen(server),
    calls: (prefix) => calls.filter(({ path }) => path.startsWith(prefix)),
    refuse: (prefix, status) => void refused.set(prefix, status),
    [Symbol.asyncDispose]: async () => void server.close(),
  };
}

export interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  readonly content: string;
}

export interface SmtpSink extends AsyncDisposable {
  readonly port: number;
  readonly mails: readonly Mail[];
}

/** As much of SMTP as Alertmanager speaks without TLS. */
export async function startSmtpSink(): Promise<SmtpSink> {
  const mails: Mail[] = [];
  const server = createTcpServer((socket) => void converse(socket, mails));
  return {
    port: await listen(server),
    mails,
    [Symbol.asyncDispose]: async () => void server.close(),
  };
}

async function converse(socket: Socket, mails: Mail[]): Promise<void> {
  const say = (line: string) => socket.write(`${line}\r\n`);
  let [from, to, content]: [string, string[], string[] | undefined] = ["", [], undefined];
  socket.on("error", () => undefined);
  say("220 sink");
  for await (const line of linesOf(socket)) {
    if (content !== undefined) {
      if (line !== ".") {
        content.push(line.replace(/^\.\./, "."));
        continue;
      }
      mails.push({ from, to, content: content.join("\n") });
      [from, to, content] = ["", [], undefined];
      say("250 kept");
      continue;
    }
    const [, address = ""] = /<([^>]*)>/.exec(line) ?? [];
    const verb = line.slice(0, 4).toUpperCase();
    if (verb === "MAIL") from = address;
    if (verb === "RCPT") to.push(address);
    if (verb === "DATA") content = [];
    say(verb === "DATA" ? "354 go on" : verb === "QUIT" ? "221 bye" : "250 fine");
    if (verb === "QUIT") socket.end();
  }
}

async function* linesOf(socket: Socket): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of socket.setEncoding("utf8")) {
    const lines = `${rest}${String(chunk)}`.split("\r\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}

async function listen(server: Server): Promise<number> {
  server.listen(0, "0.0.0.0");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}
