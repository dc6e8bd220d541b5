import { mkdtemp, readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { register, startProgram } from "../helpers/run-program.ts";
import { adminUrl, samplesOf, scrape } from "../helpers/scrape.ts";
import { waitFor } from "../helpers/wait-for.ts";

type Line = Readonly<Record<string, unknown>>;

describe("a line of the logger", () => {
  let lines: Line[] = [];
  let text = "";
  let end = {};

  beforeAll(async () => {
    await using program = startProgram("logs-app.mjs");
    end = { code: await program.ended(), stderr: program.stderr() };
    text = program.stdout();
    lines = program.lines();
  });

  const line = (message: string) => {
    const found = lines.find((fields) => fields["message"] === message);
    if (found === undefined) throw new Error(`no line says ${message}`);
    return found;
  };

  test("is written whatever is in it, and nothing else happens", () => {
    expect(end).toEqual({ code: 0, stderr: "" });
  });

  test("is one JSON object on one line, whatever is in it", () => {
    expect(text.trimEnd().split("\n")).toHaveLength(lines.length);
    expect(lines.some(({ message }) => String(message).startsWith("two\r\nlines"))).toBe(true);
  });

  test("has the fields of the Elastic Common Schema", () => {
    expect(line("plain")).toEqual({
      "@timestamp": expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      "ecs.version": "9.0.0",
      "event.dataset": "logs_app",
      "event.id": expect.stringMatching(/^[0-9a-f]{16}-\d+$/),
      "host.hostname": expect.any(String),
      "log.level": "info",
      message: "plain",
      "process.pid": expect.any(Number),
      "service.environment": "test",
      "service.name": "logs-app",
      "service.node.name": expect.stringMatching(/^[0-9a-f-]{36}$/),
      "service.version": "1.0.0",
      "span.id": expect.stringMatching(/^[0-9a-f]{16}$/),
      "trace.id": expect.stringMatching(/^[0-9a-f]{32}$/),
    });
  });

  test("has ids inside a span only, and then the same ones", () => {
    const inside = lines.filter((fields) => fields["trace.id"] !== undefined && fields["trace.id"] !== "mine");
    expect(new Set(inside.map((fields) => fields["trace.id"])).size).toBe(1);
    expect(line("outside")).not.toHaveProperty("trace.id");
  });

  test("keeps plain fields under labels, others under app, and numbers numbers", () => {
    expect(line("fields")).toMatchObject({
      "labels.orderId": 7,
      "labels.paid": true,
      "app.cart": { items: ["a", "b"] },
    });
  });

  test("keeps what the schema knows at its place", () => {
    expect(line("ecs")).toMatchObject({
      "event.action": "charge",
      user: { id: "u1" },
      "http.request.id": "r1",
      "url.path": "/x",
    });
  });

  test("has an error's type, message and stack with its causes", () => {
    const error = line("outer");
    expect(error).toMatchObject({ "log.level": "error", "error.type": "Error", "error.message": "outer" });
    expect(error["error.stack_trace"]).toMatch(/^Error: outer\n\s+at [\s\S]*\nCaused by: TypeError: inner\n\s+at /);
    expect(line("with a message")).toMatchObject({ "error.type": "RangeError", "error.message": "beside" });
  });

  test("of a child has its bindings, of a named logger its name", () => {
    expect(line("child")).toMatchObject({ "labels.component": "cart", "labels.n": 1 });
    expect(line("named")).toMatchObject({ "log.logger": "billing" });
  });

  test("cannot be made to lie about itself", () => {
    const ours = line("ours");
    expect(ours).toMatchObject({ "log.level": "info", "service.name": "logs-app", "event.dataset": "logs_app" });
    expect(ours["@timestamp"]).not.toBe("1970");
    expect(ours["trace.id"]).toBe(line("plain")["trace.id"]);
    const written = text.split("\n").find((one) => one.includes('"message":"ours"')) ?? "";
    const keys = [...written.matchAll(/[{,]"([^"]+)":/g)].map(([, key]) => key);
    expect(new Set(keys).size).toBe(keys.length);
  });

  test("survives circles, getters that throw, and what JSON does not know", () => {
    expect(line("odd")).toMatchObject({
      "app.circular": { name: "round", self: "[Circular]" },
      "app.hostile": { throws: "[Unserializable]", fine: 1 },
      "labels.big": "10",
      "labels.date": "1970-01-01T00:00:00.000Z",
      "labels.bad": "[Invalid Date]",
      "labels.nan": "NaN",
      "labels.bytes": "[Uint8Array of 4000000 bytes]",
      "app.map": { k: 1 },
    });
    expect(line("odd")).not.toHaveProperty("labels.fn");
  });

  test("is bounded in depth, width and length, and says so", () => {
    const large = line("large");
    expect(JSON.stringify(large["app.deep"]).match(/inner/g)?.length ?? 0).toBeLessThanOrEqual(9);
    expect(Object.keys(large["app.wide"] as object).length).toBeLessThanOrEqual(129);
    expect(large["app.list"]).toHaveLength(101);
    const long = text.split("\n").map((one) => Buffer.byteLength(one));
    expect(Math.max(...long)).toBeLessThan(16 * 1024);
    expect(lines.find(({ message }) => String(message).startsWith("mmmm"))?.["message"]).toMatch(
      /\.\.\. \[1000000 characters\]$/,
    );
    expect(String(line("long field")["labels.text"])).toMatch(/^t+\.\.\. \[1000000 characters\]$/);
  });

  test("of the service's own pino gets ids and service, and stays as it is otherwise", () => {
    const own = lines.find(({ msg }) => msg === "own pino");
    expect(own).toMatchObject({
      level: 30,
      orderId: 7,
      "service.name": "logs-app",
      "trace.id": line("plain")["trace.id"],
    });
    const withId = text.split("\n").find((one) => one.includes('"own id"')) ?? "";
    expect(withId.match(/"trace\.id"/g)).toHaveLength(1);
  });
});

test("an old pino is named with the remedy", async () => {
  await using program = startProgram("old-pino.cjs", { flags: register });
  expect(await program.ended()).toBe(0);
  expect(program.stderr()).toMatch(
    /lines of pino 8\.\d+\.\d+ get no trace ids; update pino to 9\.10 or later \[pino-too-old\]/,
  );
});

test("every line of the process has an id with a number that has no gaps", async () => {
  await using program = startProgram("express-app.cjs", { flags: register });
  const base = `http://127.0.0.1:${await program.port()}`;
  for (let count = 0; count < 5; count++) await fetch(`${base}/things/${count}`);
  const lines = await waitFor("five access lines", () => {
    const found = program.lines().filter((fields) => fields["event.action"] === "http-request");
    return found.length === 5 && program.lines().filter((fields) => "event.id" in fields);
  });
  const ids = lines.map((fields) => /^([0-9a-f]{16})-(\d+)$/.exec(String(fields["event.id"])) ?? []);
  expect(new Set(ids.map(([, start]) => start)).size).toBe(1);
  expect(ids.map(([, , number]) => Number(number))).toEqual(ids.map((_, index) => index + 1));
});

test("every request has one access line, without its query", async () => {
  await using program = startProgram("express-app.cjs", { flags: register });
  const base = `http://127.0.0.1:${await program.port()}`;
  await fetch(`${base}/things/42?token=secret`, { headers: { "user-agent": "test", authorization: "Bearer secret" } });
  await fetch(`${base}/api/deep/1/boom`);
  const access = await waitFor("two access lines", () => {
    const found = program.lines().filter((fields) => fields["event.action"] === "http-request");
    return found.length === 2 && found;
  });
  expect(access).toMatchObject([
    {
      "log.level": "info",
      message: expect.stringMatching(/^GET \/things\/42 200 \d+\.\d ms$/),
      "http.request.method": "GET",
      "http.response.status_code": 200,
      "labels.http_route": "/things/:id",
      "url.path": "/things/42",
      "user_agent.original": "test",
      "event.outcome": "success",
      "event.duration": expect.any(Number),
      "trace.id": expect.any(String),
    },
    { "log.level": "error", "http.response.status_code": 500, "event.outcome": "failure" },
  ]);
  expect(program.stdout()).not.toContain("secret");
});

test("records are counted by level, those of the service's own pino too", async () => {
  await using program = startProgram("express-app.cjs", { flags: register });
  await fetch(`http://127.0.0.1:${await program.port()}/`);
  const counts = samplesOf(await scrape(program), "obsbox_log_records_total");
  const byLevel = Object.fromEntries(counts.map(({ labels, value }) => [labels["level"], value]));
  expect(byLevel).toMatchObject({ info: 2, warn: 0, error: 0, fatal: 0 }); // The start line and the access line.
});

describe("with OBSBOX_LOG_DIR", () => {
  test("lines go to files of bounded size and number, and to none but those", async () => {
    const dir = await mkdtemp(join(tmpdir(), "obsbox-logs-"));
    const env = { OBSBOX_LOG_DIR: join(dir, "deep", "er"), OBSBOX_LOG_FILE_BYTES: "20KiB", OBSBOX_LOG_FILE_COUNT: "3" };
    await using program = startProgram("many-lines.mjs", { env });
    expect(await program.ended()).toBe(0);
    expect(program.lines()).toEqual([]);
    const names = (await readdir(env.OBSBOX_LOG_DIR)).toSorted();
    expect(names).toHaveLength(3);
    expect(names.every((name) => /^many-lines\.\d{8}T\d{9}Z\.[\w-]+\.\d+\.[0-9a-f]{8}\.ndjson$/.test(name))).toBe(true);
    const files = await Promise.all(names.map((name) => readFile(join(env.OBSBOX_LOG_DIR, name), "utf8")));
    const all = files.map((file) =>
      file
        .trimEnd()
        .split("\n")
        .map((one): Line => JSON.parse(one)),
    );
    expect(all.every(([header]) => header?.["event.action"] === "log-file-opened")).toBe(true);
    expect(files.every((file) => file.length < 20 * 1024 + 1000)).toBe(true);
    const numbers = all
      .flat()
      .flatMap((fields) => (fields["labels.n"] === undefined ? [] : [Number(fields["labels.n"])]));
    expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, index) => 499 - numbers.length + 1 + index));
  });

  test("lines go to stdout too when both are targets", async () => {
    const dir = await mkdtemp(join(tmpdir(), "obsbox-logs-"));
    const env = { OBSBOX_LOG_DIR: dir, OBSBOX_LOG_TARGETS: "file,stdout" };
    await using program = startProgram("many-lines.mjs", { env });
    expect(await program.ended()).toBe(0);
    const files = await Promise.all((await readdir(dir)).map((name) => readFile(join(dir, name), "utf8")));
    expect(files.join("").split("\n").slice(1).join("\n")).toBe(program.stdout());
    expect(program.lines()).toHaveLength(500);
  });

  test("a folder that cannot be made is said, and stdout takes its place", async () => {
    await using program = startProgram("many-lines.mjs", { env: { OBSBOX_LOG_DIR: "/dev/null/logs" } });
    expect(await program.ended()).toBe(0);
    expect(program.stderr()).toMatch(
      /log files cannot be written to \/dev\/null\/logs: .*; stdout is used instead \[log-dir\]/,
    );
    expect(program.lines().filter(({ message }) => message === "line")).toHaveLength(500);
  });
});

test("OBSBOX_LOG_FORMAT=pretty prints text for people, without escapes of others", async () => {
  await using program = startProgram("logs-app.mjs", { env: { OBSBOX_LOG_FORMAT: "pretty" } });
  await program.ended();
  const text = program.stdout();
  expect(text).toMatch(/^\d\d:\d\d:\d\d\.\d{3} INFO {2}plain$/m);
  expect(text).toMatch(/INFO {2}fields orderId=7 paid=true note=null cart=\{"items":\["a","b"\]\}$/m);
  expect(text).toMatch(/ERROR outer error\.type=Error error\.message=outer\n {4}Error: outer\n/);
  expect(text).not.toContain("\u001b");
});

test("the level comes from OBSBOX_LOG_LEVEL, else LOG_LEVEL", async () => {
  for (const env of [{ LOG_LEVEL: "debug" }, { OBSBOX_LOG_LEVEL: "debug", LOG_LEVEL: "error" }]) {
    await using program = startProgram("logs-app.mjs", { env });
    await program.ended();
    expect(program.stdout()).toContain("too fine");
  }
});

test("lines of the start do not tell where telemetry goes when OBSBOX_QUIET is set", async () => {
  await using program = startProgram("users-app.mjs", { flags: register, env: { OBSBOX_QUIET: "1" } });
  await fetch(`http://127.0.0.1:${await program.port()}/users/1`);
  await waitFor("a line", () => program.lines()[0]);
  expect(program.stdout()).not.toContain("service-start");
});

test("the admin port's address is in the start line", async () => {
  await using program = startProgram("users-app.mjs", { flags: register });
  expect(await adminUrl(program)).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
});

test("a logger that nobody holds any more is gone: services make one for each request", async () => {
  await using program = startProgram("many-loggers.mjs", { flags: [...register, "--expose-gc"] });
  expect(await program.ended()).toBe(0);
  expect(Number(/^left (\d+)$/m.exec(program.stdout())?.[1])).toBeLessThan(10);
});
