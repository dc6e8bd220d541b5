/** The metrics of the service, beside those that the SDK has for every service. */
import { metrics } from "@obsbox/sdk";
import type { Metric } from "@obsbox/sdk/vocabulary";

export const loginOutcomes = ["ok", "wrong", "limited", "busy", "refused"] as const;
export type LoginOutcome = (typeof loginOutcomes)[number];

export const loginMethods = ["password", "link", "oidc"] as const;
export type LoginMethod = (typeof loginMethods)[number];

export const authMetrics = {
  logins: {
    name: "obsbox.auth.logins",
    type: "counter",
    unit: "{login}",
    help: "Sign-ins tried, by way and outcome",
    labels: ["method", "outcome"],
  },
  verifications: {
    name: "obsbox.auth.verifications",
    type: "counter",
    unit: "{verification}",
    help: "Passwords that were hashed to be compared; what the limits refuse is not",
    labels: [],
  },
  verificationsWaiting: {
    name: "obsbox.auth.verifications.waiting",
    type: "gauge",
    unit: "{verification}",
    help: "Passwords that wait to be hashed",
    labels: [],
  },
  verificationDuration: {
    name: "obsbox.auth.verification.duration",
    type: "histogram",
    unit: "s",
    help: "Time that it took to hash and compare a password",
    labels: [],
  },
  sessionsRefused: {
    name: "obsbox.auth.sessions.refused",
    type: "counter",
    unit: "{request}",
    help: "Requests with a session that is not valid, by reason",
    labels: ["reason"],
  },
  machineChecks: {
    name: "obsbox.auth.machine.checks",
    type: "counter",
    unit: "{request}",
    help: "Requests of machines, by the scope that they need and outcome",
    labels: ["scope", "outcome"],
  },
  limitsActive: {
    name: "obsbox.auth.limits.active",
    type: "gauge",
    unit: "{limit}",
    help: "Addresses, and accounts from an address, that may not sign in for now",
    labels: [],
  },
  auditSuppressed: {
    name: "obsbox.auth.audit.suppressed",
    type: "counter",
    unit: "{event}",
    help: "Refusals that were counted instead of written, because there were too many in a minute",
    labels: ["action"],
  },
} as const satisfies Readonly<Record<string, Metric>>;

type Labels<M extends Metric> = Readonly<Record<M["labels"][number], string>>;

/** Adds one to a counter. */
export function count<M extends Metric & { readonly type: "counter" }>(
  metric: M,
  ...[labels]: M["labels"] extends readonly [] ? [] : [labels: Labels<M>]
): void {
  counterOf(metric).add(1, labels);
}

/** Asks for the value of a gauge at each scrape. */
export function observe({ name, help, unit }: Metric & { readonly type: "gauge" }, value: () => number): void {
  metrics.observe(name, value, { description: help, unit });
}

/** Records how long each run of a function takes. */
export function timed<T>(
  { name, help, unit }: Metric & { readonly type: "histogram" },
  run: () => Promise<T>,
): Promise<T> {
  return metrics.histogram(name, { description: help, unit }).time(run);
}

/** The series of sign-ins begin at zero, so that no first failure is missed. */
export function beginCounting(): void {
  counterOf(authMetrics.verifications).add(0);
  for (const method of loginMethods) {
    for (const outcome of loginOutcomes) counterOf(authMetrics.logins).add(0, { method, outcome });
  }
}

function counterOf({ name, help, unit }: Metric) {
  return metrics.counter(name, { description: help, unit });
}
