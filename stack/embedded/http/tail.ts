/** Log records as they come in, as server-sent events. */
import type { LogFilter, StoredLog } from "../store/logs.ts";
import { serviceOf } from "../store/spans.ts";
import type { Store } from "../store/store.ts";
import type { Call } from "./server.ts";

/** A page gets this many records a turn at the most; it is told of the rest. */
const maxRecords = 100;
const turnMs = 250;
const heartbeatMs = 15_000;

/** Writes the response until the page goes away. */
export function tailLogs(store: Store, filter: Omit<LogFilter, "limit">, { request, response }: Call): undefined {
  response.writeHead(200, {
    "content-type": "text/event-stream",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  });
  response.write(": connected\n\n");
  let waiting: StoredLog[] = [];
  let skipped = 0;

  const stop = store.onLogs((records) => {
    const fitting = records.filter((record) => fits(record, filter));
    waiting = [...waiting, ...fitting];
    skipped += Math.max(0, waiting.length - maxRecords);
    waiting = waiting.slice(-maxRecords);
  });
  const turn = setInterval(() => {
    if (waiting.length === 0 || response.writableNeedDrain) return;
    const records = waiting.map((record) => ({ ...record, service: serviceOf(record.resource) }));
    response.write(`data: ${JSON.stringify({ records, skipped })}\n\n`);
    waiting = [];
    skipped = 0;
  }, turnMs);
  const heartbeat = setInterval(() => response.write(": still there\n\n"), heartbeatMs);
  request.once("close", () => {
    stop();
    clearInterval(turn);
    clearInterval(heartbeat);
  });
}

/** The same filter as that of the search, for one record. */
function fits(record: StoredLog, { text, service, severity, traceId }: Omit<LogFilter, "limit">): boolean {
  if (severity !== undefined && record.severity < severity) return false;
  if (service !== undefined && serviceOf(record.resource) !== service) return false;
  if (traceId !== undefined && record.traceId !== traceId) return false;
  if (text === undefined) return true;
  const content = `${record.message} ${JSON.stringify(record.attributes)}`.toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => content.includes(word));
}
