/** Asks the box's Alertmanager, with the tools in its container: its port is not published. */
import type { Box } from "../box/box.ts";
import { compose } from "../docker/arguments.ts";
import { runCompose } from "../docker/compose.ts";
import { fieldsOf, listOf, parseDocuments, textOf } from "../docker/read.ts";
import { lastLine } from "../docker/run.ts";
import { UserError } from "../errors.ts";

const address = "http://127.0.0.1:9093/alertmanager";

export type Labels = Readonly<Record<string, string>>;

export interface FiringAlert {
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly since: string;
  /** `active`, `suppressed` or `unprocessed`. */
  readonly state: string;
  /** Whether somebody silenced it, or a worse alert explains it. */
  readonly silenced: boolean;
  readonly inhibited: boolean;
  /** Names of the receivers that its routes lead to. */
  readonly receivers: readonly string[];
}

export async function listAlerts(box: Box, filter?: string): Promise<readonly FiringAlert[]> {
  const query = filter === undefined ? "" : `?filter=${encodeURIComponent(filter)}`;
  return parseAlerts(await get(box, `/api/v2/alerts${query}`));
}

export function parseAlerts(text: string): readonly FiringAlert[] {
  return parseDocuments(text).map((row) => {
    const status = fieldsOf(row["status"]);
    return {
      labels: textsOf(row["labels"]),
      annotations: textsOf(row["annotations"]),
      since: textOf(row["startsAt"]),
      state: textOf(status["state"]),
      silenced: listOf(status["silencedBy"]).length > 0,
      inhibited: listOf(status["inhibitedBy"]).length > 0,
      receivers: listOf(row["receivers"]).map((receiver) => textOf(fieldsOf(receiver)["name"])),
    };
  });
}

export async function readMetrics(box: Box): Promise<string> {
  return get(box, "/metrics");
}

/** @param end When it ends; without it Alertmanager waits for the next word. */
export async function postAlert(box: Box, labels: Labels, annotations: Labels, end: Date): Promise<void> {
  const pairs = (some: Labels) => Object.entries(some).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  const notes = pairs(annotations).map((pair) => `--annotation=${pair}`);
  const args = ["amtool", "alert", "add", `--alertmanager.url=${address}`, `--end=${end.toISOString()}`, ...notes];
  await run(box, [...args, ...pairs(labels)]);
}

function get(box: Box, path: string): Promise<string> {
  return run(box, ["wget", "-q", "-O", "-", `${address}${path}`]);
}

async function run(box: Box, command: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runCompose(box, compose.exec("alertmanager", command));
  if (code === 0) return stdout;
  const said = lastLine(stderr) ?? "it gives no reason";
  const isDown = /is not running|no such service|No such container/i.test(said);
  throw new UserError(isDown ? "Alertmanager does not run" : `Alertmanager does not answer: ${said}`, {
    hint: isDown ? "start it: obsbox up" : "obsbox logs alertmanager may say more",
  });
}

function textsOf(value: unknown): Labels {
  return Object.fromEntries(Object.entries(fieldsOf(value)).map(([name, text]) => [name, textOf(text)]));
}
