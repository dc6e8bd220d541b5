/** One scrape from beginning to end: collect, turn into families, join the registries, write. */
import type { Attributes } from "@opentelemetry/api";
import type { ResourceMetrics } from "@opentelemetry/sdk-metrics";
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
}

interface Sources {
  readonly collect: () => Promise<ResourceMetrics>;
  readonly registries: Iterable<PrometheusRegistry>;
}

export function createScraper({ collect, registries }: Sources): Scraper {
  let previous = { seconds: 0, bytes: 0 };
  return {
    get previous() {
      return previous;
    },
    async scrape(accept) {
      const start = performance.now();
      const format = chooseFormat(accept);
      const metrics = await collect();
      const writeSeries = createLabelWriter(pick(metrics.resource.attributes, commonLabels));
      const own = familiesOf(metrics, writeSeries);
      const joined = await registryFamilies(registries, new Set(own.map((family) => family.name)), writeSeries);
      const body = await writeFamilies([...own, ...joined], format);
      previous = { seconds: (performance.now() - start) / 1000, bytes: body.length };
      return { contentType: format.contentType, body };
    },
  };
}

function pick(attributes: Attributes, names: readonly string[]): Attributes {
  return Object.fromEntries(names.map((name) => [name, attributes[name]]));
}
