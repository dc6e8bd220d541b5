import { expect, test } from "vitest";
import { fuzz, publicFunctions } from "../helpers/fuzz.ts";

const seed = Number(process.env["OBSBOX_SEED"] ?? Date.now() % 2 ** 31);

/** For each function; `test/long/hostile-values.test.ts` has ten times as many. */
const runs = 1000;

/** Starting and stopping takes a while, and a recording is for tests, where what is wrong may be said at once. */
const runsOfRecording = 100;

test(`none of ${runs} values makes a public function throw, reject or change a prototype (seed ${seed})`, async () => {
  const { lines, spans, scrape, ...result } = await fuzz("fuzz-app.mjs", seed, runs);
  expect(result).toMatchObject({ thrown: {}, unhandled: [], polluted: false });
  // What was given neither makes the scrape large nor spoils lines or the spans of others.
  expect(scrape).toBeGreaterThan(1000);
  expect(scrape).toBeLessThan(20e6);
  for (const line of lines) expect(() => JSON.parse(line)).not.toThrow();
  expect(lines.length).toBeGreaterThan(runs * 4);
  expect(spans).toBeGreaterThan(runs * 4);
});

test(`a recording refuses what it cannot use and nothing else happens (seed ${seed})`, async () => {
  const { thrown, unhandled, polluted } = await fuzz("fuzz-recording-app.mjs", seed, runsOfRecording);
  expect({ thrown, unhandled, polluted }).toEqual({ thrown: {}, unhandled: [], polluted: false });
});

test("every public function is among them", async () => {
  const [app, recording] = await Promise.all([fuzz("fuzz-app.mjs", seed, 1), fuzz("fuzz-recording-app.mjs", seed, 1)]);
  const called = new Set([...app.names, ...recording.names]);
  const all = publicFunctions();
  expect(all.length).toBeGreaterThan(30);
  expect(all.filter((name) => !called.has(name))).toEqual([]);
});
