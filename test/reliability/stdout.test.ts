/** Log lines on a pipe whose reader is slow, stalls or goes. Plain pino runs in the same harness. */
import { readFileSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { describeVerdict, flawless } from "./ledger.ts";
import { droppedIn, removeFolders, startPiped, written } from "./line-program.ts";
import { readerThatGoes, stalledReader, tell } from "./log-scenarios.ts";

const stallSeconds = 5;

afterEach(removeFolders);

describe("a reader that takes nothing for some seconds", () => {
  const lines = (perSecond: number) => ({ perSecond, total: perSecond * (stallSeconds + 2) });

  test("costs no line that fits into memory, and does not hold the service", async () => {
    const outcome = await stalledReader({ logger: "sdk", ...lines(500) }, stallSeconds);
    tell("reader stalled", "sdk", outcome);
    expect(outcome).toMatchObject({ exitCode: 0, dropped: 0, stderr: expect.not.stringContaining("obsbox:") });
    expect(outcome.verdict).toMatchObject({ acknowledged: lines(500).total, ...flawless });
    expect(outcome.loopMaxMs.ill).toBeLessThan(1000);
  });

  test("costs the oldest lines when too many wait, and each of them is counted and said", async () => {
    const outcome = await stalledReader({ logger: "sdk", ...lines(5000), textLength: 1000 }, stallSeconds);
    tell("reader stalled, many lines", "sdk", outcome);
    expect(outcome.exitCode).toBe(0);
    expect(outcome.verdict).toMatchObject({ ...flawless, lost: outcome.dropped });
    expect(outcome.dropped).toBeGreaterThan(1000);
    expect(outcome.stderr.match(/cannot be written to stdout: its reader is too slow \[stdout-full\]/g)).toHaveLength(
      1,
    );
    expect(outcome.loopMaxMs.ill).toBeLessThan(1000);
    expect(outcome.growthMiB).toBeLessThan(80);
  });

  test("holds a service with plain pino that writes at once", async () => {
    const outcome = await stalledReader({ logger: "pino-sync", ...lines(500) }, stallSeconds);
    tell("reader stalled", "pino-sync", outcome);
    expect(outcome.loopMaxMs.ill).toBeGreaterThan(stallSeconds * 800);
  });

  test("lets the memory of a service with plain pino grow without a bound", async () => {
    const outcome = await stalledReader({ logger: "pino", ...lines(5000), textLength: 1000 }, stallSeconds);
    tell("reader stalled, many lines", "pino", outcome);
    expect(outcome.growthMiB).toBeGreaterThan((5000 * stallSeconds * 1000) / 1024 ** 2);
  });
});

describe("a reader that goes", () => {
  const lines = { perSecond: 1000, total: 3000 };

  test("costs lines that are counted and said once; the service goes on", async () => {
    const outcome = await readerThatGoes({ logger: "sdk", ...lines });
    tell("reader gone", "sdk", outcome);
    expect(outcome).toMatchObject({ exitCode: 0, verdict: { acknowledged: lines.total, corrupt: 0 } });
    expect(outcome.dropped).toBeGreaterThan(lines.total - 500); // A pipe takes some that nobody reads.
    expect(outcome.stderr.match(/cannot be written to stdout: EPIPE.* \[stdout-closed\]/g)).toHaveLength(1);
  });

  test("costs plain pino lines without a word", async () => {
    const outcome = await readerThatGoes({ logger: "pino", ...lines });
    tell("reader gone", "pino", outcome);
    expect(outcome.verdict.lost).toBeGreaterThan(lines.total - 500);
    expect(outcome.stderr.replace(/^exit code 0$/m, "").trim()).toBe("");
  });
});

describe("the last lines", () => {
  test("arrive although their reader had taken nothing for half a second when the process ended", async () => {
    const settings = { logger: "sdk", perSecond: 100_000, total: 3000, staysMs: 500 } as const;
    await using piped = startPiped(settings, "while [ ! -e go ]; do sleep 0.02; done; exec cat > out");
    const { files, program } = piped;
    await written(files, settings.total);
    await sleep(800);
    writeFileSync(join(files.dir, "go"), "");
    expect(await piped.exitCode()).toBe(0);
    await program.ended();
    const verdict = files.verify(readFileSync(join(files.dir, "out"), "utf8"));
    console.log(`last lines: ${describeVerdict(verdict)}`);
    expect(verdict).toMatchObject({ acknowledged: settings.total, ...flawless });
    expect(droppedIn(files.states().at(-1))).toBe(0);
  });
});
