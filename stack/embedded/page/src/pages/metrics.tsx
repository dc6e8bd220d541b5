import { useState } from "preact/hooks";
import { useApi } from "../api.ts";
import type { FamilyInfo, MetricChart } from "../api.ts";
import type { ViewProps } from "../app.tsx";
import { Chart } from "../components/chart.tsx";
import { Empty } from "../components/empty.tsx";
import { ChoiceField, ServiceField } from "../components/fields.tsx";
import { hrefOf } from "../location.ts";

const listEveryMs = 10_000;
const chartEveryMs = 5000;

/** What is shown before a metric is picked. */
const usualMetric = "http_server_request_duration_seconds";

const statisticNames: Readonly<Record<string, string>> = {
  rate: "Rate per second",
  value: "Value",
  p50: "50th percentile",
  p95: "95th percentile",
  p99: "99th percentile",
};

/** How does it develop? */
export function MetricsPage({ location, isPaused }: ViewProps) {
  const { query } = location;
  const minutes = query.get("minutes") ?? undefined;
  const families = useApi<readonly FamilyInfo[]>("/api/metrics", listEveryMs).data ?? [];
  const name = query.get("name") ?? usualMetric;
  const values = ["group", "statistic", "service"].map((key) => [key, query.get(key) ?? undefined] as const);
  const href = hrefOf(`/api/metrics/${encodeURIComponent(name)}`, { minutes, ...Object.fromEntries(values) });
  const chart = useApi<MetricChart>(href, isPaused ? 0 : chartEveryMs);
  return (
    <>
      <h1>Metrics</h1>
      <div class="columns">
        <MetricList families={families.filter(({ type }) => type !== "info")} current={name} location={location} />
        <section aria-label="Chart">
          {chart.data === undefined || chart.data.name !== name ? (
            <Empty>{chart.error ?? "Nothing has been read yet."}</Empty>
          ) : (
            <>
              <h2>{fullName(chart.data)}</h2>
              <p class="note">{chart.data.help}</p>
              <form class="filters" onSubmit={(event) => event.preventDefault()}>
                <ChoiceField
                  location={location}
                  name="statistic"
                  label="Show"
                  all={statisticNames[chart.data.statistics[0] ?? ""] ?? ""}
                  choices={chart.data.statistics.slice(1).map((one) => [one, statisticNames[one] ?? one] as const)}
                />
                <ChoiceField
                  location={location}
                  name="group"
                  label="Group by"
                  all="Nothing"
                  choices={chart.data.labels}
                />
                <ServiceField location={location} />
              </form>
              <Chart chart={chart.data} />
            </>
          )}
        </section>
      </div>
    </>
  );
}

interface ListProps {
  readonly families: readonly FamilyInfo[];
  readonly current: string;
  readonly location: ViewProps["location"];
}

function MetricList({ families, current, location }: ListProps) {
  const [part, setPart] = useState("");
  const kept = {
    minutes: location.query.get("minutes") ?? undefined,
    service: location.query.get("service") ?? undefined,
  };
  const shown = families.filter(({ name }) => name.includes(part.trim().toLowerCase()));
  return (
    <nav class="list" aria-label="Metrics">
      <label>
        Find a metric
        <input type="search" value={part} onInput={(event) => setPart(event.currentTarget.value)} />
      </label>
      <ul>
        {shown.map((family) => (
          <li key={family.name}>
            <a
              href={hrefOf("/metrics", { ...kept, name: family.name })}
              title={family.help}
              aria-current={family.name === current ? "true" : undefined}
            >
              {fullName(family)}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** The name as a query would write it. */
function fullName({ name, type }: Pick<FamilyInfo, "name" | "type">): string {
  return type === "counter" ? `${name}_total` : name;
}
