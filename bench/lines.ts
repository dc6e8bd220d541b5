/** What a log line costs, and whether all of them are in the file afterwards. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Service } from "./service.ts";
import { startSubject } from "./subject.ts";
import type { Subject, Surroundings } from "./subject.ts";

export interface LineKind {
  readonly name: string;
  readonly title: string;
  /** The set-up whose packages and flags it has. */
  readonly setup: string;
  readonly logger: "pino" | "ecs" | "obsbox";
  readonly isInSpans: boolean;
}

export const lineKinds: readonly LineKind[] = [
  { name: "pino", title: "pino, no ids", setup: "bare", logger: "pino", isInSpans: false },
  { name: "obsbox-pino", title: "pino, ids by obsbox", setup: "obsbox-same", logger: "pino", isInSpans: true },
  {
    name: "obsbox",
    title: "`logger` of obsbox: ECS with ids",
    setup: "obsbox-same",
    logger: "obsbox",
    isInSpans: true,
  },
  { name: "otel-pino", title: "pino, ids by instrumentation-pino", setup: "lean", logger: "pino", isInSpans: true },
  {
    name: "otel-otlp",
    title: "pino, ids by instrumentation-pino, and sent by OTLP",
    setup: "stock",
    logger: "pino",
    isInSpans: true,
  },
  {
    name: "ecs-pino",
    title: "@elastic/ecs-pino-format, constant ids by a mixin",
    setup: "ecs-pino",
    logger: "ecs",
    isInSpans: false,
  },
];

export interface LineResult {
  readonly linesPerSecond: number;
  readonly cpuUs: number;
  /** The share of lines that is in the file. */
  readonly kept: number;
}

interface Written {
  readonly linesPerSecond: number;
  readonly cpuUs: number;
  readonly written: number;
}

export async function measureLines(
  { logger, isInSpans }: LineKind,
  subject: Subject,
  settings: Surroundings & { readonly seconds: number },
): Promise<LineResult> {
  await using service = await startSubject(subject, "lines.cjs", settings, {
    LINES_LOGGER: logger,
    LINES_SECONDS: String(settings.seconds),
    LINES_IN_SPANS: String(isInSpans),
  });
  const { linesPerSecond, cpuUs, written } = await service.ask<Written>("lines");
  service.terminate();
  await Promise.race([service.ended(), sleep(2000)]);
  return { linesPerSecond, cpuUs, kept: linesIn(service) / written };
}

/** The one writes to a file of its own, the other to stdout, which is a file too. */
function linesIn({ outputFolder }: Service): number {
  const counts = ["service.log", "stdout"].map((name) => {
    const bytes = readFileSync(join(outputFolder, name), { flag: "a+" });
    let lines = 0;
    for (let at = bytes.indexOf('"order priced"'); at !== -1; at = bytes.indexOf('"order priced"', at + 1)) lines++;
    return lines;
  });
  return counts.reduce((sum, count) => sum + count, 0);
}
