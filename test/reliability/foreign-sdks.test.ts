import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { TestContext } from "vitest";
import type { Span } from "../../stack/embedded/records.ts";
import { startAgentBackend } from "../helpers/agent-backend.ts";
import { foreignAgent } from "../helpers/foreign-agents.ts";
import { nodeBinary } from "../helpers/node-versions.ts";
import { startOtlpReceiver } from "../helpers/otlp-receiver.ts";
import { register, root, startCommand } from "../helpers/run-program.ts";
import type { Program } from "../helpers/run-program.ts";
import { samplesOf, scrape } from "../helpers/scrape.ts";
import { waitFor } from "../helpers/wait-for.ts";

type Kind = "cjs" | "mjs";

interface Agent {
  /** How our line names it. */
  readonly product?: string;
  /** How its documentation starts it, by flags. */
  readonly flags: Readonly<Record<Kind, readonly string[]>>;
  /** The same in code. */
  readonly file: Readonly<Record<Kind, string>>;
  /** What of its own requests shows that it has sent a request of the service. */
  readonly sends: RegExp;
  /** How it ends the service at SIGTERM, alone too. */
  readonly exit?: number;
}

const both = <T>(one: T) => ({ cjs: one, mjs: one });
const byFile = { file: { cjs: "./start.cjs", mjs: "./start.mjs" }, sends: /"type":"(transaction|span)"/ };
const flagged = (flag: string) => ({ cjs: ["--require", flag], mjs: ["--import", flag] });

const agents = {
  "sentry-8": {
    product: "Sentry",
    flags: { cjs: ["--require", "./start.cjs"], mjs: ["--import", "./start.mjs"] },
    ...byFile,
  },
  "sentry-10": {
    product: "Sentry",
    flags: { cjs: ["--require", "./start.cjs"], mjs: ["--import", "./start.mjs"] },
    ...byFile,
  },
  "sentry-11": { flags: both(["--import", "./start.mjs"]), ...byFile },
  "dd-trace": {
    product: "Datadog (dd-trace)",
    flags: { cjs: ["--require", "dd-trace/init"], mjs: ["--import", "dd-trace/initialize.mjs"] },
    file: { cjs: "dd-trace/init", mjs: "dd-trace/initialize.mjs" },
    sends: /^\/v0\.4\/traces/,
  },
  newrelic: {
    product: "New Relic",
    flags: { cjs: ["--require", "newrelic"], mjs: ["--import", "newrelic/esm-loader.mjs", "--require", "newrelic"] },
    file: both("newrelic"),
    sends: /method=span_event_data/,
  },
  "elastic-apm": {
    flags: flagged("elastic-apm-node/start.js"),
    file: both("elastic-apm-node/start.js"),
    sends: /^\/intake\/v2\/events/,
  },
  "elastic-otel": {
    product: "Elastic's EDOT",
    flags: flagged("@elastic/opentelemetry-node"),
    file: both("@elastic/opentelemetry-node"),
    sends: /^never/,
    exit: 143,
  },
  "otel-auto": {
    product: "OpenTelemetry's own SDK",
    flags: flagged("@opentelemetry/auto-instrumentations-node/register"),
    file: both("@opentelemetry/auto-instrumentations-node/register"),
    sends: /^never/,
  },
} as const satisfies Record<string, Agent>;

type Name = keyof typeof agents;

/** Who is started first, and how. */
const orders = {
  alone: ({ flags }: Agent, kind: Kind) => ({ flags: flags[kind], env: {} }),
  "by a flag before ours": ({ flags }: Agent, kind: Kind) => ({ flags: [...flags[kind], ...register], env: {} }),
  "by a flag, ours in code": ({ flags }: Agent, kind: Kind) => ({ flags: flags[kind], env: { START_IN_CODE: "1" } }),
  "by a flag after ours": ({ flags }: Agent, kind: Kind) => ({
    flags: ["--require", "@obsbox/sdk/register", ...flags[kind]],
    env: {},
  }),
  "in code before ours": ({ file }: Agent, kind: Kind) => ({
    flags: [],
    env: { AGENT: file[kind], START_IN_CODE: "1" },
  }),
  "in code after ours": ({ file }: Agent, kind: Kind) => ({ flags: register, env: { AGENT: file[kind] } }),
};

type Order = keyof typeof orders;

interface Case {
  readonly kind: Kind;
  /** The line of ours that it waits for. */
  readonly says?: string;
  readonly node?: string;
  readonly env?: Readonly<Record<string, string>>;
}

const caller = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" };

/** Runs the service, makes a request, lets it make two more, ends it, and gives all that was seen. */
async function observe(
  name: Name,
  order: Order,
  { kind, node = "24.21.0", env, says = "" }: Case,
  context: TestContext,
) {
  const agent: Agent = agents[name];
  const [binary, cwd] = await Promise.all([nodeBinary(node, context), foreignAgent(name, context)]);
  await using backend = await startAgentBackend();
  await using receiver = await startOtlpReceiver();
  const started = orders[order](agent, kind);
  await using program = startCommand(binary, ["--require", "./loopback.cjs", ...started.flags, `app.${kind}`], {
    cwd,
    env: { ...backend.env, ...exporting(receiver.url), ...started.env, ...env },
  });
  const port = await program.port();
  if (name === "newrelic" && env === undefined) {
    await waitFor("New Relic's agent", () => backend.taken.some((text) => text.includes("method=agent_settings")));
  }
  const headers = { traceparent: `00-${caller.traceId}-${caller.spanId}-01` };
  const response = await fetch(`http://127.0.0.1:${port}/orders/7`, { headers });
  const asked = (await response.json()) as Readonly<Record<"fetch" | "http", readonly string[]>>;
  const isServing = program.lines().some((line) => line["event.action"] === "service-start");
  const samples = isServing ? await scrape(program) : [];
  if (order.endsWith("before ours") && env === undefined) {
    await waitFor(
      "what the agent sends",
      () => name.includes("otel") || backend.taken.some((text) => agent.sends.test(text)),
    );
  }
  await waitFor(`the line ${says}`, () => program.stderr().includes(says));
  const exit = await program.end();
  return { status: response.status, asked, samples, exit, spans: receiver.spans, ...linesOf(program) };
}

function exporting(url: string) {
  return { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf", OTEL_LOGS_EXPORTER: "none" };
}

type Seen = Awaited<ReturnType<typeof observe>>;

/** What the service and the SDK have written; agents may say on stderr what they like, with their name before it. */
function linesOf(program: Program) {
  const errors = program
    .stderr()
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("DATADOG TRACER "));
  const lineOf = (text: string) => program.lines().find((line) => (line["message"] ?? line["msg"]) === text);
  return { errors, byLogger: lineOf("by logger"), byPino: lineOf("by pino") };
}

function headerOf(headers: readonly string[], name: string): readonly string[] {
  return headers.filter((_, index) => index % 2 === 1 && headers[index - 1]?.toLowerCase() === name);
}

function expectWorking(seen: Seen, name: Name): void {
  const { exit = 0 }: Agent = agents[name];
  expect([seen.status, seen.exit, seen.byLogger !== undefined]).toEqual([200, exit, true]);
  for (const headers of [seen.asked.fetch, seen.asked.http])
    expect(headerOf(headers, "traceparent").length).toBeLessThan(2);
}

/** Every span of ours is there once, in the caller's trace; so are metrics, and ids on the lines of both loggers. */
function expectWhole(seen: Seen): void {
  const ours = seen.spans.filter((span) => span.scope === "@obsbox/sdk" && span.traceId === caller.traceId);
  // What the agent itself sends is observed too, as a part of the request that it was made of.
  const names = ours.map(({ name }) => name).filter((name) => name !== "POST");
  expect(names.toSorted()).toEqual(["GET", "GET", "GET /headers", "GET /headers", "GET /orders/:id"]);
  for (const span of ours) expect(rootOf(span, seen.spans)).toBe(caller.spanId);
  for (const headers of [seen.asked.fetch, seen.asked.http]) {
    const [, , sent] = headerOf(headers, "traceparent")[0]?.split("-") ?? [];
    expect(ours.find(({ spanId }) => spanId === sent)?.name).toBe("GET");
  }
  const requests = samplesOf(seen.samples, "http_server_request_duration_seconds_count");
  expect(requests.find(({ labels }) => labels["http_route"] === "/orders/:id")?.value).toBe(1);
  for (const line of [seen.byLogger, seen.byPino]) {
    expect(line?.["trace.id"]).toBe(caller.traceId);
    expect(seen.spans.map(({ spanId }) => spanId)).toContain(line?.["span.id"]);
  }
}

/** The id of the span that none of those here is the parent of. */
function rootOf({ parentId }: Span, spans: readonly Span[]): string | null {
  const parent = spans.find(({ spanId }) => spanId === parentId);
  return parent === undefined ? parentId : rootOf(parent, spans);
}

describe("beside ours, whoever is first, both are whole and nothing is said:", () => {
  test.for<[Name, Order, Case]>([
    ["sentry-11", "by a flag before ours", { kind: "cjs" }],
    ["sentry-11", "by a flag before ours", { kind: "mjs" }],
    ["sentry-11", "by a flag after ours", { kind: "mjs" }],
    ["sentry-11", "in code after ours", { kind: "cjs" }],
    ["sentry-11", "in code after ours", { kind: "mjs", node: "22.23.3" }],
    ["sentry-11", "by a flag before ours", { kind: "mjs", node: "26.10.0" }],
    ["elastic-apm", "by a flag before ours", { kind: "cjs" }],
  ])("%s, %s, %o", async ([name, order, row], context) => {
    const seen = await observe(name, order, row, context);
    expectWorking(seen, name);
    expectWhole(seen);
    expect(seen.errors).toEqual([]);
  });
});

describe("that runs before ours, ours writes logs only and names it in one line:", () => {
  test.for<[Name, Order, Case]>([
    ["sentry-8", "by a flag before ours", { kind: "cjs" }],
    ["sentry-10", "by a flag before ours", { kind: "cjs" }],
    ["sentry-10", "by a flag before ours", { kind: "mjs" }],
    ["dd-trace", "by a flag before ours", { kind: "cjs" }],
    ["dd-trace", "by a flag before ours", { kind: "mjs" }],
    ["dd-trace", "by a flag, ours in code", { kind: "mjs", node: "22.23.3" }],
    ["newrelic", "by a flag before ours", { kind: "cjs" }],
    ["newrelic", "by a flag, ours in code", { kind: "mjs" }],
    ["newrelic", "by a flag before ours", { kind: "cjs", node: "26.10.0" }],
    ["elastic-otel", "by a flag before ours", { kind: "cjs" }],
    ["elastic-otel", "by a flag before ours", { kind: "mjs" }],
    ["otel-auto", "by a flag before ours", { kind: "cjs" }],
  ])("%s, %s, %o", async ([name, order, row], context) => {
    const { product }: Agent = agents[name];
    const seen = await observe(name, order, row, context);
    expectWorking(seen, name);
    expect(seen.errors).toEqual([
      `obsbox: ${product} runs in this process already, so obsbox writes logs only; start one of the two [second-sdk]`,
    ]);
    expect(seen.spans.filter(({ scope }) => scope === "@obsbox/sdk")).toEqual([]);
  });
});

describe("that is started after ours, ours is whole and names it in one line:", () => {
  test.for<[Name, Order, Case]>([
    ["sentry-8", "in code after ours", { kind: "cjs" }],
    ["sentry-10", "by a flag after ours", { kind: "cjs" }],
    ["sentry-10", "in code after ours", { kind: "mjs" }],
    ["dd-trace", "by a flag after ours", { kind: "cjs" }],
    ["dd-trace", "in code after ours", { kind: "mjs" }],
    ["newrelic", "by a flag after ours", { kind: "cjs" }],
    ["newrelic", "in code after ours", { kind: "mjs" }],
    ["elastic-otel", "by a flag after ours", { kind: "cjs" }],
    ["otel-auto", "in code after ours", { kind: "cjs" }],
  ])("%s, %s, %o", async ([name, order, row], context) => {
    const { product }: Agent = agents[name];
    const says = `obsbox: ${product} was started after obsbox: what both observe is recorded twice; start one of the two [second-sdk]`;
    const seen = await observe(name, order, { ...row, says }, context);
    expectWorking(seen, name);
    expectWhole(seen);
    // What the API says to OpenTelemetry's own SDK, which ends its providers twice, is said too.
    expect(seen.errors.filter((line) => !line.includes("shutdown may only be called once"))).toEqual([says]);
  });
});

describe("that is there and leaves requests to ours, nothing is said:", () => {
  test.for<[string, Name, Order, Case]>([
    ["switched off", "dd-trace", "by a flag before ours", { kind: "cjs", env: { DD_TRACE_ENABLED: "false" } }],
    ["switched off", "newrelic", "by a flag before ours", { kind: "cjs", env: { NEW_RELIC_ENABLED: "false" } }],
    ["its older API alone", "sentry-10", "in code after ours", { kind: "cjs", env: { AGENT: "./api-only.cjs" } }],
    ["for errors only", "sentry-10", "in code before ours", { kind: "cjs", env: { AGENT: "./errors-only.cjs" } }],
    ["for errors only", "sentry-10", "in code after ours", { kind: "cjs", env: { AGENT: "./errors-only.cjs" } }],
    ["its older API alone", "sentry-10", "in code before ours", { kind: "cjs", env: { AGENT: "./api-only.cjs" } }],
  ])("%s: %s, %s, %o", async ([, name, order, row], context) => {
    const seen = await observe(name, order, row, context);
    expectWorking(seen, name);
    expectWhole(seen);
    expect(seen.errors).toEqual([]);
  });
});

test.for<[Name, string | undefined]>([
  ["sentry-8", "@sentry/node 8.55.2 is a dependency too"],
  ["sentry-10", "@sentry/node 10.78.0 is a dependency too"],
  ["sentry-11", undefined],
  ["dd-trace", "dd-trace 6.21.0 is a dependency too"],
  ["newrelic", "newrelic 14.5.1 is a dependency too"],
  ["elastic-apm", "elastic-apm-node 4.18.0 is a dependency too"],
  ["elastic-otel", "@elastic/opentelemetry-node 1.18.0 is a dependency too"],
  ["otel-auto", "@opentelemetry/auto-instrumentations-node 0.82.0 is a dependency too"],
])("the doctor of ours knows %s as it is installed", async ([name, what], context) => {
  const cwd = await foreignAgent(name, context);
  const doctor = join(root, "sdk/dist/doctor/main.js");
  await using program = startCommand(process.execPath, [doctor, "doctor", "--json"], { cwd });
  await program.ended();
  const { checks } = JSON.parse(program.stdout()) as { checks: readonly DoctorCheck[] };
  const found = checks.find((check) => check.name === "other SDKs");
  const findings = found?.findings.map(({ level, code, what }) => ({ level, code, what }));
  expect(findings).toEqual(what === undefined ? [] : [{ level: "warning", code: "second-sdk", what }]);
  expect(found?.seen).toMatch(/^\S+ \d+\.\d+\.\d+$/);
});

interface DoctorCheck {
  readonly name: string;
  readonly seen: string;
  readonly findings: readonly Readonly<Record<"level" | "code" | "what", string>>[];
}
