/** D13: does Prometheus take everything in, and how long will its room last? */
import { box, reloadWords } from "../box.ts";
import type { Page } from "../model.ts";
import { oneIsWell, says, series, stat, table, worseAbove } from "../panels/index.ts";
import { now, prom } from "../targets.ts";
import { dataSources } from "../variables.ts";

const rate = (series: string) => `sum(rate(${series}[$__rate_interval]))`;
/** What Prometheus left out of scrapes because of its limits, in the time shown. */
const overLimit = [
  "prometheus_target_scrapes_exceeded_sample_limit_total",
  "prometheus_target_scrapes_exceeded_body_size_limit_total",
  "prometheus_target_scrape_pool_exceeded_label_limits_total",
  "prometheus_target_scrape_pool_exceeded_target_limit_total",
].map((name) => `sum(increase(${name}[$__range]))`);

export const stackPrometheus: Page = {
  uid: "stack-prometheus",
  area: "stack",
  name: { en: "Prometheus", zh: "Prometheus" },
  description: {
    en: "Does Prometheus take everything in, does it evaluate the rules in time, and how long will its room last?",
    zh: "Prometheus 是否完整采集、按时计算规则，存储空间还够多久？",
  },
  variables: dataSources("prometheus"),
  links: [
    { title: { en: "Health of the stack", zh: "观测栈健康" }, page: "stack-health" },
    { title: { en: "Targets", zh: "采集目标" }, url: "../prometheus/targets" },
    { title: { en: "Rules", zh: "规则" }, url: "../prometheus/rules" },
  ],
  sections: [
    {
      panels: [
        stat({
          title: { en: "Configuration", zh: "配置" },
          description: {
            en: "Whether the last configuration was taken. Refused: a file of rules or targets is wrong, and the one before it is still in force.",
            zh: "最近一次配置是否加载成功。加载失败说明规则或目标文件有误，仍在使用旧配置。",
          },
          unit: "none",
          targets: [now("min(prometheus_config_last_reload_successful)")],
          thresholds: oneIsWell(),
          mappings: reloadWords,
        }),
        stat({
          title: { en: "Targets down", zh: "采集失败" },
          description: {
            en: "Processes that cannot be read. 0 is right; the table below names them.",
            zh: "无法采集的进程数，应为 0，具体见下表。",
          },
          unit: "none",
          targets: [now(box.targetsDown)],
          thresholds: worseAbove(1, 3),
          emptyIsHealthy: true,
        }),
        stat({
          title: { en: "Rules failed", zh: "规则失败" },
          description: {
            en: "Evaluations of rules that failed in the time shown. 0 is right; a rule that fails never fires.",
            zh: "所选时间内计算失败的规则次数，应为 0；失败的规则永远不会触发。",
          },
          unit: "none",
          decimals: 0,
          targets: [now(box.ruleFailures)],
          thresholds: worseAbove(1, 5),
          emptyIsHealthy: true,
        }),
        stat({
          title: { en: "Samples left out", zh: "超限采集" },
          description: {
            en: "Scrapes and targets that were refused in the time shown because they exceed a limit: too many series, too large an answer, too long labels. 0 is right.",
            zh: "所选时间内因超出限制（序列过多、响应过大、标签过长）被拒绝的次数，应为 0。",
          },
          unit: "none",
          decimals: 0,
          targets: [now(`${overLimit.join(" + ")} or vector(0)`)],
          thresholds: worseAbove(1, 10),
          emptyIsHealthy: true,
        }),
        stat({
          title: { en: "Active series", zh: "活跃序列数" },
          description: {
            en: "Series in memory. Each takes some kilobytes; the small box is made for about 50 000, the standard one for 200 000.",
            zh: "内存中的序列数，每条约占数 KB。小规格约支持 5 万，标准规格约支持 20 万。",
          },
          unit: "short",
          targets: [prom("max(prometheus_tsdb_head_series)")],
        }),
        stat({
          title: { en: "Room in use", zh: "存储用量" },
          description: {
            en: "What metrics take on disk, of what they may take. At 100 % the oldest go earlier than the retention says.",
            zh: "指标占用磁盘与上限之比。达到 100% 时最旧的数据会早于保留期删除。",
          },
          unit: "percentunit",
          targets: [prom(box.metricsStored)],
          thresholds: worseAbove(0.9, 1),
        }),
        table({
          title: { en: "Targets", zh: "采集目标" },
          description: {
            en: "One row for each process that is read, the slowest first. Down: it does not answer. Many new series at each scrape: a label with endless values.",
            zh: "每个采集目标一行，按耗时排序。异常表示无响应；每次采集都有大量新序列说明标签取值无限增长。",
          },
          height: 10,
          keys: [
            { label: "job", title: { en: "Job", zh: "任务" }, width: 150 },
            { label: "instance", title: { en: "Instance", zh: "实例" }, width: 270 },
          ],
          columns: [
            {
              title: { en: "Answers", zh: "状态" },
              unit: "none",
              expr: "max by (job, instance) (up)",
              thresholds: oneIsWell(),
              mappings: says({
                0: [{ en: "down", zh: "异常" }, "red"],
                1: [{ en: "up", zh: "正常" }, "green"],
              }),
            },
            {
              title: { en: "Took", zh: "耗时" },
              unit: "s",
              expr: "max by (job, instance) (scrape_duration_seconds)",
              thresholds: worseAbove(5, 8),
            },
            {
              title: { en: "Series", zh: "序列数" },
              unit: "short",
              expr: "max by (job, instance) (scrape_samples_scraped)",
            },
            {
              title: { en: "New series", zh: "新增序列" },
              unit: "short",
              expr: "max by (job, instance) (scrape_series_added)",
            },
          ],
          sortBy: 1,
        }),
        series({
          title: { en: "Samples taken in", zh: "采样写入速率" },
          description: {
            en: "Values a second that are stored. A step down: a target is lost. 0: Prometheus takes nothing in.",
            zh: "每秒写入的样本数。突降说明丢失目标，为 0 说明停止采集。",
          },
          unit: "ops",
          targets: [prom(rate("prometheus_tsdb_head_samples_appended_total"), { en: "samples", zh: "样本" })],
        }),
        series({
          title: { en: "Series made and dropped", zh: "序列新建与移除" },
          description: {
            en: "Series a second that begin and end. Steady making without deployments is churn: labels that change all the time fill memory and disk.",
            zh: "每秒新建与移除的序列数。未发布时仍持续新建即为 churn，标签频繁变化会占满内存与磁盘。",
          },
          unit: "ops",
          targets: [
            prom(rate("prometheus_tsdb_head_series_created_total"), { en: "made", zh: "新建" }),
            prom(rate("prometheus_tsdb_head_series_removed_total"), { en: "dropped", zh: "移除" }),
          ],
        }),
      ],
    },
    {
      title: { en: "Rules and queries", zh: "规则与查询" },
      panels: [
        series({
          title: { en: "Rules in time", zh: "规则计算耗时" },
          description: {
            en: "Longest time of one evaluation of a group of rules. Groups are evaluated every 15 s or more: near that, alerts come late.",
            zh: "单次规则组计算的最长耗时。规则组每 15 秒以上计算一次，接近该值时告警会延迟。",
          },
          unit: "s",
          targets: [
            prom('max(prometheus_rule_group_duration_seconds{quantile="0.99"})', { en: "99 %", zh: "99%" }),
            prom('max(prometheus_rule_group_duration_seconds{quantile="0.5"})', { en: "50 %", zh: "50%" }),
          ],
        }),
        series({
          title: { en: "Time of queries", zh: "查询耗时" },
          description: {
            en: "How long 90 % of queries take inside, by part. Slow ones come from dashboards over long ranges; recording rules help.",
            zh: "90% 查询的内部耗时（按阶段）。慢查询多来自长时间范围的面板，可用记录规则优化。",
          },
          unit: "s",
          targets: [prom('max by (slice) (prometheus_engine_query_duration_seconds{quantile="0.9"})', "{{slice}}")],
        }),
        series({
          title: { en: "Alerts to Alertmanager", zh: "发往 Alertmanager 的告警" },
          description: {
            en: "Alerts a second that are sent to Alertmanager, that fail and that are dropped. The last two must be 0.",
            zh: "每秒发往 Alertmanager 的告警数，以及失败和丢弃数，后两者应为 0。",
          },
          unit: "ops",
          targets: [
            prom(rate("prometheus_notifications_sent_total"), { en: "sent", zh: "发送" }),
            prom(rate("prometheus_notifications_errors_total"), { en: "failed", zh: "失败" }),
            prom(rate("prometheus_notifications_dropped_total"), { en: "dropped", zh: "丢弃" }),
          ],
          links: [{ title: { en: "Alertmanager", zh: "Alertmanager" }, page: "stack-alertmanager" }],
        }),
        series({
          title: { en: "Requests by answer", zh: "HTTP 请求" },
          description: {
            en: "Requests a second to Prometheus by status. 4xx are wrong queries, 5xx are queries that were too large or took too long.",
            zh: "按状态码统计的每秒请求数。4xx 为查询错误，5xx 为查询过大或超时。",
          },
          unit: "reqps",
          targets: [prom(`sum by (code) (rate(prometheus_http_requests_total[$__rate_interval]))`, "{{code}}")],
        }),
      ],
    },
    {
      title: { en: "Room", zh: "资源" },
      isCollapsed: true,
      panels: [
        series({
          title: { en: "Room on disk", zh: "磁盘占用" },
          description: {
            en: "What metrics take on disk. Blocks are made every two hours, the rest is what is not yet a block.",
            zh: "指标占用的磁盘。数据块每两小时生成一次，其余为尚未成块的数据。",
          },
          unit: "bytes",
          stack: true,
          targets: [
            prom("max(prometheus_tsdb_storage_blocks_bytes)", { en: "blocks", zh: "数据块" }),
            prom("max(prometheus_tsdb_wal_storage_size_bytes)", { en: "write-ahead log", zh: "WAL" }),
            prom("max(prometheus_tsdb_head_chunks_storage_size_bytes)", { en: "open chunks", zh: "内存块" }),
          ],
        }),
        series({
          title: { en: "How far back", zh: "历史长度" },
          description: {
            en: "Age of the oldest value, and the age up to which values are kept. When the first stays far below the second on an old box, the room is too small.",
            zh: "最早数据的时长与保留期。长期运行后仍远低于保留期说明空间不足。",
          },
          unit: "s",
          targets: [
            prom("time() - min(prometheus_tsdb_lowest_timestamp_seconds)", { en: "oldest value", zh: "最早数据" }),
            prom("max(prometheus_tsdb_retention_limit_seconds)", { en: "kept for", zh: "保留期" }),
          ],
        }),
        series({
          title: { en: "Memory", zh: "内存" },
          description: {
            en: "Memory of the process. It follows the active series and large queries; the container is killed at its limit.",
            zh: "进程内存，随活跃序列与大查询增长，达到容器上限会被杀掉。",
          },
          unit: "bytes",
          targets: [prom('max(process_resident_memory_bytes{job="prometheus"})', { en: "resident", zh: "常驻内存" })],
        }),
        series({
          title: { en: "CPU", zh: "CPU" },
          description: {
            en: "Cores in use. A jump without more series: a heavy query or rule.",
            zh: "占用的 CPU 核数。序列未增而突增说明有大查询或重规则。",
          },
          unit: "short",
          targets: [
            prom('sum(rate(process_cpu_seconds_total{job="prometheus"}[$__rate_interval]))', { en: "cores", zh: "核" }),
          ],
        }),
        series({
          title: { en: "Storage failures", zh: "存储故障" },
          description: {
            en: "Failures a second of the store: compactions, the write-ahead log, reading of blocks. 0 is right; anything else is a full or broken disk.",
            zh: "存储层每秒故障数（压缩、WAL、块加载），应为 0，否则磁盘已满或损坏。",
          },
          unit: "ops",
          targets: [
            prom(rate("prometheus_tsdb_compactions_failed_total"), { en: "compactions", zh: "压缩" }),
            prom(rate("prometheus_tsdb_wal_writes_failed_total"), { en: "write-ahead log", zh: "WAL 写入" }),
            prom(rate("prometheus_tsdb_wal_corruptions_total"), { en: "damaged log", zh: "WAL 损坏" }),
            prom(rate("prometheus_tsdb_reloads_failures_total"), { en: "blocks not read", zh: "块加载" }),
          ],
        }),
        series({
          title: { en: "Rhythm of scrapes", zh: "采集间隔" },
          description: {
            en: "Time between two scrapes of the same process. It must stay near the configured 15 or 30 s; longer means that Prometheus cannot keep up.",
            zh: "同一目标相邻两次采集的间隔，应接近配置的 15 或 30 秒，偏长说明 Prometheus 处理不过来。",
          },
          unit: "s",
          targets: [
            prom('max by (interval) (prometheus_target_interval_length_seconds{quantile="0.99"})', {
              en: "asked for every {{interval}}",
              zh: "配置 {{interval}}",
            }),
          ],
        }),
      ],
    },
    {
      title: { en: "What takes most series", zh: "序列占用排行" },
      isCollapsed: true,
      panels: [
        table({
          title: { en: "Metrics with most series", zh: "序列最多的指标" },
          description: {
            en: "The fifteen names with most series. One of yours far above the rest has a label that should not be one. The query reads all series: open it seldom.",
            zh: "序列数最多的 15 个指标。业务指标明显偏高说明标签使用不当。该查询开销大，请按需展开。",
          },
          width: 12,
          height: 12,
          keys: [{ label: "__name__", title: { en: "Metric", zh: "指标" } }],
          columns: [
            {
              title: { en: "Series", zh: "序列数" },
              unit: "short",
              width: 100,
              expr: 'topk(15, count by (__name__) ({__name__=~".+"}))',
            },
          ],
        }),
        table({
          title: { en: "Services with most series", zh: "序列最多的服务" },
          description: {
            en: "The services with most series: whom to ask when memory gets short.",
            zh: "序列数最多的服务，内存不足时应优先排查。",
          },
          width: 12,
          height: 12,
          keys: [{ label: "service_name", title: { en: "Service", zh: "服务" } }],
          columns: [
            {
              title: { en: "Series", zh: "序列数" },
              unit: "short",
              width: 100,
              expr: 'topk(15, count by (service_name) ({service_name!=""}))',
            },
          ],
        }),
      ],
    },
  ],
};
