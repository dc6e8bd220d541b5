/** Spans, and the traces they make up. */
import type { Attributes, Resource, Span } from "../records.ts";
import { statusError } from "../records.ts";
import { eachRow, rows } from "./database.ts";
import type { Database, Parameters } from "./database.ts";
import type { ResourceTable } from "./resources.ts";

/** What a search asks for; everything that is given must hold for one span of the trace. */
export interface TraceFilter {
  readonly service?: string | undefined;
  /** Part of the span's name. */
  readonly operation?: string | undefined;
  readonly minUs?: number | undefined;
  readonly maxUs?: number | undefined;
  readonly onlyErrors?: boolean | undefined;
  readonly attribute?: { readonly key: string; readonly value: string } | undefined;
  readonly fromUs?: number | undefined;
  readonly toUs?: number | undefined;
  readonly limit: number;
}

/** One line of a list of traces. */
export interface TraceSummary {
  readonly traceId: string;
  readonly service: string;
  readonly operation: string;
  readonly startUs: number;
  readonly durationUs: number;
  readonly spans: number;
  readonly errors: number;
  readonly services: readonly string[];
}

/** A call from one service to another. */
export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly calls: number;
  readonly errors: number;
}

export interface SpanTable {
  insert(span: Span, resource: number): void;
  /** All spans of a trace, by their start. */
  trace(traceId: string): Span[];
  search(filter: TraceFilter): { readonly traces: TraceSummary[]; readonly isPartial: boolean };
  /** Who calls whom, from the latest spans that came in over the network. */
  edges(fromUs: number): Edge[];
  /** Goes through all spans, the oldest first. */
  all(): Iterable<Span>;
}

interface SpanRow {
  readonly trace_id: string;
  readonly span_id: string;
  readonly parent_id: string | null;
  readonly resource: number;
  readonly name: string;
  readonly kind: number;
  readonly start_us: number;
  readonly duration_us: number;
  readonly status: number;
  readonly attributes: string;
  readonly details: string | null;
}

/** What few spans have and no search looks at. */
type Details = Pick<Span, "scope" | "statusMessage" | "events" | "links">;

/** A search gives what it has found by then. */
const maxSearchMs = 800;

const edgeSample = 5000;

export function createSpanTable(database: Database, resources: ResourceTable): SpanTable {
  const insert = database.prepare(`
    INSERT INTO spans (trace_id, span_id, parent_id, resource, name, kind, start_us, duration_us, status, attributes, details)
    VALUES (:traceId, :spanId, :parentId, :resource, :name, :kind, :startUs, :durationUs, :status, :attributes, :details)`);
  const byTrace = database.prepare("SELECT * FROM spans WHERE trace_id = :traceId ORDER BY start_us, id LIMIT 20000");
  const everything = database.prepare("SELECT * FROM spans ORDER BY id");
  const edges = database.prepare(`
    SELECT caller.service AS "from", callee.service AS "to", count(*) AS calls, sum(recent.status = ${statusError}) AS errors
    FROM (SELECT * FROM spans WHERE kind IN (2, 5) AND start_us >= :fromUs ORDER BY start_us DESC LIMIT ${edgeSample}) AS recent
    JOIN spans AS parent ON parent.trace_id = recent.trace_id AND parent.span_id = recent.parent_id
    JOIN resources AS callee ON callee.id = recent.resource
    JOIN resources AS caller ON caller.id = parent.resource
    WHERE caller.service <> callee.service
    GROUP BY caller.service, callee.service`);

  const toSpan = (row: SpanRow): Span => {
    const details: Details = row.details === null ? noDetails : JSON.parse(row.details);
    return {
      ...details,
      resource: resources.get(row.resource) ?? {},
      traceId: row.trace_id,
      spanId: row.span_id,
      parentId: row.parent_id,
      name: row.name,
      kind: row.kind,
      startUs: row.start_us,
      durationUs: row.duration_us,
      status: row.status,
      attributes: parseAttributes(row.attributes),
    };
  };

  return {
    insert(span, resource) {
      insert.run({
        traceId: span.traceId,
        spanId: span.spanId,
        parentId: span.parentId,
        resource,
        name: span.name,
        kind: span.kind,
        startUs: span.startUs,
        durationUs: span.durationUs,
        status: span.status,
        attributes: JSON.stringify(span.attributes),
        details: encodeDetails(span),
      });
    },
    trace: (traceId) => rows<SpanRow>(byTrace, { traceId }).map(toSpan),
    search(filter) {
      const { ids, isPartial } = findTraces(database, filter);
      return { traces: ids.map((traceId) => summarize(rows<SpanRow>(byTrace, { traceId }), resources)), isPartial };
    },
    edges: (fromUs) => rows<Edge>(edges, { fromUs }),
    *all() {
      for (const row of eachRow<SpanRow>(everything)) yield toSpan(row);
    },
  };
}

const noDetails: Details = { scope: "", statusMessage: "", events: [], links: [] };

function encodeDetails({ scope, statusMessage, events, links }: Span): string | null {
  const isPlain = scope === "" && statusMessage === "" && events.length === 0 && links.length === 0;
  return isPlain ? null : JSON.stringify({ scope, statusMessage, events, links } satisfies Details);
}

function parseAttributes(text: string): Attributes {
  return JSON.parse(text);
}

/** Walks back from the newest span until enough traces are found. */
function findTraces(database: Database, filter: TraceFilter): { ids: string[]; isPartial: boolean } {
  const { where, parameters } = conditions(filter);
  const statement = database.prepare(`SELECT trace_id FROM spans ${where} ORDER BY start_us DESC`);
  const deadline = performance.now() + maxSearchMs;
  const ids = new Set<string>();
  for (const row of eachRow<Pick<SpanRow, "trace_id">>(statement, parameters)) {
    ids.add(row.trace_id);
    if (ids.size >= filter.limit) break;
    if (performance.now() > deadline) return { ids: [...ids], isPartial: true };
  }
  return { ids: [...ids], isPartial: false };
}

function conditions(filter: TraceFilter): { where: string; parameters: Parameters } {
  const { service, operation, minUs, maxUs, onlyErrors, attribute, fromUs, toUs } = filter;
  const all: (readonly [string, Parameters] | undefined)[] = [
    given(service, (value) => ["resource IN (SELECT id FROM resources WHERE service = :service)", { service: value }]),
    given(operation, (value) => ["instr(lower(name), lower(:operation)) > 0", { operation: value }]),
    given(minUs, (value) => ["duration_us >= :minUs", { minUs: value }]),
    given(maxUs, (value) => ["duration_us <= :maxUs", { maxUs: value }]),
    onlyErrors === true ? [`status = ${statusError}`, {}] : undefined,
    given(attribute, ({ key, value }) => [
      // The second is for what has another text in SQLite than in JSON: true and false.
      "(CAST(json_extract(attributes, :path) AS TEXT) = :value OR attributes -> :path = :value)",
      { path: `$.${JSON.stringify(key)}`, value },
    ]),
    given(fromUs, (value) => ["start_us >= :fromUs", { fromUs: value }]),
    given(toUs, (value) => ["start_us <= :toUs", { toUs: value }]),
  ];
  const used = all.filter((condition) => condition !== undefined);
  return {
    where: used.length === 0 ? "" : `WHERE ${used.map(([sql]) => sql).join(" AND ")}`,
    parameters: Object.assign({}, ...used.map(([, parameters]) => parameters)),
  };
}

function given<T>(value: T | undefined, condition: (value: T) => readonly [string, Parameters]) {
  return value === undefined ? undefined : condition(value);
}

function summarize(spans: readonly SpanRow[], resources: ResourceTable): TraceSummary {
  const known = new Set(spans.map((span) => span.span_id));
  const root = spans.find((span) => span.parent_id === null || !known.has(span.parent_id)) ?? spans[0];
  const startUs = Math.min(...spans.map((span) => span.start_us));
  const endUs = Math.max(...spans.map((span) => span.start_us + span.duration_us));
  return {
    traceId: root?.trace_id ?? "",
    service: serviceOf(resources.get(root?.resource ?? 0)),
    operation: root?.name ?? "",
    startUs,
    durationUs: endUs - startUs,
    spans: spans.length,
    errors: spans.filter((span) => span.status === statusError).length,
    services: [...new Set(spans.map((span) => serviceOf(resources.get(span.resource))))],
  };
}

/** The name of the service that a resource stands for. */
export function serviceOf(resource: Resource | undefined): string {
  const name = resource?.["service.name"];
  return typeof name === "string" ? name : "unknown_service";
}
