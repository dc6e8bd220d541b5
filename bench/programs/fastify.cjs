/** The second framework: one route that answers at once. */
const fastify = require("fastify");
const { listening } = require("./probe.cjs");

const app = fastify();
app.get("/hello", async () => "hello");
void app.listen({ port: 0, host: "127.0.0.1" }).then(() => listening(app.server.address().port));
