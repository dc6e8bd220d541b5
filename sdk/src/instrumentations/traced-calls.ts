/**
 * Calls that a library publishes on a tracing channel of Node.js: begun at `start`, over when its promise has settled
 * or before its callback runs, or at once when it throws.
 *
 * @see https://nodejs.org/api/diagnostics_channel.html#tracingchannel-channels
 */
import type { Context } from "@opentelemetry/api";
import { AsyncLocalStorage } from "node:async_hooks";
import { channel as channelOf } from "node:diagnostics_channel";
import { subscribe } from "./subscribe.ts";
import { tryTo } from "./wrapped-calls.ts";

/** What has begun for a call. */
export interface Call {
  /** The context of the caller, in which its callback runs. */
  readonly caller: Context;
  fail(error: unknown): void;
  /** Only the first call counts. */
  end(): void;
}

interface Traced {
  readonly error?: unknown;
  [key]?: Call | undefined;
}

const key = Symbol("obsbox.call");

/**
 * Follows the calls of one tracing channel.
 *
 * @typeParam M - What the library publishes with each event of a call: the same object each time.
 * @param begin - Gives undefined for a call that is of no interest.
 * @returns What stops it.
 */
export function onTracedCall<M extends object>(channel: string, begin: (message: M) => Call | undefined): () => void {
  const on = (event: string, handle: (message: M & Traced) => void) =>
    subscribe<M & Traced>(`tracing:${channel}:${event}`, handle);
  const stops = [
    on("start", (message) => {
      message[key] = begin(message);
    }),
    on("error", (message) => {
      message[key]?.fail(message.error);
      message[key]?.end();
    }),
    on("asyncStart", (message) => message[key]?.end()),
    // Callbacks come from the socket of the connection, in the context in which it was opened.
    runInContext<Traced>(`tracing:${channel}:asyncStart`, (message) => message[key]?.caller),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

/**
 * Runs what a library runs after an event in the context that belongs to the message.
 *
 * @param contextOf - Gives undefined for the one that is active. It is called before subscribers are.
 * @returns What stops it.
 */
export function runInContext<M extends object>(
  name: string,
  contextOf: (message: M) => Context | undefined,
): () => void {
  const storage = contextStorage();
  if (storage === undefined) return () => {};
  const channel = channelOf(name);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what a channel publishes is documented, not typed
  channel.bindStore(storage, (message) => tryTo(name, () => contextOf(message as M)) ?? storage.getStore());
  return () => void channel.unbindStore(storage);
}

/** Where every copy of the OpenTelemetry API keeps what is registered with it. */
const openTelemetry = Symbol.for("opentelemetry.js.api.1");

/** The store behind the registered context manager, which keeps it to itself. */
function contextStorage(): AsyncLocalStorage<unknown> | undefined {
  const registered: unknown = Reflect.get(globalThis, openTelemetry);
  const manager: unknown = Reflect.get(Object(registered), "context");
  const storage: unknown = Reflect.get(Object(manager), "_asyncLocalStorage");
  return storage instanceof AsyncLocalStorage ? storage : undefined;
}
