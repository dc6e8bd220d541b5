/** `obsbox logs`: what the components print. */
import type { Box } from "../box/box.ts";
import { dirOption, findBox } from "../box/find.ts";
import type { Command, Input } from "../command.ts";
import { compose } from "../docker/arguments.ts";
import { placeOf, runCompose } from "../docker/compose.ts";
import { fileLoggers, parseSince, readFileLogs } from "../docker/file-logs.ts";
import { readServices } from "../docker/model.ts";
import { passThrough } from "../docker/run.ts";
import { UserError } from "../errors.ts";
import { interruptible } from "../interrupt.ts";
import { jsonOption } from "../report/output.ts";
import { parseInteger } from "../values.ts";

/** Following ends with Ctrl-C. */
const followMs = 2 ** 31 - 1;

export const logs: Command = {
  name: "logs",
  about: "Shows what components print.",
  operands: ["[COMPONENT...]"],
  options: {
    dir: dirOption,
    follow: { about: "Goes on until Ctrl-C" },
    since: { value: "TIME", about: "From a time on, such as 10m or 2026-01-31T08:00:00Z" },
    tail: { value: "LINES", about: "Last lines of each component, or all", default: "200" },
    json: { ...jsonOption, about: "Prints a JSON object for each line" },
  },
  async run(input) {
    const box = findBox(input.values["dir"]);
    const choices = readChoices(input);
    const names = (await readServices(box)).map(({ name }) => name);
    const unknown = input.operands.find((name) => !names.includes(name));
    if (unknown !== undefined) {
      throw new UserError(`there is no component ${unknown}`, { hint: `expected ${names.join(", ")}`, exitCode: 2 });
    }
    return show(box, input, choices);
  },
};

interface Choices {
  readonly follow: boolean;
  readonly tail: string;
  readonly since: string | undefined;
  readonly sinceMs: number | undefined;
}

function readChoices({ values, isOn }: Input): Choices {
  const { since } = values;
  const tail = values["tail"] === "all" ? "all" : String(parseInteger("--tail", values["tail"], 0, 1e9));
  const sinceMs = since === undefined ? undefined : parseSince(since);
  if (since !== undefined && sinceMs === undefined) {
    throw new UserError(`--since: got "${since}"`, { hint: "expected a time such as 10m, or a date", exitCode: 2 });
  }
  return { follow: isOn("follow"), tail, since, sinceMs };
}

/** What Docker has of the components, and beside it what the box's own services have written to files. */
async function show(box: Box, input: Input, choices: Choices): Promise<number> {
  const isJson = input.isOn("json");
  const files = fileLoggers.filter((name) => input.operands.length === 0 || input.operands.includes(name));
  const args = compose.logs(input.operands, { ...choices, isPlain: isJson || !process.stdout.isTTY });
  const work = interruptible("", async (signal) => {
    const [code] = await Promise.all([
      isJson ? printLines(box, args, signal) : passThrough(["compose", ...args], placeOf(box)),
      ...files.map((name) =>
        readFileLogs(box, name, { ...choices, signal, onLine: (line) => printFileLine(name, line, isJson) }),
      ),
    ]);
    return code;
  });
  // Ctrl-C is how following ends.
  return work.catch((error: unknown) => {
    if (choices.follow && error instanceof UserError) return error.exitCode;
    throw error;
  });
}

function printFileLine(component: string, line: string, isJson: boolean): void {
  process.stdout.write(isJson ? `${JSON.stringify({ component, line })}\n` : `${component}-1  | ${line}\n`);
}

async function printLines(box: Box, [command = "", ...rest]: readonly string[], signal: AbortSignal): Promise<number> {
  const onLine = (line: string, stream: string) => {
    if (stream === "stdout") process.stdout.write(`${JSON.stringify(parseLine(line))}\n`);
  };
  const { code } = await runCompose(box, [command, "--timestamps", ...rest], { timeoutMs: followMs, signal, onLine });
  return code ?? 1;
}

/** A line is `grafana-1  | 2026-01-31T08:00:00.000000000Z text`. */
export function parseLine(line: string): { component: string; time: string | undefined; line: string } {
  const [, container = "", time, text = ""] = /^(\S+)\s+\| (?:(\d{4}-\d\d-\d\dT\S+) ?)?(.*)$/.exec(line) ?? [];
  return { component: container.replace(/-\d+$/, ""), time, line: container === "" ? line : text };
}
