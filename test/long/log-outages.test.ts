/** A full disk for a minute, and a reader of stdout that stands still for half of one. */
import { afterEach, expect, test } from "vitest";
import { flawless } from "../reliability/ledger.ts";
import { removeFolders } from "../reliability/line-program.ts";
import { fullDisk, stalledReader, tell, whyNoDisk } from "../reliability/log-scenarios.ts";

const fullSeconds = 60;
const stallSeconds = 30;
const perSecond = 200;

const reason = whyNoDisk();
if (reason !== undefined) console.log(`not run: ${reason}`);

afterEach(removeFolders);

test.skipIf(reason !== undefined)("a disk that is full for a minute costs no line of 200 a second", async () => {
  const outcome = await fullDisk({ logger: "sdk", perSecond, total: perSecond * (fullSeconds + 5) }, fullSeconds, 64);
  tell(`disk full for ${fullSeconds} s`, "sdk", outcome);
  expect(outcome).toMatchObject({ exitCode: 0, dropped: 0, verdict: flawless });
  expect(outcome.resumedMs).toBeLessThan(1000);
  expect(outcome.loopMaxMs.ill).toBeLessThan(1000);
});

test("a reader of stdout that stands still for half a minute costs no line of 200 a second", async () => {
  const outcome = await stalledReader(
    { logger: "sdk", perSecond, total: perSecond * (stallSeconds + 5) },
    stallSeconds,
  );
  tell(`reader stalled for ${stallSeconds} s`, "sdk", outcome);
  expect(outcome).toMatchObject({ exitCode: 0, dropped: 0, verdict: flawless });
  expect(outcome.growthMiB).toBeLessThan(32);
  expect(outcome.loopMaxMs.ill).toBeLessThan(1000);
});
