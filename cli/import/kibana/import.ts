/** Brings dashboards into a Kibana: looks at everything first, then writes all of it or nothing. */
import { RequestError } from "../../../stack/companion/elasticsearch/errors.ts";
import type { Server } from "../../remote/server.ts";
import type { Outcome, Report } from "../outcome.ts";
import { kibanaAt } from "./api.ts";
import { readVersion } from "./facts.ts";
import type { Objects } from "./objects.ts";
import { planSteps } from "./plan.ts";
import type { Step } from "./plan.ts";

export interface ImportChoice {
  readonly space: string;
  readonly isDryRun: boolean;
}

export async function importIntoKibana(
  server: Server,
  objects: Objects,
  { space, isDryRun }: ImportChoice,
  signal: AbortSignal,
): Promise<Report> {
  const version = await readVersion(server, space);
  const steps = await planSteps(kibanaAt(server, space), objects);
  const isRefused = steps.some(({ outcome }) => outcome.result === "refused");
  const stop = isDryRun || isRefused ? undefined : await writeAll(steps, signal);
  signal.throwIfAborted();
  return {
    server: `Kibana ${version} at ${server.url}${space === "default" ? "" : `, space ${space}`}`,
    isDryRun,
    objects: isRefused && !isDryRun ? withoutWrites(steps) : steps.map((step) => afterStop(step, stop)),
    notes: notesOf(steps, stop, isRefused && !isDryRun),
  };
}

/** What stopped it, and what was written before and could not be taken back. */
interface Stop {
  readonly step: Step;
  readonly why: string;
  readonly left: readonly string[];
}

/** @returns Undefined when all is written; else what stopped it, with everything taken back. */
async function writeAll(steps: readonly Step[], signal: AbortSignal): Promise<Stop | undefined> {
  const begun: Step[] = [];
  for (const step of steps) {
    try {
      signal.throwIfAborted();
      if (step.write === undefined) continue;
      begun.push(step);
      await step.write.run();
    } catch (error) {
      return { step, why: reasonOf(error), left: await undoAll(begun) };
    }
  }
  return undefined;
}

/** @returns What could not be undone. */
async function undoAll(begun: readonly Step[]): Promise<readonly string[]> {
  const left: string[] = [];
  for (const { outcome, write } of begun.toReversed()) {
    try {
      await write?.undo();
    } catch (error) {
      left.push(`${outcome.name} (${reasonOf(error)})`);
    }
  }
  return left;
}

function reasonOf(error: unknown): string {
  if (error instanceof RequestError) return error.reason;
  return error instanceof Error ? error.message : String(error);
}

function withoutWrites(steps: readonly Step[]): readonly Outcome[] {
  return steps.filter(({ write }) => write === undefined).map(({ outcome }) => outcome);
}

function afterStop({ outcome, write }: Step, stop: Stop | undefined): Outcome {
  if (stop === undefined || write === undefined) return outcome;
  if (outcome === stop.step.outcome) return { ...outcome, result: "refused", why: stop.why };
  return { ...outcome, result: "undone", why: `because of ${stop.step.outcome.name}` };
}

function notesOf(steps: readonly Step[], stop: Stop | undefined, isHeld: boolean): readonly string[] {
  const others = steps.filter(({ write }) => write !== undefined).length;
  return [
    ...(isHeld && others > 0 ? [`${others} others could be written once nothing is refused.`] : []),
    ...(stop?.left ?? []).map((one) => `This could not be taken back, look at it in Kibana: ${one}.`),
  ];
}
