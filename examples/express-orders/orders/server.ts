/** Keeps orders, has them paid, settles them in the background. Uses the SDK's logger, metrics and spans. */
import { logger, metrics, setAttribute, withSpan } from "@obsbox/sdk";
import { expressErrorHandler } from "@obsbox/sdk/express";
import express from "express";
import { setTimeout as sleep } from "node:timers/promises";

interface Order {
  readonly id: number;
  readonly sku: string;
  readonly amount: number;
  state: "new" | "paid" | "refused" | "settled";
}

const port = Number(process.env["PORT"] ?? 7802);
const paymentsUrl = process.env["PAYMENTS_URL"] ?? "http://localhost:7803";

const keptOrders = 1000;
const settleEveryMs = 5000;

const orders = new Map<number, Order>();
let lastId = 0;

const placed = metrics.counter("orders.placed", { unit: "{order}", description: "Orders by what became of them" });
const amounts = metrics.histogram("orders.amount", {
  unit: "{euro}",
  description: "Amounts of orders",
  buckets: [10, 50, 100, 500, 1000, 5000],
});
metrics.observe("orders.open", () => [...orders.values()].filter((order) => order.state === "paid").length, {
  unit: "{order}",
  description: "Orders that are paid and not settled",
});

const app = express();
app.use(express.json());

app.post("/orders", async (request, response) => {
  const order: Order = {
    id: ++lastId,
    sku: String(request.body.sku),
    amount: Number(request.body.amount),
    state: "new",
  };
  orders.set(order.id, order);
  orders.delete(order.id - keptOrders);
  setAttribute("order.id", order.id);
  amounts.record(order.amount);
  const log = logger.child({ orderId: order.id });
  log.debug({ sku: order.sku, open: orders.size }, "order taken");
  try {
    await withSpan("charge", { attributes: { "order.amount": order.amount } }, () => pay(order));
    order.state = "paid";
    log.info({ sku: order.sku, amount: order.amount }, "order paid");
  } catch (err) {
    order.state = "refused";
    log.error({ err, sku: order.sku, amount: order.amount }, "payment failed");
  }
  placed.add(1, { state: order.state });
  response.status(order.state === "paid" ? 201 : 502).json(order);
});

app.get("/orders/:id", (request, response) => {
  const order = orders.get(Number(request.params.id));
  if (order === undefined) response.status(404).json({ error: "no such order" });
  else response.json(order);
});

/** The slow one: a report takes as long as reports take. */
app.get("/reports/:day", async (_request, response) => {
  const paid = await withSpan("read all orders", async () => {
    await sleep(600 + Math.random() * 900);
    return [...orders.values()].filter((order) => order.state !== "refused");
  });
  response.json({ orders: paid.length, total: paid.reduce((sum, order) => sum + order.amount, 0) });
});

app.use(expressErrorHandler());
app.listen(port);

setInterval(settle, settleEveryMs);

async function pay(order: Order): Promise<void> {
  logger.debug({ orderId: order.id, amount: order.amount, paymentsUrl }, "payments are asked");
  const answer = await fetch(`${paymentsUrl}/charges`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ orderId: order.id, amount: order.amount }),
  });
  if (!answer.ok) throw new Error(`payments answered ${answer.status}`);
}

/** A job of the background, with a trace of its own. */
function settle(): void {
  withSpan("settle orders", (span) => {
    const open = [...orders.values()].filter((order) => order.state === "paid");
    for (const order of open) order.state = "settled";
    span.setAttribute("orders.settled", open.length);
    logger.info({ settled: open.length }, "orders settled");
  });
}
