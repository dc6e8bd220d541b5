/** One scrape: collect, turn into families, join the registries; and write what all processes have. */
import type { Attributes } from "@opentelemetry/api";
import type { ResourceMetrics } from "@opentelemetry/sdk-metrics";
import type { PrometheusRegistry } from "../option-parsers.ts";
import type { Scrape } from "../telemetry.ts";
import { commonLabels } from "../vocabulary.ts";
import { chooseFormat, writeFamilies } from "./exposition.ts";
import { familiesOf } from "./families.ts";
import type { Family } from "./families.ts";
import { createLabelWriter } from "./labels.ts";
import { registryFamilies } from "./prometheus-registries.ts";

export interface Scraper {
  /** @param accept - The client's Accept header; decides between OpenMetrics and the classic text. */
  readonly scrape: (accept?: string) => Promise<Scrape>;
  /** How the previous scrape went. */
  readonly previous: { readonly seconds: number; readonly bytes: number };
}

/** What one process shows at one moment. */
export interface Snapshot {
  /** Labels that every series carries, as text. */
  readonly common: string;
  readonly families: readonly Family[];
  /** Rises with each snapshot of one process. */
  readonly sequence: number;
}

interface Sources {
  readonly collect: () => Promise<ResourceMetrics>;
  readonly registries: Iterable<PrometheusRegistry>;
}

/** Makes what takes snapshots of this process. */
export function createSnapshots({ collect, registries }: Sources): () => Promise<Snapshot> {
  let sequence = 0;
  return async () => {
    const metrics = await collect();
    const writeSeries = createLabelWriter(pick(metrics.resource.attributes, commonLabels));
    const own = familiesOf(metrics, writeSeries);
    const joined = await registryFamilies(registries, new Set(own.map((family) => family.name)), writeSeries);
    return { common: writeSeries({}), families: [...own, ...joined], sequence: (sequence += 1) };
  };
}

/** Labels that every series of a service carries, as text. */
export function commonText({ attributes }: { readonly attributes: Attributes }): string {
  return createLabelWriter(pick(attributes, commonLabels))({});
}

/** @param families - Everything that is to be shown. */
export function createScraper(families: () => Promise<readonly Family[]>): Scraper {
  let previous = { seconds: 0, bytes: 0 };
  return {
    get previous() {
      return previous;
    },
    async scrape(accept) {
      const start = performance.now();
      const format = chooseFormat(accept);
      const body = await writeFamilies(await families(), format);
      previous = { seconds: (performance.now() - start) / 1000, bytes: body.length };
      return { contentType: format.contentType, body };
    },
  };
}

function pick(attributes: Attributes, names: readonly string[]): Attributes {
  return Object.fromEntries(names.map((name) => [name, attributes[name]]));
}
