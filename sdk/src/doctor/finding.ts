/** What a check looks at, and what it says. */
import type { Options } from "../options.ts";
import type { Copy } from "./installed.ts";
import type { Manifest } from "./manifest.ts";

export interface Finding {
  /** A failure makes the exit code 1. A note is worth knowing, and nothing is wrong. */
  readonly level: "failure" | "warning" | "note";
  /** Stands in docs/failure-codes.md. */
  readonly code: string;
  readonly what: string;
  /** What to do, in one line. */
  readonly remedy: string;
  /** Paths and the like. */
  readonly details?: readonly string[];
}

export interface Outcome {
  /** What was looked at, in a few words. */
  readonly seen: string;
  readonly findings: readonly Finding[];
  /** Where there is nothing to look at, or something else is in the way. */
  readonly isSkipped?: true;
}

export interface Check {
  readonly name: string;
  /** Ends within seconds, whatever the other side does. */
  readonly find: (facts: Facts) => Outcome | Promise<Outcome>;
}

export interface Result extends Outcome {
  readonly name: string;
}

/** Gathered once, from the folder and the environment that the doctor was started in. */
export interface Facts {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Of a service with this environment; what cannot be used has its default here. */
  readonly options: Options;
  /** One line for each variable that cannot be used. */
  readonly problems: readonly string[];
  readonly manifest: Manifest;
  readonly service: string;
  readonly copies: readonly Copy[];
}

export function skipped(seen: string): Outcome {
  return { seen, findings: [], isSkipped: true };
}
