/** The last moment: the process ends when this returns, and nothing asynchronous happens any more. */
import { guard, report } from "../diagnostics.ts";
import type { UnsentRequest } from "../traces/exporter.ts";
import { sendBeforeExit } from "./last-send.ts";

export interface ExitSettings {
  /** Longest time that the exit may be held, in milliseconds. */
  readonly timeoutMs: number;
  /** Gives the spans that have not arrived, as requests. */
  readonly unsent: () => readonly UnsentRequest[];
  /** Whether the receiver is known to take nothing: an exit that somebody asked for is not held for it. */
  readonly isPaused: () => boolean;
}

export interface ExitWatch {
  /** The process may be about to end of what nobody caught. */
  readonly noteCrash: () => void;
  readonly stop: () => void;
}

/**
 * Sends what was not sent when the process exits: by `process.exit()`, or by what nobody caught.
 *
 * @param prepare - Runs before.
 */
export function watchExit({ timeoutMs, unsent, isPaused }: ExitSettings, prepare: () => void): ExitWatch {
  const tried = new Set<Uint8Array>();
  let hasCrashed = false;
  let isExiting = false;
  const end = guard("exit", () => {
    isExiting = true;
    prepare();
    const requests = unsent().filter(({ body }) => !tried.has(body));
    for (const { body } of requests) tried.add(body);
    const mayHold = hasCrashed || !isPaused();
    sayLost(sendBeforeExit(requests, mayHold ? timeoutMs : 0), timeoutMs);
  });
  // The first listener: what one of the service throws would keep the others from being called.
  process.prependListener("exit", end);
  return {
    noteCrash() {
      hasCrashed = true;
      if (isExiting) end(); // Thrown by a listener of the exit: no other exit follows.
    },
    stop: () => void process.removeListener("exit", end),
  };
}

function sayLost(spans: number, timeoutMs: number): void {
  if (spans === 0) return;
  const message = `${spans} spans were not taken within ${timeoutMs} ms of the end of the process and are lost`;
  report("exit-unsent", `${message}; is the receiver running?`);
}
