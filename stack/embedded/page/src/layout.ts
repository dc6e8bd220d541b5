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
  const columns = names.map((name) => [name, columnOf(name, edges, [])] as const);
  for (const [name, column] of columns.toSorted(([, a], [, b]) => a - b)) {
    const row = rowsUsed.get(column) ?? 0;
    rowsUsed.set(column, row + 1);
    places.set(name, { column, row });
  }
  return places;
}

/** The longest way from a service that nobody calls; a circle is cut where it closes. */
function columnOf(name: string, edges: readonly Edge[], path: readonly string[]): number {
  if (path.includes(name)) return 0;
  const callers = edges.filter(({ to, from }) => to === name && !path.includes(from));
  return Math.max(0, ...callers.map(({ from }) => 1 + columnOf(from, edges, [...path, name])));
}
