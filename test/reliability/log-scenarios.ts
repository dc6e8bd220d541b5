/** What goes wrong where log lines go, with the SDK's logger or with plain pino, short or long. */
import { execFileSync } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { waitFor } from "../helpers/wait-for.ts";
import { describeVerdict } from "./ledger.ts";
import type { Verdict } from "./ledger.ts";
import { droppedIn, linesIn, makeFolder, startLines, startPiped, written } from "./line-program.ts";
import type { LineFiles, LineLogger, LineSettings, State } from "./line-program.ts";

export interface Outcome {
  /** Undefined when the program had not ended a good while after its last line was due, and was killed. */
  readonly exitCode: number | NodeJS.Signals | undefined;
  /** What the program died of, where it did. */
  readonly died: string | undefined;
  readonly verdict: Verdict;
  readonly dropped: number;
  /** The longest that the event loop was held, while all was well and while it was not. */
  readonly loopMaxMs: Both;
  /** 99th percentile of a log call; in microseconds. */
  readonly callP99Us: Both;
  readonly growthMiB: number;
  readonly stderr: string;
}

interface Both {
  readonly well: number;
  readonly ill: number;
}

/** How long to wait for the end of a program that does not end. */
const endMs = 15_000;

/** A pipe whose reader takes nothing for some seconds, and then everything. */
export async function stalledReader(settings: LineSettings, stallSeconds: number): Promise<Outcome> {
  await using piped = startPiped(settings, "while [ ! -e go ]; do sleep 0.02; done; exec cat > out");
  const { files, program } = piped;
  await warmUp(files, settings);
  const from = Date.now();
  await sleep(stallSeconds * 1000);
  const until = Date.now();
  writeFileSync(join(files.dir, "go"), "");
  const exitCode = await piped.exitCode(settings.total * (1000 / settings.perSecond) + endMs).catch(() => undefined);
  if (exitCode !== undefined) await program.ended();
  return outcomeOf(files, readFileSync(join(files.dir, "out"), "utf8"), {
    exitCode,
    from,
    until,
    stderr: program.stderr(),
  });
}

/** A pipe whose reader goes after a few lines. */
export async function readerThatGoes(settings: LineSettings): Promise<Outcome> {
  await using piped = startPiped(settings, "exec head -n 3 > out");
  const { files, program } = piped;
  const exitCode = await piped.exitCode(settings.total * (1000 / settings.perSecond) + endMs).catch(() => undefined);
  const out = existsSync(join(files.dir, "out")) ? readFileSync(join(files.dir, "out"), "utf8") : "";
  return outcomeOf(files, out, { exitCode, from: 0, until: Date.now(), stderr: program.stderr() });
}

export interface FullDisk extends Outcome {
  /** From the moment at which there was room again until lines were written. */
  readonly resumedMs: number | undefined;
}

/** A disk that is full for some seconds while lines are written to it. Needs root. */
export async function fullDisk(settings: LineSettings, fullSeconds: number, sizeMiB: number): Promise<FullDisk> {
  using disk = mountDisk(sizeMiB);
  const file = join(disk.dir, "app.log");
  const { program, files } = startLines({ ...settings, file }, { OBSBOX_LOG_DIR: disk.dir });
  await using _ = program;
  await warmUp(files, settings);
  const from = Date.now();
  disk.fill();
  const before = disk.logBytes();
  await sleep(fullSeconds * 1000);
  const until = Date.now();
  disk.free();
  const isAlive = program.child.exitCode === null;
  const resumed =
    isAlive && waitFor("lines on the disk", () => disk.logBytes() > before + 4096, 10_000).catch(() => false);
  const resumedMs = (await resumed) ? Date.now() - until : undefined;
  const exitCode = await endOf(program.ended(), settings);
  const lines = settings.logger === "sdk" ? linesIn(disk.dir) : readFileSync(file, "utf8");
  const outcome = outcomeOf(files, lines, { exitCode, from, until, stderr: program.stderr() });
  return { ...outcome, resumedMs };
}

/** As many lines as are written in a second, or what fits into a pipe where the program stands still. */
async function warmUp(files: LineFiles, { perSecond }: LineSettings): Promise<void> {
  await written(files, 1);
  const isWarm = () => (files.states().at(-1)?.written ?? 0) >= perSecond;
  await waitFor("a second of lines", isWarm, 2500).catch(() => {});
}

async function endOf(ended: Promise<number | NodeJS.Signals>, settings: LineSettings): Promise<Outcome["exitCode"]> {
  const deadline = AbortSignal.timeout(settings.total * (1000 / settings.perSecond) + endMs);
  const late = new Promise<undefined>((resolve) => deadline.addEventListener("abort", () => resolve(undefined)));
  return Promise.race([ended, late]);
}

interface Times {
  readonly exitCode: Outcome["exitCode"];
  /** When it was not well. */
  readonly from: number;
  readonly until: number;
  readonly stderr: string;
}

function outcomeOf(files: LineFiles, lines: string, { exitCode, from, until, stderr }: Times): Outcome {
  const states = files
    .states()
    .slice(1)
    .filter(({ died }) => died === undefined);
  // The state that is told first afterwards is of the time before, too.
  const ill = states.filter(({ at, windowMs }) => at > from && at - windowMs < until + 1000);
  const well = states.filter(({ at }) => at <= from);
  const rssBefore = well.at(-1)?.rssMiB ?? states[0]?.rssMiB ?? 0;
  return {
    exitCode,
    died: files.states().find(({ died }) => died !== undefined)?.died,
    verdict: files.verify(lines),
    dropped: droppedIn(states.at(-1)),
    loopMaxMs: { well: longest(well), ill: longest(ill) },
    callP99Us: { well: middle(well), ill: middle(ill) },
    growthMiB: Math.max(0, ...ill.map(({ rssMiB }) => rssMiB - rssBefore)),
    stderr,
  };
}

function longest(states: readonly State[]): number {
  return Math.max(0, ...states.map(({ loopMaxMs }) => loopMaxMs));
}

/** The median over the quarters of a second. */
function middle(states: readonly State[]): number {
  const values = states.map(({ callP99Us }) => callP99Us).toSorted((a, b) => a - b);
  return values[Math.floor(values.length / 2)] ?? 0;
}

/** One line for the output of a test and for the documents. */
export function tell(what: string, logger: LineLogger, outcome: Outcome & Partial<FullDisk>): void {
  const { exitCode, died, verdict, dropped, loopMaxMs, callP99Us, growthMiB, resumedMs } = outcome;
  const end = exitCode === undefined ? "does not end" : `ends with ${exitCode}`;
  console.log(
    `${what}, ${logger}: ${describeVerdict(verdict)}; ${dropped} counted; ${end}${died === undefined ? "" : ` (${died})`}; ` +
      `event loop ${loopMaxMs.well.toFixed(0)} -> ${loopMaxMs.ill.toFixed(0)} ms, call p99 ${callP99Us.well} -> ${callP99Us.ill} us, memory +${growthMiB.toFixed(0)} MiB` +
      (resumedMs === undefined ? "" : `, resumed after ${resumedMs} ms`),
  );
}

/** Why no disk of our own can be mounted here; undefined when it can. */
export function whyNoDisk(): string | undefined {
  if (process.getuid?.() !== 0) return "mounting a small disk needs root";
  try {
    mountDisk(1)[Symbol.dispose]();
    return undefined;
  } catch (error) {
    return `a small disk cannot be mounted: ${String(error)}`;
  }
}

export interface Disk extends Disposable {
  readonly dir: string;
  /** Writes until nothing more fits. */
  readonly fill: () => void;
  readonly free: () => void;
  /** Bytes of all files but the one that fills it. */
  readonly logBytes: () => number;
}

/** A disk in memory. */
export function mountDisk(sizeMiB: number): Disk {
  const dir = makeFolder();
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${sizeMiB}m,mode=777`, "tmpfs", dir], { stdio: "pipe" });
  const filler = join(dir, "filler");
  return {
    dir,
    fill() {
      const fd = openSync(filler, "a");
      for (const size of [1024 ** 2, 4096]) while (writesWhole(fd, size));
      closeSync(fd);
    },
    free: () => rmSync(filler),
    logBytes: () => Number(execFileSync("du", ["-sb", "--exclude=filler", dir]).toString().split("\t", 1)[0]),
    [Symbol.dispose]() {
      execFileSync("umount", ["-l", dir]);
    },
  };
}

function writesWhole(fd: number, size: number): boolean {
  try {
    return writeSync(fd, Buffer.alloc(size)) === size;
  } catch {
    return false;
  }
}
