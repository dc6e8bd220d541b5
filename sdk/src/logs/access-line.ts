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
  /** One of the known methods, or `_OTHER`. */
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

/** Writes a line of a level, `info` or `error`. */
type Encode = (request: AnsweredRequest, level: string) => string;

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
  const encode = encoderOf(serviceFields);
  return (request) => {
    const level = request.status !== undefined && request.status >= 500 ? "error" : "info";
    if (!logger.isLevelEnabled(level)) return;
    countRecord(level);
    destination.write(encode(request, level));
  };
}

function encoderOf(serviceFields: string): Encode {
  const encodeRoute = remembered((route) => `,"${logFields.httpRoute}":${JSON.stringify(route)}`);
  const encodeAgent = remembered((agent) => `,"${logFields.userAgentOriginal}":${JSON.stringify(cutText(agent))}`);
  return ({ span, method, path, route, status, durationMs, userAgent, isAborted }, level) => {
    const isFailure = isAborted || level === "error";
    const end = isAborted ? "aborted" : String(status);
    const shownPath = JSON.stringify(cutText(path)).slice(1, -1);
    return (
      `{"${logFields.level}":"${level}"${writeTimestamp()}${encodeEventId()}${serviceFields}${encodeSpan(span)}` +
      `,"${logFields.eventAction}":"http-request","${logFields.eventOutcome}":"${isFailure ? "failure" : "success"}"` +
      `,"${logFields.eventDuration}":${Math.round(durationMs * 1e6)},"${logFields.httpRequestMethod}":"${method}"` +
      (status === undefined ? "" : `,"${logFields.httpResponseStatusCode}":${status}`) +
      `,"${logFields.urlPath}":"${shownPath}"` +
      (route === undefined ? "" : encodeRoute(route)) +
      (userAgent === undefined ? "" : encodeAgent(userAgent)) +
      `,"${logFields.message}":"${method} ${shownPath} ${end} ${durationMs.toFixed(1)} ms"}\n`
    );
  };
}

/** Callers may make texts up, and the longest are seldom the same again. */
const maxRemembered = 1000;
const maxRememberedLength = 512;

/** Encodes each text once: routes and user agents are few, and come with every request. */
function remembered(encode: (text: string) => string): (text: string) => string {
  const known = new Map<string, string>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    const encoded = encode(text);
    if (known.size >= maxRemembered) known.clear();
    if (text.length <= maxRememberedLength) known.set(text, encoded);
    return encoded;
  };
}
