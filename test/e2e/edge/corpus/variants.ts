/** The product of targets and mutators, each distinct request once. */
import { pathMutators } from "./paths.ts";
import { requestMutators } from "./requests.ts";
import { targets } from "./targets.ts";

export interface Variant {
  /** For messages: target and mutator. */
  readonly name: string;
  readonly servername?: string;
  /** The request with the lines of an identity in it. */
  text(identity: string): string;
}

export function makeVariants(): readonly Variant[] {
  const distinct = new Map<string, Variant>();
  for (const target of targets) {
    for (const [name, wires] of [...pathWires(target), ...requestWires(target)]) {
      for (const wire of wires) {
        const { text, servername } = typeof wire === "string" ? { text: wire } : wire;
        const variant = { name: `${target.method} ${target.path}: ${name}`, text: fill(text) };
        distinct.set(`${servername ?? ""} ${text}`, servername === undefined ? variant : { ...variant, servername });
      }
    }
  }
  return [...distinct.values()];
}

type Target = (typeof targets)[number];

function pathWires({ method, path }: Target) {
  return Object.entries(pathMutators).map(
    ([name, mutate]) => [name, mutate(path).map((other) => requestTo(method, other))] as const,
  );
}

function requestWires(target: Target) {
  return Object.entries(requestMutators).map(([name, mutate]) => [name, mutate(target)] as const);
}

function requestTo(method: string, path: string): string {
  const length = method === "GET" ? "" : "Content-Length: 0\r\n";
  return `${method} ${path} HTTP/1.1\r\nHost: box.test\r\n${length}Connection: close\r\nHEADERS\r\n`;
}

const fill = (text: string) => (identity: string) => text.replaceAll("HEADERS", identity);
