import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { prometheusLabel, prometheusName } from "@obsbox/sdk/vocabulary";
import { authMetrics } from "../../stack/companion/auth/metrics.ts";
import { scrape } from "../helpers/scrape.ts";
import { startAuth } from "../helpers/start-auth.ts";
import type { AuthServer } from "../helpers/start-auth.ts";
import { waitFor } from "../helpers/wait-for.ts";

let server: AuthServer;

beforeAll(async () => {
  server = await startAuth();
});
afterAll(() => server[Symbol.asyncDispose]());

interface Listed {
  readonly name: string;
  readonly scopes: readonly string[];
  readonly lastUsed?: string;
}

const ask = (scope: string, token?: string) =>
  server.browser().get(`/machine/auth?scope=${scope}`, token === undefined ? {} : { authorization: `Bearer ${token}` });
const statusOf = async (scope: string, token?: string) => (await ask(scope, token)).status;
const list = () => server.run<Listed[]>("tokens", "list", "--json");

describe("a machine token", () => {
  test("that the box was made with is good for all three scopes", async () => {
    for (const scope of ["otlp", "push", "es"]) expect(await statusOf(scope, server.machineToken)).toBe(204);
  });

  test.each([
    ["none", undefined],
    ["another scheme", "Basic b2JzOmJveA=="],
    ["an empty one", "Bearer "],
    ["an unknown one", `Bearer obsbox_${"x".repeat(43)}`],
    ["two", "Bearer a b"],
    ["a very long one", `Bearer ${"x".repeat(3000)}`],
  ])("%s is refused with the challenge that RFC 6750 asks for", async (_what, authorization) => {
    const answer = await server
      .browser()
      .get("/machine/auth?scope=otlp", authorization === undefined ? {} : { authorization });
    expect([answer.status, answer.headers.get("www-authenticate")]).toEqual([
      401,
      expect.stringMatching(/^Bearer realm="obsbox"/),
    ]);
  });

  test("of one scope is refused for another, and the answer says which one it has not", async () => {
    const { token } = await server.run<{ token: string }>("tokens", "create", "pusher", "--scope", "push");
    expect(token).toMatch(/^obsbox_[\w-]{43}$/);
    await waitFor("the new token", async () => (await statusOf("push", token)) === 204);
    const answer = await ask("otlp", token);
    expect([answer.status, answer.headers.get("www-authenticate")]).toEqual([
      403,
      'Bearer realm="obsbox", error="insufficient_scope", scope="otlp"',
    ]);
    const line = await waitFor("the line", () =>
      server.audit("token-check").find((fields) => fields["labels.token_name"] === "pusher"),
    );
    expect(line).toMatchObject({ "event.outcome": "failure", "event.reason": "scope", "labels.scope": "otlp" });
  });

  test("ends when it expires and when it is revoked", async () => {
    const short = await server.run<{ token: string }>("tokens", "create", "short", "--scope", "es", "--expires", "3s");
    const long = await server.run<{ token: string }>("tokens", "create", "long", "--scope", "es", "--expires", "90d");
    await waitFor("the new token", async () => (await statusOf("es", short.token)) === 204);
    await waitFor("its end", async () => (await statusOf("es", short.token)) === 401);
    expect(await statusOf("es", long.token)).toBe(204);
    await server.run("tokens", "revoke", "long");
    await waitFor("its end", async () => (await statusOf("es", long.token)) === 401);
  });

  test("that the box was made with can be revoked, and stays so after a restart", async () => {
    await using own = await startAuth();
    await own.run("tokens", "revoke", "default");
    await own.restart();
    const authorization = `Bearer ${own.machineToken}`;
    expect((await own.browser().get("/machine/auth?scope=otlp", { authorization })).status).toBe(401);
    expect(await own.run("tokens", "list")).toEqual([]);
  });
});

test("when a token was used last is written at the end, and shown", async () => {
  await statusOf("otlp", server.machineToken);
  await server.restart();
  const found = (await list()).find(({ name }) => name === "default");
  expect(Date.now() - Date.parse(found?.lastUsed ?? "")).toBeLessThan(120_000);
});

test("checks are counted by scope and outcome", async () => {
  const count = (outcome: string) => server.metric("obsbox_auth_machine_checks_total", { scope: "push", outcome });
  const before = await count("ok");
  for (let n = 0; n < 3; n += 1) await statusOf("push", server.machineToken);
  expect((await count("ok")) - before).toBe(3);
});

test("every metric of the service is in its table, with the labels that stand there", async () => {
  await statusOf("otlp", "unknown");
  await server.browser().signIn("admin", "wrong password!");
  const forger = server.browser();
  for (let n = 0; n < 2; n += 1) await forger.get("/oauth2/auth", { cookie: "__Host-obsbox=forged" });
  const known = new Map(
    Object.values(authMetrics).map((metric) => [prometheusName(metric), metric.labels.map(prometheusLabel)]),
  );
  const added = new Set(["service_name", "service_version", "le"]);
  const own = (await scrape(server.program)).filter(({ name }) => name.startsWith("obsbox_auth_"));
  const shown = own.map(({ name, labels }) => {
    const family = known.has(name) ? name : name.replace(/_(bucket|sum|count)$/, "");
    return [family, ...Object.keys(labels).filter((label) => !added.has(label))].join(" ");
  });
  expect(new Set(shown)).toEqual(new Set([...known].map(([name, labels]) => [name, ...labels].join(" "))));
});

test("a tokens file that cannot be read keeps the tokens before it alive, and is said", async () => {
  const { token } = await server.run<{ token: string }>("tokens", "create", "kept", "--scope", "otlp");
  await waitFor("the new token", async () => (await statusOf("otlp", token)) === 204);
  const path = join(server.folder, "data/tokens.json");
  await writeFile(path, "{ half");
  await waitFor("the complaint", async () => {
    await statusOf("otlp", token);
    return server.program.stdout().includes("tokens.json cannot be used");
  });
  expect(await statusOf("otlp", token)).toBe(204);
  await rm(path);
});
