import type { Facts } from "./facts.ts";

export interface Finding {
  /** A failure keeps the box from being started. */
  readonly level: "failure" | "warning";
  readonly what: string;
  /** What to do, in one line. */
  readonly remedy: string;
}

export interface Check {
  readonly name: string;
  /** @returns No findings when all is well; undefined when it cannot be checked here. */
  readonly find: (facts: Facts) => readonly Finding[] | undefined;
}

export function failure(what: string, remedy: string): Finding {
  return { level: "failure", what, remedy };
}

export function warning(what: string, remedy: string): Finding {
  return { level: "warning", what, remedy };
}
