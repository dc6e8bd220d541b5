/** Half an hour of a new box with healthy services: only the alert that always fires. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { kinds, openBox } from "../e2e/box/box.ts";
import type { Box } from "../e2e/box/box.ts";
import { removeBox } from "../e2e/box/end.ts";
import { ordersOnHost } from "../e2e/box/orders.ts";
import type { OrdersOnHost } from "../e2e/box/orders.ts";
import { listen } from "../e2e/box/quiet.ts";
import { openDataSources } from "../e2e/dashboards/data-sources.ts";

const minutes = 30;

let box: Box;
let orders: OrdersOnHost;

beforeAll(async () => {
  box = await openBox(kinds.watched);
  orders = await ordersOnHost(box);
}, 12 * 60_000);

afterAll(async () => {
  await orders?.[Symbol.asyncDispose]();
  if (!process.env["OBSBOX_KEEP"]) removeBox(kinds.watched);
}, 120_000);

test("30 minutes without an alert", { timeout: (minutes + 5) * 60_000 }, async () => {
  expect(await listen(openDataSources(box), orders.url, minutes)).toEqual({ fired: ["Watchdog"], pending: [] });
});
