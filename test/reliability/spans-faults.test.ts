/**
 * Rows K1 and K4: a service under load while its backend is at fault in each of eight ways, beside the same service that
 * sends nothing and the same with OpenTelemetry as it comes; then they are told to end. `test/long/spans-faults.test.ts`
 * does it for ten minutes each.
 */
import { describe, expect, test } from "vitest";
import { describeReport, runWithFault } from "../helpers/backend-faults.ts";
import { faults } from "../helpers/faulty-receiver.ts";
import type { Fault } from "../helpers/faulty-receiver.ts";

const secondsEach = 60;
/** One in each minute that has begun, the warm-up's included. */
const warningsOfEach = 2;
const perSecond = 200;

/** Two at a time: each measures against a service beside it that has the same machine. */
const pairs = [0, 2, 4, 6].map((first) => ({ pair: faults.slice(first, first + 2) }));

describe.each(pairs)("$pair", ({ pair }) => {
  test.concurrent.each(pair)("%s costs the service nothing, and does not hold its end", expectNoHarm);
});

async function expectNoHarm(fault: Fault): Promise<void> {
  const report = await runWithFault(fault, { perSecond, seconds: secondsEach, samples: 6 });
  process.stdout.write(describeReport(report));
  const { faulty, silent, traces, warnings, end, endMs } = report;
  // On a machine that has other work the times say little; those of a quiet one stand in docs/reliability.md.
  const isBusy = silent.p99Ms > 50;
  expect(faulty.p99Ms).toBeLessThan(silent.p99Ms * (isBusy ? 3 : 1.25) + 20);
  expect(faulty.vitals.loopP99Ms).toBeLessThan(Math.max(20, silent.vitals.loopP99Ms * 3));
  expect(faulty.vitals.loopMaxMs).toBeLessThan(Math.max(100, silent.vitals.loopMaxMs * 3));
  expect((faulty.rssMiB.at(-1) ?? 0) - (faulty.rssMiB[0] ?? 0)).toBeLessThan(64);
  expect(faulty.vitals.rejections).toBe(0);
  expect(traces.made).toBe(traces.sent + traces.failed + traces.pending);
  expect(traces.failed).toBe(0);
  const saidBy = (code: string) => warnings.filter((line) => line.includes(`[${code}]`)).length;
  expect(saidBy("export-failed")).toBeLessThanOrEqual(warningsOfEach);
  expect(saidBy("metrics-export-failed")).toBeLessThanOrEqual(warningsOfEach);
  expect(end).toBe("SIGTERM");
  expect(endMs).toBeLessThan(5500);
}
