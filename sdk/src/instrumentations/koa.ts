/**
 * Route template and error of Koa 2 and 3. It publishes nothing, but what all its requests inherit from is a file of
 * its own: routers note the template that matched there as `_matchedRoute`, errors that nobody has caught go through
 * `onerror()`. So no router is looked at, and those that are written as ES modules are heard of too.
 */
import type { IncomingMessage } from "node:http";
import type { Instrumentation } from "./index.ts";
import { onLibraryLoad } from "./library-loads.ts";
import { noteError, setRoute } from "./server-request.ts";
import { replaceMethod } from "./wrapped-calls.ts";

export const koa: Instrumentation = {
  name: "koa",
  enable: () =>
    onLibraryLoad(["koa"], ({ name, exports }) => {
      if (name !== "koa/lib/context.js" || typeof exports !== "object" || exports === null) return;
      noteRoutes(exports);
      noteErrors(exports);
    }),
};

const property = "_matchedRoute";
const key = Symbol("obsbox.route");

/** A request of Koa, which inherits from what is changed here. */
interface Context {
  readonly req?: IncomingMessage;
  [key]?: unknown;
}

function noteRoutes(prototype: object): void {
  if (Object.hasOwn(prototype, property)) return;
  Object.defineProperty(prototype, property, {
    configurable: true,
    get(this: Context) {
      return this[key];
    },
    set(this: Context, route: unknown) {
      this[key] = route;
      if (this.req !== undefined && isTemplate(route)) setRoute(this.req, String(route));
    },
  });
}

function noteErrors(prototype: object): void {
  replaceMethod(
    prototype,
    "onerror",
    (original) =>
      function (this: Context, ...args) {
        if (this.req !== undefined) noteError(this.req, args[0]);
        return Reflect.apply(original, this, args);
      },
  );
}

function isTemplate(route: unknown): route is string | RegExp {
  return route instanceof RegExp || (typeof route === "string" && route !== "");
}
