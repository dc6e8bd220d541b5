/** The libraries that are observed without the service doing anything. A new one: a file here, a row below or in `late-rows.ts`. */
import type { Tracer } from "@opentelemetry/api";
import type { Coloring } from "../coloring/coloring.ts";
import type { AnsweredRequest } from "../logs/access-line.ts";
import type { MetricPipeline } from "../metrics/pipeline.ts";
import type { InstrumentationOptions } from "../options.ts";
import { express } from "./express.ts";
import { fastify } from "./fastify.ts";
import { graphql } from "./graphql.ts";
import { httpClient } from "./http-client.ts";
import { httpServer } from "./http-server.ts";
import { late } from "./late.ts";
import { lateRows } from "./late-rows.ts";
import { pino } from "./pino.ts";
import { promClient } from "./prom-client.ts";
import { undici } from "./undici.ts";

/** What instrumentations write to. */
export interface Pipelines {
  readonly tracer: Tracer;
  readonly metrics: MetricPipeline;
  readonly writeAccessLine: ((request: AnsweredRequest) => void) | undefined;
  /** Undefined where no request can ask for a colour. */
  readonly colorIncoming: Coloring["colorIncoming"];
  /** Servers of the SDK itself are not observed. */
  isOwnServer(server: object): boolean;
  countMissedPropagation(): void;
}

export interface Instrumentation {
  /** The name in `OTEL_NODE_ENABLED_INSTRUMENTATIONS` and `OTEL_NODE_DISABLED_INSTRUMENTATIONS`. */
  readonly name: string;
  /** Starts observing; gives what ends it. */
  enable(pipelines: Pipelines): () => void;
}

/** Servers first: routers note their routes on the requests that the server's row has begun. */
export const instrumentations: readonly Instrumentation[] = [
  httpServer,
  httpClient,
  undici,
  express,
  fastify,
  graphql,
  pino,
  promClient,
  ...lateRows.map(late),
];

/**
 * Enables what the options leave enabled.
 *
 * @returns What ends it all.
 */
export function enableInstrumentations(
  { enabled, disabled }: InstrumentationOptions,
  pipelines: Pipelines,
): () => void {
  const chosen = instrumentations.filter(
    ({ name }) => (enabled.length === 0 || enabled.includes(name)) && !disabled.includes(name),
  );
  const stops = chosen.map((instrumentation) => instrumentation.enable(pipelines));
  return () => {
    for (const stop of stops) stop();
  };
}
