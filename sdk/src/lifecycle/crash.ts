/** What happens when nobody catches: a fatal line, spans that are errors, a report where one is wanted, a last send. */
import { trace } from "@opentelemetry/api";
import type { Span } from "@opentelemetry/api";
import { isLocal } from "../coloring/colored.ts";
import { guard } from "../diagnostics.ts";
import { markFailed } from "../traces/spans.ts";
import { watchCrashes } from "./crashes.ts";
import type { Crash } from "./crashes.ts";
import { writeDiagnosticReport } from "./diagnostic-report.ts";
import { watchExit } from "./exit.ts";
import type { ExitSettings } from "./exit.ts";

export interface CrashSettings extends ExitSettings {
  readonly service: string;
  /** Folder for diagnostic reports; undefined: none are written. */
  readonly reportDir: string | undefined;
}

/**
 * Watches for exceptions and rejections that nobody catches, and for the exit.
 *
 * @returns What stops it.
 */
export function watchForCrash({ service, reportDir, ...settings }: CrashSettings): () => void {
  const failed = new Set<Span>();
  const exit = watchExit(settings, () => endSpans(failed));
  const stop = watchCrashes((crash) => {
    markSpans(crash, failed);
    if (reportDir !== undefined) writeDiagnosticReport(reportDir, service, crash.error);
    exit.noteCrash();
  });
  return () => {
    stop();
    exit.stop();
  };
}

/** The active span and the first one of its trace in this process. They end later: the process may live on. */
const markSpans = guard("crash", ({ context, error }: Crash, failed: Set<Span>): void => {
  const active = trace.getSpan(context);
  if (active === undefined) return;
  const localRoot = isLocal(active) ? active.localRoot : active;
  failed.clear();
  for (const span of [active, localRoot]) {
    if (isLocal(span)) span.keep(); // Whatever the sampler has said: this is the trace that is asked for.
    if (!span.isRecording() || failed.has(span)) continue;
    markFailed(span, error);
    failed.add(span);
  }
});

const endSpans = guard("crash", (spans: Set<Span>): void => {
  for (const span of spans) if (span.isRecording()) span.end();
  spans.clear();
});
