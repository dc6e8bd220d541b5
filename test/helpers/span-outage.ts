/** A program that makes spans at a steady rate while its receiver goes away and comes back, and what arrived of them. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compare, readLedger } from "../reliability/ledger.ts";
import type { Verdict } from "../reliability/ledger.ts";
import type { ExportStatus } from "../../sdk/src/traces/exporter.ts";
import { startFaultyReceiver } from "./faulty-receiver.ts";
import type { Answer, Behaviour, FaultyReceiver } from "./faulty-receiver.ts";
import { startProgram } from "./run-program.ts";
import type { Program } from "./run-program.ts";
import { adminUrl } from "./scrape.ts";
import { waitFor } from "./wait-for.ts";

export interface Outage {
  readonly sdk: "obsbox" | "opentelemetry";
  readonly perSecond: number;
  /** Before, during and after. */
  readonly seconds: readonly [before: number, outage: number, after: number];
  readonly fault: Behaviour | Answer;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

export interface OutageResult {
  readonly verdict: Verdict;
  /** Of obsbox: its own books, after all was delivered that could be. */
  readonly books: ExportStatus | undefined;
  readonly end: number | NodeJS.Signals;
  readonly endMs: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Longest pause between two tries, and some more. */
const recoveryMs = 45_000;

export async function runOutage({ sdk, perSecond, seconds, fault, env = {} }: Outage): Promise<OutageResult> {
  const [before, outage, after] = seconds;
  const folder = mkdtempSync(join(tmpdir(), "obsbox-outage-"));
  const path = join(folder, "ledger");
  const total = perSecond * (before + outage + after);
  await using receiver = await startFaultyReceiver();
  const args = [sdk, path, String(perSecond), String(before + outage + after)];
  const address = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_BSP_SCHEDULE_DELAY: undefined };
  await using program = startProgram("span-ledger.mjs", { args, env: { ...address, ...env } });
  try {
    await program.port();
    const longest = (before + outage + after) * 1000 + 30_000;
    const noted = (count: number) => waitFor(`${count} spans`, () => readLedger(path).length >= count, longest);
    await noted(before * perSecond);
    await receiver.become(fault);
    await noted((before + outage) * perSecond);
    await receiver.become("healthy");
    await waitFor("the last span", () => program.stdout().includes(`made ${total}`), longest);
    const books = sdk === "obsbox" ? await settledBooks(program, receiver) : undefined;
    const began = performance.now();
    const end = await program.end("SIGTERM");
    const endMs = performance.now() - began;
    const verdict = compare(readLedger(path), { marks: receiver.marks, corrupt: 0 });
    return { verdict, books, end, endMs, stdout: program.stdout(), stderr: program.stderr() };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What `/statusz` says of spans. */
export async function statusOf(program: Program): Promise<ExportStatus> {
  const response = await fetch(`${await adminUrl(program)}/statusz`);
  return ((await response.json()) as { traces: ExportStatus }).traces;
}

async function settledBooks(program: Program, receiver: FaultyReceiver): Promise<ExportStatus> {
  return waitFor(
    `the end of what is pending, with ${receiver.requests.length} requests so far`,
    async () => {
      const status = await statusOf(program);
      return status.pending === 0 && status;
    },
    recoveryMs,
  );
}
