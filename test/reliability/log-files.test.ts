/** Log files when processes are killed, when nobody reads, and when many processes write. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import type { Configuration, Input } from "../images/shipper/configuration.ts";
import { harvest } from "../images/shipper/harvest.ts";
import { startProgram } from "../helpers/run-program.ts";
import { waitFor } from "../helpers/wait-for.ts";
import { compare, describeVerdict, flawless, marksInLines } from "./ledger.ts";
import type { Verdict } from "./ledger.ts";
import { droppedIn, linesIn, makeFolder, removeFolders, startLines } from "./line-program.ts";
import type { LineLogger } from "./line-program.ts";

afterEach(removeFolders);

/** Random numbers from 0 to 1 that a seed brings back. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

describe("a process that is killed while it writes", () => {
  const seed = Number(process.env["OBSBOX_SEED"] ?? Date.now() % 1_000_000);
  const random = randomOf(seed);

  /** Kills it at a random instant of its first half second of lines. */
  async function killOnce(logger: LineLogger): Promise<Verdict> {
    const dir = makeFolder();
    const file = join(dir, "app.log");
    const settings = { logger, perSecond: 20_000, total: 1_000_000, file } as const;
    const { program, files } = startLines(settings, { OBSBOX_LOG_DIR: dir, OBSBOX_LOG_FILE_BYTES: "1MiB" });
    await using _ = program;
    await waitFor("lines", () => statSync(join(files.dir, "ledger")).size > 100);
    await sleep(random() * 500);
    await program.end("SIGKILL");
    if (logger === "sdk") return files.verify(linesIn(dir));
    return files.verify(existsSync(file) ? readFileSync(file, "utf8") : "");
  }

  async function kill(logger: LineLogger, times: number): Promise<Verdict[]> {
    const verdicts: Verdict[] = [];
    for (let time = 0; time < times; time++) verdicts.push(await killOnce(logger));
    const sum = (name: "acknowledged" | "lost" | "corrupt") =>
      verdicts.reduce((all, verdict) => all + verdict[name], 0);
    console.log(
      `killed ${times} times, ${logger}: ${sum("acknowledged")} acknowledged, ${sum("lost")} lost, ${sum("corrupt")} corrupt (seed ${seed})`,
    );
    return verdicts;
  }

  test("loses no line whose call had returned, at 20 random instants", async () => {
    for (const verdict of await kill("sdk", 20)) {
      expect(verdict.acknowledged).toBeGreaterThan(0);
      expect(verdict).toMatchObject(flawless);
    }
  });

  // Whether it loses some is a matter of the instant: the figures are for docs/reliability.md.
  test.each(["pino-async", "pino-transport"] as const)("leaves a ledger to compare with: plain %s", async (logger) => {
    for (const { acknowledged } of await kill(logger, 5)) expect(acknowledged).toBeGreaterThan(0);
  });
});

describe("a hundred rotations that nobody reads", () => {
  async function rotate(totalBytes: string) {
    const dir = makeFolder();
    const settings = { logger: "sdk", perSecond: 40_000, total: 100_000, textLength: 700 } as const;
    const env = {
      OBSBOX_LOG_DIR: dir,
      OBSBOX_LOG_FILE_BYTES: "1MiB",
      OBSBOX_LOG_FILE_COUNT: "1000",
      OBSBOX_LOG_TOTAL_BYTES: totalBytes,
    };
    const { program, files } = startLines(settings, env);
    await using _ = program;
    expect(await program.ended()).toBe(0);
    const sizes = readdirSync(dir).map((name) => statSync(join(dir, name)).size);
    const verdict = files.verify(linesIn(dir));
    console.log(
      `rotations within ${totalBytes}: ${describeVerdict(verdict)}; ${droppedIn(files.states().at(-1))} counted`,
    );
    return { verdict, dropped: files.states().at(-1)?.dropped, sizes, stderr: program.stderr() };
  }

  test("lose nothing while all files fit", async () => {
    const { verdict, dropped, sizes } = await rotate("256MiB");
    expect(sizes.length).toBeGreaterThan(99);
    expect(verdict).toMatchObject({ acknowledged: 100_000, ...flawless });
    expect(dropped).toEqual({});
  });

  test("lose the oldest files when they do not, and every line of them is counted and said", async () => {
    const { verdict, dropped, sizes, stderr } = await rotate("40MiB");
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(40 * 1024 ** 2);
    expect(verdict).toMatchObject({ acknowledged: 100_000, ...flawless, lost: expect.any(Number) });
    expect(verdict.missing).toMatch(/^p1 0-\d+$/);
    expect(verdict.lost).toBeGreaterThan(10_000);
    expect(dropped).toEqual({ "file-unread": verdict.lost });
    expect(stderr).toMatch(/log lines were removed with .* which nobody had read; .* \[log-file-unread\]$/m);
  });
});

/** Stands in for Filebeat, with the settings that the box gives it. */
function shipper(dir: string) {
  const input: Input = {
    id: "services",
    paths: [join(dir, "*.ndjson")],
    fingerprint: { offset: 0, length: 128 },
    messageMaxBytes: 262_144,
    parsers: [{ ndjson: { target: "", document_id: "event.id" } }],
  };
  const nowhere = { url: "", username: "", password: "", ca: "", index: "", bulkMaxSize: 1 };
  const configuration: Configuration = {
    inputs: [input],
    processors: [],
    output: { ...nowhere, backoff: { init: 1, max: 1 } },
    http: { host: "", port: 0 },
    idleMs: 1,
  };
  const fromTheBeginning = { offsetOf: () => 0, advance() {}, flush() {} };
  return { events: () => harvest(configuration, fromTheBeginning, Number.MAX_SAFE_INTEGER).events };
}

test("a single short line of a process that ends at once is there for a shipper, with an id of its own", async () => {
  const dir = makeFolder();
  await using program = startProgram("one-line.mjs", { env: { OBSBOX_LOG_DIR: dir } });
  expect(await program.ended()).toBe(0);
  const events = shipper(dir).events();
  expect(events.map(({ message }) => message)).toEqual(["log file opened", "only"]);
  expect(new Set(events.map((event) => event["@metadata._id"])).size).toBe(2);
});

test("64 processes write to one folder without a collision, each in its order", async () => {
  const dir = makeFolder();
  const env = { OBSBOX_LOG_DIR: dir, OBSBOX_LOG_FILE_BYTES: "64KiB" };
  const started = Array.from({ length: 64 }, (_, index) =>
    startLines({ logger: "sdk", producer: `p${index}`, perSecond: 500, total: 500 }, env),
  );
  const ends = await Promise.all(
    started.map(async ({ program }) => ({ code: await program.ended(), stderr: program.stderr() })),
  );
  expect(ends.filter(({ code, stderr }) => code !== 0 || stderr !== "")).toEqual([]);
  const names = readdirSync(dir);
  const verdict = compare(
    started.flatMap(({ files }) => files.ledger()),
    marksInLines(linesIn(dir)),
  );
  console.log(`64 processes: ${names.length} files, ${describeVerdict(verdict)}`);
  expect(verdict).toMatchObject({ acknowledged: 64 * 500, ...flawless });
  expect(new Set(names.map((name) => name.split(".").at(-2))).size).toBe(64);
  const ids = shipper(dir)
    .events()
    .map((event) => event["@metadata._id"]);
  expect(new Set(ids).size).toBe(ids.length);
});
