/** Row K2 in full: five minutes without a receiver at 200 spans a second. */
import { expect, test } from "vitest";
import { runOutage } from "../helpers/span-outage.ts";
import { describeVerdict } from "../reliability/ledger.ts";

test("a receiver that is away for five minutes at 200 spans a second costs obsbox no span", async () => {
  const outage = { perSecond: 200, seconds: [10, 300, 10], fault: "refused" } as const;
  const [ours, stock] = await Promise.all([
    runOutage({ sdk: "obsbox", ...outage }),
    runOutage({ sdk: "opentelemetry", ...outage }),
  ]);
  process.stdout.write(
    `five minutes away: obsbox ${describeVerdict(ours.verdict)}; OpenTelemetry ${describeVerdict(stock.verdict)}\n`,
  );
  expect(ours.verdict).toMatchObject({ acknowledged: 64_000, lost: 0, duplicate: 0, corrupt: 0 });
  expect(ours.books).toMatchObject({ made: 64_001, sent: 64_001, failed: 0 });
});
