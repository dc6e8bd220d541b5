#!/usr/bin/env node
/** `npx @obsbox/sdk doctor`: looks at what usually keeps telemetry from arriving, and says what to do. */
import { parseArgs } from "node:util";
import { messageOf } from "../diagnostics.ts";
import { sdkVersion } from "../resource.ts";
import { shutdown } from "../telemetry.ts";
import { hasFailure, runChecks } from "./checks.ts";
import { gatherFacts } from "./facts.ts";
import type { Result } from "./finding.ts";
import { hideSecrets, painter, reportLines } from "./report.ts";

const help = `Looks at what usually keeps telemetry from arriving, and says what to do about it.
Run it in the folder of the service, with the environment of the service.

Usage: npx @obsbox/sdk doctor [options]

  --send      Sends a test line, a test metric and a test span the way the service's own go
  --url URL   The OTLP receiver to ask, instead of the one that the environment names
  --env FILE  Reads variables from a file first, as node --env-file does
  --json      Prints the report as JSON
  --help      Shows this text

Exit code: 0 when no check fails, 1 when one does, 2 for wrong usage.
`;

const options = {
  send: { type: "boolean" },
  url: { type: "string" },
  env: { type: "string" },
  json: { type: "boolean" },
  help: { type: "boolean" },
} as const;

class UsageError extends Error {}

async function run(args: readonly string[]): Promise<number> {
  const { send = false, json = false, help: isHelp = false, url, env: envFile } = read(args);
  if (isHelp) return print(help, 0);
  if (envFile !== undefined) loadFile(envFile);
  if (url !== undefined) useReceiver(url);
  await shutdown(); // Where NODE_OPTIONS has started the SDK in this process too.
  const facts = gatherFacts(process.cwd(), process.env);
  const results = hideSecrets([...(await runChecks(facts)), ...(send ? await sendTest(facts) : [])]);
  const isHealthy = !hasFailure(results);
  const lines = () => reportLines(results, painter(process.stdout)).join("\n");
  const text = json ? jsonOf(facts.service, isHealthy, results) : lines();
  return print(`${text}\n`, isHealthy ? 0 : 1);
}

function read(args: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    const [command, ...others] = positionals;
    if (values.help === true) return values;
    if (command !== "doctor") throw new Error(command === undefined ? "a command is missing" : `no command ${command}`);
    if (others.length > 0) throw new Error(`unexpected argument ${others.join(" ")}`);
    if (values.url !== undefined && !/^https?:\/\//.test(values.url)) throw new Error("--url is no http address");
    return values;
  } catch (error) {
    throw new UsageError(messageOf(error).split(". ", 1)[0]);
  }
}

function loadFile(path: string): void {
  try {
    process.loadEnvFile(path);
  } catch (error) {
    throw new UsageError(`${path} cannot be read: ${messageOf(error)}`);
  }
}

/** Signals with an address of their own would not be asked there. */
function useReceiver(url: string): void {
  process.env["OTEL_EXPORTER_OTLP_ENDPOINT"] = url;
  delete process.env["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"];
  delete process.env["OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"];
}

/** What starts the SDK takes time to load. */
async function sendTest(facts: Parameters<typeof runChecks>[0]): Promise<readonly Result[]> {
  const roundTrip = await import("./round-trip.ts");
  return roundTrip.sendTest(facts);
}

function jsonOf(service: string, isHealthy: boolean, checks: readonly Result[]): string {
  return JSON.stringify({ service, sdk: sdkVersion, node: process.versions.node, isHealthy, checks }, undefined, 2);
}

function print(text: string, code: number): Promise<number> {
  return new Promise((resolve) => void process.stdout.write(text, () => resolve(code)));
}

/** Requests of the SDK do not keep a process alive; the doctor waits for them. */
setInterval(() => {}, 60_000);
try {
  process.exit(await run(process.argv.slice(2))); // Whatever still waits for an answer.
} catch (error) {
  const isUsage = error instanceof UsageError;
  const hint = isUsage ? "\nSee npx @obsbox/sdk doctor --help" : "";
  process.stderr.write(`obsbox doctor: ${messageOf(error)}${hint}\n`, () => process.exit(isUsage ? 2 : 1));
}
