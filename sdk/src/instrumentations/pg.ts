/**
 * Queries of pg to PostgreSQL and the state of its pools, by wrappers around two methods: pg publishes nothing that
 * tells of them.
 */
import { all } from "../metrics/observe.ts";
import { createOperations } from "./database-operations.ts";
import type { Operation, Operations, Target } from "./database-operations.ts";
import { notePool, observePools, poolName } from "./database-pools.ts";
import type { Instrumentation } from "./index.ts";
import { onLibraryLoad } from "./library-loads.ts";
import { verbOf } from "./sql-text.ts";
import { endingWith, followCalls, isCallback, keepCaller } from "./wrapped-calls.ts";

interface Client {
  readonly database?: string;
  readonly host?: string;
  readonly port?: number;
}

/** What a query can be given as, beside its text. */
interface Query {
  readonly text?: unknown;
  readonly submit?: unknown;
  readonly cursor?: Query;
  callback?: unknown;
  handleReadyForQuery?: unknown;
  handleError?: unknown;
}

interface Pool {
  readonly options: {
    readonly connectionString?: string;
    readonly host?: string;
    readonly port?: number;
    readonly database?: string;
    readonly max?: number;
  };
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
  readonly ended: boolean;
}

/** Undefined while nothing is observed. */
let operations: Operations | undefined;

export const pg: Instrumentation = {
  name: "pg",
  enable(pipelines) {
    operations = createOperations(pipelines);
    return all(
      onLibraryLoad(["pg", "pg-pool"], ({ name, exports }) => wrap[name]?.(Object(exports).prototype)),
      observePools(pipelines.metrics),
      () => {
        operations = undefined;
      },
    );
  },
};

/** By file. */
const wrap: Readonly<Record<string, (prototype: unknown) => void>> = {
  "pg/lib/client.js": wrapClient,
  "pg/lib/native/client.js": wrapClient,
  "pg-pool/index.js": (prototype) => keepCaller(prototype, "connect", note),
};

function wrapClient(prototype: unknown): void {
  followCalls(prototype, "query", (client, args) => beginQuery(client, args));
  followCalls(prototype, "connect", (client) => operations?.beginStep({ ...targetOf(client), operation: "connect" }));
}

function beginQuery(client: Client, args: unknown[]): Operation | undefined {
  const [query] = args;
  const statement = textOf(query);
  const target = { ...targetOf(client), operation: verbOf(statement), statement };
  if (!isQuery(query) || args.some(isCallback)) return operations?.begin(target);
  if (isCallback(query.callback)) return endByItsCallback(operations?.begin(target), query, query.callback, args);
  if (!isCallback(query.submit)) return operations?.begin(target);
  return endByItself(operations?.beginStep(target), query);
}

function targetOf({ database, host, port }: Client): Target {
  return { system: "postgresql", namespace: database, address: host, port };
}

function textOf(query: unknown): string {
  const text = isQuery(query) ? (query.text ?? query.cursor?.text) : query;
  return typeof text === "string" ? text : "";
}

function isQuery(query: unknown): query is Query {
  return typeof query === "object" && query !== null;
}

/** `{ text, callback }`, which the service may use again. */
function endByItsCallback(
  operation: Operation | undefined,
  query: Query,
  callback: Parameters<typeof endingWith>[1],
  args: unknown[],
): undefined {
  if (operation === undefined) return;
  const ending = endingWith(operation, callback);
  if (isCallback(query.submit)) query.callback = ending;
  else args[0] = { ...query, callback: ending };
}

/** A cursor or a stream takes as long as its reader does: a part of the trace, and no duration of the database. */
function endByItself(operation: Operation | undefined, query: Query): undefined {
  if (operation === undefined) return;
  const { handleReadyForQuery, handleError } = query;
  if (!isCallback(handleReadyForQuery) || !isCallback(handleError)) {
    operation.end();
    return;
  }
  query.handleReadyForQuery = function (this: unknown, ...args: unknown[]) {
    operation.end();
    return Reflect.apply(handleReadyForQuery, this, args);
  };
  query.handleError = function (this: unknown, ...args: unknown[]) {
    operation.fail(args[0]);
    operation.end();
    return Reflect.apply(handleError, this, args);
  };
}

function note(pool: Pool): void {
  notePool(
    pool,
    ({ options: { connectionString, ...options } }) => poolName({ url: connectionString, ...options }),
    ({ totalCount, idleCount, waitingCount, options, ended }) =>
      ended ? undefined : { idle: idleCount, used: totalCount - idleCount, pending: waitingCount, max: options.max },
  );
}
