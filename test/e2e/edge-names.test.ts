/** Who is spoken to at all: names, TLS, versions of HTTP. */
import { connect as connectHttp2 } from "node:http2";
import { connect as connectTcp } from "node:net";
import { connect } from "node:tls";
import type { ConnectionOptions } from "node:tls";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startEdge } from "./edge/edge.ts";
import type { Edge } from "./edge/edge.ts";
import { signInEverybody } from "./edge/people.ts";
import type { People } from "./edge/people.ts";
import { ask, exchange, messageText, valuesOf } from "./edge/wire.ts";

let edge: Edge;
let people: People;

beforeAll(async () => {
  edge = await startEdge();
  people = await signInEverybody(edge);
});

afterAll(() => edge[Symbol.asyncDispose]());

describe("names", () => {
  test.each([
    "box.test",
    "BOX.TEST",
    "box.test:8443",
    "box.test.",
    "localhost",
    "127.0.0.1:443",
    "[::1]:443",
    "obsbox:8443",
    "nginx",
  ])("%s is ours", async (host) => {
    expect((await ask(edge.door, { target: "/oauth2/sign_in", headers: { Host: host } })).status).toBe(200);
  });

  test.each([
    "other.test",
    "grafana:3000",
    "box.test.other.test",
    "xbox.test",
    "localhost.other.test",
    "127.0.0.2",
    "2130706433",
    "_",
    "~.",
  ])("%s is not", async (host) => {
    expect((await ask(edge.door, { target: "/oauth2/sign_in", headers: { Host: host } })).status).toBe(421);
  });

  test.each(["other.test", "xbox.test", "grafana", "box.test.other.test"])(
    "the handshake for %s is refused",
    async (servername) => {
      const reply = await ask(edge.door, { target: "/" }, { servername });
      expect([reply.status, reply.error]).toEqual([0, expect.stringMatching(/unrecognized name/)]);
    },
  );

  test("a client that knows an address only gets the certificate", async () => {
    const reply = await ask(
      edge.door,
      { target: "/oauth2/sign_in", headers: { Host: "127.0.0.1" } },
      { servername: "" },
    );
    expect([reply.status, reply.error]).toEqual([200, undefined]);
  });

  test("a request without a host gets nothing", async () => {
    expect((await exchange(edge.door, "GET /oauth2/sign_in HTTP/1.0\r\n\r\n")).status).toBe(421);
  });

  test("a host of another name than the handshake's is judged by itself", async () => {
    const reply = await ask(
      edge.door,
      { target: "/oauth2/sign_in", headers: { Host: "other.test" } },
      { servername: "localhost" },
    );
    expect(reply.status).toBe(421);
  });

  test("browsers do not keep localhost to TLS, where other programs of a developer listen", async () => {
    const reply = await ask(edge.door, { target: "/", headers: { Host: "localhost" } });
    expect(valuesOf(reply, "strict-transport-security")).toEqual(["max-age=0"]);
  });
});

describe("TLS", () => {
  const handshake = (options: ConnectionOptions): Promise<string> => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const socket = connect({
      host: "127.0.0.1",
      port: edge.door.port,
      ca: edge.door.ca,
      servername: "box.test",
      ...options,
    });
    socket.once("secureConnect", () =>
      resolve(`${socket.getProtocol()} ${socket.getCipher().name} ${socket.alpnProtocol}`),
    );
    socket.once("error", (error) => resolve(`refused: ${error.message}`));
    return promise.finally(() => socket.destroy());
  };

  test.each<readonly [string, ConnectionOptions, RegExp]>([
    ["1.3 with HTTP/2", { ALPNProtocols: ["h2", "http/1.1"] }, /^TLSv1\.3 TLS_\w+ h2$/],
    ["1.2 with forward secrecy", { maxVersion: "TLSv1.2" }, /^TLSv1\.2 ECDHE-ECDSA-AES128-GCM-SHA256/],
    ["1.3 with the hybrid key exchange", { ecdhCurve: "X25519MLKEM768" }, /^TLSv1\.3/],
    ["1.3 with a classic key exchange", { ecdhCurve: "X25519" }, /^TLSv1\.3/],
  ])("is %s", async (_, options, expected) => {
    expect(await handshake(options)).toMatch(expected);
  });

  test.each<readonly [string, ConnectionOptions]>([
    ["1.1", { minVersion: "TLSv1.1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" }],
    ["1.2 with CBC", { maxVersion: "TLSv1.2", ciphers: "ECDHE-ECDSA-AES128-SHA256:ECDHE-ECDSA-AES256-SHA" }],
    ["1.2 without forward secrecy", { maxVersion: "TLSv1.2", ciphers: "AES128-GCM-SHA256" }],
  ])("is not %s", async (_, options) => {
    expect(await handshake(options)).toMatch(/^refused/);
  });

  test("is asked for where somebody speaks plain HTTP", async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    let text = "";
    const socket = connectTcp(edge.door.port, "127.0.0.1");
    socket.on("data", (chunk) => (text += chunk.toString("latin1")));
    socket.once("close", () => resolve(text));
    socket.write(messageText(edge.door, { target: "/grafana/x?y=1", headers: { Cookie: people.viewer.cookie } }));
    expect(await promise).toMatch(/^HTTP\/1\.1 301 [^]*\r\nLocation: https:\/\/box\.test\/grafana\/x\?y=1\r\n/);
  });
});

test("HTTP/2 is let in and out by the same rules", async () => {
  const session = connectHttp2(`https://127.0.0.1:${edge.door.port}`, { ca: edge.door.ca, servername: "box.test" });
  const request = async (headers: Record<string, string>): Promise<number> => {
    const stream = session.request({ ":authority": "box.test", "sec-fetch-site": "", ...headers });
    const { promise, resolve } = Promise.withResolvers<number>();
    stream.once("response", (answer) => resolve(Number(answer[":status"])));
    stream.once("error", () => resolve(0));
    stream.resume().end();
    return promise;
  };
  const { cookie } = people.editor;
  const silence = { ":method": "POST", ":path": "/alertmanager/api/v2/silences", cookie };
  await edge.echo.forget();
  expect(await request({ ":path": "/grafana/" })).toBe(401);
  expect(await request({ ":path": "/grafana/", cookie, "x-webauth-user": "mallory" })).toBe(200);
  expect(await request({ ":path": "/grafana/", cookie, ":authority": "other.test" })).toBe(421);
  expect(await request({ ":path": "/prometheus/x/../-/reload", cookie })).toBe(400);
  expect(await request({ ...silence })).toBe(403);
  expect(await request({ ...silence, origin: "https://box.test" })).toBe(200);
  session.close();
  const text = JSON.stringify(await edge.echo.records());
  expect(text).toContain("v-editor");
  expect(text).not.toContain("mallory");
});
