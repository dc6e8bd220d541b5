/** Other SDKs in the same process. Two that both register with OpenTelemetry lose data without a word. */

/** Where every copy of the OpenTelemetry API keeps what is registered with it. */
const openTelemetry = Symbol.for("opentelemetry.js.api.1");

const parts = ["trace", "metrics", "context", "propagation"];

/** Marks that agents leave on the global object. */
const agents = [
  ["Datadog (dd-trace)", () => Symbol.for("dd-trace") in globalThis],
  ["New Relic", () => "__NR_agent" in globalThis],
  ["Sentry", () => "__SENTRY__" in globalThis],
] as const;

/** Names the SDK that is registered already; undefined when there is none. */
export function findForeignSdk(): string | undefined {
  const registered: unknown = Reflect.get(globalThis, openTelemetry);
  const isTaken = typeof registered === "object" && registered !== null && parts.some((part) => part in registered);
  if (!isTaken) return undefined;
  return agents.find(([, isThere]) => isThere())?.[0] ?? "another OpenTelemetry SDK";
}
