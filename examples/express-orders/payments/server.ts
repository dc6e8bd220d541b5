/** Charges cards. Knows nothing of the SDK: its own pino and its own prom-client are picked up as they are. */
import express from "express";
import type { NextFunction, Request, Response } from "express";
import { setTimeout as sleep } from "node:timers/promises";
import pino from "pino";
import { Counter, Histogram } from "prom-client";

const port = Number(process.env["PORT"] ?? 7803);

/** Amounts above this make the bank's connection fail. */
const bankLimit = 1000;

const log = pino({ name: "payments" });
const charges = new Counter({ name: "payments_charges_total", help: "Charges by result", labelNames: ["result"] });
const amounts = new Histogram({
  name: "payments_amount_euros",
  help: "Amounts charged",
  buckets: [10, 50, 100, 500, 1000],
});

const app = express();
app.use(express.json());

app.post("/charges", async (request, response) => {
  const { orderId, amount } = request.body;
  log.debug({ orderId, amount, bankLimit }, "bank is asked");
  await sleep(5 + Math.random() * 40);
  if (amount > bankLimit) throw new Error(`bank refused to take ${amount} for order ${orderId}`);
  charges.inc({ result: "paid" });
  amounts.observe(amount);
  log.info({ orderId, amount }, "charged");
  response.status(201).json({ orderId, amount });
});

app.use((error: Error, request: Request, response: Response, _next: NextFunction) => {
  charges.inc({ result: "failed" });
  log.error({ err: error, orderId: request.body?.orderId }, error.message);
  response.status(500).json({ error: error.message });
});

app.listen(port);
