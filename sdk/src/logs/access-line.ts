/** The one line for each request answered, written from encoded parts instead of through pino. */
import type { Span } from "@opentelemetry/api";
import { logFields } from "../vocabulary.ts";
import { encodeEventId } from "./event-id.ts";
import { cutText } from "./limits.ts";
import { logger, writeTimestamp } from "./logger.ts";
import { encodeSpan } from "./pino-bindings.ts";
import { destination } from "./sink.ts";

/** What a request was and how it ended. */
export interface AnsweredRequest {
  readonly span: Span;
  readonly method: string;
  /** Without the query, which can hold secrets. */
  readonly path: string;
  readonly route: string | undefined;
  /** Undefined when the client left before there was one. */
  readonly status: number | undefined;
  readonly durationMs: number;
  readonly userAgent: string | undefined;
  readonly isAborted: boolean;
}

/**
 * Makes the function that writes access lines.
 *
 * @param serviceFields - The fields of the service, encoded.
 * @param countRecord - Told the level of each line.
 */
export function createAccessLog(
  serviceFields: string,
  countRecord: (level: string) => void,
): (request: AnsweredRequest) => void {
  return (request) => {
    const level = request.status !== undefined && request.status >= 500 ? "error" : "info";
    if (!logger.isLevelEnabled(level)) return;
    countRecord(level);
    destination.write(encode(request, level, serviceFields));
  };
}

function encode(request: AnsweredRequest, level: string, serviceFields: string): string {
  const { method, path, route, status, durationMs, userAgent, isAborted } = request;
  const isFailure = isAborted || level === "error";
  const end = isAborted ? "aborted" : String(status);
  const shownPath = cutText(path);
  return (
    `{"${logFields.level}":"${level}"${writeTimestamp()}${encodeEventId()}${serviceFields}${encodeSpan(request.span)}` +
    `,"${logFields.eventAction}":"http-request","${logFields.eventOutcome}":"${isFailure ? "failure" : "success"}"` +
    `,"${logFields.eventDuration}":${Math.round(durationMs * 1e6)}` +
    `,"${logFields.httpRequestMethod}":${JSON.stringify(method)}` +
    (status === undefined ? "" : `,"${logFields.httpResponseStatusCode}":${status}`) +
    `,"${logFields.urlPath}":${JSON.stringify(shownPath)}` +
    (route === undefined ? "" : `,"${logFields.httpRoute}":${JSON.stringify(route)}`) +
    (userAgent === undefined ? "" : `,"${logFields.userAgentOriginal}":${JSON.stringify(cutText(userAgent))}`) +
    `,"${logFields.message}":${JSON.stringify(`${method} ${shownPath} ${end} ${durationMs.toFixed(1)} ms`)}}\n`
  );
}
