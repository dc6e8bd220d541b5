/** Other SDKs that the service brings. Two in one process lose data without a word, or measure all of it twice. */
import { flagTexts } from "./flag.ts";
import type { Facts, Finding, Outcome } from "./finding.ts";
import { versionFrom } from "./installed.ts";
import { majorOf } from "./versions.ts";

interface OtherSdk {
  readonly name: string;
  readonly remedy: string;
  /** Which major versions register themselves with OpenTelemetry; all when absent. */
  readonly majors?: readonly [from: number, to: number];
}

const either = "run one of the two in a process";
const sentryRemedy =
  "update it to 11, which leaves OpenTelemetry alone, or keep it for errors: Sentry.init({ skipOpenTelemetrySetup: true }) without tracesSampleRate";

export const otherSdks: readonly OtherSdk[] = [
  { name: "@sentry/node", majors: [8, 10], remedy: sentryRemedy },
  { name: "dd-trace", remedy: `${either}: leave out dd-trace/init, or @obsbox/sdk/register` },
  { name: "newrelic", remedy: `${either}: leave out -r newrelic, or @obsbox/sdk/register` },
  { name: "elastic-apm-node", remedy: either },
  { name: "@opentelemetry/sdk-node", remedy: `${either}: take its start out of the code` },
  {
    name: "@opentelemetry/auto-instrumentations-node",
    remedy: `${either}: take its flag out; what it observes, @obsbox/sdk does by itself or takes spans of`,
  },
  { name: "@elastic/opentelemetry-node", remedy: either },
  { name: "@splunk/otel", remedy: either },
  { name: "@honeycombio/opentelemetry-node", remedy: either },
  { name: "@vercel/otel", remedy: either },
  { name: "@azure/monitor-opentelemetry", remedy: either },
];

/** Installed by the service itself, not by another package for its own use. */
export function findOtherSdks(facts: Facts): Outcome {
  const found = otherSdks.flatMap((row) => {
    if (!facts.manifest.dependencies.has(row.name)) return [];
    return [{ ...row, version: versionFrom(facts.copies, row.name) ?? "" }];
  });
  const rivals = found.filter(({ majors, version }) => isWithin(majors, majorOf(version)));
  const seen = found.map(({ name, version }) => `${name} ${version}`.trim()).join(", ");
  return { seen: seen === "" ? "none" : seen, findings: rivals.map((rival) => findingOf(rival, facts)) };
}

function findingOf({ name, version, remedy }: OtherSdk & { readonly version: string }, facts: Facts): Finding {
  const place = flagTexts(facts).find(({ text }) => new RegExp(`(-r|--require|--import)[ =]${name}\\b`).test(text));
  if (place === undefined) {
    return { level: "warning", code: "second-sdk", what: `${`${name} ${version}`.trim()} is a dependency too`, remedy };
  }
  return { level: "failure", code: "second-sdk", what: `${name} is started too, by ${place.name}`, remedy };
}

function isWithin(majors: OtherSdk["majors"], major: number): boolean {
  return majors === undefined || Number.isNaN(major) || (major >= majors[0] && major <= majors[1]);
}
