import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { startOtlpReceiver } from "../helpers/otlp-receiver.ts";
import { register, startProgram } from "../helpers/run-program.ts";
import type { Program } from "../helpers/run-program.ts";
import { adminUrl } from "../helpers/scrape.ts";
import { waitFor } from "../helpers/wait-for.ts";

const folder = mkdtempSync(join(tmpdir(), "obsbox-crash-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** As OTLP numbers kinds and states of spans. */
const server = 2;
const failed = 2;

/** Spans wait longer than the test, so that only the end of the process sends them, with time for a busy machine. */
const waiting = { OTEL_BSP_SCHEDULE_DELAY: "60000", OBSBOX_CRASH_TIMEOUT_MS: "20000" };

interface Settings {
  readonly url: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
  readonly args?: readonly string[];
}

function start({ url, env = {}, flags = [], args = [] }: Settings): Program {
  return startProgram("crash-app.mjs", {
    args,
    flags: [...register, ...flags],
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: url, ...waiting, ...env },
  });
}

/** Asks for a path; the server may die of it. */
async function ask(program: Program, path: string): Promise<void> {
  const port = await program.port();
  await fetch(`http://127.0.0.1:${port}/${path}`, { signal: AbortSignal.timeout(1000) }).catch(() => {});
}

const fatalLines = (program: Program) => program.lines().filter((line) => line["log.level"] === "fatal");

test.each([
  ["throw", "uncaughtException"],
  ["later", "uncaughtException"],
  ["reject", "unhandledRejection"],
  ["inner", "unhandledRejection"],
])("%s: the fatal line has the trace of its request, whose span arrives as an error", async (way, event) => {
  await using receiver = await startOtlpReceiver();
  await using program = start({ url: receiver.url });
  await ask(program, way);
  expect(await program.ended()).toBe(1);
  const [line, ...others] = fatalLines(program);
  expect(others).toEqual([]);
  expect(line).toMatchObject({
    "event.action": event,
    "error.type": "Error",
    "error.message": "as it is",
    "error.stack_trace": expect.stringContaining("Caused by: TypeError: deeper"),
    "service.name": "obsbox",
  });
  const spans = receiver.spans.filter(({ name }) => name !== "service start");
  const root = spans.find(({ kind }) => kind === server);
  expect(root).toMatchObject({ traceId: line?.["trace.id"], status: failed });
  expect(spans.filter(({ status }) => status !== failed)).toEqual([]);
  expect(program.stderr()).toContain("as it is");
});

test("the span of a crash arrives also when the sampler keeps none", async () => {
  await using receiver = await startOtlpReceiver();
  await using program = start({ url: receiver.url, env: { OTEL_TRACES_SAMPLER: "always_off" } });
  await ask(program, "throw");
  expect(await program.ended()).toBe(1);
  expect(receiver.spans).toMatchObject([{ kind: server, status: failed }]);
});

test.each([
  ["text", { "error.type": "string", "error.message": "only text" }],
  ["object", { "error.type": "object", "app.thrown": { code: "E_ODD", nested: { deep: true } } }],
])("%s: what is no error gets a line too", async (way, fields) => {
  await using receiver = await startOtlpReceiver();
  await using program = start({ url: receiver.url });
  await ask(program, way);
  expect(await program.ended()).toBe(1);
  expect(fatalLines(program)).toMatchObject([fields]);
});

test("a handler of the service that lives on decides; it is counted, and no span ends early", async () => {
  await using receiver = await startOtlpReceiver();
  await using program = start({ url: receiver.url, args: ["survives"] });
  const admin = await adminUrl(program);
  const count = async () => {
    const text = await (await fetch(`${admin}/metrics`)).text();
    return /^obsbox_uncaught_exceptions_total\{.*event="uncaughtException".*\} (\d+)$/m.exec(text)?.[1];
  };
  expect(await count()).toBe("0");
  await ask(program, "later");
  await waitFor("the handler", () => program.stdout().includes("handled Error: as it is"));
  await ask(program, "");
  expect(await count()).toBe("1");
  expect(fatalLines(program)).toHaveLength(1);
});

test.each(["warn", "warn-with-error-code"])(
  "--unhandled-rejections=%s: the process lives on, and the line is there",
  async (mode) => {
    await using receiver = await startOtlpReceiver();
    await using program = start({ url: receiver.url, flags: [`--unhandled-rejections=${mode}`] });
    await ask(program, "reject");
    await waitFor("the line", () => fatalLines(program).length > 0);
    expect(fatalLines(program)).toMatchObject([
      { "event.action": "unhandledRejection", "error.type": "Error", "error.message": "as it is" },
    ]);
    expect(program.child.exitCode).toBeNull();
  },
);

test("process.exit() keeps its code, and what was not sent arrives", async () => {
  await using receiver = await startOtlpReceiver();
  await using program = start({ url: receiver.url });
  await ask(program, "exit");
  expect(await program.ended()).toBe(3);
  expect(receiver.spans.map(({ name }) => name)).toContain("last work");
  expect(fatalLines(program)).toEqual([]);
});

test("a receiver that never answers holds a crash no longer than the crash timeout, and the loss is said", async () => {
  await using hanging = await startSilentServer();
  await using program = start({ url: hanging.url, env: { OBSBOX_CRASH_TIMEOUT_MS: "400" } });
  await program.port();
  const began = performance.now();
  await ask(program, "throw");
  expect(await program.ended()).toBe(1);
  expect(performance.now() - began).toBeLessThan(15_000);
  expect(fatalLines(program)).toHaveLength(1);
  expect(program.stderr()).toMatch(/\d spans were not taken within 400 ms of the end .*\[exit-unsent\]/);
});

test("a crash leaves a diagnostic report where one is wanted, without environment and arguments", async () => {
  await using receiver = await startOtlpReceiver();
  const dir = join(folder, "reports");
  const env = { OBSBOX_CRASH_REPORT_DIR: dir, PLANTED: "planted-secret" };
  await using program = start({ url: receiver.url, env, args: ["", "planted-secret"] });
  await ask(program, "throw");
  expect(await program.ended()).toBe(1);
  expect(program.stderr()).not.toContain("report");
  const [name = ""] = readdirSync(dir);
  const text = readFileSync(join(dir, name), "utf8");
  expect(statSync(join(dir, name)).mode & 0o777).toBe(0o600);
  expect(JSON.parse(text)).toMatchObject({ javascriptStack: { message: expect.stringContaining("as it is") } });
  expect(text).not.toContain("planted-secret");
});

/** Takes connections and never says a word. */
async function startSilentServer() {
  const server = createServer().listen(0, "127.0.0.1");
  await waitFor("the server", () => server.listening);
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.close();
    },
  };
}
