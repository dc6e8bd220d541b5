import { useState } from "preact/hooks";
import { statusError } from "../../../records.ts";
import { useApi } from "../api.ts";
import type { LogLine, TraceDetail, TraceSpan } from "../api.ts";
import type { ViewProps } from "../app.tsx";
import { AttributeTable } from "../components/attributes.tsx";
import { Empty } from "../components/empty.tsx";
import { Level } from "../components/level.tsx";
import { clock, dateTime, duration } from "../format.ts";
import { hrefOf } from "../location.ts";
import { buildWaterfall, huesOf } from "../waterfall.ts";
import type { Row, Waterfall } from "../waterfall.ts";

/** A trace may still be coming in. */
const everyMs = 5000;

const kinds = ["", "internal", "server", "client", "producer", "consumer"];

/** What happened in this request, and where did the time go? */
export function TracePage({ location }: ViewProps) {
  const traceId = location.path.slice("/traces/".length);
  const { data, error } = useApi<TraceDetail>(`/api/traces/${encodeURIComponent(traceId)}`, everyMs);
  if (data === undefined) return error === undefined ? null : <Empty>{error}</Empty>;
  if (data.spans.length === 0) return <OnlyLogs trace={data} />;
  const waterfall = buildWaterfall(data);
  const root = waterfall.rows[0]?.span;
  const failed = data.spans.filter(({ status }) => status === statusError).length;
  const services = [...new Set(data.spans.map(({ service }) => service))];
  const hues = huesOf(services);
  return (
    <>
      <h1>
        <span class="dim">{root?.service}</span> {root?.name}
      </h1>
      <p class="facts">
        <span title={dateTime(waterfall.startUs)}>{clock(waterfall.startUs)}</span>
        <span>{duration(waterfall.durationUs / 1000)}</span>
        <span>
          {data.spans.length} spans in {services.join(", ")}
        </span>
        {failed > 0 && <strong class="errors">{failed} failed</strong>}
        <a href={hrefOf("/logs", { trace: data.traceId })}>{data.logs.length} log lines</a>
        <code>{data.traceId}</code>
      </p>
      <ol class="waterfall" aria-label="Spans, parents above their children">
        {waterfall.rows.map((row) => (
          <SpanRow key={row.span.spanId} row={row} hue={hues.get(row.span.service) ?? 0} waterfall={waterfall} />
        ))}
        {waterfall.otherLogs.map((log) => (
          <li key={log.id}>
            <LogRow log={log} depth={0} waterfall={waterfall} />
          </li>
        ))}
      </ol>
    </>
  );
}

function OnlyLogs({ trace }: { readonly trace: TraceDetail }) {
  return (
    <>
      <h1>Trace {trace.traceId.slice(0, 8)}</h1>
      <Empty>
        Its spans are not here: they were not sampled, or have not come in yet.{" "}
        <a href={hrefOf("/logs", { trace: trace.traceId })}>{trace.logs.length} log lines</a> are.
      </Empty>
    </>
  );
}

interface RowProps {
  readonly row: Row;
  readonly hue: number;
  readonly waterfall: Waterfall;
}

function SpanRow({ row, hue, waterfall }: RowProps) {
  const { span, depth, logs } = row;
  const [isOpen, setOpen] = useState(false);
  const isFailed = span.status === statusError;
  const left = ((span.startUs - waterfall.startUs) / waterfall.durationUs) * 100;
  const width = Math.max(0.4, (span.durationUs / waterfall.durationUs) * 100);
  return (
    <li>
      <button
        type="button"
        class={isFailed ? "span failing" : "span"}
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        <span class="name" style={{ paddingLeft: `${depth * 14}px` }}>
          <i style={{ "--hue": hue }} />
          <span class="dim">{span.service}</span> {span.name} {isFailed && <strong class="errors">failed</strong>}
        </span>
        <span class="track">
          <span class="bar" style={{ left: `${left}%`, width: `${Math.min(width, 100 - left)}%`, "--hue": hue }} />
        </span>
        <span class="number">{duration(span.durationUs / 1000)}</span>
      </button>
      {isOpen && <SpanDetails span={span} />}
      {logs.map((log) => (
        <LogRow key={log.id} log={log} depth={depth + 1} waterfall={waterfall} />
      ))}
    </li>
  );
}

function SpanDetails({ span }: { readonly span: TraceSpan }) {
  return (
    <div class="details">
      <p class="facts">
        <span>{kinds[span.kind] ?? "span"}</span>
        {span.scope !== "" && <span>{span.scope}</span>}
        {span.statusMessage !== "" && <strong class="errors">{span.statusMessage}</strong>}
        <code>{span.spanId}</code>
      </p>
      <AttributeTable caption="Attributes" attributes={span.attributes} />
      {span.events.map((event) => (
        <AttributeTable
          key={event.timeUs}
          caption={`${clock(event.timeUs)} ${event.name}`}
          attributes={event.attributes}
        />
      ))}
      <AttributeTable caption="Resource" attributes={span.resource} />
    </div>
  );
}

interface LogRowProps {
  readonly log: LogLine;
  readonly depth: number;
  readonly waterfall: Waterfall;
}

function LogRow({ log, depth, waterfall }: LogRowProps) {
  const left = Math.min(100, Math.max(0, ((log.timeUs - waterfall.startUs) / waterfall.durationUs) * 100));
  return (
    <div class="logline">
      <span class="name" style={{ paddingLeft: `${depth * 14}px` }}>
        <Level severity={log.severity} />
        <a href={hrefOf("/logs", { trace: log.traceId ?? undefined, at: log.id })}>{log.message}</a>
      </span>
      <span class="track" title={clock(log.timeUs)}>
        <span class="dot" style={{ left: `${left}%` }} />
      </span>
      <span class="number dim">{duration(Math.max(0, log.timeUs - waterfall.startUs) / 1000)}</span>
    </div>
  );
}
