/**
 * Operations of graphql 16, which publishes nothing yet, by wrappers around the functions that execute them. All others
 * look these up in their file at each call.
 */
import { context } from "@opentelemetry/api";
import type { Tracer } from "@opentelemetry/api";
import { all } from "../metrics/observe.ts";
import { beginOperation } from "./graphql-operation.ts";
import type { Chosen, GraphqlOperation } from "./graphql-operation.ts";
import type { Instrumentation } from "./index.ts";
import { onLibraryLoad } from "./library-loads.ts";
import { replaceMethod, tryTo } from "./wrapped-calls.ts";

/** Undefined while nothing is observed. */
let tracer: Tracer | undefined;

export const graphql: Instrumentation = {
  name: "graphql",
  enable(pipelines) {
    tracer = pipelines.tracer;
    return all(
      onLibraryLoad(["graphql"], ({ name, exports }) => {
        for (const call of calls[name] ?? []) wrap(exports, call);
      }),
      () => {
        tracer = undefined;
      },
    );
  },
};

/** By file. */
const calls: Readonly<Record<string, readonly string[]>> = {
  "graphql/execution/execute.js": ["execute", "executeSync"],
  "graphql/execution/subscribe.js": ["subscribe"],
};

/** What a call is given. */
interface Given {
  readonly document?: { readonly definitions: readonly Definition[] };
  readonly operationName?: string | null;
}

/** One operation or fragment of a document. */
interface Definition {
  readonly kind: string;
  readonly operation?: string;
  readonly name?: { readonly value: string };
}

function wrap(exports: unknown, call: string): void {
  replaceMethod(
    exports,
    call,
    (original) =>
      function (...args) {
        const run = () => Reflect.apply(original, this, args);
        const operation = tryTo(call, () => begin(call, Object(args[0])));
        return operation === undefined ? run() : followed(operation, run);
      },
  );
}

/** Each event of a subscription is executed too, and not followed, as 17 does not publish it. */
function begin(call: string, given: Given): GraphqlOperation | undefined {
  const chosen = choose(given);
  const isEvent = chosen.operationType === "subscription" && call !== "subscribe";
  return tracer === undefined || isEvent ? undefined : beginOperation(tracer, chosen);
}

function choose({ document, operationName: wanted }: Given): Chosen {
  const operation = document?.definitions.find(
    ({ kind, name }) =>
      kind === "OperationDefinition" && (wanted === undefined || wanted === null || name?.value === wanted),
  );
  return { operationType: operation?.operation, operationName: operation?.name?.value };
}

/** Its result is there at once, or a promise of it. */
function followed(operation: GraphqlOperation, run: () => unknown): unknown {
  const fail = (error: unknown): never => {
    operation.fail(error);
    operation.end(undefined);
    throw error;
  };
  const end = <T>(result: T): T => {
    operation.end(result);
    return result;
  };
  try {
    const result = context.with(operation.context, run);
    return result instanceof Promise ? result.then(end, fail) : end(result);
  } catch (error) {
    return fail(error);
  }
}
