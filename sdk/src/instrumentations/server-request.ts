/** One request that this process answers, from its first byte to its end. Kept on the request and the response. */
import type { Context, Span } from "@opentelemetry/api";
import type { IncomingMessage } from "node:http";

export interface ServerRequest {
  readonly span: Span;
  /** The context in which the request is handled. */
  readonly context: Context;
  readonly method: string;
  readonly path: string;
  readonly scheme: string;
  /** `performance.now()` at the start. */
  readonly startedAt: number;
  hasEnded: boolean;
  /** The template of the route that matched, never a concrete path. */
  route: string | undefined;
  /** The route is one of Express, which leaves traces of its own on the message. */
  isExpress: boolean;
  /** Mount points that routers have gone through, as the express instrumentation notes them. */
  mounts: Mount[] | undefined;
  /** A handler of the route has failed: the route stays, whoever answers. */
  hasFailed: boolean;
  /** What a handler has failed with, where the framework tells. */
  error: Error | undefined;
}

/** A router mounted at a pattern, and the concrete path that it stood for in this request. */
export interface Mount {
  readonly pattern: string;
  readonly baseUrl: string;
}

const key = Symbol("obsbox.request");

type Carrier = object & { [key]?: ServerRequest };

/** Finds the request that a message belongs to: an incoming message or its response. */
export function serverRequestOf(message: unknown): ServerRequest | undefined {
  return typeof message === "object" && message !== null ? (message as Carrier)[key] : undefined;
}

export function attachServerRequest(message: Carrier, request: ServerRequest): void {
  message[key] = request;
}

/** Notes the template of the route that matched. */
export function setRoute(message: IncomingMessage, route: string): void {
  const request = serverRequestOf(message);
  if (request !== undefined) request.route = route;
}

/** Notes what a handler has failed with. Whether that is a fault of the server, its answer tells. */
export function noteError(message: IncomingMessage, error: unknown): void {
  const request = serverRequestOf(message);
  if (request !== undefined && error instanceof Error) request.error = error;
}
