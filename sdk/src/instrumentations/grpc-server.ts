/**
 * Calls of gRPC that this process answers. The innermost interceptor runs everything in the context of the call, also
 * interceptors of the service; what the library tells its own counters ends it, also when it was cancelled.
 */
import { context, propagation, ROOT_CONTEXT } from "@opentelemetry/api";
import type { Attributes, Context } from "@opentelemetry/api";
import type { IncomingHttpHeaders, ServerHttp2Stream } from "node:http2";
import { attributes as names } from "../vocabulary.ts";
import { createCalls, serverSide } from "./grpc-call.ts";
import type { GrpcCall } from "./grpc-call.ts";
import { splitHost } from "./http-names.ts";
import type { Pipelines } from "./index.ts";
import { replaceMethod, tryTo } from "./wrapped-calls.ts";

/** What the library calls back for one call; it counts the parameters. */
interface Listener {
  onReceiveMetadata(metadata: unknown): void;
  onReceiveMessage(message: unknown): void;
  onReceiveHalfClose(): void;
  onCancel(): void;
}

interface InterceptingCall {
  start(listener: Listener): void;
}

type Interceptor = (definition: unknown, call: InterceptingCall) => InterceptingCall;

/** Where the library counts, for channelz. */
interface Tracker {
  addMessageSent(): void;
  addMessageReceived(): void;
  onStreamEnd(isSuccess: boolean): void;
  onCallEnd(status: { readonly code: number }): void;
}

/** What `getServerInterceptingCall()` is given, and some more. */
type Given = [
  interceptors: readonly Interceptor[],
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  /** Null without channelz. */
  tracker: Tracker | null,
  handler: { readonly path: string },
  ...others: unknown[],
];

type Begin = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, path: string) => GrpcCall;

/** Undefined while nothing is observed. */
let begin: Begin | undefined;

export function observeServers(pipelines: Pipelines): () => void {
  const beginCall = createCalls(pipelines, serverSide);
  const { colorIncoming } = pipelines;
  begin = (stream, headers, path) => {
    const parent = propagation.extract(ROOT_CONTEXT, headers);
    const call = beginCall({ path, parent, attributes: attributesOf(stream, headers) });
    colorIncoming?.(call.span, { headers, method: "POST", path });
    return call;
  };
  return () => {
    begin = undefined;
  };
}

/** @param exports - What has the function that every call of a server goes through. */
export function wrapServers(exports: unknown): void {
  replaceMethod(
    exports,
    "getServerInterceptingCall",
    (original) =>
      function (...args) {
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as the library declares it
        const call = tryTo("the server of gRPC", () => follow(args as Given));
        if (call === undefined) return Reflect.apply(original, this, args);
        return context.with(call.context, () => Reflect.apply(original, this, args));
      },
  );
}

/** Changes what is given. */
function follow(given: Given): GrpcCall | undefined {
  const [interceptors, stream, headers, tracker, { path }] = given;
  const call = begin?.(stream, headers, path);
  if (call === undefined) return undefined;
  given[0] = [inContext(call.context), ...interceptors];
  given[3] = endingTracker(call, tracker);
  return call;
}

function inContext(own: Context): Interceptor {
  return (_definition, call) => {
    const start = call.start.bind(call);
    call.start = (listener) =>
      start({
        onReceiveMetadata: (metadata) => context.with(own, () => listener.onReceiveMetadata(metadata)),
        onReceiveMessage: (message) => context.with(own, () => listener.onReceiveMessage(message)),
        onReceiveHalfClose: () => context.with(own, () => listener.onReceiveHalfClose()),
        onCancel: () => context.with(own, () => listener.onCancel()),
      });
    return call;
  };
}

function endingTracker(call: GrpcCall, tracker: Tracker | null): Tracker {
  return {
    addMessageSent: () => tracker?.addMessageSent(),
    addMessageReceived: () => tracker?.addMessageReceived(),
    onStreamEnd: (isSuccess) => tracker?.onStreamEnd(isSuccess),
    onCallEnd(status) {
      call.end(status.code);
      tracker?.onCallEnd(status);
    },
  };
}

function attributesOf({ session }: ServerHttp2Stream, headers: IncomingHttpHeaders): Attributes {
  const { address, port } = splitHost(headers[":authority"] ?? headers.host);
  const { remoteAddress, remotePort, localPort } = session?.socket ?? {};
  return {
    [names.serverAddress]: address,
    [names.serverPort]: port ?? localPort,
    [names.networkPeerAddress]: remoteAddress?.replace("::ffff:", ""),
    [names.networkPeerPort]: remotePort,
  };
}
