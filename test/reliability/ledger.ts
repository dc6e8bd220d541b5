/**
 * Proves what was lost. A producer gives every record a mark (`run`, `producer`, `seq`) and notes in its ledger each
 * mark whose call has returned. The ledger lies on another volume than what is tested and outlives the process, so
 * afterwards what was found can be compared with it.
 *
 * Programs in `test/fixtures` import it as it stands. Nothing here knows where records go: to lines, spans or documents.
 */
import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** What tells one record from all others. */
export interface Mark {
  readonly run: string;
  readonly producer: string;
  readonly seq: number;
}

export interface Ledger {
  /** Lets `write` write one record with the next mark; noted once it has returned, not when it throws. */
  record(write: (mark: Mark) => void): void;
  /** Marks noted so far. */
  readonly count: number;
  close(): void;
}

export interface LedgerSettings {
  readonly run: string;
  readonly producer: string;
  /** Marks after which the file is synced to the disk; the death of the process needs none. @default 1000 */
  readonly syncEvery?: number;
}

/**
 * Opens the ledger of one producer.
 *
 * @param path - A new file.
 * @example
 * const ledger = openLedger(path, { run: "r1", producer: "p1" });
 * ledger.record((mark) => logger.info({ ...mark }, "line"));
 */
export function openLedger(path: string, { run, producer, syncEvery = 1000 }: LedgerSettings): Ledger {
  const fd = openSync(path, "ax");
  writeSync(fd, `${JSON.stringify({ run, producer })}\n`);
  let next = 0;
  let noted = 0;
  return {
    record(write) {
      const seq = next++;
      write({ run, producer, seq });
      writeSync(fd, `${seq}\n`);
      noted += 1;
      if (noted % syncEvery === 0) fsyncSync(fd);
    },
    get count() {
      return noted;
    },
    close() {
      fsyncSync(fd);
      closeSync(fd);
    },
  };
}

/** Gives the marks of a ledger. A last number without its newline was not noted. */
export function readLedger(path: string): Mark[] {
  const [head = "{}", ...rest] = readFileSync(path, "utf8").split("\n");
  const { run, producer }: Mark = JSON.parse(head);
  return rest.slice(0, -1).map((seq) => ({ run, producer, seq: Number(seq) }));
}

/**
 * Calls something at a steady rate, late calls at once.
 *
 * @returns A promise that resolves after the last call.
 */
export async function atRate(perSecond: number, total: number, call: () => void): Promise<void> {
  const began = performance.now();
  for (let done = 0; done < total;) {
    const due = Math.min(total, Math.floor(((performance.now() - began) / 1000) * perSecond));
    for (; done < due; done++) call();
    await sleep(5);
  }
}

/** What was found, in the order in which it lay there. */
export interface Found {
  readonly marks: readonly Mark[];
  /** Pieces that are no whole record. */
  readonly corrupt: number;
}

/** Reads the mark of a record: plain fields, or `labels.*` as the SDK's lines have them. */
export function markOf(record: Readonly<Record<string, unknown>>): Mark | undefined {
  const [run, producer, seq] = ["run", "producer", "seq"].map((name) => record[name] ?? record[`labels.${name}`]);
  const isMark = typeof run === "string" && typeof producer === "string" && Number.isInteger(Number(seq ?? Number.NaN));
  return isMark ? { run, producer, seq: Number(seq) } : undefined;
}

/** Reads the marks in lines of JSON. Objects without a mark are let pass, anything else is corrupt. */
export function marksInLines(text: string): Found {
  const marks: Mark[] = [];
  let corrupt = 0;
  for (const line of text.split("\n")) {
    if (line === "") continue;
    const record = parse(line);
    const mark = record === undefined ? undefined : markOf(record);
    if (record === undefined) corrupt += 1;
    else if (mark !== undefined) marks.push(mark);
  }
  return { marks, corrupt };
}

function parse(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

export interface Verdict {
  readonly acknowledged: number;
  /** Different records that were found, also those whose call had not returned. */
  readonly found: number;
  readonly lost: number;
  readonly duplicate: number;
  readonly corrupt: number;
  /** Records that came after one of the same producer with a higher number. */
  readonly outOfOrder: number;
  /** The lost ones, in words. */
  readonly missing: string;
}

/** What a path without any flaw gives: `expect(verdict).toMatchObject(flawless)`. */
export const flawless = { lost: 0, duplicate: 0, corrupt: 0, outOfOrder: 0 } as const;

/** Compares ledgers with what was found. */
export function compare(acknowledged: readonly Mark[], found: Found): Verdict {
  const seen = new Set<string>();
  const highest = new Map<string, number>();
  let duplicate = 0;
  let outOfOrder = 0;
  for (const mark of found.marks) {
    const producer = `${mark.run} ${mark.producer}`;
    const key = `${producer} ${mark.seq}`;
    if (seen.has(key)) duplicate += 1;
    else if (mark.seq < (highest.get(producer) ?? -1)) outOfOrder += 1;
    seen.add(key);
    highest.set(producer, Math.max(mark.seq, highest.get(producer) ?? -1));
  }
  const lost = acknowledged.filter((mark) => !seen.has(`${mark.run} ${mark.producer} ${mark.seq}`));
  return {
    acknowledged: acknowledged.length,
    found: seen.size,
    lost: lost.length,
    duplicate,
    corrupt: found.corrupt,
    outOfOrder,
    missing: rangesOf(lost),
  };
}

/** Gives a verdict in one line, for the output of a test. */
export function describeVerdict(verdict: Verdict): string {
  const { acknowledged, found, lost, duplicate, corrupt, outOfOrder, missing } = verdict;
  const which = missing === "" ? "" : ` (${missing})`;
  return `${acknowledged} acknowledged, ${found} found, ${lost} lost${which}, ${duplicate} duplicate, ${corrupt} corrupt, ${outOfOrder} out of order`;
}

const shownRanges = 5;

function rangesOf(marks: readonly Mark[]): string {
  const ranges: { producer: string; from: number; to: number }[] = [];
  for (const { producer, seq } of marks) {
    const last = ranges.at(-1);
    if (last !== undefined && last.producer === producer && last.to === seq - 1) last.to = seq;
    else ranges.push({ producer, from: seq, to: seq });
  }
  const shown = ranges
    .slice(0, shownRanges)
    .map(({ producer, from, to }) => (from === to ? `${producer} ${from}` : `${producer} ${from}-${to}`));
  return [...shown, ...(ranges.length > shownRanges ? [`and ${ranges.length - shownRanges} more ranges`] : [])].join(
    ", ",
  );
}
