/** Every metric of the keeper: its name, unit, help and labels; alerts and dashboards use these names. */
import { metrics } from "@obsbox/sdk";
import { prometheusName } from "@obsbox/sdk/vocabulary";
import type { Metric } from "@obsbox/sdk/vocabulary";

export const keeperMetrics = {
  lastSuccess: {
    name: "obsbox.keeper.last_success_timestamp",
    type: "gauge",
    unit: "s",
    help: "When a job of the keeper last succeeded, seconds since 1970",
    labels: ["task"],
  },
  failures: {
    name: "obsbox.keeper.failures",
    type: "counter",
    unit: "{run}",
    help: "Runs of a job that failed",
    labels: ["task"],
  },
  runDuration: {
    name: "obsbox.keeper.run_duration",
    type: "gauge",
    unit: "s",
    help: "How long the latest run of a job took",
    labels: ["task"],
  },
  stored: {
    name: "obsbox.keeper.stored",
    type: "gauge",
    unit: "By",
    help: "What logs and traces take on disk",
    labels: ["signal"],
  },
  limit: {
    name: "obsbox.keeper.limit",
    type: "gauge",
    unit: "By",
    help: "What logs and traces may take on disk, from OBSBOX_LOGS_MAX_SIZE and OBSBOX_TRACES_MAX_SIZE",
    labels: ["signal"],
  },
  deletedIndices: {
    name: "obsbox.keeper.deleted_indices",
    type: "counter",
    unit: "{index}",
    help: "Indices that were deleted, by reason",
    labels: ["signal", "reason"],
  },
  canaryWritten: {
    name: "obsbox.canary.written",
    type: "counter",
    unit: "{line}",
    help: "Log lines written to see whether they arrive",
    labels: [],
  },
  canaryLost: {
    name: "obsbox.canary.lost",
    type: "counter",
    unit: "{line}",
    help: "Lines of the canary that did not arrive",
    labels: [],
  },
  canaryDelivery: {
    name: "obsbox.canary.delivery",
    type: "histogram",
    unit: "s",
    help: "Time from writing a log line to finding it in Elasticsearch",
    labels: [],
  },
  canaryLastFound: {
    name: "obsbox.canary.last_found_timestamp",
    type: "gauge",
    unit: "s",
    help: "When a line of the canary was last found, seconds since 1970",
    labels: [],
  },
  backupAge: {
    name: "obsbox.keeper.backup_age",
    type: "gauge",
    unit: "s",
    help: "Age of the newest successful snapshot; absent when there is none",
    labels: [],
  },
  certificateExpiry: {
    name: "obsbox.keeper.certificate_expiry_timestamp",
    type: "gauge",
    unit: "s",
    help: "When the TLS certificate of a component ends, seconds since 1970",
    labels: ["component"],
  },
} as const satisfies Record<string, Metric>;

/** Time from call to visible is seconds; minutes are trouble. */
const deliveryBuckets = [0.5, 1, 2, 3, 5, 10, 20, 30, 60];

export const instruments = {
  lastSuccess: gauge(keeperMetrics.lastSuccess),
  failures: counter(keeperMetrics.failures),
  runDuration: gauge(keeperMetrics.runDuration),
  stored: gauge(keeperMetrics.stored),
  limit: gauge(keeperMetrics.limit),
  deletedIndices: counter(keeperMetrics.deletedIndices),
  canaryWritten: counter(keeperMetrics.canaryWritten),
  canaryLost: counter(keeperMetrics.canaryLost),
  canaryDelivery: metrics.histogram(keeperMetrics.canaryDelivery.name, {
    description: keeperMetrics.canaryDelivery.help,
    unit: keeperMetrics.canaryDelivery.unit,
    buckets: deliveryBuckets,
  }),
  canaryLastFound: gauge(keeperMetrics.canaryLastFound),
  certificateExpiry: gauge(keeperMetrics.certificateExpiry),
};

/** Tells the age of the newest backup at each scrape, as long as there is one. */
export function observeBackupAge(ageSeconds: () => number | undefined): void {
  const { name, unit, help: description } = keeperMetrics.backupAge;
  const observe = () => {
    const value = ageSeconds();
    return value === undefined ? [] : [{ value }];
  };
  metrics.observe(name, observe, { unit, description });
}

/** The names on `/metrics`. */
export const keeperMetricNames: readonly string[] = Object.values(keeperMetrics).map(prometheusName);

function gauge({ name, unit, help: description }: Metric) {
  return metrics.gauge(name, { unit, description });
}

function counter({ name, unit, help: description }: Metric) {
  return metrics.counter(name, { unit, description });
}
