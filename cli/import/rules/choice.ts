import type { Outcome } from "../outcome.ts";

export interface RulesChoice {
  /** The folder that Prometheus reads. */
  readonly rulesDir: string | undefined;
  readonly overwrite: boolean;
  readonly prune: boolean;
  readonly isDryRun: boolean;
  readonly withChanges: boolean;
}

export interface RulesDone {
  readonly objects: readonly Outcome[];
  readonly notes: readonly string[];
}
