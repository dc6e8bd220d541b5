/**
 * The route template of Express 4 and 5: `/api/deep/:x/items/:id`, built of the patterns under which routers and
 * routes were registered. Concrete values never get into it: `req.baseUrl` is only used to tell which mount points a
 * request went through. Router 2.3 (Express 5.3) publishes the patterns; for older ones they are noted when they
 * are registered.
 */
import type { IncomingMessage } from "node:http";
import type { Instrumentation } from "./index.ts";
import { onModuleLoad } from "./module-loads.ts";
import { parentOf, pickPattern, toTemplate } from "./route-patterns.ts";
import type { Pattern } from "./route-patterns.ts";
import { serverRequestOf } from "./server-request.ts";
import type { Mount, ServerRequest } from "./server-request.ts";
import { subscribe } from "./subscribe.ts";

/** A request as routers see it. */
interface RoutedMessage extends IncomingMessage {
  readonly baseUrl?: string;
  readonly next?: unknown;
}

type Next = (error?: unknown) => void;
type Handle = (message: RoutedMessage, response: unknown, next: Next) => unknown;

interface Router {
  readonly stack: Layer[];
}

interface Layer {
  /** What Express 4 calls to run the layer. */
  handle_request?: Handle;
  /** What Express 5 calls. */
  handleRequest?: Handle;
  /** Kept by newer routers, which publish the patterns. */
  readonly rawPath?: unknown;
}

interface Registry {
  use(this: Router, ...args: unknown[]): unknown;
}

interface Route {
  readonly path: Pattern;
  dispatch(this: Route, message: RoutedMessage, response: unknown, done: Next): void;
}

/** What `express/lib/express.js` exports. Routers inherit from `Router` itself in Express 4, from its prototype in 5. */
interface Express {
  readonly Router: (() => Router & Registry) & Partial<Registry> & { readonly prototype: Registry };
  readonly Route: { readonly prototype: Route };
}

/** What Router 2.3 publishes for each handler that it runs. */
interface HandlerMessage {
  readonly req: RoutedMessage;
  readonly layer: object;
  readonly route: string | RegExp | undefined;
  readonly errorHandler?: boolean;
}

export const express: Instrumentation = {
  name: "express",
  enable() {
    const stops = [
      subscribe<HandlerMessage>("tracing:express.router.request:start", noteHandler),
      subscribe<HandlerMessage>("tracing:express.router.request:error", ({ req }) => noteFailure(req)),
      onModuleLoad({ file: "index.js", id: "./lib/express" }, (exported) => {
        if (isExpress(exported) && !publishesPatterns(exported)) noteByPatching(exported);
      }),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  },
};

/**
 * The template of the route that answered. A route whose handler passed the request on, and that nobody else
 * answered, did not match: then the last router has been left, and the status is 404.
 */
export function templateOf(
  message: RoutedMessage,
  request: ServerRequest,
  status: number | undefined,
): string | undefined {
  const isLeft = request.isExpress && message.next === undefined;
  return status === 404 && isLeft && !request.hasFailed ? undefined : request.route;
}

function noteHandler({ req, layer, route, errorHandler }: HandlerMessage): void {
  if (errorHandler === true || route === undefined) return;
  // Layers made by use() have a place for a route; those inside a route do not.
  if (!("route" in layer)) noteRoute(req, route);
  else {
    forgetRoute(req); // The route before it, if there was one.
    noteMount(req, route);
  }
}

/** A router or a middleware registered at a pattern takes the request. */
function noteMount(message: RoutedMessage, pattern: Pattern): void {
  const request = serverRequestOf(message);
  if (request === undefined) return;
  const baseUrl = message.baseUrl ?? "";
  const template = toTemplate(pickPattern(pattern, baseUrl, "end"));
  if (template !== "") (request.mounts ??= []).push({ pattern: template, baseUrl });
}

/** A handler of a route takes the request. */
function noteRoute(message: RoutedMessage, pattern: Pattern): void {
  const request = serverRequestOf(message);
  if (request === undefined || request.hasFailed) return;
  const own = toTemplate(pickPattern(pattern, message.url ?? "/", "whole"));
  const prefix = request.mounts === undefined ? "" : prefixOf(message.baseUrl ?? "", request.mounts);
  request.route = prefix + own || "/";
  request.isExpress = true;
}

/** The handler of the route has passed the request on. */
function forgetRoute(message: RoutedMessage): void {
  const request = serverRequestOf(message);
  if (request !== undefined && !request.hasFailed) request.route = undefined;
}

function noteFailure(message: RoutedMessage): void {
  const request = serverRequestOf(message);
  if (request !== undefined) request.hasFailed = true;
}

/** The patterns of the mount points that make up a concrete path, the latest noted first. */
function prefixOf(baseUrl: string, mounts: readonly Mount[]): string {
  let prefix = "";
  let rest = baseUrl;
  for (const mount of mounts.toReversed()) {
    if (rest === "") break;
    if (mount.baseUrl !== rest) continue;
    prefix = mount.pattern + prefix;
    rest = parentOf(mount, mounts);
  }
  return prefix;
}

function isExpress(exported: unknown): exported is Express {
  return typeof exported === "function" && "Router" in exported && "Route" in exported;
}

function publishesPatterns({ Router }: Express): boolean {
  const router = Router();
  router.use("/", () => {});
  return router.stack[0]?.rawPath !== undefined;
}

/** For routers that do not publish: the same notes, made by what they register. */
function noteByPatching({ Router, Route }: Express): void {
  patchUse(hasUse(Router) ? Router : Router.prototype);
  patchDispatch(Route.prototype);
}

function hasUse(router: Partial<Registry>): router is Registry {
  return router.use !== undefined;
}

function patchUse(registry: Registry): void {
  // oxlint-disable-next-line typescript/unbound-method -- applied to the router that it is called on
  const { use } = registry;
  registry.use = function (...args) {
    const before = this.stack.length;
    const result = Reflect.apply(use, this, args);
    const [path] = args;
    if (isPattern(path)) for (const layer of this.stack.slice(before)) noteWhenHandled(layer, path);
    return result;
  };
}

function noteWhenHandled(layer: Layer, pattern: Pattern): void {
  const method = layer.handle_request === undefined ? "handleRequest" : "handle_request";
  const handle = layer[method];
  if (handle === undefined) return;
  layer[method] = function (message, response, next) {
    noteMount(message, pattern);
    return Reflect.apply(handle, this, [message, response, next]);
  };
}

function patchDispatch(route: Route): void {
  // oxlint-disable-next-line typescript/unbound-method -- applied to the route that it is called on
  const { dispatch } = route;
  route.dispatch = function (message, response, done) {
    noteRoute(message, this.path);
    const leave: Next = (error) => {
      if (isFailure(error)) noteFailure(message);
      else forgetRoute(message);
      done(error);
    };
    Reflect.apply(dispatch, this, [message, response, leave]);
  };
}

/** `route` and `router` are words to the router, not errors. */
function isFailure(error: unknown): boolean {
  return Boolean(error) && error !== "route" && error !== "router";
}

function isPattern(path: unknown): path is Pattern {
  if (Array.isArray(path)) return path.length > 0 && path.every(isPattern);
  return typeof path === "string" || path instanceof RegExp;
}
