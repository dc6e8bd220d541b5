/**
 * One coloured request among many, through three services: gateway, orders and payments of the example. Of all requests
 * only its debug lines are written, and only its trace is kept.
 */
import { randomBytes, randomInt } from "node:crypto";
import { expect, test } from "vitest";
import { freePort } from "../helpers/free-port.ts";
import { startOtlpReceiver } from "../helpers/otlp-receiver.ts";
import { register, startProgram } from "../helpers/run-program.ts";
import type { Program } from "../helpers/run-program.ts";
import { samplesOf, scrape } from "../helpers/scrape.ts";
import { waitFor } from "../helpers/wait-for.ts";

type Line = Readonly<Record<string, unknown>>;

const requests = 10_000;
const connections = 32;

/** The one that is coloured. */
const coloredOne = randomInt(requests);

/** What each service says below its level about one order, and what has coloured the request there. */
const services = {
  gateway: { finer: ["order passed on"], coloredBy: "header" },
  orders: { finer: ["order taken", "payments are asked"], coloredBy: "mark" },
  payments: { finer: ["bank is asked"], coloredBy: "mark" },
} as const;

type Name = keyof typeof services;
const names: readonly Name[] = ["gateway", "orders", "payments"];

const spansOfOne = [
  "gateway POST",
  "gateway POST /shop/orders",
  "orders POST",
  "orders POST /orders",
  "orders charge",
  "payments POST /charges",
];

test(`request ${coloredOne} of ${requests} is coloured: exactly its debug lines and its trace are there, in all three services`, async () => {
  const token = randomBytes(16).toString("hex");
  await using receiver = await startOtlpReceiver();
  await using shop = await startShop(receiver.url, token);
  const answers = await visit(shop.url, token);
  expect([...answers]).toEqual([[201, requests]]);

  await shop.allLines();
  for (const name of names) {
    const counted = samplesOf(await scrape(shop.programs[name]), "obsbox_colored_requests_total");
    const above0 = counted.filter(({ value }) => value > 0).map(({ labels, value }) => [labels["source"], value]);
    expect([name, above0]).toEqual([name, [[services[name].coloredBy, 1]]]);
  }
  await Promise.all(names.map((name) => shop.programs[name].end("SIGTERM"))); // What is left is sent.

  const lines: Line[] = names.flatMap((name) => shop.programs[name].lines());
  const [traceId] = lines.flatMap((line) => (line["labels.colored"] === true ? String(line["trace.id"]) : []));
  const finer = lines.filter((line) => line["log.level"] === "debug" || line["level"] === 20);
  expect(finer.map(sayingOf).toSorted()).toEqual(
    names.flatMap((name) => services[name].finer.map((said) => `${name} ${traceId}: ${said}`)).toSorted(),
  );
  const colored = lines.filter((line) => line["labels.colored"] === true);
  expect(colored).toEqual(lines.filter((line) => line["trace.id"] === traceId));

  const { spans } = receiver;
  const seen = names.flatMap((service) =>
    spans.filter(({ resource }) => resource["service.name"] === service).map(({ name }) => `${service} ${name}`),
  );
  expect([seen.toSorted(), seen.length]).toEqual([spansOfOne, spans.length]);
  expect([...new Set(spans.map((span) => span.traceId))]).toEqual([traceId]);
  expect(spans.filter(({ attributes }) => attributes["obsbox.colored"] !== true)).toEqual([]);
});

interface Shop extends AsyncDisposable {
  readonly url: string;
  readonly programs: Readonly<Record<Name, Program>>;
  /** Waits until each service has written the access line of each request. */
  allLines(): Promise<void>;
}

async function startShop(collector: string, token: string): Promise<Shop> {
  const ports = { gateway: await freePort(), orders: await freePort(), payments: await freePort() };
  const urlOf = (name: Name) => `http://localhost:${ports[name]}`;
  const env = {
    ORDERS_URL: urlOf("orders"),
    PAYMENTS_URL: urlOf("payments"),
    OTEL_EXPORTER_OTLP_ENDPOINT: collector,
    OTEL_TRACES_SAMPLER: "obsbox_error_biased",
    OTEL_TRACES_SAMPLER_ARG: "0",
    OBSBOX_SLOW_MS: "60000",
    OBSBOX_COLOR_TOKEN: token,
  };
  const start = (name: Name) =>
    startProgram(`examples/express-orders/${name}/server.ts`, {
      flags: register,
      env: { ...env, PORT: String(ports[name]) },
    });
  const programs = { gateway: start("gateway"), orders: start("orders"), payments: start("payments") };
  for (const name of names) await waitFor(`an answer of ${name}`, () => fetch(urlOf(name)).then(() => true));
  return {
    url: urlOf("gateway"),
    programs,
    async allLines() {
      const isWritten = (name: Name) =>
        programs[name].stdout().split('"event.action":"http-request"').length > requests;
      await waitFor("the access lines of all requests", () => names.every(isWritten), 60_000);
    },
    async [Symbol.asyncDispose]() {
      for (const name of names) await programs[name][Symbol.asyncDispose]();
    },
  };
}

/** Places the orders, and counts the answers by their status. */
async function visit(url: string, token: string): Promise<Map<number, number>> {
  const answers = new Map<number, number>();
  let next = 0;
  const visitor = async () => {
    for (let number = next++; number < requests; number = next++) {
      const color = number === coloredOne ? { "x-obsbox-color": token } : {};
      const response = await fetch(`${url}/shop/orders`, {
        method: "POST",
        headers: { "content-type": "application/json", ...color },
        body: JSON.stringify({ sku: "lamp", amount: 89 }),
      });
      await response.arrayBuffer();
      answers.set(response.status, (answers.get(response.status) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: connections }, visitor));
  return answers;
}

function sayingOf(line: Line): string {
  return `${String(line["service.name"])} ${String(line["trace.id"])}: ${String(line["message"] ?? line["msg"])}`;
}
