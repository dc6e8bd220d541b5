/** What strangers do to every port that we open: requests that are none, slow ones, and thousands at once. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listeners, openSocket } from "../helpers/listeners.ts";
import type { Listener, OpenSocket } from "../helpers/listeners.ts";
import { memoryOf } from "../helpers/process-memory.ts";
import { connectRaw } from "../helpers/raw-http.ts";
import { waitFor } from "../helpers/wait-for.ts";

const sockets = 5000;
const closedWithinMs = 10_000;
const pipelined = 2000;

/** Beside a service that does nothing else; unbounded, each connection costs the process some 13 KiB and what it sends. */
const mostMiB = 150;

const requestLines = [
  "GET http:// HTTP/1.1",
  "GET http://other.example/metrics HTTP/1.1",
  "GET // HTTP/1.1",
  "GET /% HTTP/1.1",
  "GET /%00%0d%0a/../../etc/passwd HTTP/1.1",
  "GET /\\..\\ HTTP/1.1",
  "GET ? HTTP/1.1",
  "OPTIONS * HTTP/1.1",
  "CONNECT other.example:443 HTTP/1.1",
  "PRI * HTTP/2.0",
  "get / HTTP/1.1",
  "GET / HTTP/9.9",
  "GET /",
  "nonsense",
  `GET /${"a".repeat(64 * 1024)} HTTP/1.1`,
  `GET /?${"a=b&".repeat(16 * 1024)} HTTP/1.1`,
];

const heads = [
  `x: ${"y".repeat(128 * 1024)}`,
  Array.from({ length: 5000 }, (_, index) => `x-${index}: y`).join("\r\n"),
  "content-length: -1",
  "content-length: 5\r\ntransfer-encoding: chunked",
  "transfer-encoding: xchunked",
  "host: b",
  "x y: z",
  "x: \0",
];

const short = (text: string) => (text.length > 60 ? `${text.slice(0, 60)}... ${text.length} characters` : text);

describe.each(listeners)("%s", (_name, start) => {
  let listener: Listener;
  beforeAll(async () => {
    listener = await start();
  });
  afterAll(() => listener[Symbol.asyncDispose]());

  test.each([
    ...requestLines.map((line) => [short(line), `${line}\r\nhost: localhost\r\nconnection: close\r\n\r\n`]),
    ...heads.map((head) => [short(head), `GET /% HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n${head}\r\n\r\n`]),
  ])("refuses, or takes for one of its own: %j", async (_what, request) => {
    await using connection = await connectRaw(listener.port);
    connection.write(request);
    const answer = await connection.closed();
    // A tunnel is closed without a word; a page or the way to the sign-in answers whatever may be one of theirs.
    expect(answer).toMatch(/^(?:$|HTTP\/1\.1 (?:200|302|4\d\d) )/);
    expect(await listener.ask()).toBe(200);
  });

  test(`answers ${pipelined} requests of one packet one after the other`, async () => {
    await using connection = await connectRaw(listener.port);
    connection.write("GET /nowhere HTTP/1.1\r\nhost: localhost\r\n\r\n".repeat(pipelined));
    connection.write("GET /last HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    const answers = (await connection.closed()).match(/HTTP\/1\.1 \d+/g) ?? [];
    expect(answers).toHaveLength(pipelined + 1);
    expect(new Set(answers)).toHaveLength(1);
    expect(await listener.ask()).toBe(200);
  });

  test(`closes within ${closedWithinMs / 1000} s what sends its headers byte by byte, or nothing`, async () => {
    const slow = await openSocket(listener.port, "GET / HTTP/1.1\r\nhost: localhost\r\nx-slow: ");
    const silent = await openSocket(listener.port);
    while (slow.closedAfterMs === undefined && !slow.socket.destroyed) {
      slow.socket.write("a");
      await sleep(100);
    }
    await waitFor("the end of the silent connection", () => silent.closedAfterMs);
    expect(slow.closedAfterMs).toBeLessThan(closedWithinMs);
    expect(silent.closedAfterMs).toBeLessThan(closedWithinMs);
  });

  test(`answers while ${sockets} connections say half of a request, closes them, and keeps its memory`, async () => {
    const before = await memoryOf(listener.program.child.pid);
    const open: OpenSocket[] = [];
    while (open.length < sockets) {
      const some = Array.from({ length: 250 }, () => openSocket(listener.port, "GET /metrics HTTP/1.1\r\nhost: a"));
      open.push(...(await Promise.all(some)));
      expect(await listener.ask()).toBe(200);
    }
    await waitFor("the end of all", () => open.every(({ closedAfterMs }) => closedAfterMs !== undefined), 30_000);
    expect(Math.max(...open.map(({ closedAfterMs = Infinity }) => closedAfterMs))).toBeLessThan(closedWithinMs);
    const after = await memoryOf(listener.program.child.pid);
    console.log(`${sockets} half-open connections: +${Math.round(after.peakMiB - before.residentMiB)} MiB at most`);
    expect(after.peakMiB - before.residentMiB).toBeLessThan(mostMiB);
    expect(await listener.ask()).toBe(200);
  });
});
