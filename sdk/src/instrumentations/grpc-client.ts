/** Calls of gRPC that this process makes: the trace goes along in a copy of the metadata, the status ends the call. */
import { context, propagation } from "@opentelemetry/api";
import type { Context } from "@opentelemetry/api";
import { isTracingSuppressed } from "@opentelemetry/core";
import { clientSide, createCalls } from "./grpc-call.ts";
import type { BeginCall, GrpcCall } from "./grpc-call.ts";
import { splitHost } from "./http-names.ts";
import type { Pipelines } from "./index.ts";
import { replaceMethod, tryTo } from "./wrapped-calls.ts";

interface Metadata {
  clone(): Metadata;
  set(name: string, value: string): void;
}

/** What the library calls back for one call; it counts the parameters. */
interface Listener {
  onReceiveMetadata(metadata: unknown): void;
  onReceiveMessage(message: unknown): void;
  onReceiveStatus(status: { readonly code: number }): void;
}

interface Channel {
  /** `dns:orders.example:50051`, `unix:/run/orders.sock`. */
  getTarget(): string;
}

/** A call with all its interceptors around it. */
interface InterceptingCall {
  start(metadata: Metadata, listener: Listener): void;
}

/** What `getInterceptingCall()` is given. */
type Given = readonly [
  interceptors: unknown,
  definition: { readonly path: string },
  options: unknown,
  channel: Channel,
];

/** Undefined while nothing is observed. */
let begin: BeginCall | undefined;

export function observeClients(pipelines: Pipelines): () => void {
  begin = createCalls(pipelines, clientSide);
  return () => {
    begin = undefined;
  };
}

/** @param exports - What has the function that every call of a client goes through. */
export function wrapClients(exports: unknown): void {
  replaceMethod(
    exports,
    "getInterceptingCall",
    (original) =>
      function (...args) {
        const call: unknown = Reflect.apply(original, this, args);
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as the library declares it
        tryTo(name, () => follow(call as InterceptingCall, args as unknown as Given));
        return call;
      },
  );
}

function follow(call: InterceptingCall, [, { path }, , channel]: Given): void {
  const caller = context.active();
  if (begin === undefined || isTracingSuppressed(caller)) return;
  const begun = begin({ path, parent: caller, ...serverOf(channel) });
  const start = call.start.bind(call);
  call.start = (metadata, listener) => {
    try {
      start(tryTo(name, () => carrying(begun, metadata)) ?? metadata, endingWith(begun, caller, listener));
    } catch (error) {
      begun.end(unknown);
      throw error;
    }
  };
}

const name = "the client of gRPC";

/** The code of what no status tells. */
const unknown = 2;

/** A copy, because the service may use its own for other calls. */
function carrying(call: GrpcCall, metadata: Metadata): Metadata {
  const copy = metadata.clone();
  propagation.inject(call.context, copy, { set: (carrier, key, value) => carrier.set(key, value) });
  return copy;
}

/** Calls back in the context of the caller: the events come from a connection that many calls share. */
function endingWith(call: GrpcCall, caller: Context, listener: Listener): Listener {
  return {
    onReceiveMetadata: (metadata) => context.with(caller, () => listener.onReceiveMetadata(metadata)),
    onReceiveMessage: (message) => context.with(caller, () => listener.onReceiveMessage(message)),
    onReceiveStatus: (status) => {
      call.end(status.code);
      context.with(caller, () => listener.onReceiveStatus(status));
    },
  };
}

interface Server {
  readonly address?: string;
  readonly port?: number;
}

const servers = new WeakMap<Channel, Server>();

function serverOf(channel: Channel): Server {
  const known = servers.get(channel) ?? parse(channel.getTarget());
  servers.set(channel, known);
  return known;
}

/** Without the scheme and the name server that is to be asked. A socket has no port, a list of addresses not one. */
function parse(target: string): Server {
  const [, place = target] = /^(?:[a-z\d+.-]+:)?(?:\/\/[^/]*\/)?(.+)$/i.exec(target) ?? [];
  return place.includes(",") ? { address: place } : splitHost(place);
}
