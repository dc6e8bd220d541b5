/**
 * Operations of graphql, from 17 on, on the tracing channels that it publishes: it may be an ES module, which is not
 * heard of when it loads. Of a subscription that is the beginning; what it gives later is not followed.
 */
import type { Tracer } from "@opentelemetry/api";
import { all } from "../metrics/observe.ts";
import { beginOperation } from "./graphql-operation.ts";
import type { Chosen, GraphqlOperation } from "./graphql-operation.ts";
import type { Instrumentation } from "./index.ts";
import { subscribe } from "./subscribe.ts";
import { runInContext } from "./traced-calls.ts";

/** What is published of one call: the same object each time. */
interface Message extends Chosen {
  readonly error?: unknown;
  /** There once the call is over, unless it has failed. */
  readonly result?: unknown;
  [key]?: GraphqlOperation | undefined;
}

const key = Symbol("obsbox.operation");

export const graphql: Instrumentation = {
  name: "graphql",
  enable: ({ tracer }) => all(follow("graphql:execute", tracer), follow("graphql:subscribe", tracer)),
};

function follow(channel: string, tracer: Tracer): () => void {
  const on = (event: string, handle: (message: Message) => void) =>
    subscribe<Message>(`tracing:${channel}:${event}`, handle);
  const begin = (message: Message) => (message[key] ??= beginOperation(tracer, message));
  return all(
    runInContext<Message>(`tracing:${channel}:start`, (message) => begin(message)?.context),
    on("start", begin),
    on("error", (message) => message[key]?.fail(message.error)),
    on("end", (message) => {
      if ("result" in message || "error" in message) message[key]?.end(message.result);
    }),
    on("asyncEnd", (message) => message[key]?.end(message.result)),
  );
}
