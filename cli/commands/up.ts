/** `obsbox up`: finds or makes the box, checks what must be right, starts it, and waits until all of it is well. */
import { totalmem } from "node:os";
import { isBox, originOf } from "../box/box.ts";
import type { Box } from "../box/box.ts";
import { choiceOptions, readChoices, sizeByMemory } from "../box/choices.ts";
import { dirOption, locateBox } from "../box/find.ts";
import { firstLoginPath } from "../box/first-login.ts";
import { prepareBox } from "../box/prepare.ts";
import type { Command, Input } from "../command.ts";
import { unusedFirstLogin } from "../companion/users.ts";
import { docker } from "../docker/arguments.ts";
import { numberOf, parseDocuments } from "../docker/read.ts";
import { runDocker } from "../docker/run.ts";
import { interruptible } from "../interrupt.ts";
import { checkBox } from "../preflight/report.ts";
import { jsonOption, print, teller } from "../report/output.ts";
import { marks, painter } from "../report/style.ts";
import { bringUp } from "../start/bring-up.ts";
import { describeFailure, failureLines } from "../start/failure.ts";
import { startInBackground } from "../start/start.ts";
import type { Outcome } from "../start/start.ts";
import { openStartView } from "../start/view.ts";
import { welcomeLines } from "../start/welcome.ts";
import { parseDuration } from "../values.ts";
import { changeLines } from "./init.ts";

export const up: Command = {
  name: "up",
  about: "Starts a box, made first where there is none, and waits until every component is healthy.",
  options: {
    dir: dirOption,
    ...choiceOptions,
    timeout: { value: "TIME", about: "How long to wait for all components", default: "10m" },
    "no-wait": { about: "Starts the components and does not wait for them" },
    json: jsonOption,
  },
  async run(input) {
    const tell = teller(input);
    const timeoutMs = parseDuration("--timeout", input.values["timeout"]);
    const folder = locateBox(input.values["dir"]);
    const choices = readChoices(input);
    const size = choices.size ?? (isBox(folder) ? undefined : sizeByMemory(await availableMemory()));
    const prepared = await prepareBox(folder, { ...choices, size });
    const { box } = prepared;
    if (prepared.hasChanged) changeLines(prepared).forEach((line) => tell(line));
    if (!(await checkBox(box, input))) return 1;
    if (input.isOn("no-wait")) return leave(box, input);
    const view = openStartView(process.stderr, input.isOn("json"));
    const hint = "what was started goes on: obsbox status, obsbox down";
    const outcome = await interruptible(hint, (signal) => bringUp(prepared, { timeoutMs, signal, view })).finally(() =>
      view.end(),
    );
    return outcome.kind === "ready" ? welcome(box, outcome, input) : explain(box, outcome, input);
  },
};

/** Docker Desktop gives containers a part of the machine's memory; without an answer the machine's counts. */
async function availableMemory(): Promise<number> {
  const { code, stdout } = await runDocker(docker.info, { timeoutMs: 20_000 }).catch(() => ({ code: 1, stdout: "" }));
  const bytes = code === 0 ? numberOf(parseDocuments(stdout)[0]?.["MemTotal"]) : 0;
  return bytes > 0 ? bytes : totalmem();
}

function leave(box: Box, input: Input): number {
  startInBackground(box);
  print(input, { outcome: "starting", folder: box.folder, url: originOf(box) }, () => [
    "Starting. How far it is: obsbox status",
  ]);
  return 0;
}

async function welcome(box: Box, outcome: Outcome, input: Input): Promise<number> {
  const link = await unusedFirstLogin(box);
  const paint = painter(process.stdout);
  const seconds = (outcome.elapsedMs / 1000).toFixed(0);
  const result = outcome.isUnchanged
    ? `Nothing to change: all ${outcome.progress.length} components are healthy.`
    : `All ${outcome.progress.length} components are healthy after ${seconds} s.`;
  const firstLogin = link === undefined ? undefined : firstLoginPath(box);
  print(input, { ...summaryOf(box, outcome), firstLogin }, () => [
    ...(process.stderr.isTTY && !outcome.isUnchanged ? [""] : []), // Below the table.
    `${paint(marks.good, "good")} ${result}`,
    "",
    ...welcomeLines(box, link !== undefined, paint),
  ]);
  return 0;
}

async function explain(box: Box, outcome: Outcome, input: Input): Promise<number> {
  const failure = await describeFailure(box, outcome);
  if (input.isOn("json")) print(input, { ...summaryOf(box, outcome), message: outcome.message, failure }, () => []);
  else process.stderr.write(`${failureLines(outcome, failure, painter(process.stderr)).join("\n")}\n`);
  return 1;
}

function summaryOf(box: Box, { kind, isUnchanged, progress, elapsedMs }: Outcome) {
  return {
    outcome: isUnchanged ? "unchanged" : kind,
    folder: box.folder,
    url: originOf(box),
    seconds: Math.round(elapsedMs / 100) / 10,
    components: progress.map(({ name, phase, seconds }) => ({ name, phase, seconds })),
  };
}
