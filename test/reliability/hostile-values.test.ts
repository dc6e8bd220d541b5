import { expect, test } from "vitest";
import { startOtlpReceiver } from "../helpers/otlp-receiver.ts";
import { register, startProgram } from "../helpers/run-program.ts";

const seed = Number(process.env["OBSBOX_SEED"] ?? Date.now() % 2 ** 31);

/** For each of some 40 functions: more than 10,000 calls in all. */
const callsOfEach = 250;

interface Result {
  readonly thrown: object;
  readonly unhandled: readonly string[];
  readonly polluted: boolean;
  readonly calls: number;
  readonly scrape: number;
}

test(`no value makes a public function throw, reject or change a prototype (seed ${seed})`, async () => {
  await using receiver = await startOtlpReceiver();
  await using program = startProgram("fuzz-app.mjs", {
    flags: register,
    args: [String(seed), String(callsOfEach)],
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url },
  });
  expect(await program.ended()).toBe(0);
  const result: Result = JSON.parse(/^RESULT (.*)$/m.exec(program.stderr())?.[1] ?? "{}");
  expect(result).toMatchObject({ thrown: {}, unhandled: [], polluted: false });
  expect(result.calls * callsOfEach).toBeGreaterThan(10_000);
  // What was given neither makes the scrape large nor spoils lines or the spans of others.
  expect(result.scrape).toBeGreaterThan(1000);
  expect(result.scrape).toBeLessThan(5e6);
  const lines = program.stdout().trimEnd().split("\n");
  for (const line of lines) expect(() => JSON.parse(line)).not.toThrow();
  expect(lines.length).toBeGreaterThan(1000);
  expect(receiver.spans.length).toBeGreaterThan(1000);
});
