import { useApi } from "../api.ts";
import type { Edge, ServiceSummary } from "../api.ts";
import type { ViewProps } from "../app.tsx";
import { Empty } from "../components/empty.tsx";
import { Scroll } from "../components/scroll.tsx";
import { ServiceMap } from "../components/service-map.tsx";
import { Sparkline } from "../components/sparkline.tsx";
import { dateTime, duration, percent, rate } from "../format.ts";
import { hrefOf } from "../location.ts";

const everyMs = 2000;

/** Share of failed requests from which a service is called failing. */
const failingFrom = 0.01;

/** Which service is not well? */
export function ServicesPage({ location }: ViewProps) {
  const minutes = location.query.get("minutes") ?? undefined;
  const services = useApi<readonly ServiceSummary[]>(hrefOf("/api/services", { minutes }), everyMs);
  const map = useApi<readonly Edge[]>(hrefOf("/api/service-map", { minutes }), everyMs);
  const list = services.data ?? [];
  return (
    <>
      <h1>Services</h1>
      {services.data !== undefined && list.length === 0 ? (
        <Empty>
          Nothing has come in yet. Start a service with <code>npx obsbox dev -- node app.js</code>, or send OTLP to this
          box.
        </Empty>
      ) : (
        <ServiceTable services={list} minutes={minutes} />
      )}
      {list.length > 1 && (
        <section class="block">
          <h2>Who calls whom</h2>
          <ServiceMap
            services={list.filter(({ requests }) => requests > 0).map(({ name }) => name)}
            edges={map.data ?? []}
          />
        </section>
      )}
    </>
  );
}

function ServiceTable({
  services,
  minutes,
}: {
  readonly services: readonly ServiceSummary[];
  readonly minutes: string | undefined;
}) {
  return (
    <Scroll label="Table of services">
      <table>
        <thead>
          <tr>
            <th scope="col">Service</th>
            <th scope="col">State</th>
            <th scope="col" class="number">
              Rate
            </th>
            <th scope="col" class="number">
              Errors
            </th>
            <th scope="col" class="number">
              p50
            </th>
            <th scope="col" class="number">
              p95
            </th>
            <th scope="col" class="number">
              p99
            </th>
            <th scope="col">Requests</th>
            <th scope="col">Version</th>
            <th scope="col" class="number">
              Instances
            </th>
            <th scope="col">See</th>
          </tr>
        </thead>
        <tbody>
          {services.map((service) => (
            <ServiceRow key={service.name} service={service} minutes={minutes} />
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function ServiceRow({ service, minutes }: { readonly service: ServiceSummary; readonly minutes: string | undefined }) {
  const { name, requests, errorRatio, versions, instances, lastSeenUs } = service;
  const isFailing = errorRatio >= failingFrom;
  const link = (path: string, values: Record<string, string> = {}) =>
    hrefOf(path, { service: name, minutes, ...values });
  const timed = (milliseconds: number) => (requests === 0 ? "–" : duration(milliseconds));
  return (
    <tr class={isFailing ? "failing" : undefined}>
      <th scope="row">
        <a href={link("/traces")}>{name}</a>
      </th>
      <td>
        <span
          class={`state ${requests === 0 ? "idle" : isFailing ? "bad" : "good"}`}
          title={`last seen ${dateTime(lastSeenUs)}`}
        >
          {requests === 0 ? "no requests" : isFailing ? "failing" : "well"}
        </span>
      </td>
      <td class="number">{requests === 0 ? "–" : rate(service.rate)}</td>
      <td class="number">
        {errorRatio === 0 ? (
          requests === 0 ? (
            "–"
          ) : (
            percent(0)
          )
        ) : (
          <a
            class="errors"
            href={link("/traces", { errors: "true" })}
            aria-label={`${percent(errorRatio)} errors of ${name}: show their traces`}
          >
            {percent(errorRatio)}
          </a>
        )}
      </td>
      <td class="number">{timed(service.p50Ms)}</td>
      <td class="number">{timed(service.p95Ms)}</td>
      <td class="number">{timed(service.p99Ms)}</td>
      <td>
        <Sparkline history={service.history} />
      </td>
      <td>{versions.join(", ") || "–"}</td>
      <td class="number">{instances || "–"}</td>
      <td class="links">
        <a href={link("/logs")} aria-label={`Logs of ${name}`}>
          Logs
        </a>{" "}
        <a href={link("/metrics")} aria-label={`Metrics of ${name}`}>
          Metrics
        </a>
      </td>
    </tr>
  );
}
