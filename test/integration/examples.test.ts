import { describe, expect, test } from "vitest";
import { freePort } from "../helpers/free-port.ts";
import { startBox } from "../helpers/start-box.ts";
import type { Box } from "../helpers/start-box.ts";
import { waitFor } from "../helpers/wait-for.ts";

interface Service {
  readonly name: string;
  readonly requests: number;
}

interface Trace {
  readonly spans: readonly { readonly service: string; readonly name: string; readonly traceId: string }[];
  readonly logs: readonly { readonly service: string; readonly message: string; readonly traceId: string }[];
}

const within15Seconds = 15_000;

/** Commands of the README, with other ports. */
const orders = [process.execPath, "--env-file=examples/express-orders/load.env", "examples/express-orders/main.ts"];

async function startOrders(): Promise<Box> {
  return startBox({ command: orders, env: { PORT: String(await freePort()) } });
}

describe("express-orders", () => {
  test("shows three services with traffic within fifteen seconds", async () => {
    await using box = await startOrders();
    const services = await waitFor(
      "three services with requests",
      async () => {
        const all = await box.get<Service[]>("/api/services");
        return all.filter(({ requests }) => requests > 0).length === 3 && all;
      },
      within15Seconds,
    );
    expect(services.filter(({ requests }) => requests > 0).map(({ name }) => name)).toEqual([
      "gateway",
      "orders",
      "payments",
    ]);
    await waitFor("metrics of prom-client and of the SDK", async () => {
      const families = await box.get<{ name: string }[]>("/api/metrics");
      const names = new Set(families.map(({ name }) => name));
      return ["payments_charges", "orders_placed", "http_server_request_duration_seconds"].every((name) =>
        names.has(name),
      );
    });
    expect(await box.program.end("SIGTERM")).toBe(0);
  });

  test("one trace crosses all three, and every log line of the request carries its id", async () => {
    await using box = await startOrders();
    const { traceId } = await waitFor("a failed order", async () => {
      const path = "/api/traces?service=gateway&operation=POST+/shop/orders&errors=true";
      const { traces } = await box.get<{ traces: { traceId: string; services: string[] }[] }>(path);
      return traces.find(({ services }) => services.length === 3);
    });
    const trace = await waitFor("all lines of the request", async () => {
      const found = await box.get<Trace>(`/api/traces/${traceId}`);
      return found.logs.length >= 5 && found;
    });
    expect(trace.spans.map(({ service, name }) => `${service} ${name}`)).toEqual([
      "gateway POST /shop/orders",
      "gateway POST",
      "orders POST /orders",
      "orders charge",
      "orders POST",
      "payments POST /charges",
    ]);
    const said = trace.logs
      .map(({ service, message }) => `${service}: ${message.replace(/[\d.]+ ms|\d+/g, "N")}`)
      .toSorted();
    expect(said).toEqual([
      "gateway: POST /shop/orders N N",
      "orders: POST /orders N N",
      "orders: payment failed",
      "payments: POST /charges N N",
      "payments: bank refused to take N for order N",
    ]);
    expect(trace.logs.every((line) => line.traceId === traceId)).toBe(true);
  });
});

test("fastify: routes by their template, lines of its own logger with the ids", async () => {
  const port = await freePort();
  await using box = await startBox({
    command: [process.execPath, "examples/fastify/server.ts"],
    env: { PORT: String(port) },
  });
  await waitFor("the service", () => box.program.stdout().includes("Server listening"));
  for (const path of ["/users/42", "/api/reports/2026", "/api/boom", "/nowhere/7"])
    await fetch(`http://localhost:${port}${path}`);
  const { traces } = await waitFor("four traces", async () => {
    const found = await box.get<{ traces: { operation: string; traceId: string; errors: number }[] }>(
      "/api/traces?service=@obsbox/example-fastify&operation=GET",
    );
    return found.traces.length === 4 && found;
  });
  expect(traces.map(({ operation }) => operation).toSorted()).toEqual([
    "GET",
    "GET /api/boom",
    "GET /api/reports/:year",
    "GET /users/:id",
  ]);
  const { traceId } = traces.find(({ operation }) => operation === "GET /users/:id") ?? {};
  const { logs } = await waitFor("its line", async () => {
    const found = await box.get<Trace>(`/api/traces/${traceId}`);
    return found.logs.some(({ message }) => message === "user read") && found;
  });
  expect(logs.map(({ message }) => message)).toContain("incoming request");
});
