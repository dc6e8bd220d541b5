/** A full disk under the folder of log files. Plain pino runs in the same harness. */
import { afterEach, describe, expect, test } from "vitest";
import { waitFor } from "../helpers/wait-for.ts";
import { removeFolders, startLines, written } from "./line-program.ts";
import { fullDisk, mountDisk, tell, whyNoDisk } from "./log-scenarios.ts";

const fullSeconds = 5;

const reason = whyNoDisk();
if (reason !== undefined) console.log(`not run: ${reason}`);

afterEach(removeFolders);

describe.skipIf(reason !== undefined)("a disk that is full for some seconds", () => {
  test("costs no line that fits into memory meanwhile, and does not hold the service", async () => {
    const settings = { logger: "sdk", perSecond: 500, total: 500 * (fullSeconds + 3) } as const;
    const outcome = await fullDisk(settings, fullSeconds, 32);
    tell("disk full", "sdk", outcome);
    expect(outcome).toMatchObject({ exitCode: 0, dropped: 0, died: undefined });
    expect(outcome.verdict).toMatchObject({
      acknowledged: settings.total,
      lost: 0,
      duplicate: 0,
      corrupt: 0,
      outOfOrder: 0,
    });
    expect(outcome.resumedMs).toBeLessThan(1000);
    expect(outcome.loopMaxMs.ill).toBeLessThan(1000);
    expect(outcome.stderr.match(/log lines cannot be written to .*ENOSPC.*\[log-file-write\]/g)).toHaveLength(1);
  });

  test("costs the oldest lines when too many wait, and each of them is counted", async () => {
    const settings = { logger: "sdk", perSecond: 5000, total: 5000 * (fullSeconds + 3), textLength: 1000 } as const;
    const outcome = await fullDisk(settings, fullSeconds, 64);
    tell("disk full, many lines", "sdk", outcome);
    expect(outcome).toMatchObject({ exitCode: 0, died: undefined });
    expect(outcome.verdict).toMatchObject({ acknowledged: settings.total, duplicate: 0, corrupt: 0, outOfOrder: 0 });
    expect(outcome.dropped).toBeGreaterThan(1000);
    expect(outcome.verdict.lost).toBe(outcome.dropped);
    expect(outcome.resumedMs).toBeLessThan(1000);
    expect(outcome.loopMaxMs.ill).toBeLessThan(1000);
    expect(outcome.growthMiB).toBeLessThan(80);
  });

  test("does not hold the end of the service, and what is lost is said", async () => {
    using disk = mountDisk(8);
    const settings = { logger: "sdk", perSecond: 500, total: 1_000_000 } as const;
    const { program, files } = startLines(settings, { OBSBOX_LOG_DIR: disk.dir });
    await using _ = program;
    await written(files, 100);
    disk.fill();
    await waitFor("lines that wait", () => (files.states().at(-1)?.waitingBytes ?? 0) > 0);
    const began = performance.now();
    expect(await program.end("SIGTERM")).toBe("SIGTERM");
    expect(performance.now() - began).toBeLessThan(5000);
    expect(program.stderr()).toContain("[log-file-lost]");
  });

  test.each(["pino", "pino-sync", "pino-transport"] as const)(
    "stops a service with plain %s, or costs it lines",
    async (logger) => {
      const settings = { logger, perSecond: 500, total: 500 * (fullSeconds + 3) } as const;
      const outcome = await fullDisk(settings, fullSeconds, 32);
      tell("disk full", logger, outcome);
      const isUnharmed = outcome.exitCode === 0 && outcome.verdict.lost === 0;
      expect(isUnharmed).toBe(false);
    },
  );
});
