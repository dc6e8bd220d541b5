/** What users talk to. Passes orders on, and shows the catalogue by itself. */
import { health, logger } from "@obsbox/sdk";
import { expressErrorHandler } from "@obsbox/sdk/express";
import express from "express";

const port = Number(process.env["PORT"] ?? 7801);
const ordersUrl = process.env["ORDERS_URL"] ?? "http://localhost:7802";

const catalogue = [
  { sku: "mug", price: 12 },
  { sku: "lamp", price: 89 },
  { sku: "desk", price: 640 },
  { sku: "sofa", price: 1250 },
];

const app = express();
app.use(express.json());

app.get("/catalogue", (_request, response) => {
  response.json(catalogue);
});

const shop = express.Router();

shop.post("/orders", async (request, response) => {
  logger.debug({ order: request.body }, "order passed on"); // Written for coloured requests only.
  const answer = await fetch(`${ordersUrl}/orders`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(request.body),
  });
  response.status(answer.status).json(await answer.json());
});

shop.get("/orders/:id", async (request, response) => {
  const answer = await fetch(`${ordersUrl}/orders/${request.params.id}`);
  response.status(answer.status).json(await answer.json());
});

shop.get("/reports/:day", async (request, response) => {
  const answer = await fetch(`${ordersUrl}/reports/${request.params.day}`);
  response.status(answer.status).json(await answer.json());
});

app.use("/shop", shop);
app.use(expressErrorHandler());

health.addCheck("orders", () => fetch(`${ordersUrl}/orders/0`), { timeoutMs: 500 });
app.listen(port);
