/** Takes a change of the receivers in: files first, then the Alertmanager that runs. What it refuses is undone. */
import { renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { layout } from "../box/box.ts";
import type { Box } from "../box/box.ts";
import { sharedFile, writeWhole } from "../box/write.ts";
import { compose } from "../docker/arguments.ts";
import { composeOutput } from "../docker/compose.ts";
import { runningServices } from "../docker/containers.ts";
import { UserError } from "../errors.ts";
import { checkFiles, reloadOne } from "../start/reload.ts";
import type { Reloadable, Reloaded } from "../start/reload.ts";
import { generateAlertmanager, hasOwnConfiguration, writeAlertmanager } from "./generate.ts";
import { readReceivers, writeReceivers } from "./receivers.ts";
import type { Receivers } from "./receiver.ts";
import { keepSecret, readReceiverSecret } from "./secret.ts";

export interface Change {
  readonly receivers: Omit<Receivers, "hasHeartbeat">;
  /** Whose secret changes; without a value it is removed. */
  readonly secret?: { readonly name: string; readonly value: string | undefined };
}

export interface Applied {
  readonly changed: boolean;
  /** Whether the Alertmanager that runs knows it already. */
  readonly isLive: boolean;
}

const candidate = "candidate.yml";

/** @throws UserError when Alertmanager refuses it; then everything is as it was. */
export async function applyChange(box: Box, change: Change): Promise<Applied> {
  if (hasOwnConfiguration(box)) throw ownConfiguration();
  const before = snapshotOf(box, change);
  const running = await runningServices(box).catch(() => new Set<string>());
  const isRunning = running.has("alertmanager");
  if (!keep(box, change)) return { changed: false, isLive: isRunning };
  if (!isRunning) {
    writeAlertmanager(box);
    return { changed: true, isLive: false };
  }
  try {
    await handOver(box, change);
    const { outcome, problems } = await reloadAlertmanager(box, true);
    if (outcome === "refused") throw refused(problems);
    return { changed: true, isLive: true };
  } catch (error) {
    keep(box, before);
    throw error;
  }
}

/** Has Alertmanager read what the box's files say now: checked before it stands where a restart would read it. */
export async function reloadAlertmanager(box: Box, isRunning: boolean): Promise<Reloaded> {
  const path = join(box.folder, layout.alertmanager);
  const next = join(dirname(path), candidate);
  if (!isRunning) return { name: "alertmanager", outcome: "not running", problems: [] };
  writeWhole(next, generateAlertmanager(box), sharedFile);
  const problems = await checkFiles(box, reloadable(box, candidate));
  if (problems !== undefined) {
    rmSync(next, { force: true });
    return { name: "alertmanager", outcome: "refused", problems };
  }
  renameSync(next, path);
  return reloadOne(box, reloadable(box, "alertmanager.yml"), true);
}

function reloadable(box: Box, file: string): Reloadable {
  const inside = `/run/alertmanager/${file}`;
  const inBox = hasOwnConfiguration(box) ? layout.alertmanagerOwn : layout.receivers;
  return { name: "alertmanager", check: ["amtool", "check-config", inside], custom: [inside, inBox] };
}

/** @returns Whether a file changed. */
function keep(box: Box, { receivers, secret }: Change): boolean {
  const hasSecret = secret !== undefined && keepSecret(box, secret.name, secret.value);
  return writeReceivers(box, receivers) || hasSecret;
}

function snapshotOf(box: Box, { secret }: Change): Change {
  const receivers = readReceivers(box);
  if (secret === undefined) return { receivers };
  return { receivers, secret: { name: secret.name, value: readReceiverSecret(box, secret.name) } };
}

/** Has the one-shot service copy the secrets to where Alertmanager reads them. */
async function handOver(box: Box, { secret }: Change): Promise<void> {
  if (secret !== undefined) await composeOutput(box, compose.runOnce("secrets"));
}

function ownConfiguration(): UserError {
  return new UserError(`${layout.alertmanagerOwn} goes before all receivers`, {
    hint: "add the receiver there, or remove that file",
  });
}

function refused(problems: readonly string[]): UserError {
  return new UserError(`Alertmanager refuses it: ${problems.join("; ") || "it gives no reason"}`, {
    hint: "nothing was changed; what it had goes on",
  });
}
