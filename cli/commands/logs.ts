/** `obsbox logs`: what the components print. */
import { findBox, dirOption } from "../box/find.ts";
import type { Box } from "../box/box.ts";
import type { Command, Input } from "../command.ts";
import { compose } from "../docker/arguments.ts";
import { placeOf, runCompose } from "../docker/compose.ts";
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
    tail: { value: "LINES", about: "Last lines of each component", default: "200" },
    json: { ...jsonOption, about: "Prints a JSON object for each line" },
  },
  async run(input) {
    const box = findBox(input.values["dir"]);
    const names = (await readServices(box)).map(({ name }) => name);
    const unknown = input.operands.find((name) => !names.includes(name));
    if (unknown !== undefined) {
      throw new UserError(`there is no component ${unknown}`, { hint: `expected ${names.join(", ")}`, exitCode: 2 });
    }
    return input.isOn("json") ? printLines(box, input) : passThrough(["compose", ...argsOf(input)], placeOf(box));
  },
};

function argsOf({ values, operands, isOn }: Input): readonly string[] {
  const tail = values["tail"] === "all" ? "all" : String(parseInteger("--tail", values["tail"], 0, 1e9));
  return compose.logs(operands, {
    follow: isOn("follow"),
    since: values["since"],
    tail,
    isPlain: !process.stdout.isTTY,
  });
}

async function printLines(box: Box, input: Input): Promise<number> {
  const [command = "", ...rest] = argsOf(input);
  const onLine = (line: string, stream: string) => {
    if (stream === "stdout") process.stdout.write(`${JSON.stringify(parseLine(line))}\n`);
  };
  const args = [command, "--timestamps", ...rest];
  const { code } = await interruptible("", (signal) => runCompose(box, args, { timeoutMs: followMs, signal, onLine }));
  return code ?? 1;
}

/** A line is `grafana-1  | 2026-01-31T08:00:00.000000000Z text`. */
export function parseLine(line: string): { component: string; time: string | undefined; line: string } {
  const [, container = "", time, text = ""] = /^(\S+)\s+\| (?:(\d{4}-\d\d-\d\dT\S+) ?)?(.*)$/.exec(line) ?? [];
  return { component: container.replace(/-\d+$/, ""), time, line: container === "" ? line : text };
}
