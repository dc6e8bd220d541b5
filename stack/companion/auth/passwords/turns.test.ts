import { expect, test } from "vitest";
import { Busy, createTurns } from "./turns.ts";

/** Work that ends when it is told to. */
function createJobs(limits: Parameters<typeof createTurns>[0]) {
  const turns = createTurns(limits);
  const started: string[] = [];
  const ends = new Map<string, () => void>();
  const add = (key: string, name: string) =>
    turns.run(key, () => {
      started.push(name);
      return new Promise<string>((resolve) => void ends.set(name, () => resolve(name)));
    });
  const end = async (name: string) => {
    ends.get(name)?.();
    for (let n = 0; n < 5; n += 1) await Promise.resolve();
  };
  return { turns, started, add, end };
}

test("two run at the same time, one for each key, and keys take turns", async () => {
  const { started, add, end, turns } = createJobs({ parallel: 2, waiting: 10, waitingPerKey: 10 });
  const first = add("attacker", "a1");
  void add("attacker", "a2");
  void add("attacker", "a3");
  expect(started).toEqual(["a1"]);
  void add("someone", "b1");
  void add("else", "c1");
  expect([started, turns.waiting()]).toEqual([["a1", "b1"], 3]);
  await end("a1");
  expect(await first).toBe("a1");
  expect(started).toEqual(["a1", "b1", "a2"]);
  await end("a2");
  expect(started.slice(3)).toEqual(["c1"]);
  await end("c1");
  expect(started.slice(4)).toEqual(["a3"]);
});

test("who comes when too much waits is told at once, by key and in all", async () => {
  const { add } = createJobs({ parallel: 1, waiting: 3, waitingPerKey: 2 });
  void add("a", "a1");
  void add("a", "a2");
  void add("a", "a3");
  await expect(add("a", "a4")).rejects.toBeInstanceOf(Busy);
  void add("b", "b1");
  await expect(add("c", "c1")).rejects.toBeInstanceOf(Busy);
});

test("work that fails gives its error and its place", async () => {
  const { turns } = createJobs({ parallel: 1, waiting: 3, waitingPerKey: 3 });
  await expect(turns.run("a", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await turns.run("a", async () => "next")).toBe("next");
});
