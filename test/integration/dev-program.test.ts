import { execFile } from "node:child_process";
import { createServer } from "node:http";
import type { ServerResponse } from "node:http";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { portOf } from "../../stack/embedded/http/server.ts";
import { freePort } from "../helpers/free-port.ts";
import { fixtures, root, startCommand } from "../helpers/run-program.ts";
import { otlpSpan, startBox } from "../helpers/start-box.ts";
import { waitFor } from "../helpers/wait-for.ts";

interface Log {
  readonly message: string;
  readonly service: string;
  readonly severity: number;
  readonly attributes: Readonly<Record<string, unknown>>;
}

const cli = join(root, "cli/main.ts");
const memory = ["--port", "0", "--otlp-port", "0", "--data", "none"];

describe("the program's end is the box's end", () => {
  test.each([0, 7])("exit code %i is passed on", async (code) => {
    await using box = await startBox({ command: [process.execPath, join(fixtures, "noisy.mjs"), String(code)] });
    expect(await box.program.ended()).toBe(code);
  });

  test("a command that is not there ends with 127 and a plain message", async () => {
    await using program = startCommand(process.execPath, [cli, "dev", ...memory, "--", "nonexistent"]);
    expect(await program.ended()).toBe(127);
    expect(program.stderr()).toContain("obsbox: nonexistent: command not found\n");
    expect(program.stderr()).not.toContain("    at ");
  });

  test.each(["SIGINT", "SIGTERM"] as const)(
    "%s ends the program and the box, and what the program said last is kept",
    async (signal) => {
      await using box = await startBox({ command: [process.execPath, join(fixtures, "ending-app.mjs"), "handler"] });
      await waitFor("the program", () => box.program.stdout().includes("listening"));
      box.program.child.kill(signal);
      expect(await box.program.ended()).toBe(signal === "SIGTERM" ? 5 : 130);
    },
  );
});

test("metrics that come in while the box ends do it no harm", async () => {
  const held: ServerResponse[] = [];
  const service = createServer((_request, response) => void held.push(response)).listen(0, "127.0.0.1");
  await waitFor("the service", () => service.listening);
  await using box = await startBox();
  const attributes = [{ key: "obsbox.admin.url", value: { stringValue: `http://127.0.0.1:${portOf(service)}` } }];
  await box.send("traces", { resourceSpans: [{ resource: { attributes }, scopeSpans: [{ spans: [otlpSpan()] }] }] });
  await waitFor("a scrape", () => held.length > 0);
  box.program.child.kill("SIGTERM");
  const isClosed = () =>
    fetch(box.url).then(
      () => false,
      () => true,
    );
  await waitFor("the end of the page", isClosed);
  for (const response of held) response.end("# TYPE late gauge\nlate 1\n");
  expect(await box.program.ended(), box.program.stderr()).toBe(0);
  service.close();
});

test("every line is printed as it is, and kept: ECS, pino, plain text, stack traces", async () => {
  const script = `import(${JSON.stringify(join(fixtures, "noisy.mjs"))}); setInterval(() => {}, 1000); process.exit = () => {};`;
  await using box = await startBox({ command: [process.execPath, "-e", script], env: { OBSBOX_QUIET: "1" } });
  const logs = await waitFor("all lines", async () => {
    const all = await box.get<Log[]>("/api/logs?minutes=100000000");
    return all.length >= 5 && all;
  });
  const find = (start: string) => logs.find(({ message }) => message.startsWith(start));
  expect(find("plain text")).toMatchObject({ severity: 9, attributes: { stream: "stdout" } });
  expect(find("from pino")).toMatchObject({ severity: 17, service: "by-pino", attributes: { orderId: 7 } });
  expect(find("{not json")).toBeDefined();
  expect(find("Error: on stderr")?.message).toMatch(/^Error: on stderr\n\s+at /);
  expect(find("xxx")).toMatchObject({ attributes: { "log.truncated": true, "log.original_bytes": 1_000_000 } });
  expect(find("xxx")?.message).toHaveLength(64 * 1024);
  expect(box.program.stdout()).toContain('{"level":50,"time":1795000000000,"msg":"from pino"');
});

test("a program that knows nothing of the SDK shows its traces, metrics and access lines", async () => {
  const port = await freePort();
  await using box = await startBox({
    command: [process.execPath, "examples/no-code/app.cjs"],
    env: { PORT: String(port) },
  });
  await waitFor("the program", () => box.program.stdout().includes("open at"));
  const { traces } = await waitFor("a trace", async () => {
    await fetch(`http://localhost:${port}/rooms/kitchen`);
    const found = await box.get<{ traces: { operation: string }[] }>("/api/traces?operation=rooms");
    return found.traces.length > 0 && found;
  });
  expect(traces[0]?.operation).toBe("GET /rooms/:name");
  await waitFor("metrics", () => box.get("/api/metrics/http_server_request_duration_seconds"));
  const logs = await box.get<Log[]>("/api/logs?text=rooms");
  expect(logs[0]?.message).toMatch(/^GET \/rooms\/kitchen 200/);
});

describe("options", () => {
  test.each([
    [["--prot", "1"], 2, "Unknown option '--prot'"],
    [["--port", "70000"], 2, '--port: got "70000"'],
    [["--retention", "soon"], 2, '--retention: got "soon"'],
    [["--scrape", "5"], 2, '--scrape: got "5"'],
    [["--host", "0.0.0.0"], 1, "set OBSBOX_DEV_TOKEN"],
  ])("%j is named with what was expected", async (options, code, text) => {
    await using program = startCommand(process.execPath, [cli, "dev", ...options]);
    expect(await program.ended()).toBe(code);
    expect(program.stderr()).toContain(text);
    expect(program.stderr().trimEnd().split("\n")).toHaveLength(2);
  });

  test("a port that is taken is said with its remedy", async () => {
    await using box = await startBox();
    const { port } = new URL(box.url);
    await using second = startCommand(process.execPath, [
      cli,
      "dev",
      "--port",
      port,
      "--otlp-port",
      "0",
      "--data",
      "none",
    ]);
    expect(await second.ended()).toBe(1);
    expect(second.stderr()).toContain(`obsbox: port ${port} is taken\n`);
  });

  test("an unknown command names those that there are", async () => {
    await using program = startCommand(process.execPath, [cli, "deploy"]);
    expect(await program.ended()).toBe(2);
    expect(program.stderr()).toContain("there is no command deploy");
  });

  test("--help and --version need nothing", async () => {
    const run = promisify(execFile);
    const [help, version] = await Promise.all([
      run(process.execPath, [cli, "dev", "--help"]),
      run(process.execPath, [cli, "--version"]),
    ]);
    expect(help.stdout).toContain("--retention LIMITS");
    expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
