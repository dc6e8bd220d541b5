/** What several pages about the box itself ask, and the words for its states. */
import { says } from "./panels/index.ts";

const heartbeats = 'alertmanager_notifications_total{receiver_name="heartbeat"}';
const lostHeartbeats = 'alertmanager_notifications_failed_total{receiver_name="heartbeat"}';
/** How often a counter has moved: a reload of Alertmanager sets it to 0. */
const moves = (series: string) => `(sum(changes(${series}[10m])) or vector(0))`;

const day = 24 * 3600;
export const certificateDays = { warning: 14 * day, critical: 3 * day } as const;

export const box = {
  targetsDown: "count(up == 0) or vector(0)",
  /** 1 as long as Prometheus evaluates rules: the alert that always fires. */
  watchdog: 'max(ALERTS{alertname="Watchdog",alertstate="firing"}) or vector(0)',
  /** 1 when the Watchdog left the machine within the last ten minutes; it is sent every minute. */
  heartbeat: `(${moves(heartbeats)} - ${moves(lostHeartbeats)}) > bool 0`,
  /** Time since a line that was written like those of services has been found in Elasticsearch. */
  canaryAge: "time() - max(obsbox_canary_last_found_timestamp_seconds)",
  /** 0 green, 1 yellow, 2 red, 3 no answer. */
  elasticsearch: [
    'max(elasticsearch_cluster_health_status{color="yellow"})',
    '2 * max(elasticsearch_cluster_health_status{color="red"}) or vector(3)',
  ].join(" + "),
  diskUsed: "max(1 - elasticsearch_filesystem_data_available_bytes / (elasticsearch_filesystem_data_size_bytes > 0))",
  heapUsed:
    'max(elasticsearch_jvm_memory_used_bytes{area="heap"} / (elasticsearch_jvm_memory_max_bytes{area="heap"} > 0))',
  indexed: "sum(rate(elasticsearch_indices_indexing_index_total[$__rate_interval]))",
  rejectedWrites: 'sum(rate(elasticsearch_thread_pool_rejected_count{type="write"}[$__rate_interval]))',
  certificate: "min(obsbox_keeper_certificate_expiry_timestamp_seconds) - time()",
  /** What Prometheus has on disk, as a share of what it may have. */
  metricsStored: [
    "(max(prometheus_tsdb_storage_blocks_bytes) + max(prometheus_tsdb_wal_storage_size_bytes)",
    "+ max(prometheus_tsdb_head_chunks_storage_size_bytes)) / (max(prometheus_tsdb_retention_limit_bytes) > 0)",
  ].join(" "),
  stored: "max by (signal) (obsbox_keeper_stored_bytes / (obsbox_keeper_limit_bytes > 0))",
  ruleFailures: "sum(increase(prometheus_rule_evaluation_failures_total[$__range])) or vector(0)",
  failedNotifications: "sum(increase(alertmanager_notifications_failed_total[$__range])) or vector(0)",
  spansReceived: "sum(rate(otelcol_receiver_accepted_spans_total[$__rate_interval]))",
  spansStored: "sum(rate(otelcol_exporter_sent_spans_total[$__rate_interval]))",
  spansNotStored: "sum(rate(otelcol_exporter_send_failed_spans_total[$__rate_interval]))",
} as const;

/** From green to red of Elasticsearch, as numbers of `box.elasticsearch`. */
export const elasticsearchWords = says({
  0: [{ en: "green", zh: "正常 green" }, "green"],
  1: [{ en: "yellow", zh: "警告 yellow" }, "yellow"],
  2: [{ en: "red", zh: "异常 red" }, "red"],
  3: [{ en: "no answer", zh: "无响应" }, "red"],
});

export const upWords = says({
  0: [{ en: "down", zh: "异常" }, "red"],
  1: [{ en: "up", zh: "正常" }, "green"],
});

export const reloadWords = says({
  0: [{ en: "refused", zh: "加载失败" }, "red"],
  1: [{ en: "loaded", zh: "已加载" }, "green"],
});

export const runsWords = says({
  0: [{ en: "silent", zh: "未运行" }, "red"],
  1: [{ en: "runs", zh: "运行中" }, "green"],
});

export const leavesWords = says({
  0: [{ en: "not sent", zh: "未发送" }, "red"],
  1: [{ en: "sent", zh: "已发送" }, "green"],
});
