/**
 * A process that ends, in any way that Node.js knows, ends with the SDK as it does without: the same exit code or
 * signal, the same bytes on stdout and stderr. What nobody caught is in the log, once.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { nodeBinary } from "../helpers/node-versions.ts";
import { startOtlpReceiver } from "../helpers/otlp-receiver.ts";
import type { OtlpReceiver } from "../helpers/otlp-receiver.ts";
import { startProgram } from "../helpers/run-program.ts";

const ways = Object.keys(createRequire(import.meta.url)("../fixtures/uncaught-ways.cjs"));
const modes = ["throw", "strict", "warn", "warn-with-error-code", "none"] as const;
const rejections = [
  "reject error",
  "reject cause",
  "reject text",
  "reject hostile",
  "twoRejections",
  "survivorOfRejection",
  "rejectionHandler",
  "handledLater",
];
/** What is thrown makes no difference to the module system. */
const waysOf = {
  "uncaught-app.mjs": ways,
  "uncaught-app.cjs": ways.filter((way) => !/^(throw|reject) (?!error)/.test(way)),
} as const;

let receiver: OtlpReceiver;
let folder: string;

beforeAll(async () => {
  receiver = await startOtlpReceiver();
  folder = mkdtempSync(join(tmpdir(), "obsbox-uncaught-"));
});
afterAll(async () => {
  await receiver[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

interface Ending {
  readonly end: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

interface Fatal {
  readonly action: unknown;
  readonly message: unknown;
}

interface Run {
  readonly file: "uncaught-app.cjs" | "uncaught-app.mjs";
  readonly way: string;
  readonly flags?: readonly string[];
  readonly node?: string;
}

/** The same program twice: with the SDK, and with a module of Node.js in its place, which does nothing. */
async function both({ file, way, flags = [], node }: Run): Promise<{ plain: Ending; ours: Ending; fatal: Fatal[] }> {
  const load = file.endsWith(".cjs") ? "--require" : "--import";
  const dir = mkdtempSync(join(folder, "run-"));
  const env = { OBSBOX_LOG_DIR: dir, OBSBOX_QUIET: "1", OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url };
  const common = { args: [way], ...(node === undefined ? {} : { node }) };
  const [plain, ours] = await Promise.all([
    endingOf(file, { ...common, flags: [load, "node:path", ...flags] }),
    endingOf(file, { ...common, flags: [load, "@obsbox/sdk/register", ...flags], env }),
  ]);
  return { plain, ours, fatal: fatalLines(dir) };
}

async function endingOf(file: string, settings: Parameters<typeof startProgram>[1]): Promise<Ending> {
  await using program = startProgram(file, settings);
  const end = await program.ended();
  return { end, stdout: program.stdout(), stderr: program.stderr().replaceAll(accidental, "") };
}

/**
 * Our own lines, process ids, addresses, and frames of Node.js' own queues, which show what else was waiting in them.
 */
const accidental = new RegExp(
  [
    "(?<=^|\\n)obsbox: [^\\n]*\\n",
    "(?<=\\(node:)\\d+",
    "0x[0-9a-f]+",
    "(?<=\\.\\.\\. )\\d+(?= lines matching cause)",
    "\\n[^\\n]*\\(node:(internal/process/task_queues|internal/timers|events):[\\d:]+\\)",
  ].join("|"),
  "g",
);

function fatalLines(dir: string): Fatal[] {
  const lines = readdirSync(dir).flatMap((name) => readFileSync(join(dir, name), "utf8").trim().split("\n"));
  const records: Record<string, unknown>[] = lines.map((line) => JSON.parse(line));
  return records
    .filter((record) => record["log.level"] === "fatal")
    .map((record) => ({ action: record["event.action"], message: record["message"] }));
}

describe.concurrent.each(["uncaught-app.cjs", "uncaught-app.mjs"] as const)("%s", (file) => {
  test.each(waysOf[file])("ends as without the SDK: %s", async (way) => {
    const { plain, ours } = await both({ file, way });
    expect(ours).toEqual(plain);
  });
});

describe.concurrent.each(modes)("--unhandled-rejections=%s", (mode) => {
  test.each(rejections)("ends as without the SDK: %s", async (way) => {
    const { plain, ours } = await both({ file: "uncaught-app.mjs", way, flags: [`--unhandled-rejections=${mode}`] });
    expect(ours).toEqual(plain);
  });
});

test.concurrent.each([
  ["--abort-on-uncaught-exception", "throw error later"],
  ["--abort-on-uncaught-exception", "survivor"],
  ["--abort-on-uncaught-exception", "capture"],
  ["--trace-uncaught", "throw text later"],
  ["--enable-source-maps", "throw cause later"],
  ["--stack-trace-limit=0", "throw error later"],
])("%s, %s: ends as without the SDK", async (flag, way) => {
  const { plain, ours } = await both({ file: "uncaught-app.mjs", way, flags: [flag] });
  expect(ours).toEqual(plain);
});

const waysOnAll = [
  "throw error",
  "throw text later",
  "reject cause",
  "emittedLater",
  "exitInHandler",
  "codeInExit",
] as const;
const onAll = ["22.18.0", "22.23.3", "26.10.0"].flatMap((version) => waysOnAll.map((way) => ({ version, way })));

test.concurrent.for(onAll)("Node.js $version ends as without the SDK: $way", async ({ version, way }, context) => {
  const node = await nodeBinary(version, context);
  const { plain, ours } = await both({ file: "uncaught-app.mjs", way, node });
  expect(ours).toEqual(plain);
});

/** How many lines there are for a way, and of which kind. */
const lines: readonly (readonly [way: string, flags: readonly string[], actions: readonly string[]])[] = [
  ["throw error", [], ["uncaughtException"]],
  ["throw undefined later", [], ["uncaughtException"]],
  ["throw hostile later", [], ["uncaughtException"]],
  ["throw proxy later", [], ["uncaughtException"]],
  ["reject noPrototype", [], ["unhandledRejection"]],
  ["exitInHandler", [], ["uncaughtException"]],
  ["survivor", [], ["uncaughtException"]],
  ["throwAndThrowInExit", [], ["uncaughtException"]],
  ["rejectionHandler", [], []],
  ["exit", [], []],
  ["reject error", ["--unhandled-rejections=strict"], ["unhandledRejection"]],
  ["survivorOfRejection", ["--unhandled-rejections=strict"], ["unhandledRejection"]],
  ["reject error", ["--unhandled-rejections=warn"], ["unhandledRejection"]],
  ["twoRejections", ["--unhandled-rejections=warn"], ["unhandledRejection", "unhandledRejection"]],
  ["reject text", ["--unhandled-rejections=warn-with-error-code"], ["unhandledRejection"]],
  ["reject error", ["--unhandled-rejections=none"], []],
];

test.concurrent.each(lines)("%s %j: fatal lines %j", async (way, flags, actions) => {
  const { fatal } = await both({ file: "uncaught-app.cjs", way, flags });
  expect(fatal.map(({ action }) => action)).toEqual(actions);
});
