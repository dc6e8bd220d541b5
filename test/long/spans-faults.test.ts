/** Row K1 in full: ten minutes of load for each fault of a backend. `test/reliability/spans-faults.test.ts` is the short form. */
import { expect, test } from "vitest";
import { describeReport, runWithFault } from "../helpers/backend-faults.ts";
import { faults } from "../helpers/faulty-receiver.ts";
import { slopePerHour } from "../helpers/slope.ts";

const secondsEach = 600;
const samples = 20;
/** The slope counts from the end of the second minute on. */
const settled = 4;

test.each(faults)("ten minutes of a backend with the fault %s cost the service nothing", async (fault) => {
  const report = await runWithFault(fault, { perSecond: 500, seconds: secondsEach, samples });
  const { faulty, silent, traces, warnings, end, endMs } = report;
  const slopes = [faulty, silent].map(({ rssMiB }) => slopePerHour(rssMiB.slice(settled), secondsEach / samples));
  const [ofFaulty = Number.NaN, ofSilent = Number.NaN] = slopes;
  process.stdout.write(
    `${describeReport(report).trimEnd()}, slope ${ofFaulty.toFixed(0)} (${ofSilent.toFixed(0)}) MiB/h\n`,
  );
  expect(faulty.p99Ms).toBeLessThan(silent.p99Ms * 1.25 + 5);
  expect(faulty.vitals.loopP99Ms).toBeLessThan(Math.max(20, silent.vitals.loopP99Ms * 1.25));
  expect(faulty.vitals.loopMaxMs).toBeLessThan(Math.max(100, silent.vitals.loopMaxMs * 1.25));
  expect((faulty.rssMiB.at(-1) ?? 0) - (faulty.rssMiB[0] ?? 0)).toBeLessThan(64);
  expect(faulty.vitals.rejections).toBe(0);
  expect(traces.made).toBe(traces.sent + traces.failed + traces.pending);
  const minutes = Math.ceil(secondsEach / 60) + 1;
  for (const code of ["export-failed", "metrics-export-failed"])
    expect(warnings.filter((line) => line.includes(`[${code}]`)).length).toBeLessThanOrEqual(minutes);
  expect(end).toBe("SIGTERM");
  expect(endMs).toBeLessThan(5000);
});
