/**
 * Route template and error of Fastify 4 and 5. It publishes each application that is made, which gets two of Fastify's
 * own hooks: they see what an earlier hook or the validation answers too. Fastify 5 also publishes its handlers, which
 * is what there is of an application that was there before the SDK.
 */
import type { IncomingMessage } from "node:http";
import type { Instrumentation } from "./index.ts";
import { noteError, setRoute } from "./server-request.ts";
import { subscribe } from "./subscribe.ts";

interface Request {
  readonly raw: IncomingMessage;
  /** Without a URL where no route has matched. */
  readonly routeOptions?: { readonly url?: string | undefined };
}

type Done = () => void;

interface Application {
  addHook(name: "onRequest", hook: (request: Request, reply: unknown, done: Done) => void): void;
  addHook(name: "onError", hook: (request: Request, reply: unknown, error: unknown, done: Done) => void): void;
}

/** @see https://fastify.dev/docs/latest/Reference/Hooks/#diagnostics-channel-hooks */
interface HandlerMessage {
  readonly request: Request;
  readonly route: { readonly url?: string | undefined };
  readonly error?: unknown;
}

export const fastify: Instrumentation = {
  name: "fastify",
  enable() {
    const stops = [
      subscribe<{ readonly fastify: Application }>("fastify.initialization", (message) => addHooks(message.fastify)),
      subscribe<HandlerMessage>("tracing:fastify.request.handler:start", ({ request, route }) =>
        noteRoute(request, route),
      ),
      subscribe<HandlerMessage>("tracing:fastify.request.handler:error", ({ request, error }) =>
        noteError(request.raw, error),
      ),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  },
};

/** They stay when the SDK stops, and then find no requests any more. */
function addHooks(application: Application): void {
  application.addHook("onRequest", (request, _reply, done) => {
    noteRoute(request, request.routeOptions);
    done();
  });
  application.addHook("onError", (request, _reply, error, done) => {
    noteError(request.raw, error);
    done();
  });
}

function noteRoute({ raw }: Request, route: HandlerMessage["route"] | undefined): void {
  if (route?.url !== undefined) setRoute(raw, route.url);
}
