/** The end of the process: what is left is sent, and the process ends as it would have without us. */
import { constants } from "node:os";
import { guard } from "../diagnostics.ts";
import { endSinks } from "../logs/sink.ts";

const signals = ["SIGTERM", "SIGINT"] as const;

type EndSignal = (typeof signals)[number];

export interface Endings {
  /** Says no to new requests. */
  drain(): void;
  /** Sends what there is; the process may go on. */
  flush(): Promise<void>;
  /** Sends what is left; nothing follows. */
  shutdown(): Promise<void>;
}

/**
 * Watches for the end.
 *
 * @param handleSignals - Whether SIGTERM and SIGINT are waited for; the natural end always is.
 * @returns What stops the watching.
 */
export function watchEnd(endings: Endings, handleSignals: boolean): () => void {
  const onBeforeExit = guard("beforeExit", () => void endings.shutdown());
  const onSignal = guard("signal", (signal: EndSignal) => {
    endings.drain();
    // With listeners of its own the service decides when to end; without, the signal is raised again afterwards.
    if (process.listenerCount(signal) > 0) {
      void endings.flush();
      return;
    }
    if (isFirstProcess()) process.once(signal, exitBy);
    void endings.shutdown().then(() => raise(signal));
  });
  process.once("beforeExit", onBeforeExit);
  // Heard once: the second signal ends the process at once, as it would without us.
  if (handleSignals) for (const signal of signals) process.once(signal, onSignal);
  return () => {
    process.removeListener("beforeExit", onBeforeExit);
    for (const signal of signals) process.removeListener(signal, onSignal);
  };
}

/** The system keeps from the first process of a container every signal that it does not listen to. */
function isFirstProcess(): boolean {
  return process.pid === 1;
}

function raise(signal: EndSignal): void {
  endSinks();
  process.kill(process.pid, signal);
}

/** With the code that a shell shows for a signal. */
function exitBy(signal: EndSignal): void {
  if (process.listenerCount(signal) === 0) process.exit(128 + constants.signals[signal]);
}
