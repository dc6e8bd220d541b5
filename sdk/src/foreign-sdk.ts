/**
 * Other SDKs in the same process. Two that both register with OpenTelemetry lose data without a word, and agents that
 * are started first take the context of requests from those that come later.
 */
import { createRequire } from "node:module";
import { join, sep } from "node:path";
import { guard, report } from "./diagnostics.ts";

/** Where every copy of the OpenTelemetry API keeps what is registered with it. */
const openTelemetry = Symbol.for("opentelemetry.js.api.1");

const parts = ["trace", "metrics", "context", "propagation"];

const { cache: loadedFiles } = createRequire(import.meta.url);

type Sdk = readonly [name: string, isThere: () => boolean];

/** Observe a process without OpenTelemetry; there, but switched off, they do not count. */
const agents: readonly Sdk[] = [
  ["Datadog (dd-trace)", () => read(globalThis, "_ddtrace", "_tracingInitialized") === true],
  ["New Relic", () => read(loadedFiles, "__NR_cache", "agent") !== undefined],
];

/** Register with OpenTelemetry. Those that are made of others come before them. */
const registering: readonly Sdk[] = [
  ...agents,
  ["Elastic's EDOT", () => isLoaded("@elastic/opentelemetry-node")],
  ["Splunk's OpenTelemetry", () => isLoaded("@splunk/otel")],
  ["Honeycomb's OpenTelemetry", () => isLoaded("@honeycombio/opentelemetry-node")],
  ["Azure Monitor's OpenTelemetry", () => isLoaded("@azure/monitor-opentelemetry")],
  ["OpenTelemetry's own SDK", () => isLoaded("@opentelemetry/sdk-node")],
  // From 11 on it leaves OpenTelemetry alone.
  ["Sentry", () => Number.parseInt(String(read(globalThis, "__SENTRY__", "version")), 10) < 11],
];

/** Names the SDK that observes this process already; undefined when there is none. */
export function findForeignSdk(): string | undefined {
  return findAgent() ?? (isRegistered() ? registeringSdk() : undefined);
}

function findAgent(): string | undefined {
  return agents.find(([, isThere]) => isThere())?.[0];
}

function registeringSdk(): string {
  return registering.find(([, isThere]) => isThere())?.[0] ?? "another OpenTelemetry SDK";
}

/** By then a program has started what it starts first. */
const secondLookMs = 1000;

/**
 * Looks once more, for an agent that was started after us; those that register with OpenTelemetry are heard of.
 *
 * @returns What stops it.
 */
export function watchForAgents(): () => void {
  const look = guard("the look at other agents", () => {
    const agent = findAgent();
    if (agent !== undefined) reportSecond(agent);
  });
  const timer = setTimeout(look, secondLookMs).unref();
  return () => clearTimeout(timer);
}

/** Says that an SDK was started after ours, which stays whole. */
export function reportSecond(name = registeringSdk()): void {
  report("second-sdk", `${name} was started after obsbox: what both observe is recorded twice; start one of the two`);
}

/** Whether a file of a package has been loaded that is CommonJS. */
function isLoaded(name: string): boolean {
  const folder = join("node_modules", name) + sep;
  return Object.keys(loadedFiles).some((file) => file.includes(folder));
}

/** Whatever another version of the API has left there without an SDK keeps ours from registering: it is taken away. */
export function clearUnusedRegistry(): void {
  if (!isRegistered()) Reflect.deleteProperty(globalThis, openTelemetry);
}

function isRegistered(): boolean {
  return parts.some((part) => read(globalThis, openTelemetry, part) !== undefined);
}

function read(from: unknown, ...path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined),
    from,
  );
}
