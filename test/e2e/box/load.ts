/** Visitors of the orders example, until they are called off. */
import { setTimeout as sleep } from "node:timers/promises";
import { visitUntil } from "../../../examples/express-orders/load.ts";

const pauseMs = 100;
/** Shorter than a report takes. */
const impatienceMs = 200;

interface Visit {
  readonly method: string;
  readonly path: string;
  readonly body?: object;
  readonly timeoutMs?: number;
}

const healthy: readonly Visit[] = [
  { method: "GET", path: "/catalogue" },
  { method: "POST", path: "/shop/orders", body: { sku: "mug", amount: 12 } },
  { method: "GET", path: "/shop/orders/1" },
  { method: "GET", path: "/catalogue" },
];

const impatient: Visit = { method: "GET", path: "/shop/reports/today", timeoutMs: impatienceMs };

/** Nothing fails, nothing is slow. */
export function visitHealthily(end: AbortSignal, baseUrl: string): Promise<void> {
  return repeat(end, baseUrl, healthy, pauseMs);
}

/** Everything that happens: 200, 404, 5xx, slow answers, and visitors that leave before theirs comes. */
export async function visitWildly(end: AbortSignal, baseUrl: string): Promise<void> {
  await Promise.all([visitUntil(end, baseUrl), repeat(end, baseUrl, [impatient], 10 * pauseMs)]);
}

async function repeat(end: AbortSignal, baseUrl: string, visits: readonly Visit[], everyMs: number): Promise<void> {
  for (let count = 0; !end.aborted; count += 1) {
    const next = visits[count % visits.length];
    if (next !== undefined) void visit(baseUrl, next);
    await sleep(everyMs, undefined, { signal: end }).catch(() => {});
  }
}

async function visit(baseUrl: string, { method, path, body, timeoutMs = 10_000 }: Visit): Promise<void> {
  const content = body && { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const answer = await fetch(baseUrl + path, { method, ...content, signal });
    await answer.arrayBuffer();
  } catch {
    // The visitor left, or a service is starting or ending.
  }
}
