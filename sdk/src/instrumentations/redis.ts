/** Commands of redis, from 5.12 on, and of ioredis, from 5.11 on, on the tracing channels that they publish. */
import { all } from "../metrics/observe.ts";
import { createOperations } from "./database-operations.ts";
import type { Target } from "./database-operations.ts";
import { createNames } from "./database-names.ts";
import type { Instrumentation } from "./index.ts";
import { onTracedCall } from "./traced-calls.ts";

interface Connecting {
  readonly serverAddress?: string;
  readonly serverPort?: number;
}

interface Command extends Connecting {
  readonly command: string;
  readonly database?: number;
  readonly batchMode?: "MULTI" | "PIPELINE";
  readonly batchSize?: number;
}

export const redis = followed("redis", "node-redis");
export const ioredis = followed("ioredis", "ioredis");

function followed(name: string, channel: string): Instrumentation {
  return {
    name,
    enable(pipelines) {
      const operations = createOperations(pipelines);
      return all(
        onTracedCall<Command>(`${channel}:command`, (command) => operations.begin(targetOf(command))),
        onTracedCall<Command>(`${channel}:batch`, (batch) =>
          // The commands of a pipeline are told one by one.
          batch.batchMode === "MULTI" ? operations.begin(targetOf({ ...batch, command: "MULTI" })) : undefined,
        ),
        onTracedCall<Connecting>(`${channel}:connect`, ({ serverAddress, serverPort }) =>
          operations.beginStep({ system: "redis", operation: "connect", address: serverAddress, port: serverPort }),
        ),
      );
    },
  };
}

/** Keys and values are not taken: both can be what must not be seen, such as the id of a session. */
function targetOf({ command, database, batchSize, serverAddress, serverPort }: Command): Target {
  return {
    system: "redis",
    operation: commandName(command),
    namespace: database === undefined ? undefined : String(database),
    batchSize,
    address: serverAddress,
    port: serverPort,
  };
}

const commandName = createNames((command) => command.toUpperCase());
