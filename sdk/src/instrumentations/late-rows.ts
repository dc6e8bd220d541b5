/** Libraries that are not part of every service: what observes them is a file of its own, in the build too. */

/** One row. */
export interface LateRow {
  /** The name in `OTEL_NODE_ENABLED_INSTRUMENTATIONS`, and of what the file exports. */
  readonly name: string;
  /** Packages that the library consists of. */
  readonly libraries: readonly string[];
  /** In this folder, without its ending. */
  readonly file: string;
  /** The first version that does without; the first library's. */
  readonly before?: string;
}

/** One row for each library, or two where older versions are observed otherwise. */
export const lateRows: readonly LateRow[] = [
  { name: "pg", libraries: ["pg", "pg-pool"], file: "pg" },
  { name: "mysql2", libraries: ["mysql2"], file: "mysql2" },
  { name: "mysql2", libraries: ["mysql2"], file: "contributed-databases", before: "3.20.0" },
  { name: "redis", libraries: ["@redis/client"], file: "redis" },
  {
    name: "redis",
    libraries: ["@redis/client", "@node-redis/client", "redis"],
    file: "contributed-databases",
    before: "5.12.0",
  },
  { name: "ioredis", libraries: ["ioredis"], file: "redis" },
  { name: "ioredis", libraries: ["ioredis"], file: "contributed-databases", before: "5.11.0" },
  { name: "mongodb", libraries: ["mongodb"], file: "mongodb" },
  { name: "koa", libraries: ["koa"], file: "koa" },
  { name: "graphql", libraries: ["graphql"], file: "graphql-16", before: "17.0.0" },
  { name: "grpc", libraries: ["@grpc/grpc-js"], file: "grpc" },
  { name: "kafkajs", libraries: ["kafkajs"], file: "kafkajs" },
  { name: "amqplib", libraries: ["amqplib"], file: "amqplib" },
];
