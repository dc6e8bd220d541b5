/** Runs the steps one after the other. Steps can be repeated, so what passes by itself is waited for. */
import { setTimeout as wait } from "node:timers/promises";
import { messageOf, OperatorError } from "../errors.ts";
import { RequestError } from "../elasticsearch/errors.ts";
import type { Outcome, SetupContext, Step } from "./step.ts";

export interface RunSettings {
  /** How long a step is tried again while Elasticsearch cannot serve it, in milliseconds. */
  readonly timeoutMs: number;
  readonly everyMs: number;
  /** Told how each step ended, and what is waited for. */
  readonly say: (message: string) => void;
}

/** Elasticsearch is busy, or makes an index that it needs itself: minutes after its start it does. */
const passing = new Set([408, 429, 503]);

/**
 * Runs all steps.
 *
 * @returns How many changes there were.
 * @throws Error that names the step.
 */
export async function runSteps(steps: readonly Step[], context: SetupContext, settings: RunSettings): Promise<number> {
  let changes = 0;
  for (const step of steps) {
    const outcome = await runStep(step, context, settings);
    changes += outcome.changes.length;
    settings.say(describe(step, outcome));
  }
  return changes;
}

async function runStep({ name, run }: Step, context: SetupContext, settings: RunSettings): Promise<Outcome> {
  const deadline = performance.now() + settings.timeoutMs;
  for (;;) {
    try {
      return await run(context);
    } catch (error) {
      if (error instanceof OperatorError) throw error;
      if (!passes(error) || performance.now() >= deadline) {
        throw new Error(`${name}: ${messageOf(error)}`, { cause: error });
      }
      settings.say(`waiting to set up ${name}: ${messageOf(error)}`);
    }
    await wait(settings.everyMs);
  }
}

/** Whether trying again can help. */
function passes(error: unknown): boolean {
  return error instanceof RequestError && (error.status === undefined || passing.has(error.status));
}

function describe({ name }: Step, { changes, notes = [] }: Outcome): string {
  return `${name}: ${[changes.join(", ") || "as declared", ...notes].join("; ")}`;
}
