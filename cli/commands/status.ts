/** `obsbox status`: the truth about each component. */
import { originOf } from "../box/box.ts";
import type { Box } from "../box/box.ts";
import { findBox, dirOption } from "../box/find.ts";
import type { Command } from "../command.ts";
import { inspectContainers, isOneShot, isReady, listContainers, phaseOf } from "../docker/containers.ts";
import type { Container, ContainerDetails, Phase } from "../docker/containers.ts";
import { readServices } from "../docker/model.ts";
import { readMemory } from "../docker/stats.ts";
import type { Memory } from "../docker/stats.ts";
import { jsonOption, print } from "../report/output.ts";
import { marks, painter, widthOf } from "../report/style.ts";
import { oneLine, renderTable } from "../report/table.ts";
import { age, mebibytes } from "../report/units.ts";
import { phaseStyles } from "../start/view.ts";

export interface ComponentStatus {
  readonly name: string;
  readonly phase: Phase | "absent";
  /** When it came into this state: start or end of the container. */
  readonly since: string | undefined;
  readonly restarts: number;
  readonly memory: Memory | undefined;
  /** Last thing that its healthcheck held against it, or how it ended. */
  readonly problem: string | undefined;
}

export const status: Command = {
  name: "status",
  about: "Shows each component: state, health, restarts, memory, last failure. Exit code 0 when all are well.",
  options: { dir: dirOption, json: jsonOption },
  async run(input) {
    const box = findBox(input.values["dir"]);
    const components = await readStatus(box);
    const isHealthy = components.every(({ phase }) => phase !== "absent" && isReady(phase));
    print(input, { folder: box.folder, url: originOf(box), healthy: isHealthy, components }, () =>
      statusLines(box, components),
    );
    return isHealthy ? 0 : 1;
  },
};

/** @throws UserError when Docker cannot be reached. */
export async function readStatus(box: Box): Promise<readonly ComponentStatus[]> {
  const [services, containers] = await Promise.all([readServices(box), listContainers(box)]);
  const ids = containers.map(({ id }) => id);
  const running = containers.filter(({ state }) => state === "running").map(({ id }) => id);
  const [details, memory] = await Promise.all([inspectContainers(ids), readMemory(running)]);
  return services.map(({ name }) => {
    const container = containers.find(({ service }) => service === name);
    if (container === undefined) return absent(name);
    return statusOf(container, details.get(container.id), memory.get(container.id));
  });
}

function absent(name: string): ComponentStatus {
  return { name, phase: "absent", since: undefined, restarts: 0, memory: undefined, problem: undefined };
}

export function statusOf(
  container: Container,
  details: ContainerDetails | undefined,
  memory: Memory | undefined,
): ComponentStatus {
  const phase = phaseOf(container, isOneShot(container.service));
  const since = container.state === "running" ? details?.startedAt : details?.finishedAt;
  return {
    name: container.service,
    phase,
    since: since?.startsWith("0001") === true ? undefined : since,
    restarts: details?.restarts ?? 0,
    memory,
    problem: problemOf(container, phase, details),
  };
}

function problemOf(container: Container, phase: Phase, details: ContainerDetails | undefined): string | undefined {
  if (details?.isOutOfMemory === true) return "it was ended because it took more memory than its limit";
  if (phase === "failed") return `ended with exit code ${container.exitCode}`;
  if (isReady(phase)) return undefined;
  return oneLine(details?.lastFailure ?? "") || undefined;
}

function statusLines(box: Box, components: readonly ComponentStatus[], now = Date.now()): readonly string[] {
  const paint = painter(process.stdout);
  const ready = components.filter(({ phase }) => phase !== "absent" && isReady(phase)).length;
  const isHealthy = ready === components.length;
  const table = renderTable(
    [
      { title: "COMPONENT" },
      { title: "STATE" },
      { title: "SINCE", align: "right" },
      { title: "RESTARTS", align: "right" },
      { title: "MEMORY", align: "right" },
      { title: "LAST FAILURE", gives: true },
    ],
    components.map(({ name, phase, since, restarts, memory, problem }) => [
      name,
      { text: phase, style: phase === "absent" ? "quiet" : phaseStyles[phase] },
      { text: since === undefined ? "" : age(now - Date.parse(since)), style: "quiet" },
      restarts === 0 ? "" : { text: String(restarts), style: "busy" },
      memory === undefined ? "" : { text: memoryText(memory), style: isNearLimit(memory) ? "busy" : "quiet" },
      { text: problem ?? "", style: "bad" },
    ]),
    { width: widthOf(process.stdout), paint, indent: 2 },
  );
  const mark = isHealthy ? paint(marks.good, "good") : paint(marks.bad, "bad");
  const isDown = components.every(({ phase }) => phase === "absent");
  if (isDown) return [`The box in ${box.folder} is not running. Start it: obsbox up`];
  return [...table, "", `${mark} ${ready} of ${components.length} ready  ${paint(originOf(box), "strong")}`];
}

const nearLimit = 0.9;

function isNearLimit({ usedBytes, limitBytes }: Memory): boolean {
  return limitBytes > 0 && usedBytes / limitBytes > nearLimit;
}

function memoryText({ usedBytes, limitBytes }: Memory): string {
  return `${mebibytes(usedBytes)} / ${mebibytes(limitBytes)} MiB`;
}
