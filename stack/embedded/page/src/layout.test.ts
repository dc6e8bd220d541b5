import * as fc from "fast-check";
import { expect, test } from "vitest";
import { layoutServices } from "./layout.ts";

function edges(...pairs: readonly string[]) {
  return pairs.map((pair) => {
    const [from = "", to = ""] = pair.split(">");
    return { from, to, calls: 1, errors: 0 };
  });
}

function columns(services: readonly string[], ...pairs: readonly string[]) {
  const places = layoutServices(services, edges(...pairs));
  return Object.fromEntries([...places].map(([name, { column }]) => [name, column]));
}

test.each([
  ["a service that nobody calls is at the left", ["a", "b"], [], { a: 0, b: 0 }],
  ["a service is right of all that call it", [], ["a>b", "b>c", "a>c"], { a: 0, b: 1, c: 2 }],
  ["two that call each other are next to each other", [], ["a>b", "b>a"], { a: 0, b: 1 }],
  ["a circle is cut where it closes", [], ["x>b", "b>a", "a>c", "c>b"], { x: 0, b: 1, a: 2, c: 3 }],
])("%s", (_what, services, pairs, wanted) => {
  expect(columns(services, ...pairs)).toEqual(wanted);
});

const names = "abcdefghijkl".split("");
const graph = fc.array(fc.tuple(fc.constantFrom(...names), fc.constantFrom(...names)), { maxLength: 150 });

test("any services have places of their own, and without circles every line leads to the right", () => {
  fc.assert(
    fc.property(graph, fc.boolean(), (pairs, hasCircles) => {
      const lines = edges(...pairs.filter(([from, to]) => hasCircles || from < to).map((pair) => pair.join(">")));
      const places = layoutServices(names, lines);
      expect(new Set([...places.values()].map(({ column, row }) => `${column} ${row}`)).size).toBe(names.length);
      if (hasCircles) return;
      for (const { from, to } of lines) {
        expect(places.get(to)?.column).toBeGreaterThan(places.get(from)?.column ?? Infinity);
      }
    }),
  );
});

test("fifty services that all call each other have their places at once", () => {
  const all = Array.from({ length: 50 }, (_, index) => `s${index}`);
  const started = performance.now();
  layoutServices([], edges(...all.flatMap((from) => all.map((to) => `${from}>${to}`))));
  expect(performance.now() - started).toBeLessThan(1000);
});
