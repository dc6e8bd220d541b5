import { afterEach, describe, expect, test } from "vitest";
import { inRounds, ratiosOf, valuesOf } from "./rounds.ts";

afterEach(() => {
  process.exitCode = undefined;
});

describe("inRounds", () => {
  test("measures each once in each round", async () => {
    const asked: string[] = [];
    const rounds = await inRounds({ count: 3, say: () => undefined }, "load", ["bare", "obsbox"], (name) => {
      asked.push(name);
      return Promise.resolve(asked.length);
    });
    expect(rounds.map((round) => Object.keys(round).toSorted())).toEqual(rounds.map(() => ["bare", "obsbox"]));
    expect(rounds).toHaveLength(3);
    expect(asked.filter((name) => name === "bare")).toHaveLength(3);
  });

  test("goes on after a failure, says it, and makes the run fail", async () => {
    const said: string[] = [];
    const rounds = await inRounds({ count: 2, say: (line) => said.push(line) }, "load", ["obsbox"], () =>
      said.length === 1 ? Promise.reject(new Error("no answer")) : Promise.resolve(1),
    );
    expect(rounds).toEqual([{}, { obsbox: 1 }]);
    expect(said).toContain("FAILED load, obsbox: no answer");
    expect(process.exitCode).toBe(1);
  });
});

test("a ratio is taken within a round, and only where both were measured", () => {
  const rounds = [{ bare: 10, obsbox: 5 }, { bare: 20 }, { obsbox: 3 }, { bare: 4, obsbox: 3 }];
  const read = (value: number) => value;
  expect(ratiosOf(rounds, "obsbox", "bare", read)).toEqual([0.5, 0.75]);
  expect(valuesOf(rounds, "obsbox", read)).toEqual([5, 3, 3]);
});
