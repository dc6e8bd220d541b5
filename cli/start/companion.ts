/** Images that this machine makes itself: the companion's, where it is not there or older than its source. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { layout } from "../box/box.ts";
import type { Box } from "../box/box.ts";
import { readIfThere, sharedFile, writeWhole } from "../box/write.ts";
import { compose, docker } from "../docker/arguments.ts";
import { runCompose } from "../docker/compose.ts";
import type { Service } from "../docker/model.ts";
import { lastLine, runDocker } from "../docker/run.ts";
import { UserError } from "../errors.ts";

const sources = ["Dockerfile", "companion.mjs"] as const;
const buildTimeoutMs = 15 * 60_000;

interface BuildOptions {
  readonly signal: AbortSignal;
  readonly onLine: (line: string) => void;
}

/** @returns Whether something had to be built. */
export async function buildCompanion(box: Box, services: readonly Service[], options: BuildOptions): Promise<boolean> {
  const images = [...new Set(services.filter(({ isBuilt }) => isBuilt).map(({ image }) => image))];
  const isThere = await Promise.all(images.map(hasImage));
  const source = sourceOf(box);
  const built = readIfThere(statePath(box))?.toString().trim();
  const isAbsent = !isThere.every(Boolean);
  // An image that was there before this box is the one of this version: pulled, or loaded from a bundle.
  const isOld = built !== undefined && built !== source;
  if (isAbsent || isOld) await build(box, options);
  if (built !== source) writeWhole(statePath(box), `${source}\n`, sharedFile);
  return isAbsent || isOld;
}

async function build(box: Box, options: BuildOptions): Promise<void> {
  const { code, stderr } = await runCompose(box, compose.build, { ...options, timeoutMs: buildTimeoutMs });
  if (code !== 0) throw buildError(stderr);
}

async function hasImage(image: string): Promise<boolean> {
  return (await runDocker(docker.inspectImages([image]))).code === 0;
}

function statePath(box: Box): string {
  return join(box.folder, layout.companion, ".built");
}

function sourceOf(box: Box): string {
  const hash = createHash("sha256");
  for (const name of sources) hash.update(readIfThere(join(box.folder, layout.companion, name)) ?? "");
  return hash.digest("hex");
}

function buildError(stderr: string): UserError {
  return new UserError(`the companion's image could not be built: ${lastLine(stderr) ?? "docker said nothing"}`, {
    hint: "look at all of it with: docker compose build (in the folder of the box)",
  });
}
