/** One scrape from beginning to end: collect, turn into families, join the registries, write. */
import type { Attributes } from "@opentelemetry/api";
import type { MetricData, ResourceMetrics } from "@opentelemetry/sdk-metrics";
import { report } from "../diagnostics.ts";
import type { PrometheusRegistry } from "../option-parsers.ts";
import type { Scrape } from "../telemetry.ts";
import { commonLabels } from "../vocabulary.ts";
import { chooseFormat, writeFamilies } from "./exposition.ts";
import { familiesOf } from "./families.ts";
import { createLabelWriter } from "./labels.ts";
import { registryFamilies } from "./prometheus-registries.ts";

export interface Scraper {
  /** @param accept - The client's Accept header; decides between OpenMetrics and the classic text. */
  readonly scrape: (accept?: string) => Promise<Scrape>;
  /** How the previous scrape went. */
  readonly previous: { readonly seconds: number; readonly bytes: number };
  /** By instrument: collections in which it put measurements into its overflow series. */
  readonly overflows: ReadonlyMap<string, number>;
}

interface Sources {
  readonly collect: () => Promise<ResourceMetrics>;
  readonly registries: Iterable<PrometheusRegistry>;
}

export function createScraper({ collect, registries }: Sources): Scraper {
  const overflows = new Map<string, number>();
  const seen = new Map<string, number>();
  let previous = { seconds: 0, bytes: 0 };
  return {
    overflows,
    get previous() {
      return previous;
    },
    async scrape(accept) {
      const start = performance.now();
      const format = chooseFormat(accept);
      const metrics = await collect();
      for (const metric of metricsOf(metrics)) noteOverflow(metric, seen, overflows);
      const writeSeries = createLabelWriter(pick(metrics.resource.attributes, commonLabels));
      const own = familiesOf(metrics, writeSeries);
      const joined = await registryFamilies(registries, new Set(own.map((family) => family.name)), writeSeries);
      const body = await writeFamilies([...own, ...joined], format);
      previous = { seconds: (performance.now() - start) / 1000, bytes: body.length };
      return { contentType: format.contentType, body };
    },
  };
}

function metricsOf({ scopeMetrics }: ResourceMetrics): MetricData[] {
  return scopeMetrics.flatMap((scope) => scope.metrics);
}

/** An overflow series that grew means that the instrument has more series than the limit. */
function noteOverflow(metric: MetricData, seen: Map<string, number>, overflows: Map<string, number>): void {
  const point = metric.dataPoints.find(({ attributes }) => attributes["otel.metric.overflow"] === true);
  if (point === undefined) return;
  const { name } = metric.descriptor;
  const total = typeof point.value === "number" ? point.value : point.value.count;
  if (seen.get(name) === total) return;
  seen.set(name, total);
  overflows.set(name, (overflows.get(name) ?? 0) + 1);
  report(
    "series-limit",
    `metric ${name} has too many series; what is new goes into one overflow series; look for a label with unbounded values`,
  );
}

function pick(attributes: Attributes, names: readonly string[]): Attributes {
  return Object.fromEntries(names.map((name) => [name, attributes[name]]));
}
