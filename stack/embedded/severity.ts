/**
 * Severities as OpenTelemetry numbers them, four for each name.
 *
 * @see https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber
 */

const names = ["trace", "debug", "info", "warn", "error", "fatal"] as const;

/** pino numbers its levels in tens: 10 trace to 60 fatal. */
const pinoStep = 10;

/** Other words for the same levels. */
const aliases: Readonly<Record<string, string>> = {
  warning: "warn",
  err: "error",
  critical: "fatal",
  crit: "fatal",
  emerg: "fatal",
  alert: "fatal",
  notice: "info",
  information: "info",
  verbose: "debug",
  silly: "trace",
};

/** The number of a level given by name, or by number as pino writes it; 0 when it is none. */
export function severityOf(level: unknown): number {
  if (typeof level === "number") return severityOf(names[Math.round(level / pinoStep) - 1]);
  const name = String(level).toLowerCase();
  const index = names.findIndex((known) => known === (aliases[name] ?? name));
  return index === -1 ? 0 : index * 4 + 1;
}

/** The name of a number; `unknown` for 0. */
export function severityName(severity: number): string {
  return severity < 1 ? "unknown" : (names[Math.floor((severity - 1) / 4)] ?? "fatal");
}
