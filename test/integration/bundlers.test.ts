import { build } from "esbuild";
import type { BuildOptions } from "esbuild";
import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startOtlpReceiver } from "../helpers/otlp-receiver.ts";
import { fixtures, register, root, startCommand } from "../helpers/run-program.ts";
import { waitFor } from "../helpers/wait-for.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "obsbox-bundlers-"));
  await symlink(join(root, "node_modules"), join(folder, "node_modules"), "junction");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test.each([
  ["all packages are external", "esm", { packages: "external" }],
  ["only the SDK is external, with an Express that tells of its routes itself", "cjs", { external: ["@obsbox/sdk"] }],
] satisfies [string, "esm" | "cjs", BuildOptions][])(
  "a service bundled by esbuild is observed as ever where %s",
  async (_name, format, options) => {
    const file = await bundle("users-app.mjs", { ...options, format });
    await using receiver = await startOtlpReceiver();
    await using program = startCommand(process.execPath, [...register, file], {
      cwd: folder,
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url },
    });
    await fetch(`http://127.0.0.1:${await program.port()}/users/7`);
    const [span] = await receiver.requests(1);
    expect(span).toMatchObject({ name: "GET /users/:id" });
    const line = await waitFor("the line", () => program.lines().find(({ message }) => message === "user read"));
    expect(line["trace.id"]).toBe(span?.traceId);
    expect(program.stderr()).toBe("");
  },
);

test.each(["cjs", "esm"] as const)(
  "a bundle with the SDK inside does not start, as %s: it has to stay external",
  async (format) => {
    const file = await bundle("users-app.mjs", { format });
    await using program = startCommand(process.execPath, [file], { cwd: folder });
    expect(await program.ended()).toBe(1);
    expect(program.stderr()).toMatch(/Invalid URL|Dynamic require/);
  },
);

async function bundle(program: string, options: BuildOptions): Promise<string> {
  const outfile = join(folder, `${Object.keys(options).join("-")}.${options.format === "cjs" ? "cjs" : "mjs"}`);
  const entryPoints = [join(fixtures, program)];
  await build({ entryPoints, outfile, bundle: true, platform: "node", logLevel: "silent", ...options });
  return outfile;
}
