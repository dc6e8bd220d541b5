import { expect, test } from "vitest";
import { countsOf } from "../../alerts/src/mutation-counts.ts";
import { runMutation } from "../../alerts/src/mutation.ts";
import { readJson } from "../helpers/repository.ts";
import { need, tools } from "../helpers/tools.ts";

test(
  "every mutant of every alert is noticed by a case, and docs/alerts.md says how many there are",
  async (context) => {
    const outcomes = await runMutation({ topics: [], promtool: await need(tools.promtool, context) });
    expect(outcomes.filter(({ end }) => end === "survived")).toEqual([]);
    // node alerts/src/mutation-run.ts --write counts anew.
    expect(countsOf(outcomes)).toEqual(readJson("alerts/mutation.json"));
  },
  60 * 60_000,
);
