/** For libraries without channels: a method of theirs gives way to one that follows its calls. */
import { context } from "@opentelemetry/api";
import { messageOf, report } from "../diagnostics.ts";
import { withOutcome } from "../outcome.ts";
import type { Call } from "./traced-calls.ts";

type Method = (this: object, ...args: unknown[]) => unknown;
type Callback = (this: unknown, ...results: unknown[]) => unknown;

const ours = new WeakSet<Method>();

/**
 * Replaces a method, once, for as long as the process lives: what it calls decides whether anything is observed.
 *
 * @param owner - Usually the prototype of a class; without the method, nothing happens.
 */
export function replaceMethod(owner: unknown, name: string, replace: (original: Method) => Method): void {
  const original: unknown = Reflect.get(Object(owner), name);
  if (!isMethod(original) || ours.has(original)) return;
  const replacement = replace(original);
  ours.add(replacement);
  Reflect.set(Object(owner), name, replacement);
}

type Begin = (self: object, args: unknown[]) => Call | undefined;

/**
 * Follows the calls of a method: to the callback that is its last function, else to the end of the promise that it
 * gives.
 *
 * @param begin - Gives undefined for a call that is of no interest. It may change the arguments.
 */
export function followCalls(owner: unknown, name: string, begin: Begin): void {
  replaceBy(owner, name, begin, (call, original, self, args) => {
    const at = args.findLastIndex(isCallback);
    const callback = args[at];
    if (!isCallback(callback)) return followToEnd(call, original, self, args);
    args[at] = endingWith(call, callback);
    return failing(call, original, self, args);
  });
}

/** Follows the calls of a method that gives a promise, whatever functions it is given. */
export function followPromises(owner: unknown, name: string, begin: Begin): void {
  replaceBy(owner, name, begin, followToEnd);
}

type Follow = (call: Call, original: Method, self: object, args: unknown[]) => unknown;

function replaceBy(owner: unknown, name: string, begin: Begin, follow: Follow): void {
  replaceMethod(
    owner,
    name,
    (original) =>
      function (...args) {
        const call = tryTo(name, () => begin(this, args));
        return call === undefined ? Reflect.apply(original, this, args) : follow(call, original, this, args);
      },
  );
}

function followToEnd(call: Call, original: Method, self: object, args: unknown[]): unknown {
  return withOutcome(
    () => Reflect.apply(original, self, args),
    (failure) => {
      if (failure !== undefined) call.fail(failure.error);
      call.end();
    },
  );
}

/** Its callback ends the call, unless it throws before. */
function failing(call: Call, original: Method, self: object, args: unknown[]): unknown {
  try {
    return Reflect.apply(original, self, args);
  } catch (error) {
    call.fail(error);
    call.end();
    throw error;
  }
}

/**
 * Calls a method's callback in the context of the caller: a pool calls it in that of whoever gave a connection back.
 *
 * @typeParam S - What the owner is the prototype of.
 * @param note - Gets the object at each call.
 */
export function keepCaller<S extends object>(owner: unknown, name: string, note: (self: S) => void): void {
  replaceMethod(
    owner,
    name,
    (original) =>
      function (...args) {
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a method of S
        tryTo(name, () => note(this as S));
        const bound = args.map((arg) => (isCallback(arg) ? context.bind(context.active(), arg) : arg));
        return Reflect.apply(original, this, bound);
      },
  );
}

/** Makes a callback that ends the call before it runs, in the context of the caller. */
export function endingWith(call: Call, callback: Callback): Callback {
  return function (...results) {
    const [error] = results;
    if (error !== undefined && error !== null) call.fail(error);
    call.end();
    return context.with(call.caller, () => Reflect.apply(callback, this, results));
  };
}

export function isCallback(value: unknown): value is Callback {
  return typeof value === "function";
}

function isMethod(value: unknown): value is Method {
  return typeof value === "function";
}

/** Runs what is ours inside a call of the service: its failure is said, and is nobody else's. */
export function tryTo<T>(name: string, run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    report("internal-error", `${name} failed and was skipped: ${messageOf(error)}; please report this as a bug`);
    return undefined;
  }
}
