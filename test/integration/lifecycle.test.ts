import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startOtlpReceiver } from "../helpers/otlp-receiver.ts";
import { fixtures, startCommand, startProgram } from "../helpers/run-program.ts";
import type { Program } from "../helpers/run-program.ts";
import { adminUrl } from "../helpers/scrape.ts";
import { waitFor } from "../helpers/wait-for.ts";

/** Spans wait longer than the test: only the end of the process sends them. */
const waiting = { OTEL_BSP_SCHEDULE_DELAY: "60000" };

function start(how: string, url: string, env: Record<string, string> = {}): Program {
  return startProgram("ending-app.mjs", { args: [how], env: { OTEL_EXPORTER_OTLP_ENDPOINT: url, ...waiting, ...env } });
}

test("a process that has nothing left to do ends by itself, and its spans arrive", async () => {
  await using receiver = await startOtlpReceiver();
  await using program = start("natural", receiver.url);
  expect(await program.ended()).toBe(0);
  expect(receiver.spans.map(({ name }) => name)).toContain("last work");
  expect(program.stderr()).toBe("");
});

test.each(["SIGTERM", "SIGINT"] as const)(
  "%s sends what is left and ends the process by that signal",
  async (signal) => {
    await using receiver = await startOtlpReceiver();
    await using program = start("wait", receiver.url);
    await program.port();
    expect(await program.end(signal)).toBe(signal);
    expect(receiver.spans.map(({ name }) => name)).toContain("last work");
    expect(program.stdout()).toContain("last line");
  },
);

test("with a handler of its own the service decides when to end, and its spans arrive meanwhile", async () => {
  await using receiver = await startOtlpReceiver();
  await using program = start("handler", receiver.url);
  await program.port();
  expect(await program.end("SIGTERM")).toBe(5);
  expect(program.stdout()).toContain("own handler");
  expect(receiver.spans.map(({ name }) => name)).toContain("last work");
});

test("a second signal ends the process at once", async () => {
  await using hanging = await startHangingServer();
  await using program = start("wait", hanging.url);
  await program.port();
  program.child.kill("SIGTERM");
  await waitFor("the connection of the exporter", () => hanging.connections() > 0);
  expect(await program.end("SIGTERM")).toBe("SIGTERM");
});

test("a receiver that never answers holds the end no longer than the shutdown timeout", async () => {
  await using hanging = await startHangingServer();
  await using program = start("wait", hanging.url, { OBSBOX_SHUTDOWN_TIMEOUT_MS: "300" });
  await program.port();
  const began = performance.now();
  expect(await program.end("SIGTERM")).toBe("SIGTERM");
  expect(performance.now() - began).toBeLessThan(3000);
  expect(program.stderr()).toContain("not sent within 300 ms of the end is lost");
});

test.each([
  ["exit", 3],
  ["throw", 1],
])("%s keeps its exit code, and the lines before it are written", async (how, code) => {
  await using receiver = await startOtlpReceiver();
  await using program = start(how, receiver.url);
  expect(await program.ended()).toBe(code);
  expect(program.stdout()).toContain("last line");
  expect(program.stdout()).toContain("line of the exit");
});

test("the service is not ready any more once it is told to end", async () => {
  await using receiver = await startOtlpReceiver();
  await using program = start("handler", receiver.url);
  const admin = await adminUrl(program);
  expect((await fetch(`${admin}/readyz`)).status).toBe(200);
  program.child.kill("SIGTERM");
  await waitFor("the handler", () => program.stdout().includes("own handler"));
  expect((await fetch(`${admin}/readyz`)).status).toBe(503);
});

test("it says so until its very end", async () => {
  await using hanging = await startHangingServer();
  await using program = start("wait", hanging.url);
  const admin = await adminUrl(program);
  program.child.kill("SIGTERM");
  await waitFor("the connection of the exporter", () => hanging.connections() > 0);
  expect((await fetch(`${admin}/readyz`)).status).toBe(503);
});

const asFirstProcess = ["--user", "--map-root-user", "--pid", "--fork", "--kill-child", "--mount-proc"];
const hasNamespaces = spawnSync("unshare", [...asFirstProcess, "true"]).status === 0;

test.skipIf(!hasNamespaces).each([
  ["SIGTERM", 143],
  ["SIGINT", 130],
] as const)("the first process of a container, which no signal ends by itself, ends by %s", async (signal, code) => {
  await using receiver = await startOtlpReceiver();
  const args = [...asFirstProcess, process.execPath, join(fixtures, "ending-app.mjs"), "wait"];
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, ...waiting };
  await using program = startCommand("unshare", args, { env });
  await program.port();
  const { pid } = program.child;
  const service = Number(readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8"));
  process.kill(service, signal);
  expect(await program.ended()).toBe(code);
  expect(receiver.spans.map(({ name }) => name)).toContain("last work");
});

/** Takes connections and never says a word. */
async function startHangingServer() {
  let connections = 0;
  const server = createServer(() => void (connections += 1)).listen(0, "127.0.0.1");
  await waitFor("the server", () => server.listening);
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      server.close();
    },
  };
}

test("a reader of stdout that takes nothing does not hold the end", async () => {
  const args = [join(fixtures, "unread-lines.mjs")];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  child.stdout.pause();
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
  await waitFor("the lines", () => errors.includes("logged"));
  child.kill("SIGTERM");
  try {
    await waitFor("the end", () => child.signalCode === "SIGTERM", 10_000);
  } finally {
    child.kill("SIGKILL");
  }
});
