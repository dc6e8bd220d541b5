/** Ways to put a request that are not about its path: methods, versions, hosts, framing, headers. */
import type { Target } from "./targets.ts";

export interface Wire {
  /** All of it, with its end of headers. `HEADERS` stands for the lines of the identity. */
  readonly text: string;
  /** Server name of the handshake, when it is not the box's own. */
  readonly servername?: string;
}

type Mutator = (target: Target) => readonly (string | Wire)[];

const host = "Host: box.test\r\n";
const end = "Connection: close\r\nHEADERS\r\n";

const plain = (line: string, headers = "", body = "") => `${line} HTTP/1.1\r\n${host}${headers}${end}${body}`;

const withHeaders =
  (...lines: readonly string[]): Mutator =>
  ({ method, path }) =>
    lines.map((line) => plain(`${method} ${path}`, `${line}\r\n`));

const withHosts =
  (...hosts: readonly string[]): Mutator =>
  ({ method, path }) =>
    hosts.map((hostLines) => `${method} ${path} HTTP/1.1\r\n${hostLines}${end}`);

/** An allowed request in front of the one that is not. */
const open = "/prometheus/graph";
const last = ({ method, path }: Target) => `${method} ${path} HTTP/1.1\r\n${host}Content-Length: 0\r\n${end}`;

export const requestMutators: Readonly<Record<string, Mutator>> = {
  "other methods": ({ path }) =>
    ["OPTIONS", "TRACE", "CONNECT", "PATCH", "HEAD", "PROPFIND", "PURGE", "get", "Post", "GETX", "GET\t"].map(
      (method) => plain(`${method} ${path}`),
    ),
  "no path": () => [
    plain("OPTIONS *"),
    plain("GET *"),
    plain("CONNECT box.test:443"),
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
  ],
  "another method in a header": ({ path }) =>
    ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override", "X-Original-Method"].map((name) =>
      plain(`GET ${path}`, `${name}: POST\r\n`),
    ),
  "another path in a header": ({ path }) =>
    [
      "X-Original-URL",
      "X-Rewrite-URL",
      "X-Original-URI",
      "X-Forwarded-Uri",
      "X-Forwarded-Prefix",
      "X-Forwarded-Path",
    ].map((name) => plain(`GET ${open}`, `${name}: ${path}\r\n`)),
  versions: ({ method, path }) => [
    `${method} ${path}\r\n`,
    `${method} ${path}\r\n${host}\r\n`,
    `${method} ${path} HTTP/1.0\r\nHEADERS\r\n`,
    `${method} ${path} HTTP/1.0\r\n${host}HEADERS\r\n`,
    `${method} ${path} HTTP/2.0\r\n${host}${end}`,
    `${method} ${path} HTTP/1.9\r\n${host}${end}`,
    `${method} ${path} http/1.1\r\n${host}${end}`,
    `${method}  ${path}  HTTP/1.1\r\n${host}${end}`,
    `\r\n\r\n${plain(`${method} ${path}`)}`,
  ],
  hosts: withHosts(
    "",
    "Host:\r\n",
    "Host: box.test\r\nHost: box.test\r\n",
    "Host: box.test\r\nHost: other.test\r\n",
    "Host: other.test\r\n",
    "Host: grafana:3000\r\n",
    "Host: prometheus\r\n",
    "Host: elasticsearch:9200\r\n",
    "Host: box.test.\r\n",
    "Host: BOX.TEST\r\n",
    "Host: box.test:9090\r\n",
    "Host: box.test:x\r\n",
    "Host: box_test\r\n",
    "Host: _\r\n",
    "Host: ~.\r\n",
    "Host: 127.0.0.1\r\n",
    "Host: [::1]\r\n",
    "Host: [::1\r\n",
    "Host: 2130706433\r\n",
    "Host: localhost\r\n",
    "Host: box.test/../x\r\n",
    "Host: box.test#\r\n",
    "Host: user@box.test\r\n",
    "Host : box.test\r\n",
  ),
  "names of the handshake": ({ method, path }) =>
    ["other.test", "grafana", "localhost", ""].map((servername) => ({ servername, text: plain(`${method} ${path}`) })),
  upgrades: withHeaders(
    "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA",
    "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Upgrade: TLS/1.0",
  ),
  "lengths that disagree": withHeaders(
    "Transfer-Encoding: chunked\r\nContent-Length: 4",
    "Transfer-Encoding : chunked",
    "Transfer-Encoding: xchunked",
    "Transfer-Encoding: chunked, identity",
    "Transfer-Encoding: identity",
    "Transfer-Encoding:\tchunked\r\nTransfer-Encoding: x",
    "Content-Length: 1\r\nContent-Length: 2",
    "Content-Length: -1",
    "Content-Length: +1",
    "Content-Length: 0x1",
    "Content-Length: 99999999999999999999",
  ),
  "line ends": ({ method, path }) => [
    plain(`${method} ${path}`).replaceAll("\r\n", "\n"),
    `${method} ${path} HTTP/1.1\r${host}${end}`,
    plain(`${method} ${path}`, "X-Folded: a\r\n X-WEBAUTH-USER: mallory\r\n"),
    plain(`${method} ${path}`, " X-Leading: a\r\n"),
  ],
  "strange headers": withHeaders(
    "X_WEBAUTH_USER: mallory",
    "X-WEBAUTH-USER : mallory",
    "X WEBAUTH USER: mallory",
    "X-WEBAUTH-USER\0: mallory",
    "X-Null: a\0b",
    ": mallory",
    Array.from({ length: 100 }, (_, index) => `X-Many-${index}: x`).join("\r\n"),
    `X-Large: ${"x".repeat(64 * 1024)}`,
    "Range: bytes=0-0",
    "Expect: 100-continue",
    "Expect: mallory",
  ),
  "long addresses": ({ method, path }) => [
    plain(`${method} ${path}?${"x".repeat(16 * 1024)}`),
    plain(`${method} ${path}/${"x/".repeat(8 * 1024)}`),
    plain(`${method} ${path}${"/..".repeat(5000)}`),
  ],
  "a body with GET": ({ path }) => [plain(`GET ${path}`, "Content-Length: 9\r\n", '{"a":"b"}')],
  "a second request": (target) => [
    `GET ${open} HTTP/1.1\r\n${host}HEADERS\r\n${last(target)}`,
    `GET ${open} HTTP/1.1\r\n${host}Content-Length: 5\r\nHEADERS\r\n12345${last(target)}`,
    `POST /prometheus/api/v1/query HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\nHEADERS\r\n0\r\n\r\n${last(target)}`,
    `POST /prometheus/api/v1/query HTTP/1.1\r\n${host}Content-Length: ${last(target).length}\r\n${end}${last(target)}`,
    `POST /prometheus/api/v1/query HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\nTrailer: X-WEBAUTH-USER\r\n${end}0\r\nX-WEBAUTH-USER: mallory\r\n\r\n`,
    `GET ${open} HTTP/1.1\r\n${host}Connection: X-WEBAUTH-USER, X-WEBAUTH-ROLE, Authorization, close\r\nHEADERS\r\n`,
  ],
};
