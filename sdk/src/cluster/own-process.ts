/** What one process of a cluster can be asked. */
import type { Readiness } from "../admin/health.ts";
import type { Status } from "../telemetry.ts";
import type { LogLevel } from "../logs/logger.ts";
import type { Snapshot } from "./snapshot.ts";

export interface OwnProcess {
  /** Different for each start of the SDK. */
  readonly id: string;
  readonly role: Role;
  readonly snapshot: () => Promise<Snapshot>;
  readonly readiness: () => Promise<Readiness>;
  readonly status: () => Status;
  readonly setLevel: (level: LogLevel) => void;
}

/** A primary starts workers and answers no requests itself. */
export type Role = "primary" | "worker";

/** What a process says of itself when it joins. */
export interface Hello {
  readonly id: string;
  readonly pid: number;
  readonly role: Role;
}

/** What it gets to know. */
export interface Welcome {
  /** The process that answers for all. */
  readonly pid: number;
  /** Where its admin port is. */
  readonly url: string | undefined;
  /** The level, once it was changed on the admin port. */
  readonly level: LogLevel | undefined;
}
