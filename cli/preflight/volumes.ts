/**
 * Data that was made with other secrets: Elasticsearch takes its superuser's password from the first start, so a box whose
 * secrets were made anew beside old data never becomes healthy. The volume of Elasticsearch's secrets, which is as old as its
 * data, tells: it is read through a container that is never started.
 */
import { projectOf } from "../box/box.ts";
import type { Box } from "../box/box.ts";
import { readSecret } from "../box/secrets.ts";
import { docker } from "../docker/arguments.ts";
import { readServices } from "../docker/model.ts";
import { runDocker } from "../docker/run.ts";

/** @returns Undefined when there is no image yet to look through, or nothing to compare. */
export async function isOfOtherSecrets(box: Box): Promise<boolean | undefined> {
  const volumes = await volumesOf(box);
  const [data, secrets] = ["elasticsearch-data", "elasticsearch-secrets"].map((name) => `${projectOf(box)}_${name}`);
  if (secrets === undefined || !volumes.includes(data ?? "") || !volumes.includes(secrets)) return false;
  const image = (await readServices(box)).find(({ name }) => name === "elasticsearch")?.image ?? "";
  const inVolume = await readFromVolume(secrets, "elastic-password", image);
  const inBox = readSecret(box.folder, "elasticsearch-elastic");
  return inVolume === undefined || inBox === undefined ? undefined : inVolume !== inBox;
}

/** Names of the volumes of a box. */
export async function volumesOf(box: Pick<Box, "settings">): Promise<readonly string[]> {
  const { stdout } = await runDocker(docker.projectVolumes(projectOf(box)));
  return stdout.split("\n").filter((name) => name !== "");
}

async function readFromVolume(volume: string, file: string, image: string): Promise<string | undefined> {
  const { code, stdout } = await runDocker(docker.inspectImages([image]));
  if (code !== 0 || stdout === "") return undefined;
  const created = await runDocker(docker.create(volume, image));
  const id = created.stdout.trim();
  if (created.code !== 0) return undefined;
  try {
    const archive = await runDocker(docker.read(id, file));
    return archive.code === 0 ? contentOf(archive.stdout) : undefined;
  } finally {
    await runDocker(docker.remove(id));
  }
}

const headerBytes = 512;

/** The one text file in a tar archive: its size stands in octal digits in the header. */
export function contentOf(archive: string): string | undefined {
  const size = Number.parseInt(archive.slice(124, 136), 8);
  return Number.isNaN(size) ? undefined : archive.slice(headerBytes, headerBytes + size).trim();
}
