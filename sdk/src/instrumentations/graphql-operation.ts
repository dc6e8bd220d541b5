/**
 * One operation that a GraphQL server executes: its span, a part of the request that brought it. The document is not
 * taken, because values stand in it, nor are variables, and of errors only what kind they are.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/graphql/graphql-spans/
 */
import { context, SpanStatusCode, trace } from "@opentelemetry/api";
import type { Context, Tracer } from "@opentelemetry/api";
import { isTracingSuppressed } from "@opentelemetry/core";
import { guard } from "../diagnostics.ts";
import { attributes as names } from "../vocabulary.ts";

/** What the client has chosen of its document; undefined where there is no such operation. */
export interface Chosen {
  readonly operationType?: string | undefined;
  readonly operationName?: string | undefined;
}

export interface GraphqlOperation {
  /** That of the caller, with the span: resolvers run in it. */
  readonly context: Context;
  /** The call itself has failed. */
  fail(error: unknown): void;
  /** The call is over: with errors in what it gives, the operation has failed though the request is answered. */
  end(result: unknown): void;
}

/** Names are the client's own, of any length. */
const maxNameLength = 100;

/**
 * Begins an operation; undefined where telemetry is suppressed. Its name is no part of the span's, as the conventions
 * advise: whoever counts spans by their names would count by what clients write.
 */
export function beginOperation(tracer: Tracer, chosen: Chosen): GraphqlOperation | undefined {
  const caller = context.active();
  if (isTracingSuppressed(caller)) return undefined;
  const { operationType, operationName } = chosen;
  const attributes = {
    [names.graphqlOperationType]: operationType,
    [names.graphqlOperationName]: operationType === undefined ? undefined : operationName?.slice(0, maxNameLength),
  };
  const span = tracer.startSpan(operationType ?? "GraphQL Operation", { attributes }, caller);
  const fail = guard("graphql", (error: unknown) => {
    span.setAttribute(names.errorType, errorTypeOf(error)).setStatus({ code: SpanStatusCode.ERROR });
  });
  const end = guard("graphql", (result: unknown) => {
    const [error] = errorsOf(result);
    if (error !== undefined) fail(error);
    span.end();
  });
  return { context: trace.setSpan(caller, span), fail, end };
}

/** Those of a result, also of the first part of one that comes in parts. */
function errorsOf(result: unknown): readonly unknown[] {
  const { errors, initialResult }: { errors?: unknown; initialResult?: { errors?: unknown } } = Object(result);
  const found = errors ?? initialResult?.errors;
  return Array.isArray(found) ? found : [];
}

/** `UNAUTHENTICATED`, `RangeError`. */
const shape = /^\w{1,60}$/;

/** The code that the service gives its errors, as servers of GraphQL have it, else the name of what was thrown. */
function errorTypeOf(error: unknown): string {
  const { extensions, originalError, name }: Readonly<Record<string, unknown>> = Object(error);
  const kinds = [Reflect.get(Object(extensions), "code"), Reflect.get(Object(originalError), "name"), name];
  return kinds.find((kind): kind is string => typeof kind === "string" && shape.test(kind)) ?? "_OTHER";
}
