/** Visitors: several a second, most of them friendly. */
import { setTimeout as sleep } from "node:timers/promises";

interface Visit {
  /** Of a hundred visits, so many are like this. */
  readonly share: number;
  readonly method: string;
  readonly path: () => string;
  readonly body?: () => object;
}

const products = [
  { sku: "mug", amount: 12 },
  { sku: "mug", amount: 24 },
  { sku: "lamp", amount: 89 },
  { sku: "desk", amount: 640 },
  { sku: "sofa", amount: 1250 },
];

const visits: readonly Visit[] = [
  { share: 30, method: "GET", path: () => "/catalogue" },
  { share: 40, method: "POST", path: () => "/shop/orders", body: () => pick(products) },
  { share: 22, method: "GET", path: () => `/shop/orders/${1 + Math.floor(Math.random() * 50)}` },
  { share: 5, method: "GET", path: () => "/shop/reports/today" },
  { share: 3, method: "GET", path: () => "/favicon.ico" },
];

const pauseMs = 120;

/** Sends one visit after the other; a slow answer does not hold up the next. */
export async function visitUntil(end: AbortSignal, baseUrl: string): Promise<void> {
  while (!end.aborted) {
    void visit(baseUrl);
    await sleep(pauseMs * (0.5 + Math.random()), undefined, { signal: end }).catch(() => {});
  }
}

async function visit(baseUrl: string): Promise<void> {
  const { method, path, body } = choose();
  const headers = { "content-type": "application/json" };
  const content = body === undefined ? {} : { headers, body: JSON.stringify(body()) };
  try {
    const response = await fetch(baseUrl + path(), { method, ...content });
    await response.arrayBuffer();
  } catch {
    // A service is starting or ending.
  }
}

function choose(): Visit {
  let left = Math.random() * 100;
  return visits.find(({ share }) => (left -= share) < 0) ?? pick(visits);
}

function pick<T>(items: readonly T[]): T {
  const item = items[Math.floor(Math.random() * items.length)];
  if (item === undefined) throw new RangeError("nothing to pick from");
  return item;
}
