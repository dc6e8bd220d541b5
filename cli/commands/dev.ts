/** `obsbox dev`: the box without containers around a program. */
import { prettyLine } from "@obsbox/sdk/pretty";
import { resolve } from "node:path";
import { openBox } from "../../stack/embedded/box.ts";
import type { Box } from "../../stack/embedded/box.ts";
import { childEnvironment } from "../../stack/embedded/child/environment.ts";
import { ProgramError, runProgram } from "../../stack/embedded/child/run.ts";
import type { Command, Input } from "../command.ts";
import { UserError } from "../errors.ts";
import { openInBrowser } from "../open.ts";
import { packageVersion, pageFolder } from "../paths.ts";
import { parseDuration, parseInteger, parseRetention } from "../values.ts";

export const dev: Command = {
  name: "dev",
  about: "Shows logs, metrics and traces of a program on this machine, without containers.",
  usage: "[-- program arguments...]",
  options: {
    port: { value: "PORT", about: "Port of the page; 0 takes a free one", env: "OBSBOX_DEV_PORT", default: "7700" },
    "otlp-port": {
      value: "PORT",
      about: "Port for services started elsewhere",
      env: "OBSBOX_DEV_OTLP_PORT",
      default: "4318",
    },
    host: {
      value: "ADDRESS",
      about: "Address to bind to; beyond this machine a token is needed",
      default: "127.0.0.1",
    },
    retention: { value: "LIMITS", about: "Age and size of the window", default: "24h,512MiB" },
    data: { value: "FOLDER", about: "Where the window is kept; `none` keeps it in memory", default: ".obsbox/dev" },
    scrape: { value: "TIME", about: "Time between two reads of the services' metrics", default: "5s" },
    open: { about: "Opens the page in a browser" },
  },
  async run(input) {
    const [command, ...args] = input.rest;
    const box = await open(input, command);
    try {
      say(`page ${box.url}  OTLP ${box.otlpUrl}`);
      if (input.isOn("open")) openInBrowser(box.url);
      return command === undefined ? await untilSignal() : await run(box, command, args);
    } finally {
      box.close();
    }
  },
};

async function open({ values }: Input, program: string | undefined): Promise<Box> {
  const host = values["host"] ?? "127.0.0.1";
  const token = process.env["OBSBOX_DEV_TOKEN"] || undefined;
  if (!isLoopbackName(host) && token === undefined) {
    throw new UserError(`--host ${host} opens the box to other machines`, {
      hint: "set OBSBOX_DEV_TOKEN to a secret that they must bring",
    });
  }
  const { maxAgeMs, maxBytes } = parseRetention(values["retention"] ?? "");
  const folder = values["data"] === "none" ? undefined : resolve(values["data"] ?? "");
  const settings = {
    host,
    token,
    folder,
    maxAgeMs,
    maxBytes,
    port: parseInteger("--port", values["port"], 0, 65_535),
    otlpPort: parseInteger("--otlp-port", values["otlp-port"], 0, 65_535),
    scrapeEveryMs: parseDuration("--scrape", values["scrape"]),
    pageFolder,
    version: packageVersion,
    say,
    program,
  };
  try {
    return await openBox(settings);
  } catch (error) {
    throw portError(error) ?? error;
  }
}

async function run(box: Box, command: string, args: readonly string[]): Promise<number> {
  const env = childEnvironment(process.env, box.otlpUrl, process.cwd());
  try {
    return await runProgram({ command, args, env, store: box.store, print });
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error;
    const hint = "give the program as you would start it, for instance: obsbox dev -- node app.js";
    throw new UserError(error.message, { hint, exitCode: error.exitCode, cause: error });
  }
}

/** A person gets text, a program that reads our output gets what the service wrote. */
function print(line: string, stream: "stdout" | "stderr"): void {
  const to = process[stream];
  to.write(to.isTTY ? prettyLine(line, { colors: to.hasColors(), service: true }) : `${line}\n`);
}

function say(message: string): void {
  process.stderr.write(`obsbox: ${message}\n`);
}

async function untilSignal(): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  process.once("SIGINT", () => resolve(0));
  process.once("SIGTERM", () => resolve(0));
  return promise;
}

function isLoopbackName(host: string): boolean {
  return host === "localhost" || host === "::1" || host.startsWith("127.");
}

function portError(error: unknown): UserError | undefined {
  if (!(error instanceof Error) || !("code" in error) || !("port" in error)) return undefined;
  const reason = error.code === "EADDRINUSE" ? "is taken" : `cannot be opened (${String(error.code)})`;
  const hint = "stop what uses it, or choose others with --port and --otlp-port; 0 takes a free one";
  return new UserError(`port ${String(error.port)} ${reason}`, { hint, cause: error });
}
