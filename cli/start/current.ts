/** Whether a box runs as its files say, so that there is nothing to start. */
import type { Box } from "../box/box.ts";
import { docker } from "../docker/arguments.ts";
import { inspectContainers, isOneShot, isReady, listContainers, phaseOf } from "../docker/containers.ts";
import type { Container } from "../docker/containers.ts";
import { readHashes } from "../docker/model.ts";
import type { Service } from "../docker/model.ts";
import { runDocker } from "../docker/run.ts";

export async function isCurrent(box: Box, services: readonly Service[]): Promise<boolean> {
  const containers = new Map((await listContainers(box)).map((container) => [container.service, container]));
  const found = services.flatMap(({ name }) => containers.get(name) ?? []);
  const isComplete = found.length === services.length && found.length === containers.size;
  if (!isComplete || !found.every((container) => isReady(phaseOf(container, isOneShot(container.service)))))
    return false;
  return areAsConfigured(box, services, found);
}

async function areAsConfigured(box: Box, services: readonly Service[], found: readonly Container[]): Promise<boolean> {
  const [hashes, details, images] = await Promise.all([
    readHashes(box),
    inspectContainers(found.map(({ id }) => id)),
    imageIds(services),
  ]);
  return services.every(({ name, image }, index) => {
    const own = details.get(found[index]?.id ?? "");
    return own !== undefined && own.hash === hashes.get(name) && own.image === images.get(image);
  });
}

async function imageIds(services: readonly Service[]): Promise<ReadonlyMap<string, string>> {
  const names = [...new Set(services.map(({ image }) => image))];
  const { code, stdout } = await runDocker(docker.inspectImages(names));
  const ids = code === 0 ? stdout.trim().split("\n") : [];
  return new Map(names.map((name, index) => [name, ids[index] ?? ""]));
}
