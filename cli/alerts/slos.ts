/** Objectives of the user's own: custom/prometheus/slos.yml goes before the box's, and its rules stand where those stood. */
import { join } from "node:path";
import { sloRulesText } from "../../alerts/src/slo-text.ts";
import { readSlos } from "../../alerts/src/slo.ts";
import type { Slo } from "../../alerts/src/slo.ts";
import type { Box } from "../box/box.ts";
import { readIfThere } from "../box/write.ts";
import { UserError } from "../errors.ts";

type Place = Pick<Box, "folder">;

/** Relative to the box. */
export const slosFile = "custom/prometheus/slos.yml";
export const sloRulesFile = "config/prometheus/rules/slo.rules.yml";

/**
 * Reads the objectives of a box.
 *
 * @param knownServices - Without them any name of a service is taken.
 * @returns Undefined where the box has none of its own.
 * @throws UserError with every problem, and what is allowed.
 */
export function readOwnSlos(box: Place, knownServices?: readonly string[]): readonly Slo[] | undefined {
  const text = readIfThere(join(box.folder, slosFile))?.toString();
  if (text === undefined) return undefined;
  const { slos, problems } = readSlos(text, knownServices === undefined ? {} : { knownServices });
  const [first, ...others] = problems;
  if (first === undefined) return slos;
  throw new UserError([`${slosFile}: ${first.what}`, ...others.map(({ what }) => `and ${what}`)].join("; "), {
    hint: [...new Set(problems.map(({ expected }) => `expected ${expected}`))].join("\n  "),
  });
}

/** Text of {@link sloRulesFile}, where the box has objectives of its own. @throws UserError for those that cannot be. */
export function ownSloRules(box: Place): string | undefined {
  const slos = readOwnSlos(box);
  return slos && sloRulesText(slos, slosFile);
}
