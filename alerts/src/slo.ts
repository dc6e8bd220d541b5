/** Service level objectives, as a person writes them in slos.yml. */
import { durationBuckets } from "@obsbox/sdk/vocabulary";
import { parse } from "yaml";

export const slis = ["errors", "latency"] as const;
export type Sli = (typeof slis)[number];

export interface Slo {
  readonly name: string;
  /** Undefined for an objective that each service has by itself. */
  readonly service: string | undefined;
  /** Services that have one of their own with the same sli. */
  readonly without: readonly string[];
  readonly sli: Sli;
  /** Percent. */
  readonly objective: number;
  /** Of latency: a bucket of the histogram. */
  readonly thresholdSeconds: number | undefined;
}

export interface SloProblem {
  readonly what: string;
  /** What is allowed. */
  readonly expected: string;
}

export interface SloReading {
  readonly slos: readonly Slo[];
  /** With any of them the objectives must not be used. */
  readonly problems: readonly SloProblem[];
}

export interface SloContext {
  /** Every service that there is; without it any name is taken. */
  readonly knownServices?: readonly string[];
}

/**
 * Reads slos.yml. Every problem is found, not the first alone.
 *
 * @example
 * readSlos("slos: [{ name: http-errors, sli: errors, objective: 100 }]").problems[0];
 * // { what: "http-errors: objective is 100", expected: "a number above 0 and below 100, for instance 99.9" }
 */
export function readSlos(text: string, context: SloContext = {}): SloReading {
  const document = parseYaml(text);
  if ("problem" in document) return { slos: [], problems: [document.problem] };
  const entries = entriesOf(document.value);
  if (entries === undefined) return { slos: [], problems: [notAList] };
  const problems = [...entries.flatMap((entry, index) => problemsOf(entry, index, context)), ...repeated(entries)];
  return { slos: problems.length === 0 ? replaceDefaults(entries.map(sloOf)) : [], problems };
}

type Entry = Readonly<Record<string, unknown>>;

const keys = ["name", "service", "sli", "objective", "threshold_seconds"] as const;

const notAList: SloProblem = {
  what: "there is no list of objectives",
  expected: `slos: with a list below it; each entry has ${keys.join(", ")}`,
};

function parseYaml(text: string): { readonly value: unknown } | { readonly problem: SloProblem } {
  try {
    return { value: parse(text) };
  } catch (error) {
    const [why] = (error instanceof Error ? error.message : String(error)).split("\n");
    return { problem: { what: `it is not YAML: ${why}`, expected: notAList.expected } };
  }
}

function entriesOf(value: unknown): readonly Entry[] | undefined {
  if (!isEntry(value) || !Array.isArray(value["slos"])) return undefined;
  const list: readonly unknown[] = value["slos"];
  return Object.keys(value).length === 1 && list.length > 0 && list.every(isEntry) ? list : undefined;
}

function isEntry(value: unknown): value is Entry {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

interface Rule {
  readonly key: string;
  readonly isRight: (entry: Entry, context: SloContext) => boolean;
  readonly expected: (context: SloContext) => string;
}

const namePattern = /^[a-z0-9][a-z0-9-]{0,62}$/i;
const isText = (value: unknown): value is string => typeof value === "string" && value !== "";
const isBucket = (value: unknown) => typeof value === "number" && durationBuckets.some((bucket) => bucket === value);

const rules: readonly Rule[] = [
  {
    key: "name",
    isRight: ({ name }) => isText(name) && namePattern.test(name),
    expected: () => "letters, digits and -, for instance checkout-errors",
  },
  {
    key: "service",
    isRight: ({ service }, { knownServices }) => service === undefined || isService(service, knownServices),
    expected: ({ knownServices = [] }) => ["all", ...knownServices].join(", "),
  },
  {
    key: "sli",
    isRight: ({ sli }) => slis.some((known) => known === sli),
    expected: () => slis.join(" or "),
  },
  {
    key: "objective",
    isRight: ({ objective }) => typeof objective === "number" && objective > 0 && objective < 100,
    expected: () => "a number above 0 and below 100, for instance 99.9",
  },
  {
    key: "threshold_seconds",
    isRight: ({ sli, threshold_seconds: threshold }) =>
      sli === "errors" ? threshold === undefined : sli !== "latency" || isBucket(threshold),
    expected: () => `with sli latency one of the buckets ${durationBuckets.join(", ")}; with errors none`,
  },
];

function isService(value: unknown, known: readonly string[] | undefined): boolean {
  return isText(value) && (value === "all" || known === undefined || known.includes(value));
}

function problemsOf(entry: Entry, index: number, context: SloContext): readonly SloProblem[] {
  const name = isText(entry["name"]) ? entry["name"] : `entry ${index + 1}`;
  const unknown = Object.keys(entry).filter((key) => !keys.some((known) => known === key));
  return [
    ...unknown.map((key) => ({ what: `${name}: there is no key ${key}`, expected: keys.join(", ") })),
    ...rules
      .filter(({ isRight }) => !isRight(entry, context))
      .map(({ key, expected }) => ({ what: `${name}: ${key} is ${shown(entry[key])}`, expected: expected(context) })),
  ];
}

function shown(value: unknown): string {
  return value === undefined ? "missing" : JSON.stringify(value);
}

/** One name for two objectives would mix their series. */
function repeated(entries: readonly Entry[]): readonly SloProblem[] {
  const names = entries.map(({ name }) => name).filter(isText);
  const twice = new Set(names.filter((name, index) => names.indexOf(name) !== index));
  return [...twice].map((name) => ({
    what: `${name}: the name is there twice`,
    expected: "a name of its own for each",
  }));
}

/** Called for entries without problems. */
function sloOf(entry: Entry): Slo {
  const { name, service, sli, objective, threshold_seconds: threshold } = entry;
  return {
    name: isText(name) ? name : "",
    service: isText(service) && service !== "all" ? service : undefined,
    without: [],
    sli: sli === "latency" ? "latency" : "errors",
    objective: Number(objective),
    thresholdSeconds: typeof threshold === "number" ? threshold : undefined,
  };
}

function replaceDefaults(slos: readonly Slo[]): readonly Slo[] {
  return slos.map((slo) => {
    if (slo.service !== undefined) return slo;
    const own = slos.filter(({ sli }) => sli === slo.sli).flatMap(({ service }) => service ?? []);
    return { ...slo, without: [...new Set(own)].toSorted() };
  });
}
