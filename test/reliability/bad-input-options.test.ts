/** Every variable of the SDK with what people and templates put there by mistake: the service runs, and one line says why. */
import { mkdtemp } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { optionTable } from "../../sdk/src/options.ts";
import type { Parser } from "../../sdk/src/option-parsers.ts";
import { root, startProgram } from "../helpers/run-program.ts";

interface Row {
  readonly env?: readonly string[];
  readonly parser: Parser<unknown>;
  readonly isSecret?: true;
}

const rows = Object.values(optionTable).flatMap((group: Readonly<Record<string, Row>>) => Object.values(group));

/** By variable, the options that it sets. */
const variables = new Map<string, Row[]>();
for (const row of rows) for (const name of row.env ?? []) variables.set(name, [...(variables.get(name) ?? []), row]);

/** Linux passes on 128 KiB in one variable, and 2 MiB in all of them. */
const longest = 130_000;
const variablesOfRun = Math.floor(2 ** 20 / longest);

const secretMark = "s3cr3t-mark";
const values: Readonly<Record<string, string>> = {
  empty: "",
  blank: "  \t ",
  zero: "0",
  negative: "-1",
  endless: "1e999",
  "no number": "NaN",
  "130,000 characters": "x".repeat(longest),
  "several lines": "one\r\ntwo\nthree\u0007\u001b[31m",
  "quotes and dollars": `"'\`$HOME $(id) \${X} %s %00 \\`,
  "an address with a user": `ftp://ann:${secretMark}@box.example:1:2`,
  "a list with gaps": ",,a=b,=,;",
  "what JavaScript has": "__proto__",
};

/** What `--import @obsbox/sdk/register` finds: the service runs in a folder of its own, because some values are names of files. */
const imported = ["--import", pathToFileURL(join(root, "sdk/dist/register.js")).href];

/** Starts a small service, which asks itself and ends. */
async function run(env: Readonly<Record<string, string>>) {
  const cwd = await mkdtemp(join(tmpdir(), "obsbox-options-"));
  await using program = startProgram("option-app.mjs", { flags: imported, env, cwd });
  return { code: await program.ended(), stderr: program.stderr(), stdout: program.stdout() };
}

const isRefused = (name: string, value: string) =>
  value.trim() !== "" && (variables.get(name) ?? []).some((row) => row.parser.parse(value.trim()) === undefined);

const longestLine = 1000;

/** The first variable of an option that is set counts: those behind it are tried without it. */
const ranks = [0, 1].map((rank) => new Set(rows.flatMap(({ env = [] }) => env[rank] ?? [])));

describe.each(Object.entries(values))("%s", (_what, value) => {
  test("where it cannot be used: the service runs, and a line for each variable says what it expects", async () => {
    for (const refused of ranks.flatMap((names) =>
      runsOf(
        [...names].filter((name) => isRefused(name, value)),
        variablesOfRun,
      ),
    )) {
      const { code, stderr, stdout } = await run(Object.fromEntries(refused.map((name) => [name, value])));
      expect(code).toBe(0);
      const lines = [...stderr.matchAll(/^ {2}[\w.]+ \((\w+)\): got .+, expected .+/gm)];
      const said = new Set(lines.map(([, name]) => name));
      expect(refused.filter((name) => !said.has(name))).toEqual([]);
      expect(longestLineOf(stderr)).toBeLessThan(longestLine);
      expect(stdout + stderr).not.toContain(secretMark);
    }
  });

  test("where it can, in four variables at a time: the service runs", async () => {
    const taken = [...variables.keys()].filter((name) => !isRefused(name, value));
    // What is blank counts as not set.
    const runs = value.trim() === "" ? [taken] : runsOf(taken, 4);
    const wrong: unknown[] = [];
    const worker = async () => {
      for (let names = runs.pop(); names !== undefined; names = runs.pop()) {
        const { code, stderr } = await run(Object.fromEntries(names.map((name) => [name, value])));
        if (code !== 0 || longestLineOf(stderr) > longestLine)
          wrong.push({ names, code, stderr: stderr.slice(0, 500) });
      }
    };
    await Promise.all(Array.from({ length: availableParallelism() }, worker));
    expect(wrong).toEqual([]);
  });
});

function runsOf(names: readonly string[], most: number): string[][] {
  return Object.values(Object.groupBy(names, (_name, index) => Math.floor(index / most))).map((run) => run ?? []);
}

function longestLineOf(text: string): number {
  return Math.max(...text.split("\n").map((line) => line.length));
}

test("every variable is among them", () => {
  expect(variables.size).toBeGreaterThan(60);
});
