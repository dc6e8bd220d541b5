/** What is known of each component of a box. */
import type { Box } from "../box/box.ts";
import { inspectContainers, isOneShot, isReady, listContainers, phaseOf } from "../docker/containers.ts";
import type { Container, ContainerDetails, Phase } from "../docker/containers.ts";
import { readServices } from "../docker/model.ts";
import { readMemory } from "../docker/stats.ts";
import type { Memory } from "../docker/stats.ts";
import { oneLine } from "../report/width.ts";

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
