import { useApi } from "../api.ts";
import type { Api, TraceSummary } from "../api.ts";
import type { ViewProps } from "../app.tsx";
import { Empty } from "../components/empty.tsx";
import { ServiceField, SwitchField, TextField } from "../components/fields.tsx";
import { Scroll } from "../components/scroll.tsx";
import { clock, dateTime, duration } from "../format.ts";
import { hrefOf } from "../location.ts";

const everyMs = 3000;

/** Which requests were slow, or failed? */
export function TracesPage({ location, isPaused }: ViewProps) {
  const { data, error } = useApi<Api["/api/traces"]>(
    hrefOf("/api/traces", Object.fromEntries(location.query)),
    isPaused ? 0 : everyMs,
  );
  const traces = data?.traces ?? [];
  const longest = Math.max(1, ...traces.map(({ durationUs }) => durationUs));
  return (
    <>
      <h1>Traces</h1>
      <form class="filters" onSubmit={(event) => event.preventDefault()}>
        <ServiceField location={location} />
        <TextField location={location} name="operation" label="Operation" placeholder="GET /orders" />
        <TextField location={location} name="minMs" label="At least, ms" type="number" min="0" />
        <TextField location={location} name="maxMs" label="At most, ms" type="number" min="0" />
        <TextField location={location} name="attribute" label="Attribute" placeholder="order.id=42" />
        <SwitchField location={location} name="errors" label="With errors" />
      </form>
      {error !== undefined && <Empty>{error}</Empty>}
      {data !== undefined && traces.length === 0 && <Empty>No trace in this time fits.</Empty>}
      {data?.isPartial === true && <p class="note">The search took long and stopped: there may be more, older ones.</p>}
      {traces.length > 0 && (
        <Scroll label="Table of traces">
          <table>
            <thead>
              <tr>
                <th scope="col">Time</th>
                <th scope="col">Operation</th>
                <th scope="col">Services</th>
                <th scope="col" class="number">
                  Spans
                </th>
                <th scope="col" class="number">
                  Errors
                </th>
                <th scope="col">Duration</th>
              </tr>
            </thead>
            <tbody>
              {traces.map((trace) => (
                <TraceRow key={trace.traceId} trace={trace} longest={longest} />
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </>
  );
}

function TraceRow({ trace, longest }: { readonly trace: TraceSummary; readonly longest: number }) {
  const { traceId, service, operation, startUs, durationUs, spans, errors, services } = trace;
  return (
    <tr class={errors > 0 ? "failing" : undefined}>
      <td title={dateTime(startUs)}>{clock(startUs)}</td>
      <th scope="row">
        <a href={`/traces/${traceId}`}>
          <span class="dim">{service}</span> {operation}
        </a>
      </th>
      <td>{services.join(", ")}</td>
      <td class="number">{spans}</td>
      <td class="number">{errors > 0 ? <strong class="errors">{errors}</strong> : 0}</td>
      <td>
        <meter
          class="duration"
          min="0"
          max={longest}
          value={durationUs}
          aria-label={`took ${duration(durationUs / 1000)}`}
        />
        {duration(durationUs / 1000)}
      </td>
    </tr>
  );
}
