/** Commands of the MongoDB driver, from 4.0 on, and its pools, by wrappers around two methods. */
import { all } from "../metrics/observe.ts";
import { createNames } from "./database-names.ts";
import { createOperations } from "./database-operations.ts";
import type { Operation, Operations } from "./database-operations.ts";
import { notePool, observePools, poolName } from "./database-pools.ts";
import type { Instrumentation } from "./index.ts";
import { onLibraryLoad } from "./library-loads.ts";
import { compareVersions } from "./version-ranges.ts";
import { followCalls, followPromises, keepCaller } from "./wrapped-calls.ts";

/** `lib/cmap/connection.js`. */
interface Connection {
  /** `host:port`, or the path of a socket. */
  readonly address?: string;
}

/** `lib/cmap/connection_pool.js`. */
interface Pool {
  readonly options: {
    readonly hostAddress?: { readonly host?: string; readonly port?: number };
    readonly maxPoolSize?: number;
  };
  readonly availableConnectionCount: number;
  readonly currentCheckedOutCount: number;
  readonly waitQueueSize: number;
  readonly closed: boolean;
}

/** Undefined while nothing is observed. */
let operations: Operations | undefined;

export const mongodb: Instrumentation = {
  name: "mongodb",
  enable(pipelines) {
    operations = createOperations(pipelines);
    return all(
      onLibraryLoad(["mongodb"], ({ name, exports, version }) => wrap[name]?.(Object(exports), version)),
      observePools(pipelines.metrics),
      () => {
        operations = undefined;
      },
    );
  },
};

/** By file. */
const wrap: Readonly<Record<string, (exports: Record<string, unknown>, version: string) => void>> = {
  "mongodb/lib/cmap/connection.js"({ Connection }, version) {
    // Its last argument is a class since it gives a promise, and a callback before.
    const follow = compareVersions(version, "6.4.0") < 0 ? followCalls : followPromises;
    follow(prototypeOf(Connection), "command", (connection, [namespace, command]) =>
      begin(connection, namespace, command),
    );
  },
  "mongodb/lib/cmap/connection_pool.js": ({ ConnectionPool }) =>
    keepCaller(prototypeOf(ConnectionPool), "checkOut", note),
};

function prototypeOf(exported: unknown): unknown {
  return Reflect.get(Object(exported), "prototype");
}

/** What the driver says to a server for itself; what stands in the others is not looked at but for the collection. */
const ofTheDriver = /^(?:hello|ismaster|isMaster|sasl(?:Start|Continue)|authenticate|getnonce)$/;

const commandName = createNames((command) => command);

function begin({ address }: Connection, namespace: unknown, command: unknown): Operation | undefined {
  const [first = ""] = Object.keys(Object(command));
  if (ofTheDriver.test(first)) return undefined;
  const [, host, port] = /^(.*):(\d+)$/.exec(address ?? "") ?? [];
  return operations?.begin({
    system: "mongodb",
    operation: commandName(first),
    namespace: textOf(namespace, "db"),
    collection: textOf(command, "collection") ?? textOf(command, first),
    address: host ?? address,
    port: port === undefined ? undefined : Number(port),
  });
}

function textOf(holder: unknown, key: string): string | undefined {
  const value: unknown = Reflect.get(Object(holder), key);
  return typeof value === "string" && value !== "" ? value : undefined;
}

function note(pool: Pool): void {
  notePool(
    pool,
    ({ options: { hostAddress } }) => poolName({ host: hostAddress?.host, port: hostAddress?.port }),
    ({ closed, availableConnectionCount, currentCheckedOutCount, waitQueueSize, options }) =>
      closed
        ? undefined
        : {
            idle: availableConnectionCount,
            used: currentCheckedOutCount,
            pending: waitQueueSize,
            max: options.maxPoolSize === 0 ? undefined : options.maxPoolSize,
          },
  );
}
