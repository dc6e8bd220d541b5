// A stand-in upstream: answers 200 on every path and records each request as it came over the wire.
// GET /__requests lists the records (?limit=N: the last N), DELETE /__requests forgets them; neither is recorded.
import { appendFileSync } from "node:fs";
import { createServer } from "node:http";

const PORT = Number(process.env.PORT ?? 8080);
const FILE = process.env.REQUESTS_FILE;
const MAX_RECORDS = 10_000;
const MAX_BODY_CHARS = 64 * 1024;
let records = [];

const server = createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url, "http://echo");
  if (pathname !== "/__requests") return sendJson(response, keep(recordOf(request, await bodyOf(request))));
  if (request.method === "DELETE") records = [];
  const limit = Number(searchParams.get("limit") ?? MAX_RECORDS);
  sendJson(response, limit > 0 ? records.slice(-limit) : []);
});

// A WebSocket handshake is recorded like any request; only its route and headers matter, so it gets a plain 200.
server.on("upgrade", (request, socket) => {
  keep(recordOf(request, ""));
  socket.on("error", () => {});
  socket.end("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
});

async function bodyOf(request) {
  let body = "";
  for await (const chunk of request) if (body.length < MAX_BODY_CHARS) body += chunk.toString("latin1");
  return body.slice(0, MAX_BODY_CHARS);
}

function recordOf({ method, url, httpVersion, rawHeaders }, body) {
  const headers = [];
  for (let i = 0; i < rawHeaders.length; i += 2) headers.push([rawHeaders[i], rawHeaders[i + 1]]);
  return { line: `${method} ${url} HTTP/${httpVersion}`, headers, body };
}

function keep(record) {
  records = [...records.slice(1 - MAX_RECORDS), record];
  if (FILE) appendFileSync(FILE, `${JSON.stringify(record)}\n`);
  return record;
}

function sendJson(response, value) {
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(value));
}

server.listen(PORT);
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(0));
