/** How names of ours are called in somebody else's set-up: labels, log fields, metrics. */
import type { Option } from "../../command.ts";
import { UserError } from "../../errors.ts";

export interface Naming {
  /** Label of ours to the one that is used there. */
  readonly labels: ReadonlyMap<string, string>;
  /** Field of log documents to the one that is used there. */
  readonly fields: ReadonlyMap<string, string>;
  readonly metric: (name: string) => string;
}

export const ourNaming: Naming = { labels: new Map(), fields: new Map(), metric: (name) => name };

/**
 * Names of metrics by who writes them. `otel-exporter` is the Prometheus exporter of OpenTelemetry JS, which adds no
 * units: `http_server_request_duration_bucket`.
 */
const dialects: Readonly<Record<string, (metric: string) => string>> = {
  obsbox: (metric) => metric,
  "otel-exporter": withoutUnit,
};

export const namingOptions = {
  map: { value: "OURS=THEIRS", about: "Label, or log field with dots, that has another name there", many: true },
  dialect: {
    value: "NAME",
    about: `Names of metrics there, one of ${Object.keys(dialects).join(", ")}`,
    default: "obsbox",
  },
} as const satisfies Readonly<Record<string, Option>>;

interface Given {
  readonly map: readonly string[];
  readonly dialect: string | undefined;
}

const label = /^[A-Za-z_]\w*$/;
/** Names of fields in Elasticsearch have dots. */
const field = /^[A-Za-z_@][\w@-]*(\.[\w@-]+)+$/;

/** @throws UserError for what is no pair of names, and for two names that would become one. */
export function readNaming({ map, dialect = "obsbox" }: Given): Naming {
  const pairs = map.map(parsePair);
  const isField = ([ours]: readonly [string, string]) => ours.includes(".");
  const [fields, labels] = [pairs.filter(isField), pairs.filter((pair) => !isField(pair))];
  checkDistinct(fields);
  checkDistinct(labels);
  const metric = Object.hasOwn(dialects, dialect) ? dialects[dialect] : undefined;
  if (metric === undefined) throw wrong(`--dialect ${dialect}`, `expected one of ${Object.keys(dialects).join(", ")}`);
  return { labels: new Map(labels), fields: new Map(fields), metric };
}

const kinds = "http_server|http_client|db_client|nodejs|v8js";
const withUnit = new RegExp(`^((?:${kinds})_\\w+?)_(?:seconds|bytes|ratio)(_bucket|_sum|_count|_total)?$`);

/** A metric of OpenTelemetry without its unit; other metrics have the same name everywhere. */
export function withoutUnit(metric: string): string {
  return metric.replace(withUnit, (_all, name: string, suffix = "") => `${name}${suffix}`);
}

function parsePair(given: string): readonly [string, string] {
  const [ours = "", theirs = "", ...rest] = given.split("=");
  const form = ours.includes(".") ? field : label;
  const isGood = form.test(ours) && (label.test(theirs) || (ours.includes(".") && field.test(theirs)));
  if (isGood && rest.length === 0 && ours !== "__name__" && theirs !== "__name__") return [ours, theirs];
  throw wrong(
    `--map ${given}`,
    "expected two labels, for instance service_name=app, or two fields: service.name=app.name",
  );
}

function checkDistinct(pairs: readonly (readonly [string, string])[]): void {
  for (const side of [0, 1] as const) {
    const names = pairs.map((pair) => pair[side]);
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined) throw wrong(`--map names ${twice} twice`, "every name may stand once on each side");
  }
}

function wrong(what: string, hint: string): UserError {
  return new UserError(what, { hint, exitCode: 2 });
}
