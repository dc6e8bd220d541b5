/** Who is told of alerts, and when. */
import type { Settings } from "./receiver-type.ts";

export interface Receiver {
  readonly name: string;
  readonly type: string;
  readonly for: Audience;
  readonly settings: Settings;
}

export interface OfficeHours {
  /** `monday:friday` */
  readonly days: string;
  /** `08:00` */
  readonly from: string;
  readonly to: string;
  readonly timeZone: string;
}

export interface Receivers {
  readonly receivers: readonly Receiver[];
  readonly officeHours?: OfficeHours | undefined;
  /** Whether there is an address for the heartbeat. */
  readonly hasHeartbeat: boolean;
}

/** Severities of the alerts that somebody is told of. */
export const audiences = ["critical", "warning", "all"] as const;
export type Audience = (typeof audiences)[number];

/** Receiver that the Watchdog goes to, and file with its address. */
export const heartbeat = "heartbeat";
