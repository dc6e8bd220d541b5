/** How the text of an environment variable, or a value given in code, becomes an option. */
import { routePattern } from "./coloring/routes.ts";

export interface Parser<T> {
  /** Ends the sentence "got X, expected ...". */
  readonly expected: string;
  /** Gives the value, or undefined when it is not one. */
  readonly parse: (value: unknown) => T | undefined;
}

export const text: Parser<string> = {
  expected: "a text",
  parse: (value) => (typeof value === "string" && value !== "" ? value : undefined),
};

/** A secret that cannot be guessed. */
export function secret(minLength: number): Parser<string> {
  return {
    expected: `a secret of at least ${minLength} characters`,
    parse: (value) => (typeof value === "string" && value.length >= minLength ? value : undefined),
  };
}

const flags = new Map<unknown, boolean>([
  [true, true],
  ["true", true],
  ["1", true],
  [false, false],
  ["false", false],
  ["0", false],
]);

export const flag: Parser<boolean> = {
  expected: "true or false",
  parse: (value) => flags.get(typeof value === "string" ? value.toLowerCase() : value),
};

export const url: Parser<string> = {
  expected: "an http:// or https:// address",
  parse: (value) => {
    if (typeof value !== "string" || !URL.canParse(value)) return undefined;
    return /^https?:$/.test(new URL(value).protocol) ? value : undefined;
  },
};

/** Names separated by commas, or an array of texts. */
export const list: Parser<readonly string[]> = {
  expected: "names separated by commas",
  parse: (value) => {
    if (typeof value === "string") return splitList(value);
    return Array.isArray(value) && value.every((item) => typeof item === "string") ? value : undefined;
  },
};

/** Routes separated by commas, or an array of them. */
export const routes: Parser<readonly string[]> = {
  expected: "routes such as GET /orders/:id, separated by commas",
  parse: (value) => {
    const given = list.parse(value);
    return given?.every((route) => routePattern.test(route)) === true ? given : undefined;
  },
};

/** `key=value` pairs separated by commas, percent-encoded, as OpenTelemetry writes them; or a plain object. */
export const keyValues: Parser<Readonly<Record<string, string>>> = {
  expected: "key=value pairs separated by commas",
  parse: (value) => {
    if (typeof value === "string") return parsePairs(splitList(value));
    if (typeof value !== "object" || value === null || Symbol.iterator in value) return undefined;
    const entries = Object.entries(value);
    return entries.every(([, item]) => typeof item === "string") ? Object.fromEntries(entries) : undefined;
  },
};

/** Anything that gives its metrics as JSON: a registry of prom-client or of @prometheus-io/client. */
export interface PrometheusRegistry {
  getMetricsAsJSON(): Promise<unknown>;
}

export const registries: Parser<readonly PrometheusRegistry[]> = {
  expected: "an array of Prometheus registries",
  parse: (value) => (Array.isArray(value) && value.every(isRegistry) ? value : undefined),
};

const units: Readonly<Record<string, number>> = { "": 1, kib: 1024, mib: 1024 ** 2, gib: 1024 ** 3 };

/** A number of bytes, or a text such as `64MiB`. */
export const bytes: Parser<number> = {
  expected: "a size such as 64MiB",
  parse: (value) => {
    if (typeof value !== "string" && typeof value !== "number") return undefined;
    const match = /^(\d+)\s*([kmg]ib)?$/i.exec(String(value).trim());
    const size = Number(match?.[1]) * (units[match?.[2]?.toLowerCase() ?? ""] ?? Number.NaN);
    return Number.isSafeInteger(size) && size > 0 ? size : undefined;
  },
};

/** One of these names, which are lower case; upper case is taken for the same, as OpenTelemetry asks. */
export function oneOf<T extends string>(...names: readonly T[]): Parser<T> {
  return {
    expected: `one of ${names.join(", ")}`,
    parse: (value) => (typeof value === "string" ? names.find((name) => name === value.toLowerCase()) : undefined),
  };
}

export function someOf<T extends string>(...names: readonly T[]): Parser<readonly T[]> {
  return {
    expected: `one or more of ${names.join(", ")}, separated by commas`,
    parse: (value) => {
      const wanted = new Set(list.parse(value)?.map((name) => name.toLowerCase()));
      const found = names.filter((name) => wanted.has(name));
      return found.length > 0 && found.length === wanted.size ? found : undefined;
    },
  };
}

export function number(min: number, max: number): Parser<number> {
  return { expected: `a number from ${min} to ${max}`, parse: (value) => numberWithin(value, min, max) };
}

export function integer(min: number, max: number): Parser<number> {
  return {
    expected: `a whole number from ${min} to ${max}`,
    parse: (value) => {
      const parsed = numberWithin(value, min, max);
      return Number.isInteger(parsed) ? parsed : undefined;
    },
  };
}

function isRegistry(value: unknown): value is PrometheusRegistry {
  return typeof value === "object" && value !== null && typeof Reflect.get(value, "getMetricsAsJSON") === "function";
}

function numberWithin(value: unknown, min: number, max: number): number | undefined {
  const parsed = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof parsed === "number" && parsed >= min && parsed <= max ? parsed : undefined;
}

function splitList(value: string): string[] {
  return value
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}

function parsePairs(pairs: readonly string[]): Record<string, string> | undefined {
  const entries = pairs.map((pair) => /^([^=]+)=(.*)$/.exec(pair));
  if (entries.includes(null)) return undefined;
  return Object.fromEntries(entries.map((match) => [decode(match?.[1]), decode(match?.[2])]));
}

function decode(encoded = ""): string {
  const value = encoded.trim();
  try {
    return decodeURIComponent(value);
  } catch {
    return value; // A lone % is meant as it stands.
  }
}
