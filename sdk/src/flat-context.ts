/**
 * The beginning of a request's context. OpenTelemetry's contexts make two maps and three closures for each value that
 * is set; a request's has one or two values, and a list of them is copied for next to nothing.
 */
import type { Context } from "@opentelemetry/api";

class FlatContext implements Context {
  readonly #keys: readonly symbol[];
  readonly #values: readonly unknown[];

  constructor(keys: readonly symbol[], values: readonly unknown[]) {
    this.#keys = keys;
    this.#values = values;
  }

  getValue(key: symbol): unknown {
    return this.#values[this.#keys.indexOf(key)];
  }

  setValue(key: symbol, value: unknown): Context {
    const at = this.#keys.indexOf(key);
    if (at === -1) return new FlatContext([...this.#keys, key], [...this.#values, value]);
    return new FlatContext(this.#keys, this.#values.with(at, value));
  }

  deleteValue(key: symbol): Context {
    const at = this.#keys.indexOf(key);
    return at === -1 ? this : new FlatContext(this.#keys.toSpliced(at, 1), this.#values.toSpliced(at, 1));
  }
}

/** Without any value, as `ROOT_CONTEXT`. */
export const emptyContext: Context = new FlatContext([], []);
