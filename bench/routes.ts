/** What is asked of the service, and which program answers it. */

export interface Route {
  /** How it stands in the tables. */
  readonly title: string;
  readonly program: "express.cjs" | "fastify.cjs";
  readonly path: string;
  /** Measured only when a PostgreSQL is given. */
  readonly needsPostgres?: true;
}

export type RouteName = "hello" | "order" | "row" | "fastify";

export const routes: Readonly<Record<RouteName, Route>> = {
  hello: { title: "`/hello`", program: "express.cjs", path: "/hello" },
  order: { title: "`/order/:id`", program: "express.cjs", path: "/order/42" },
  row: { title: "`/row/:id`", program: "express.cjs", path: "/row/42", needsPostgres: true },
  fastify: { title: "`/hello`, Fastify", program: "fastify.cjs", path: "/hello" },
};

export const programs = ["express.cjs", "fastify.cjs"] as const;
export const routeNames: readonly RouteName[] = ["hello", "order", "row", "fastify"];
