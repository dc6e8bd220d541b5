/** The SDK of this process, as `start()` hands it out. */

/** What the SDK is doing: plain data, the same as `/statusz`. */
export interface Status {
  readonly service: string;
  readonly version: string | undefined;
  readonly sdk: string;
  readonly node: string;
  readonly uptimeSeconds: number;
  readonly isOn: boolean;
  /** Address of the admin port; undefined while it is not open. */
  readonly adminUrl: string | undefined;
  readonly logs: {
    readonly records: Readonly<Record<string, number>>;
    readonly dropped: Readonly<Record<string, number>>;
    /** Bytes of lines that wait to be written or sent. */
    readonly waitingBytes: number;
  };
  readonly metrics: { readonly scrapeSeconds: number; readonly scrapeBytes: number };
  /** Undefined when spans go nowhere. */
  readonly traces:
    | {
        readonly target: string;
        /** Spans that are to be sent: made = sent + failed + pending. */
        readonly made: number;
        readonly sent: number;
        /** Spans that are lost. */
        readonly failed: number;
        /** Those that are lost, by reason. */
        readonly dropped: Readonly<Record<string, number>>;
        readonly pending: number;
        /** Of the pending ones that are encoded. */
        readonly pendingBytes: number;
        /** Whether the receiver does not take anything now; it is tried again. */
        readonly isPaused: boolean;
        readonly lastSuccess: string | undefined;
        readonly lastError: string | undefined;
      }
    | undefined;
  /** Undefined for a process that is alone. */
  readonly cluster: ClusterStatus | undefined;
  /** Troubles of the SDK itself, by code. */
  readonly diagnostics: Readonly<Record<string, number>>;
}

/** The place of this process among those that share one admin port. */
export interface ClusterStatus {
  /** The leader answers on the admin port for all. */
  readonly role: "leader" | "follower";
  readonly leaderPid: number;
  /** How many processes there are; known to the leader only. */
  readonly processes: number | undefined;
}

/** One answer of `/metrics`. */
export interface Scrape {
  readonly contentType: string;
  readonly body: string;
}

export interface Telemetry {
  /** Sends what there is. Resolves within the shutdown timeout, never rejects. */
  forceFlush(): Promise<void>;
  /** Sends what is left and stops. Resolves within the shutdown timeout, never rejects; calling it again is harmless. */
  shutdown(): Promise<void>;
  status(): Status;
  /**
   * Writes all metrics, as `/metrics` does.
   *
   * @param accept - An Accept header: OpenMetrics where it asks for that, else the classic text.
   */
  scrape(accept?: string): Promise<Scrape>;
}

const key = Symbol.for("obsbox.sdk");

interface Running {
  readonly telemetry: Telemetry;
  /** Which copy of this package has started it. */
  readonly copy: string;
}

const shared: typeof globalThis & { [key]?: Running | undefined } = globalThis;

/** The SDK that runs in this process, also when another copy of this package has started it. */
export function runningTelemetry(): Running | undefined {
  return shared[key];
}

export function setRunningTelemetry(running: Running | undefined): void {
  shared[key] = running;
}

/** Sends what is left and stops the SDK of this process, if one runs. Resolves within the shutdown timeout. */
export async function shutdown(): Promise<void> {
  await runningTelemetry()?.telemetry.shutdown();
}

/** What the SDK of this process is doing; undefined when none runs. */
export function status(): Status | undefined {
  return runningTelemetry()?.telemetry.status();
}
