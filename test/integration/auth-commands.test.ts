import { mkdir, readFile, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startProgram } from "../helpers/run-program.ts";
import { startAuth } from "../helpers/start-auth.ts";
import type { AuthServer } from "../helpers/start-auth.ts";

let server: AuthServer;

beforeAll(async () => {
  server = await startAuth();
});
afterAll(() => server[Symbol.asyncDispose]());

describe("commands", () => {
  test("show who there is, the first administrator included, and nothing secret", async () => {
    const { token } = await server.run<{ token: string }>("users", "add", "Vera", "--role", "viewer");
    const { stdout } = await server.command("users", "list", "--json");
    expect(JSON.parse(stdout)).toEqual([
      { user: "admin", role: "admin", hasPassword: false },
      {
        user: "vera",
        role: "viewer",
        created: expect.any(String),
        hasPassword: false,
        linkExpires: expect.any(String),
      },
    ]);
    expect(stdout).not.toContain(token);
    const { stdout: tokens } = await server.command("tokens", "list", "--json");
    expect(JSON.parse(tokens)).toMatchObject([{ name: "default", scopes: ["otlp", "push", "es"] }]);
    expect(tokens).not.toContain(server.machineToken);
  });

  test("say in one line what is wrong and what to do, and exit with 1", async () => {
    const { code, stdout, stderr } = await server.command("users", "add", "nora", "--role", "root");
    expect([code, stdout, stderr]).toEqual([1, "", 'there is no role "root"; expected viewer, editor, admin\n']);
  });

  test("that run at the same time lose nothing", async () => {
    const names = Array.from({ length: 6 }, (_, n) => `parallel-${n}`);
    await Promise.all(names.map((name) => server.run("users", "add", name, "--role", "viewer")));
    const users = await server.run<{ user: string }[]>("users", "list");
    expect(
      users
        .map(({ user }) => user)
        .filter((name) => name.startsWith("parallel-"))
        .toSorted(),
    ).toEqual(names);
  });

  test("leave files that only their owner reads", async () => {
    const folder = join(server.folder, "data");
    const modes = await Promise.all(
      (await readdir(folder)).map(async (name) => (await stat(join(folder, name))).mode & 0o777),
    );
    expect(modes.length).toBeGreaterThan(1);
    expect(new Set(modes)).toEqual(new Set([0o600]));
  });

  test("note what they did: on stderr, or in a log file where the service has such files", async () => {
    const { stderr } = await server.command("users", "role", "vera", "editor");
    expect(JSON.parse(stderr)).toMatchObject({
      "event.category": ["iam"],
      "event.type": ["user", "change"],
      "event.action": "user-role",
      "event.outcome": "success",
      "user.name": "vera",
      role: "editor",
    });
    const logs = join(server.folder, "logs");
    await mkdir(logs);
    const env = { OBSBOX_LOG_DIR: logs, OBSBOX_DATA_DIR: join(server.folder, "data") };
    await using command = startProgram("stack/companion/main.ts", {
      args: ["tokens", "create", "noted", "--scope", "otlp"],
      env,
    });
    expect([await command.ended(), command.stderr()]).toEqual([0, ""]);
    const { token } = JSON.parse(command.stdout()) as { token: string };
    const [file = ""] = await readdir(logs);
    const text = await readFile(join(logs, file), "utf8");
    expect(text).toContain('"event.action":"token-create"');
    expect(text).toContain('"service.name":"obsbox-auth"');
    expect(text).not.toContain(token);
  });

  test("stop at a file that they cannot read, and leave it as it is", async () => {
    await using own = await startAuth();
    const path = join(own.folder, "data/users.json");
    await mkdir(join(own.folder, "data"), { recursive: true });
    await writeFile(path, "[]");
    const { code, stderr } = await own.command("users", "add", "vera", "--role", "viewer");
    expect([code, stderr]).toEqual([1, expect.stringMatching(/users\.json cannot be used: .*; mend it/)]);
    expect(await readFile(path, "utf8")).toBe("[]");
  });
});

describe("the start of the service", () => {
  async function startWith(
    env: Record<string, string>,
    secrets: Record<string, string> = { "session-key": "k".repeat(43) },
  ) {
    const folder = join(server.folder, `start-${Object.keys(env).join("-")}-${Object.keys(secrets).length}`);
    await mkdir(folder, { recursive: true });
    for (const [name, text] of Object.entries(secrets)) await writeFile(join(folder, name), text);
    const own = { OBSBOX_SECRETS_DIR: folder, OBSBOX_DATA_DIR: join(folder, "data"), OBSBOX_AUTH_PORT: "0" };
    await using program = startProgram("stack/companion/main.ts", { args: ["auth"], env: { ...own, ...env } });
    return { code: await program.ended(), stderr: program.stderr() };
  }

  test("says which settings cannot be used", async () => {
    const { code, stderr } = await startWith({ OBSBOX_URL: "http://box.test" });
    expect([code, stderr]).toEqual([1, expect.stringContaining("OBSBOX_URL")]);
    expect(stderr).not.toContain("    at ");
  });

  test("says which secret is missing or too weak", async () => {
    expect(await startWith({}, {})).toEqual({ code: 1, stderr: expect.stringContaining("session-key") });
  });

  test("says when its port is taken", async () => {
    const { port } = new URL(server.url);
    const { code, stderr } = await startWith({ OBSBOX_AUTH_PORT: port });
    expect([code, stderr]).toEqual([1, expect.stringContaining(`port ${port} cannot be opened`)]);
  });

  test("does not fail because of a telemetry variable that is wrong", async () => {
    const env = {
      OTEL_BSP_MAX_QUEUE_SIZE: "many",
      OBSBOX_ENABLED: "false",
      OTEL_METRICS_EXPORTER: "none",
      LOG_LEVEL: "silent",
    };
    await using own = await startAuth({ env });
    expect((await own.browser().get("/ping")).status).toBe(200);
    expect(await own.metric("obsbox_auth_logins_total")).toBe(0);
    expect(own.program.stderr()).toContain("OTEL_BSP_MAX_QUEUE_SIZE");
  });

  test("ends with 0 when it is told to", async () => {
    await using own = await startAuth();
    expect(await own.program.end("SIGTERM")).toBe(0);
  });
});
