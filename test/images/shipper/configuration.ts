/** Reads the configuration files that Filebeat would, in the order of their -c options; later ones win. */
import { readFileSync } from "node:fs";
import { parse } from "yaml";

export interface Input {
  readonly id: string;
  readonly paths: readonly string[];
  readonly fingerprint: { readonly offset: number; readonly length: number };
  readonly messageMaxBytes: number;
  readonly parsers: readonly Readonly<Record<string, Readonly<Record<string, unknown>>>>[];
}

export interface Output {
  readonly url: string;
  readonly username: string;
  readonly password: string;
  readonly ca: string;
  readonly index: string;
  readonly bulkMaxSize: number;
  readonly backoff: { readonly init: number; readonly max: number };
}

export interface Configuration {
  readonly inputs: readonly Input[];
  readonly processors: readonly Readonly<Record<string, unknown>>[];
  readonly output: Output;
  readonly http: { readonly host: string; readonly port: number };
  readonly idleMs: number;
}

/** Reads a nested value by a dotted path, whichever way the file writes it (`a.b: 1` or `a: {b: 1}`). */
type Get = (path: string) => unknown;

export function readConfiguration(args: readonly string[]): Configuration {
  const files = args.flatMap((arg, index) => (args[index - 1] === "-c" ? [arg] : []));
  const get = getterOf(files.map((file) => parse(readFileSync(file, "utf8"))));
  const inputs = get("filebeat.inputs") as readonly object[];
  const [host] = get("output.elasticsearch.hosts") as readonly string[];
  const [ca] = get("output.elasticsearch.ssl.certificate_authorities") as readonly string[];
  return {
    inputs: inputs.map((input) => readInput(getterOf([input]))),
    processors: (get("processors") ?? []) as Configuration["processors"],
    output: {
      url: String(host),
      username: String(get("output.elasticsearch.username")),
      password: String(get("output.elasticsearch.password")),
      ca: readFileSync(String(ca), "utf8"),
      index: String(get("output.elasticsearch.index")),
      bulkMaxSize: Number(get("output.elasticsearch.bulk_max_size")),
      backoff: {
        init: msOf(get("output.elasticsearch.backoff.init")),
        max: msOf(get("output.elasticsearch.backoff.max")),
      },
    },
    http: { host: String(get("http.host")), port: Number(get("http.port")) },
    idleMs: 250,
  };
}

function readInput(get: Get): Input {
  return {
    id: String(get("id")),
    paths: get("paths") as readonly string[],
    fingerprint: {
      offset: Number(get("prospector.scanner.fingerprint.offset")),
      length: Number(get("prospector.scanner.fingerprint.length")),
    },
    messageMaxBytes: Number(get("message_max_bytes")),
    parsers: get("parsers") as Input["parsers"],
  };
}

function getterOf(documents: readonly object[]): Get {
  return (path) => documents.map((document) => find(document, path)).findLast((value) => value !== undefined);
}

function find(node: unknown, path: string): unknown {
  if (path === "") return node;
  if (typeof node !== "object" || node === null) return undefined;
  for (const [key, value] of Object.entries(node)) {
    if (path === key) return value;
    const found = path.startsWith(`${key}.`) ? find(value, path.slice(key.length + 1)) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

function msOf(time: unknown): number {
  const [, value, unit] = /^(\d+)(ms|s)$/.exec(String(time)) ?? [];
  return Number(value) * (unit === "s" ? 1000 : 1);
}
