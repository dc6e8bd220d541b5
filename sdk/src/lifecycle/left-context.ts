/**
 * Which context an exception came from. What is thrown while a function runs in a context has left that context
 * when Node says that nobody caught it, and the active one is then that of whoever called.
 */
import type { Context } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";

let left: Context | undefined;

/** Keeps contexts through asynchronous work, and remembers for the rest of the tick which one an exception has left. */
export class RememberingContextManager extends AsyncLocalStorageContextManager {
  override with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    context: Context,
    fn: F,
    thisArg?: ThisParameterType<F>,
    ...args: A
  ): ReturnType<F> {
    if (left !== undefined) left = undefined; // Who comes here has caught what was thrown before.
    let hasReturned = false;
    // Not caught and thrown again: Node prints the line of the latest throw.
    try {
      const result = super.with(context, fn, thisArg, ...args);
      hasReturned = true;
      return result;
    } finally {
      if (!hasReturned) remember(context);
    }
  }
}

/** The innermost context that an exception has left in this tick; undefined when none has. */
export function leftContext(): Context | undefined {
  return left;
}

function remember(context: Context): void {
  if (left !== undefined) return;
  left = context;
  process.nextTick(forget);
}

function forget(): void {
  left = undefined;
}
