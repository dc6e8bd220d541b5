import { describe, expect, test } from "vitest";
import { isObject, listAt } from "../../elasticsearch/json.ts";
import { pipelines } from "./pipelines.ts";

interface Step {
  readonly kind: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Every processor, those within others too. */
function processorsOf(list: readonly unknown[]): readonly Step[] {
  return list
    .filter(isObject)
    .flatMap((processor) =>
      Object.entries(processor).flatMap(([kind, settings]) =>
        isObject(settings) ? [{ kind, settings }, ...processorsOf(listAt(settings, "on_failure"))] : [],
      ),
    );
}

const all = Object.values(pipelines).flatMap((pipeline) => processorsOf(listAt(pipeline, "processors")));

describe("the pipelines", () => {
  test("need neither scripts nor conditions", () => {
    expect(all.filter(({ kind }) => kind === "script")).toEqual([]);
    expect(all.filter(({ settings }) => "if" in settings)).toEqual([]);
  });

  test("use only processors that every Elasticsearch has", () => {
    expect([...new Set(all.map(({ kind }) => kind))].toSorted()).toEqual([
      "convert",
      "date",
      "grok",
      "gsub",
      "lowercase",
      "pipeline",
      "remove",
      "rename",
      "set",
    ]);
  });

  test("refuse no line: what can fail is passed over or has another way", () => {
    const passes = ({ kind, settings }: Step) =>
      settings["ignore_failure"] === true ||
      "on_failure" in settings ||
      (kind === "remove" && settings["ignore_missing"] === true) ||
      (kind === "set" && settings["override"] === false);
    expect(all.filter((step) => !passes(step))).toEqual([]);
  });
});
