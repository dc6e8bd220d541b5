/**
 * The log canary: writes a line the way every service does and looks for it where people look. What it measures is the
 * whole way: file, shipper, Elasticsearch, pipeline, index.
 */
import { logger } from "@obsbox/sdk";
import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import type { Client } from "../elasticsearch/client.ts";
import { listAt, textAt, valueAt } from "../elasticsearch/json.ts";
import { instruments } from "./metrics.ts";
import type { Job } from "./schedule.ts";

/** Where the keeper's lines go: its service name as a dataset. */
export const canaryIndices = "logs-obsbox_keeper-*";
export const canaryField = "labels.canary_id";

export interface CanarySettings {
  /** Longest time that one run looks for its line. */
  readonly lookMs: number;
  readonly everyMs: number;
  /** A line that is not found so long after it was written is lost, if Elasticsearch could be asked meanwhile. */
  readonly lostMs: number;
  /** What a line has to come through after Elasticsearch has answered again. */
  readonly graceMs: number;
}

export const canarySettings: CanarySettings = {
  lookMs: 50_000,
  everyMs: 1000,
  lostMs: 15 * 60_000,
  graceMs: 5 * 60_000,
};

/** More than these are not waited for: Elasticsearch has been away for hours. */
const maxWaiting = 200;

/** A line that was written and is not found yet. */
export interface WaitingLine {
  readonly writtenMs: number;
  readonly lostAtMs: number;
}

/** @returns One run of the canary: resolves when its line is found. */
export function createCanary(elasticsearch: Client, settings: CanarySettings = canarySettings): Job["run"] {
  const waiting = new Map<string, WaitingLine>();
  // A keeper that starts while no line comes through has found none yet: without a beginning no alert could tell.
  instruments.canaryLastFound.record(Date.now() / 1000);
  return async (signal) => {
    const id = writeLine(waiting, settings);
    const giveUpMs = Date.now() + settings.lookMs;
    for (;;) {
      await look(elasticsearch, waiting, settings);
      if (!waiting.has(id)) return;
      if (Date.now() >= giveUpMs) throw new Error(`a log line is not found after ${settings.lookMs / 1000} s`);
      await wait(settings.everyMs, undefined, { signal });
    }
  };
}

function writeLine(waiting: Map<string, WaitingLine>, { lostMs }: CanarySettings): string {
  const id = randomUUID();
  const [oldest] = waiting.keys();
  if (oldest !== undefined && waiting.size >= maxWaiting) waiting.delete(oldest);
  waiting.set(id, { writtenMs: Date.now(), lostAtMs: Date.now() + lostMs });
  logger.info({ canary_id: id, "event.action": "log-canary" }, "log canary");
  instruments.canaryWritten.add(1);
  return id;
}

async function look(elasticsearch: Client, waiting: Map<string, WaitingLine>, { graceMs }: CanarySettings) {
  const found = await search(elasticsearch, [...waiting.keys()]).catch((error: unknown) => {
    // Nobody could have seen them: the time does not count.
    for (const [id, line] of waiting) waiting.set(id, postponed(line, Date.now(), graceMs));
    throw error;
  });
  const nowMs = Date.now();
  for (const id of found) {
    const line = waiting.get(id);
    if (line === undefined || !waiting.delete(id)) continue;
    instruments.canaryDelivery.record((nowMs - line.writtenMs) / 1000);
    instruments.canaryLastFound.record(nowMs / 1000);
  }
  for (const id of lostLines(waiting, nowMs)) {
    waiting.delete(id);
    instruments.canaryLost.add(1);
    logger.warn({ lost_id: id }, "a log line was lost on its way to Elasticsearch");
  }
}

/** A line after an attempt to look for it that failed. */
export function postponed(line: WaitingLine, nowMs: number, graceMs: number): WaitingLine {
  return { ...line, lostAtMs: Math.max(line.lostAtMs, nowMs + graceMs) };
}

export function lostLines(waiting: ReadonlyMap<string, WaitingLine>, nowMs: number): readonly string[] {
  return [...waiting].filter(([, { lostAtMs }]) => nowMs >= lostAtMs).map(([id]) => id);
}

async function search(elasticsearch: Client, ids: readonly string[]): Promise<readonly string[]> {
  const answer = await elasticsearch.request("POST", `/${canaryIndices}/_search?allow_no_indices=true`, {
    size: ids.length,
    query: { terms: { [canaryField]: ids } },
    fields: [canaryField],
    _source: false,
  });
  return listAt(valueAt(answer, "hits"), "hits").flatMap((hit) => {
    const id = listAt(hit, "fields", canaryField)[0];
    return typeof id === "string" ? [id] : (textAt(hit, "_id") ?? []);
  });
}
