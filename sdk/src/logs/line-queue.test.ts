import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LineQueue } from "./line-queue.ts";

const maxBytes = 64 * 1024;

/** What may happen to a queue: a line of some length comes, or a reader takes some bytes, each time at most so many. */
const action = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ add: fc.integer({ min: 0, max: 12_000 }), text: fc.constantFrom("x", "é", "€") }),
  },
  { weight: 1, arbitrary: fc.record({ take: fc.integer({ min: 0, max: 40_000 }) }) },
);

const all = (bytes: Buffer) => bytes.length;

describe("a queue of lines", () => {
  test("loses none without counting it, tears none, mixes none, and keeps within its bound", () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 200 }), (actions) => {
        const queue = new LineQueue(maxBytes);
        let [added, lost, out] = [0, 0, ""];
        const pieces: Buffer[] = [];
        for (const step of actions) {
          if ("add" in step) lost += queue.add(`${added++} ${step.text.repeat(step.add)}\n`);
          else {
            let room = step.take;
            queue.writeOut((bytes) => {
              const taken = Math.min(room, bytes.length);
              pieces.push(Buffer.from(bytes.subarray(0, taken)));
              room -= taken;
              return taken;
            });
          }
          expect(queue.bytes).toBeLessThanOrEqual(maxBytes + 60_000); // What is begun, and what is not encoded yet.
        }
        queue.writeOut((bytes) => pieces.push(Buffer.from(bytes)) && bytes.length);
        out = Buffer.concat(pieces).toString();
        const lines = out.split("\n").slice(0, -1);
        const numbers = lines.map((line) => Number(/^(\d+) (x*|é*|€*)$/.exec(line)?.[1] ?? Number.NaN));
        expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
        expect(new Set(numbers).size).toBe(numbers.length);
        expect(numbers.length + lost).toBe(added);
        expect(numbers).not.toContain(Number.NaN);
      }),
      { numRuns: 300 },
    );
  });

  test("drops the oldest and keeps the newest", () => {
    const queue = new LineQueue(maxBytes);
    let lost = 0;
    for (let n = 0; n < 1000; n++) lost += queue.add(`${n} ${"x".repeat(1000)}\n`);
    const kept: string[] = [];
    expect(queue.writeOut((bytes) => kept.push(bytes.toString()) && bytes.length)).toBe(true);
    const numbers = kept
      .join("")
      .split("\n")
      .slice(0, -1)
      .map((line) => Number.parseInt(line, 10));
    expect(numbers).toEqual(Array.from({ length: 1000 - lost }, (_, index) => lost + index));
    expect(lost).toBeGreaterThan(900);
  });

  test("says of each write how many lines it ends", () => {
    const queue = new LineQueue(maxBytes);
    const ended: number[] = [];
    queue.add("one\n");
    queue.add("two\n");
    queue.writeOut(() => 5);
    queue.writeOut((bytes, lines) => ended.push(lines) && bytes.length);
    expect(ended).toEqual([2]);
  });

  test("that is cleared counts the lines that are not out whole, and ends the one that was begun", () => {
    const queue = new LineQueue(maxBytes);
    for (const line of ["one\n", "two\n", "three\n"]) queue.add(line);
    queue.writeOut(() => 5);
    expect(queue.clear()).toBe(2);
    queue.add("four\n");
    let out = "";
    queue.writeOut((bytes) => {
      out += bytes.toString();
      return bytes.length;
    });
    expect(out).toBe("\nfour\n");
    expect(queue.writeOut(all)).toBe(true);
    expect(queue.bytes).toBe(0);
  });
});
