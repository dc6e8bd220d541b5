/** What must be right before anything is started. */
import { boxChecks } from "./box-checks.ts";
import { dockerChecks } from "./docker-checks.ts";
import type { Facts } from "./facts.ts";
import type { Check, Finding } from "./finding.ts";

export const checks: readonly Check[] = [...boxChecks, ...dockerChecks];

export interface Result {
  readonly name: string;
  readonly findings: readonly Finding[];
  /** False where something else kept it from being looked at. */
  readonly isChecked: boolean;
}

export function runChecks(facts: Facts): readonly Result[] {
  return checks.map(({ name, find }) => {
    const findings = find(facts);
    return { name, findings: findings ?? [], isChecked: findings !== undefined };
  });
}

export function hasFailure(results: readonly Result[]): boolean {
  return results.some(({ findings }) => findings.some(({ level }) => level === "failure"));
}
