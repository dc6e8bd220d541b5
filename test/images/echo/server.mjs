// A stand-in upstream: answers 200 on every path with what it received, and records each request as it came over the wire.
//   PORT         the port of the stand-in (8080); GET /__requests there lists the records (?limit=N: the last N), DELETE
//                forgets them, PUT /__answer sets what is answered from then on ({"status", "headers"}), DELETE takes it back
//   PORTS        further ports, separated by commas, which take requests only; a record says on which port it came
//   METRICS_FILE what GET .../metrics is answered with: a recorded scrape of what the stand-in stands for
//   TLS_PORTS    the same with TLS, with the files TLS_CERT and TLS_KEY
import { createHash } from "node:crypto";
import { appendFileSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";

const PORT = Number(process.env.PORT ?? 8080);
const FILE = process.env.REQUESTS_FILE;
const METRICS = process.env.METRICS_FILE && readFileSync(process.env.METRICS_FILE);
const MAX_RECORDS = 100_000;
const MAX_BODY_CHARS = 64 * 1024;
const LIMITS = { maxHeaderSize: 256 * 1024 };
const plainAnswer = { status: 200, headers: {} };
let records = [];
let answer = plainAnswer;

async function handle(request, response) {
  const { pathname, searchParams } = new URL(request.url, "http://echo");
  const isControl = request.socket.localPort === PORT;
  if (isControl && pathname === "/__requests") return sendRecords(request, response, searchParams);
  if (isControl && pathname === "/__answer") return setAnswer(request, response);
  const record = keep(recordOf(request, await bodyOf(request)));
  response.statusCode = answer.status;
  for (const [name, value] of Object.entries(answer.headers)) response.setHeader(name, value);
  if (METRICS && pathname.endsWith("/metrics")) return sendMetrics(response);
  sendJson(response, record);
}

function sendMetrics(response) {
  response.setHeader("content-type", "text/plain; version=0.0.4; charset=utf-8");
  response.end(METRICS);
}

function sendRecords(request, response, searchParams) {
  if (request.method === "DELETE") records = [];
  const limit = Number(searchParams.get("limit") ?? MAX_RECORDS);
  sendJson(response, limit > 0 ? records.slice(-limit) : []);
}

async function setAnswer(request, response) {
  answer = request.method === "PUT" ? { ...plainAnswer, ...JSON.parse(await bodyOf(request)) } : plainAnswer;
  sendJson(response, answer);
}

// A WebSocket handshake is accepted and greeted with one message; what the client sends then ends the connection.
function upgrade(request, socket) {
  const record = keep(recordOf(request, ""));
  socket.on("error", () => {});
  const key = request.headers["sec-websocket-key"];
  if (key === undefined)
    return socket.end("HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
  const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: ${accept}\r\n\r\n`,
  );
  const message = Buffer.from(record.line).subarray(0, 125);
  socket.write(Buffer.concat([Buffer.from([0x81, message.length]), message]));
  socket.once("data", () => socket.end());
}

async function bodyOf(request) {
  let body = "";
  for await (const chunk of request) if (body.length < MAX_BODY_CHARS) body += chunk.toString("latin1");
  return body.slice(0, MAX_BODY_CHARS);
}

function recordOf({ method, url, httpVersion, rawHeaders, rawTrailers, socket }, body) {
  return {
    port: socket.localPort,
    line: `${method} ${url} HTTP/${httpVersion}`,
    headers: pairs(rawHeaders),
    trailers: pairs(rawTrailers),
    body,
  };
}

function pairs(flat) {
  return Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i], flat[2 * i + 1]]);
}

function keep(record) {
  records.push(record);
  if (records.length > MAX_RECORDS) records.shift();
  if (FILE) appendFileSync(FILE, `${JSON.stringify(record)}\n`);
  return record;
}

function sendJson(response, value) {
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(value));
}

const list = (text = "") => text.split(",").filter(Boolean).map(Number);
const servers = [PORT, ...list(process.env.PORTS)].map((port) => [createServer(LIMITS, handle), port]);
if (process.env.TLS_PORTS) {
  const files = { cert: readFileSync(process.env.TLS_CERT), key: readFileSync(process.env.TLS_KEY) };
  servers.push(...list(process.env.TLS_PORTS).map((port) => [createTlsServer({ ...LIMITS, ...files }, handle), port]));
}
for (const [server, port] of servers) server.on("upgrade", upgrade).listen(port);
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(0));
