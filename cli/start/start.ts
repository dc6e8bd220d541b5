/** Starts a box and waits until every component is ready, or cannot become so. */
import { spawn } from "node:child_process";
import { setTimeout as wait } from "node:timers/promises";
import type { Box } from "../box/box.ts";
import { compose } from "../docker/arguments.ts";
import { placeOf, runCompose } from "../docker/compose.ts";
import { listContainers } from "../docker/containers.ts";
import type { Container } from "../docker/containers.ts";
import { lastLine } from "../docker/run.ts";
import type { Output, RunOptions } from "../docker/run.ts";
import { oneLine } from "../report/width.ts";
import { hopeless, inTrouble, isAllReady, trackProgress } from "./progress.ts";
import type { ComponentProgress } from "./progress.ts";

export interface StartOptions {
  readonly services: readonly string[];
  /** Components that read files which have changed: those that run already are started anew. */
  readonly changed: readonly string[];
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: readonly ComponentProgress[], elapsedMs: number) => void;
}

export interface Outcome {
  readonly kind: "ready" | "failed" | "timeout";
  /** Everything was running as it should; nothing was done. */
  readonly isUnchanged: boolean;
  readonly progress: readonly ComponentProgress[];
  /** Components that are why. */
  readonly culprits: readonly string[];
  /** What Compose said last, when it failed. */
  readonly message: string | undefined;
  readonly elapsedMs: number;
}

const pollMs = 1000;

/** Runs `docker compose up` and looks at the containers once a second meanwhile and afterwards. */
export async function startBox(box: Box, options: StartOptions): Promise<Outcome> {
  const { services, timeoutMs, signal, onProgress } = options;
  const startedMs = performance.now();
  const tracker = trackProgress(services, startedMs);
  const up = runUp(box, options);
  for (;;) {
    const containers = await containersOrNone(box);
    const nowMs = performance.now();
    const elapsedMs = nowMs - startedMs;
    const progress = tracker.update(containers, up.pulling, nowMs);
    onProgress(progress, elapsedMs);
    const ended = judge(progress, up.output, elapsedMs > timeoutMs);
    if (ended !== undefined) return { ...ended, isUnchanged: false, progress, elapsedMs };
    if (up.error !== undefined) throw up.error;
    await wait(pollMs, undefined, { signal });
  }
}

/** Starts a box and leaves: Compose goes on by itself, because it starts each component once those before it are well. */
export function startInBackground(box: Box): void {
  const child = spawn("docker", ["compose", ...compose.up], { ...placeOf(box), stdio: "ignore", detached: true });
  // That docker can be run was checked before.
  child.on("error", () => undefined);
  child.unref();
}

interface Up {
  /** Services whose images are on their way. */
  readonly pulling: Set<string>;
  /** There once Compose has ended. */
  output?: Output;
  /** Why it could not run. */
  error?: unknown;
}

function runUp(box: Box, { changed, timeoutMs, signal }: StartOptions): Up {
  const up: Up = { pulling: new Set() };
  const onLine = (line: string) => {
    const [, name = "", what] = /^\s*(\S+)\s+(Pulling|Pulled)\b/.exec(line) ?? [];
    if (what === "Pulling") up.pulling.add(name);
    if (what === "Pulled") up.pulling.delete(name);
  };
  const options = { timeoutMs: timeoutMs + pollMs, signal, onLine };
  runThenRestart(box, changed, options).then(
    (output) => (up.output = output),
    (error: unknown) => (up.error = error),
  );
  return up;
}

async function runThenRestart(box: Box, changed: readonly string[], options: RunOptions): Promise<Output> {
  const before = changed.length === 0 ? [] : await containersOrNone(box);
  const running = before.filter(({ state }) => state === "running").map(({ service }) => service);
  const stale = running.filter((service) => changed.includes(service));
  const output = await runCompose(box, compose.up, options);
  return output.code !== 0 || stale.length === 0 ? output : runCompose(box, compose.restart(stale), options);
}

/** While Compose is at work, a container may be gone between two of its questions. */
async function containersOrNone(box: Box): Promise<readonly Container[]> {
  return listContainers(box).catch(() => []);
}

type Verdict = Pick<Outcome, "kind" | "culprits" | "message">;

function judge(progress: readonly ComponentProgress[], up: Output | undefined, isLate: boolean): Verdict | undefined {
  if (up?.code === 0 && isAllReady(progress)) return { kind: "ready", culprits: [], message: undefined };
  const late = progress.filter(({ phase }) => phase !== "healthy" && phase !== "done").map(({ name }) => name);
  if (isLate) return { kind: "timeout", culprits: late, message: undefined };
  if (up === undefined) return undefined;
  const lost = hopeless(progress).map(({ name }) => name);
  if (up.code === 0) return lost.length === 0 ? undefined : { kind: "failed", culprits: lost, message: undefined };
  return { kind: "failed", culprits: inTrouble(progress).map(({ name }) => name), message: reasonOf(up.stderr) };
}

/** What Compose gives as the reason stands in its last line. */
function reasonOf(stderr: string): string {
  return oneLine(lastLine(stderr) ?? "docker compose up failed and said nothing");
}
