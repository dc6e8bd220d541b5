/** The service that is measured: the same file in every set-up. */
const express = require("express");
const pino = require("pino");
const { listening } = require("./probe.cjs");

const { DOWNSTREAM_URL, LOG_FILE, DATABASE_URL, MIDDLEWARE } = process.env;
const logger = pino(pino.destination(LOG_FILE));
const app = express();
if (MIDDLEWARE !== undefined) app.use(require(MIDDLEWARE)(logger));

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

if (DATABASE_URL !== undefined) {
  const { Pool } = require("pg");
  const pool = new Pool({ connectionString: DATABASE_URL });
  app.get("/row/:id", async (request, response) => {
    const { rows } = await pool.query("SELECT $1::int AS id, 1250 AS price", [request.params.id]);
    response.json(rows[0]);
  });
}

const server = app.listen(0, "127.0.0.1", () => listening(server.address().port));
