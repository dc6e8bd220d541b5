import { util } from "./builtins.ts";

/** How a call ended: undefined when it went well. */
export type Failure = { readonly error: unknown } | undefined;

/**
 * Runs a function and tells once how it ended: when it returned or threw or, if it gave a promise, when that settled.
 * Result, error and the reporting of unhandled rejections stay as they would be without us.
 */
export function withOutcome<T>(fn: () => T, tell: (failure: Failure) => void): T {
  const result = runSync(fn, tell);
  if (!util.types.isPromise(result)) {
    tell(undefined);
    return result;
  }
  const watched = result.then(
    (value: unknown) => {
      tell(undefined);
      return value;
    },
    (error: unknown) => {
      tell({ error });
      throw error;
    },
  );
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same promise with a look at its end
  return watched as T;
}

function runSync<T>(fn: () => T, tell: (failure: Failure) => void): T {
  try {
    return fn();
  } catch (error) {
    tell({ error });
    throw error;
  }
}
