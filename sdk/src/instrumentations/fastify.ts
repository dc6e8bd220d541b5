/** The route template of Fastify 5, from the channel that it publishes its handlers on. */
import type { IncomingMessage } from "node:http";
import type { Instrumentation } from "./index.ts";
import { setRoute } from "./server-request.ts";
import { subscribe } from "./subscribe.ts";

/** @see https://fastify.dev/docs/latest/Reference/Hooks/#diagnostics-channel-hooks */
interface HandlerMessage {
  readonly request: { readonly raw: IncomingMessage };
  readonly route: { readonly url: string | undefined };
}

export const fastify: Instrumentation = {
  name: "fastify",
  enable: () =>
    subscribe<HandlerMessage>("tracing:fastify.request.handler:start", ({ request, route }) => {
      if (route.url !== undefined) setRoute(request.raw, route.url);
    }),
};
