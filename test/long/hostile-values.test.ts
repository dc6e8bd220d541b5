import { expect, test } from "vitest";
import { fuzz } from "../helpers/fuzz.ts";

const seed = Number(process.env["OBSBOX_SEED"] ?? Date.now() % 2 ** 31);
const runs = 10_000;

test(`none of ${runs} values makes a public function throw, reject or change a prototype (seed ${seed})`, async () => {
  const { thrown, unhandled, polluted, lines, scrape } = await fuzz("fuzz-app.mjs", seed, runs);
  expect({ thrown, unhandled, polluted }).toEqual({ thrown: {}, unhandled: [], polluted: false });
  // What comes faster than a reader takes it is dropped, and counted.
  expect(lines.length).toBeGreaterThan(runs);
  expect(scrape).toBeLessThan(50e6);
});
