/**
 * Calls of gRPC that @grpc/grpc-js makes and answers, from 1.10 on. It publishes nothing, but on each side all kinds of
 * calls go through the one function that puts interceptors around them: that one is replaced. The contributed
 * instrumentation patches the entry of the library, which Node.js does not tell of when it is imported, puts messages of
 * errors into spans, does not hear of cancelled calls, and measures nothing.
 */
import { all } from "../metrics/observe.ts";
import { observeClients, wrapClients } from "./grpc-client.ts";
import { observeServers, wrapServers } from "./grpc-server.ts";
import type { Instrumentation } from "./index.ts";
import { onLibraryLoad } from "./library-loads.ts";

export const grpc: Instrumentation = {
  name: "grpc",
  enable: (pipelines) =>
    all(
      observeClients(pipelines),
      observeServers(pipelines),
      onLibraryLoad(["@grpc/grpc-js"], ({ name, exports }) => wrap[name]?.(exports)),
    ),
};

/** By file. */
const wrap: Readonly<Record<string, (exports: unknown) => void>> = {
  "@grpc/grpc-js/build/src/client-interceptors.js": wrapClients,
  "@grpc/grpc-js/build/src/server-interceptors.js": wrapServers,
};
