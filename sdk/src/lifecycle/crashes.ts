/**
 * What nobody caught. Node tells of it before anything else happens, to a listener that changes nothing: exit code,
 * stderr and what the service's own handlers do stay as they are without us.
 */
import { context as contextApi } from "@opentelemetry/api";
import type { Context } from "@opentelemetry/api";
import { guard } from "../diagnostics.ts";
import { writeFatalLine } from "./fatal-line.ts";
import type { UncaughtEvent } from "./fatal-line.ts";
import { leftContext } from "./left-context.ts";

export interface Crash {
  readonly event: UncaughtEvent;
  /** What was thrown, or what the promise was rejected with: an error as a rule, but anything may be. */
  readonly error: unknown;
  /** The context in which it happened. */
  readonly context: Context;
}

const counts = new Map<UncaughtEvent, number>([
  ["uncaughtException", 0],
  ["unhandledRejection", 0],
]);

/** What nobody has caught since the start of the process, by event; also what a handler of the service survived. */
export function uncaughtCounts(): ReadonlyMap<string, number> {
  return counts;
}

/**
 * Writes a fatal line for each and counts it.
 *
 * @param onCrash - Told afterwards; the process may live on.
 * @returns What stops it.
 */
export function watchCrashes(onCrash: (crash: Crash) => void): () => void {
  let latest: unknown;
  const note = (crash: Crash) => {
    latest = crash.error;
    counts.set(crash.event, (counts.get(crash.event) ?? 0) + 1);
    contextApi.with(crash.context, writeFatalLine, undefined, crash.event, crash.error);
    onCrash(crash);
  };
  const onException = guard("crash", (error: unknown, event: UncaughtEvent) => {
    note({ event, error, context: leftContext() ?? contextApi.active() });
  });
  const onWarning = guard("rejection", (warning: Error) => {
    const error = rejectionIn(warning);
    if (error === undefined || isSame(error, latest)) return;
    note({ event: "unhandledRejection", error, context: contextApi.active() });
  });
  process.on("uncaughtExceptionMonitor", onException);
  process.on("warning", onWarning);
  return () => {
    process.removeListener("uncaughtExceptionMonitor", onException);
    process.removeListener("warning", onWarning);
  };
}

/**
 * With `--unhandled-rejections=warn` and `warn-with-error-code` a rejection is a warning: two, of which one has stack
 * or text of the reason. A listener for rejections themselves would count as a handler.
 */
function rejectionIn({ name, message }: Error): unknown {
  if (name !== "UnhandledPromiseRejectionWarning" || /\(rejection id: \d+\)$/.test(message)) return undefined;
  const [firstLine = "", ...frames] = message.split("\n");
  if (frames.length === 0) return message;
  const [, type = "Error", text = firstLine] = /^(\w+): (.*)$/.exec(firstLine) ?? [];
  return Object.assign(new Error(text), { name: type, stack: message });
}

/** With `--unhandled-rejections=strict` the warning follows an exception that was told already. */
function isSame(error: unknown, latest: unknown): boolean {
  return error instanceof Error && latest instanceof Error && error.stack === latest.stack;
}
