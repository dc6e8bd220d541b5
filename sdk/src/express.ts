/** For Express applications. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { messageOf, report } from "./diagnostics.ts";
import { logger } from "./logs/logger.ts";
import { runningTelemetry } from "./telemetry.ts";
import { recordError } from "./traces/spans.ts";

type Next = (error?: unknown) => void;

/** An Express error handler, typed without depending on Express. */
export type ErrorHandler = (error: unknown, request: unknown, response: unknown, next: Next) => void;

/**
 * Makes an error handler that logs what a route failed with, records it on the request's span, and passes it on.
 * Errors that carry a status below 500 are the client's and pass in silence.
 *
 * @returns Middleware for the end of the chain, before an error handler of one's own.
 * @example
 * app.use(expressErrorHandler());
 */
export function expressErrorHandler(): ErrorHandler {
  return (error, _request, _response, next) => {
    if (statusOf(error) >= 500) {
      recordError(error);
      logger.error({ err: error }, `request failed: ${messageOf(error)}`);
    }
    next(error);
  };
}

/** A request handler of Express or of `node:http`. */
export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Makes a handler that answers with all metrics, for those who want them on the service's own port. The admin port
 * has them in any case.
 *
 * @example
 * app.get("/metrics", metricsHandler());
 */
export function metricsHandler(): RequestHandler {
  return (request, response) => void answer(request, response);
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const scrape = await runningTelemetry()?.telemetry.scrape(request.headers.accept);
    response.writeHead(scrape === undefined ? 503 : 200, { "content-type": scrape?.contentType ?? "text/plain" });
    response.end(scrape?.body ?? "the SDK does not run\n");
  } catch (error) {
    report("metrics-handler", `metrics could not be written: ${messageOf(error)}`);
    close(response);
  }
}

function close(response: ServerResponse): void {
  try {
    response.destroy();
  } catch {
    // It was none.
  }
}

/** Where Express itself looks for the status of an error. */
function statusOf(error: unknown): number {
  try {
    const fields = Object(error);
    const given: unknown = Reflect.get(fields, "status") ?? Reflect.get(fields, "statusCode");
    return typeof given === "number" && given >= 400 && given < 600 ? given : 500;
  } catch {
    return 500; // A getter that throws.
  }
}
