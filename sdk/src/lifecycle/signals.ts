/** The end of the process: what is left is sent, and the process ends as it would have without us. */
import { guard } from "../diagnostics.ts";

const signals = ["SIGTERM", "SIGINT"] as const;

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
  const onSignal = guard("signal", (signal: NodeJS.Signals) => {
    endings.drain();
    // With listeners of its own the service decides when to end; without, the signal is raised again afterwards.
    if (process.listenerCount(signal) > 0) void endings.flush();
    else void endings.shutdown().then(() => process.kill(process.pid, signal));
  });
  process.once("beforeExit", onBeforeExit);
  // Heard once: the second signal ends the process at once, as it would without us.
  if (handleSignals) for (const signal of signals) process.once(signal, onSignal);
  return () => {
    process.removeListener("beforeExit", onBeforeExit);
    for (const signal of signals) process.removeListener(signal, onSignal);
  };
}
