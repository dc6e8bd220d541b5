/** The service that is measured: the same file in every set-up. */
const express = require("express");
const pino = require("pino");

const { DOWNSTREAM_URL, LOG_FILE } = process.env;
const logger = pino(pino.destination(LOG_FILE));
const app = express();

app.get("/hello", (request, response) => {
  response.send("hello");
});

app.get("/order/:id", async (request, response) => {
  const { id } = request.params;
  const answer = await fetch(`${DOWNSTREAM_URL}/price/${id}`);
  const { price } = await answer.json();
  logger.info({ orderId: id, price }, "order priced");
  response.json({ id, price });
});

const server = app.listen(0, "127.0.0.1", () => console.log(`listening ${server.address().port}`));
