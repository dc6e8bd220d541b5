/**
 * The SDK's own voice: one line on stderr, at most once a minute for each code. Everything is counted, said or not.
 * Imports nothing of the SDK but what hides secrets, so that every part may use it.
 */
import { redactText } from "./redaction/text.ts";

const quietMs = 60_000;

/** A value in a message may be of any length; `.` ends with its line. */
const longLine = /(.{900}).{4,}/g;

const counts = new Map<string, number>();
const lastSaid = new Map<string, number>();
let isSilent = false;

/** Stops the lines on stderr (`OTEL_LOG_LEVEL=none`); troubles are still counted. */
export function silenceDiagnostics(silent: boolean): void {
  isSilent = silent;
}

/**
 * Counts a trouble of the SDK and says it, unless the same code was said within the last minute.
 *
 * @param code - Stable kebab-case name; the label of `obsbox_diagnostics_total` and the key in the documents.
 * @param message - What failed, what was received, what to do next.
 */
export function report(code: string, message: string): void {
  counts.set(code, (counts.get(code) ?? 0) + 1);
  const now = performance.now();
  if (isSilent || now - (lastSaid.get(code) ?? -quietMs) < quietMs) return;
  lastSaid.set(code, now);
  try {
    process.stderr.write(`obsbox: ${redactText(message).replace(longLine, "$1...")} [${code}]\n`);
  } catch {
    // stderr is gone; the count remains.
  }
}

/** How often each trouble has happened since the process started. */
export function diagnosticCounts(): ReadonlyMap<string, number> {
  return counts;
}

/** Gives the text of anything that was thrown. */
export function messageOf(error: unknown): string {
  try {
    return String(error instanceof Error ? error.message : error);
  } catch {
    return "a value that has no text"; // No prototype, or a toString that throws.
  }
}

/**
 * Wraps a function that the host's code runs through (a channel subscriber, a hook), so that an error of ours is
 * reported and never reaches the host.
 */
export function guard<A extends unknown[]>(name: string, fn: (...args: A) => void): (...args: A) => void {
  return (...args) => {
    try {
      fn(...args);
    } catch (error) {
      report("internal-error", `${name} failed and was skipped: ${messageOf(error)}; please report this as a bug`);
    }
  };
}
