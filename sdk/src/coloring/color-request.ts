/** Colours from within the code of a service. Without a started SDK it does nothing. */
import { trace } from "@opentelemetry/api";
import type { Coloring } from "./coloring.ts";

let running: Coloring | undefined;

/** Tells {@link colorRequest} which SDK runs; undefined when it has stopped. */
export function connectColoring(coloring: Coloring | undefined): void {
  running = coloring;
}

export interface ColorSettings {
  /** Colours only when this user is in `OBSBOX_COLOR_USERS`. */
  readonly user?: string | number;
}

/**
 * Colours the request that is being handled: from here on it gets debug lines and its trace is kept, in this service and
 * in those that it calls.
 *
 * @returns Whether the request is coloured now; false outside a request, and when there were too many in this minute.
 * @example
 * app.use((request, response, next) => {
 *   colorRequest({ user: request.user.id });
 *   next();
 * });
 */
export function colorRequest(settings: ColorSettings = {}): boolean {
  const user = userIn(settings);
  const span = trace.getActiveSpan();
  if (span === undefined || running === undefined) return false;
  return running.colorByCode(span, user);
}

/** Plain JavaScript may give anything. */
function userIn(settings: ColorSettings | undefined): string | undefined {
  try {
    const user = settings?.user;
    return user === undefined ? undefined : String(user);
  } catch {
    return ""; // Nobody's id.
  }
}
