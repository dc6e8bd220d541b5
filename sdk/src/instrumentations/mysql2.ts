/** Statements of mysql2, from 3.20 on, to MySQL and MariaDB, on the tracing channels that it publishes, and its pools. */
import { all } from "../metrics/observe.ts";
import { createOperations } from "./database-operations.ts";
import { notePool, observePools, poolName } from "./database-pools.ts";
import type { Instrumentation } from "./index.ts";
import { onLibraryLoad } from "./library-loads.ts";
import { verbOf } from "./sql-text.ts";
import { onTracedCall } from "./traced-calls.ts";
import { keepCaller } from "./wrapped-calls.ts";

interface Statement {
  readonly query: string;
  readonly database?: string;
  readonly serverAddress?: string;
  readonly serverPort?: number;
}

/** What `lib/base/pool.js` keeps; before 3.11.5 it was `lib/pool.js`. */
interface Pool {
  readonly config: {
    readonly connectionLimit?: number;
    readonly connectionConfig: { readonly host?: string; readonly port?: number; readonly database?: string };
  };
  readonly _allConnections: Queue;
  readonly _freeConnections: Queue;
  readonly _connectionQueue: Queue;
  readonly _closed: boolean;
}

interface Queue {
  readonly length: number;
}

export const mysql2: Instrumentation = {
  name: "mysql2",
  enable(pipelines) {
    const operations = createOperations(pipelines);
    const begin = ({ query, database, serverAddress, serverPort }: Statement) =>
      operations.begin({
        system: "mysql",
        operation: verbOf(query),
        namespace: database,
        statement: query,
        address: serverAddress,
        port: serverPort,
      });
    // Not `mysql2:connect`: whoever listens there takes errors of connections that would else end the service.
    return all(
      onTracedCall("mysql2:query", begin),
      onTracedCall("mysql2:execute", begin),
      onLibraryLoad(["mysql2"], ({ name, exports }) => {
        if (poolFiles.has(name)) keepCaller(Object(exports).prototype, "getConnection", note);
      }),
      observePools(pipelines.metrics),
    );
  },
};

const poolFiles = new Set(["mysql2/lib/base/pool.js", "mysql2/lib/pool.js"]);

function note(pool: Pool): void {
  notePool(
    pool,
    ({ config: { connectionConfig } }) => poolName(connectionConfig),
    ({ _closed, _allConnections, _freeConnections, _connectionQueue, config }) =>
      _closed
        ? undefined
        : {
            idle: _freeConnections.length,
            used: _allConnections.length - _freeConnections.length,
            pending: _connectionQueue.length,
            max: config.connectionLimit,
          },
  );
}
