/** Whether the process is ready for requests: what the service says, and checks of its own. */
import { messageOf } from "../diagnostics.ts";
import { redactText } from "../redaction/index.ts";

export interface CheckSettings {
  /**
   * Longest time that the check may take, in milliseconds.
   *
   * @default 1000
   */
  readonly timeoutMs?: number;
}

/** Resolves when all is well, rejects or takes too long when it is not. */
export type Check = () => unknown;

export interface Health {
  /**
   * Adds a check that `/readyz` runs; a second one of the same name replaces the first.
   *
   * @example
   * health.addCheck("db", () => pool.query("select 1"), { timeoutMs: 500 });
   */
  addCheck(name: string, check: Check, settings?: CheckSettings): void;
  /** Says that the service is, or is not, ready for requests. It is from the start until it shuts down. */
  setReady(ready: boolean): void;
}

export interface Readiness {
  readonly ready: boolean;
  /** By check: `ok`, or what went wrong. */
  readonly checks: Readonly<Record<string, string>>;
  /** In a cluster: the same of each process, or what kept it from answering. */
  readonly processes?: Readonly<Record<string, unknown>>;
}

interface NamedCheck {
  readonly check: Check;
  readonly timeoutMs: number;
}

const usualTimeoutMs = 1000;

const checks = new Map<string, NamedCheck>();
let isReady = true;

export const health: Health = {
  addCheck(name, check, settings) {
    checks.set(name, { check, timeoutMs: timeoutOf(settings) });
  },
  setReady(ready) {
    isReady = ready;
  },
};

/** Plain JavaScript may give anything. */
function timeoutOf(settings: CheckSettings | undefined): number {
  try {
    const { timeoutMs = usualTimeoutMs } = settings ?? {};
    return Number.isFinite(timeoutMs) ? timeoutMs : usualTimeoutMs;
  } catch {
    return usualTimeoutMs;
  }
}

/** Runs all checks at the same time. */
export async function readiness(): Promise<Readiness> {
  const results = await Promise.all([...checks].map(async ([name, check]) => [name, await run(check)] as const));
  return { ready: isReady && results.every(([, result]) => result === "ok"), checks: Object.fromEntries(results) };
}

async function run({ check, timeoutMs }: NamedCheck): Promise<string> {
  const { promise: late, resolve } = Promise.withResolvers<string>();
  const timer = setTimeout(resolve, timeoutMs, `no answer within ${timeoutMs} ms`);
  try {
    return await Promise.race([Promise.resolve(check()).then(() => "ok"), late]);
  } catch (error) {
    return redactText(messageOf(error));
  } finally {
    clearTimeout(timer);
  }
}
