import { describe, expect, test } from "vitest";
import { startOtlpReceiver } from "../helpers/otlp-receiver.ts";
import { register, startProgram } from "../helpers/run-program.ts";
import type { Program } from "../helpers/run-program.ts";
import { samplesOf, scrape } from "../helpers/scrape.ts";
import { waitFor } from "../helpers/wait-for.ts";

const versions = [
  ["4.22", "express-4"],
  ["5.0, router 2.0", "express-5.0"],
  ["5.3", "express"],
] as const;

/** What is asked for, and the route that it must be seen as; undefined stands for no route at all. */
const requests: readonly (readonly [string, string | undefined, number])[] = [
  ["/", "/", 200],
  ["/things/42", "/things/:id", 200],
  ["/api/deep/7/items/9", "/api/deep/:x/items/:id", 200],
  ["/api/deep/7/items/9?q=secret", "/api/deep/:x/items/:id", 200],
  ["/api/deep/7/boom", "/api/deep/:x/boom", 500],
  ["/api/deep/7/thrown", "/api/deep/:x/thrown", 500],
  ["/api/deep/7/own-404/3", "/api/deep/:x/own-404/:id", 404],
  ["/api/deep/7/passes-on", undefined, 404],
  ["/api/deep/7/unknown", undefined, 404],
  ["/unknown/42", undefined, 404],
  ["/sub/acme/users/ann", "/sub/:tenant/users/:user", 200],
  ["/either/1", "/either/:id", 200],
  ["/or/1", "/or/:id", 200],
  ["/left/turn/5", "/left/turn/:n", 200],
  ["/right/turn/5", "/right/turn/:n", 200],
  ["/files/a/b/c.txt", String(/^\/files\/(.*)$/), 200],
];

describe.each(versions)("Express %s", (_version, express) => {
  const start = (url: string) =>
    startProgram("express-app.cjs", { flags: register, env: { EXPRESS: express, OTEL_EXPORTER_OTLP_ENDPOINT: url } });

  test("gives spans and metrics the template of the route, never a concrete path", async () => {
    await using receiver = await startOtlpReceiver();
    await using program = start(receiver.url);
    const base = `http://127.0.0.1:${await program.port()}`;
    for (const [path, route, status] of requests) {
      receiver.clear();
      const response = await fetch(base + path);
      await response.text();
      const [span] = await receiver.requests(1);
      expect([path, response.status, span?.attributes["http.route"], span?.name]).toEqual([
        path,
        status,
        route,
        route === undefined ? "GET" : `GET ${route}`,
      ]);
    }
    const samples = samplesOf(await scrape(program), "http_server_request_duration_seconds_count");
    const routes = samples.map(({ labels }) => labels["http_route"]);
    expect(new Set(routes)).toEqual(new Set(requests.map(([, route]) => route)));
    expect(JSON.stringify(samples)).not.toMatch(/deep\/7|items\/9|ann|acme|turn\/5|secret/);
  });

  test("keeps one series for ten thousand different ids", async () => {
    await using program = startProgram("express-app.cjs", {
      flags: register,
      env: { EXPRESS: express, OBSBOX_LOG_REQUESTS: "false" },
    });
    const base = `http://127.0.0.1:${await program.port()}`;
    for (let id = 0; id < 10_000; id += 50)
      await Promise.all(fiftyFrom(id).map((one) => read(`${base}/api/deep/x${one}/items/${one}`)));
    const samples = samplesOf(await scrape(program), "http_server_request_duration_seconds_count");
    expect(samples.map(({ labels, value }) => [labels["http_route"], value])).toEqual([
      ["/api/deep/:x/items/:id", 10_000],
    ]);
  });

  test("ends the span of a request that the client gives up once, and calls it aborted", async () => {
    await using receiver = await startOtlpReceiver();
    await using program = start(receiver.url);
    const url = `http://127.0.0.1:${await program.port()}/slow`;
    const aborted = new AbortController();
    const asked = fetch(url, { signal: aborted.signal }).catch(() => "gave up");
    await waitForActive(program, 1);
    aborted.abort();
    await asked;
    const [span] = await receiver.requests(1);
    expect(span?.attributes).toMatchObject({ "http.route": "/slow", "error.type": "aborted" });
    expect(span?.attributes).not.toHaveProperty("http.response.status_code");
    await program.end();
    expect(receiver.spans.filter(({ name }) => name === "GET /slow")).toHaveLength(1);
  });
});

function fiftyFrom(first: number): number[] {
  return Array.from({ length: 50 }, (_, index) => first + index);
}

async function read(url: string): Promise<void> {
  const response = await fetch(url);
  await response.arrayBuffer();
}

async function waitForActive(program: Program, count: number): Promise<void> {
  await waitFor(`${count} active request`, async () => {
    const [active] = samplesOf(await scrape(program), "http_server_active_requests");
    return active?.value === count;
  });
}
