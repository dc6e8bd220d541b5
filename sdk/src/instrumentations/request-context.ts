/**
 * Everything that a server emits for a request, and that the request and its response emit, runs in the context of
 * that request. Node runs most of these events in the context of the connection, which several requests share: with
 * keep-alive, pipelining and upgrades their contexts must not mix. Nothing is wrapped per request.
 */
import { context } from "@opentelemetry/api";
import type { EventEmitter } from "node:events";
import { Server } from "node:net";
import { http } from "../builtins.ts";
import { serverRequestOf } from "./server-request.ts";

type Emit = EventEmitter["emit"];

/**
 * Starts it for servers of HTTP and HTTPS.
 *
 * @returns What stops it.
 */
export function keepRequestContext(): () => void {
  const prototypes = [Server.prototype, http.IncomingMessage.prototype, http.ServerResponse.prototype];
  // An agent that runs already may have given servers of HTTP a method of their own, which goes past that of all servers.
  const apart = Object.hasOwn(http.Server.prototype, "emit") ? [http.Server.prototype] : [];
  const restores = [...prototypes, ...apart].map(emitInContext);
  return () => {
    for (const restore of restores) restore();
  };
}

function emitInContext(prototype: EventEmitter): () => void {
  // oxlint-disable-next-line typescript/unbound-method -- applied to the emitter that it is called on
  const emit: Emit = prototype.emit;
  const own = Object.getOwnPropertyDescriptor(prototype, "emit");
  const wrapped: Emit = function (this: EventEmitter, ...args) {
    // A server emits the request; the others are, or belong to, one.
    const request = serverRequestOf(this) ?? serverRequestOf(args[1]);
    if (request === undefined || !isHeard(this, args[0]) || context.active() === request.context) {
      return Reflect.apply(emit, this, args);
    }
    return context.with(request.context, () => Reflect.apply(emit, this, args));
  };
  prototype.emit = wrapped;
  return () => {
    if (prototype.emit !== wrapped) return; // Someone has wrapped us; ours stays, and finds no requests any more.
    if (own === undefined) Reflect.deleteProperty(prototype, "emit");
    else Object.defineProperty(prototype, "emit", own);
  };
}

/** Half of what a request emits nobody hears, and then a context is entered for nothing. An error that nobody hears is thrown. */
function isHeard(emitter: EventEmitter, event: string | symbol): boolean {
  return event === "error" || emitter.listenerCount(event) > 0;
}
