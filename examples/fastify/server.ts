/** A Fastify service: its routes become route templates, its own pino logger gets the ids of the trace. */
import { fastify } from "fastify";

const port = Number(process.env["PORT"] ?? 7811);

const app = fastify({ logger: { name: "fastify" } });

app.get<{ Params: { id: string } }>("/users/:id", async (request) => {
  request.log.info({ userId: request.params.id }, "user read");
  return { id: request.params.id };
});

await app.register(
  async (api) => {
    api.get<{ Params: { year: string } }>("/reports/:year", async (request) => ({ year: request.params.year }));
    api.get("/boom", async () => {
      throw new Error("out of order");
    });
  },
  { prefix: "/api" },
);

await app.listen({ port });
