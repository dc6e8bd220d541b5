/** How far the components of a box are on their way. */
import { isOneShot, isReady, phaseOf } from "../docker/containers.ts";
import type { Container, Phase } from "../docker/containers.ts";

export interface ComponentProgress {
  readonly name: string;
  readonly phase: Phase | "pulling";
  /** Seconds from the first sight of its container to ready, or to now. */
  readonly seconds: number | undefined;
  /** Seconds for which it has been in this phase. */
  readonly sinceSeconds: number;
  /** How often it was seen to end and be started anew by Docker. */
  readonly falls: number;
}

/** Follows the phases over time. */
export interface Tracker {
  update(containers: readonly Container[], pulling: ReadonlySet<string>, nowMs: number): readonly ComponentProgress[];
}

interface Track {
  phase: Phase | "pulling";
  changedMs: number;
  startedMs: number | undefined;
  readyMs: number | undefined;
  falls: number;
}

export function trackProgress(services: readonly string[], nowMs: number): Tracker {
  const tracks = new Map<string, Track>(
    services.map((name) => [
      name,
      { phase: "waiting", changedMs: nowMs, startedMs: undefined, readyMs: undefined, falls: 0 },
    ]),
  );
  return {
    update(containers, pulling, nowMs) {
      const byService = new Map(containers.map((container) => [container.service, container]));
      return [...tracks].map(([name, track]) => {
        advance(track, phaseNow(name, byService.get(name), pulling), nowMs);
        return progressOf(name, track, nowMs);
      });
    },
  };
}

function phaseNow(name: string, container: Container | undefined, pulling: ReadonlySet<string>): Phase | "pulling" {
  if (container === undefined) return pulling.has(name) ? "pulling" : "waiting";
  return phaseOf(container, isOneShot(name));
}

function advance(track: Track, phase: Phase | "pulling", nowMs: number): void {
  if (phase !== track.phase) track.changedMs = nowMs;
  if (phase !== track.phase && phase === "restarting") track.falls += 1;
  track.phase = phase;
  if (phase !== "waiting" && phase !== "pulling") track.startedMs ??= nowMs;
  track.readyMs = isArrived(phase) ? (track.readyMs ?? nowMs) : undefined;
}

function progressOf(
  name: string,
  { phase, changedMs, startedMs, readyMs, falls }: Track,
  nowMs: number,
): ComponentProgress {
  const seconds = startedMs === undefined ? undefined : ((readyMs ?? nowMs) - startedMs) / 1000;
  return { name, phase, seconds, sinceSeconds: (nowMs - changedMs) / 1000, falls };
}

function isArrived(phase: Phase | "pulling"): boolean {
  return phase !== "pulling" && isReady(phase);
}

export function isAllReady(progress: readonly ComponentProgress[]): boolean {
  return progress.every(({ phase }) => isArrived(phase));
}

/** Why waiting on makes no sense, by phase: how long a component may be in it once everything has been started. */
const patienceSeconds: Readonly<Partial<Record<Phase | "pulling", number>>> = {
  failed: 0,
  stopped: 15,
  restarting: 45,
  unhealthy: 60,
};

/** One that falls this often falls by itself, and not because another one is not there yet. */
const tooManyFalls = 4;

/** Components that will not become ready by themselves. */
export function hopeless(progress: readonly ComponentProgress[]): readonly ComponentProgress[] {
  return progress.filter(({ phase, sinceSeconds, falls }) => {
    const patience = patienceSeconds[phase] ?? Number.POSITIVE_INFINITY;
    return sinceSeconds >= patience || (falls >= tooManyFalls && !isArrived(phase));
  });
}

/** Components in trouble at this moment, hopeless or not. */
export function inTrouble(progress: readonly ComponentProgress[]): readonly ComponentProgress[] {
  return progress.filter(({ phase, falls }) => phase in patienceSeconds || (falls > 1 && !isArrived(phase)));
}
