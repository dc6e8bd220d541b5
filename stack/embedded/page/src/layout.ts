/** Places of services on a map: each to the right of everything that calls it. */
import type { Edge } from "./api.ts";

export interface Place {
  readonly column: number;
  readonly row: number;
}

export function layoutServices(services: readonly string[], edges: readonly Edge[]): Map<string, Place> {
  const names = [...new Set([...services, ...edges.flatMap(({ from, to }) => [from, to])])].toSorted();
  const rowsUsed = new Map<number, number>();
  const places = new Map<string, Place>();
  const found = columnsOf(names, edges);
  const columns = names.map((name) => [name, found.get(name) ?? 0] as const);
  for (const [name, column] of columns.toSorted(([, a], [, b]) => a - b)) {
    const row = rowsUsed.get(column) ?? 0;
    rowsUsed.set(column, row + 1);
    places.set(name, { column, row });
  }
  return places;
}

/** The longest way from a service that nobody calls. */
function columnsOf(names: readonly string[], edges: readonly Edge[]): Map<string, number> {
  const columns = new Map<string, number>();
  for (const name of callersFirst(names, edges)) {
    const callers = edges.filter(({ to }) => to === name).map(({ from }) => columns.get(from) ?? -1);
    columns.set(name, Math.max(0, ...callers.map((column) => column + 1)));
  }
  return columns;
}

/** Every service behind those that call it; a circle is cut where it closes. */
function callersFirst(names: readonly string[], edges: readonly Edge[]): string[] {
  const called = new Set(edges.map(({ to }) => to));
  const visited = new Set<string>();
  const order: string[] = [];
  const visit = (name: string) => {
    if (visited.has(name)) return;
    visited.add(name);
    for (const { from, to } of edges) if (from === name) visit(to);
    order.unshift(name);
  };
  for (const name of names.toSorted((a, b) => Number(called.has(a)) - Number(called.has(b)))) visit(name);
  return order;
}
