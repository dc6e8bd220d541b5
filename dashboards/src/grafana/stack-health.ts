/** D12: can I trust this stack? */
import { box, certificateDays, elasticsearchWords, leavesWords, runsWords, upWords } from "../box.ts";
import type { Link, Page } from "../model.ts";
import { alerts, bars, oneIsWell, series, stat, states, table, worseAbove, worseBelow } from "../panels/index.ts";
import { now, prom } from "../targets.ts";
import { dataSources } from "../variables.ts";

const toPrometheus: Link = { title: { en: "Prometheus", zh: "Prometheus" }, page: "stack-prometheus" };
const toAlertmanager: Link = { title: { en: "Alertmanager", zh: "Alertmanager" }, page: "stack-alertmanager" };
const toElasticsearch: Link = { title: { en: "Elasticsearch", zh: "Elasticsearch" }, page: "stack-elasticsearch" };
const toDoor: Link = { title: { en: "Door", zh: "入口" }, page: "stack-nginx" };
const toPipeline: Link = { title: { en: "Telemetry pipeline", zh: "遥测管道" }, page: "stack-pipeline" };

export const stackHealth: Page = {
  uid: "stack-health",
  area: "stack",
  name: { en: "Health of the stack", zh: "观测栈健康" },
  description: {
    en: "Can I trust this stack? While a tile is red, the other pages may be blind: begin here when they look too good.",
    zh: "这套观测栈可信吗？有红色时其他页面可能已失明；当一切看起来过于正常时先看这里。",
  },
  variables: dataSources("prometheus"),
  links: [toPrometheus, toAlertmanager, toElasticsearch, toDoor, toPipeline],
  sections: [
    {
      panels: [
        stat({
          title: { en: "Targets down", zh: "采集失败" },
          description: {
            en: "Processes that Prometheus cannot read, of the box and of your services. 0 is right; what they would say is missing everywhere.",
            zh: "Prometheus 无法采集的进程数（包括观测栈与业务服务），应为 0，否则其数据处处缺失。",
          },
          unit: "none",
          targets: [now(box.targetsDown)],
          thresholds: worseAbove(1, 3),
          emptyIsHealthy: true,
          links: [toPrometheus],
        }),
        stat({
          title: { en: "Alerting", zh: "告警引擎" },
          description: {
            en: "The alert Watchdog fires always. Silent: rules are not evaluated, so no alert can come.",
            zh: "Watchdog 告警始终触发。未运行表示规则没有被计算，不会有任何告警。",
          },
          unit: "none",
          targets: [now(box.watchdog)],
          thresholds: oneIsWell(),
          mappings: runsWords,
          links: [toPrometheus],
        }),
        stat({
          title: { en: "Heartbeat", zh: "心跳外送" },
          description: {
            en: "Whether the Watchdog was sent to the receiver heartbeat in the last ten minutes. Not sent: nobody outside notices when this machine dies; set it up with obsbox alerts heartbeat URL.",
            zh: "最近 10 分钟 Watchdog 是否已发送到 heartbeat 接收器。未发送时，这台机器宕机将无人知晓；可用 obsbox alerts heartbeat 地址 配置。",
          },
          unit: "none",
          targets: [now(box.heartbeat)],
          thresholds: oneIsWell(),
          mappings: leavesWords,
          links: [toAlertmanager],
        }),
        stat({
          title: { en: "Newest log line", zh: "最新日志" },
          description: {
            en: "Age of the newest line that was written like those of services and found in Elasticsearch; one is written each minute. Minutes: logs are late; a quarter of an hour: they do not arrive.",
            zh: "每分钟写入一条探测日志，此处为最近一条在 Elasticsearch 中查到的时间。数分钟说明日志延迟，15 分钟说明日志已中断。",
          },
          unit: "s",
          decimals: 0,
          targets: [now(box.canaryAge)],
          thresholds: worseAbove(300, 900),
          links: [toPipeline],
        }),
        stat({
          title: { en: "Elasticsearch", zh: "Elasticsearch" },
          description: {
            en: "State of the store of logs and traces. Yellow on one node is harmless; red: some of the data cannot be read or written.",
            zh: "日志与链路存储的状态。单节点 yellow 无害，red 表示部分数据无法读写。",
          },
          unit: "none",
          targets: [now(box.elasticsearch)],
          thresholds: worseAbove(1, 2),
          mappings: elasticsearchWords,
          links: [toElasticsearch],
        }),
        stat({
          title: { en: "Disk of the store", zh: "存储磁盘" },
          description: {
            en: "How full the disk of Elasticsearch is. At 85 % it gives no new shards to a node, at 90 % it moves them away, at 95 % it stops writing.",
            zh: "Elasticsearch 所在磁盘的使用率。85% 不再分配分片，90% 迁出分片，95% 停止写入。",
          },
          unit: "percentunit",
          targets: [prom(box.diskUsed)],
          thresholds: worseAbove(0.85, 0.9),
          links: [toElasticsearch],
        }),
        stat({
          title: { en: "Alerts not sent", zh: "通知失败" },
          description: {
            en: "Notifications that Alertmanager could not send in the time shown. 0 is right; each is an alert that nobody got.",
            zh: "所选时间内发送失败的通知数，应为 0；每一条都意味着有人没收到告警。",
          },
          unit: "none",
          decimals: 0,
          targets: [now(box.failedNotifications)],
          thresholds: worseAbove(1, 5),
          emptyIsHealthy: true,
          links: [toAlertmanager],
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
          links: [toPrometheus],
        }),
        stat({
          title: { en: "Pages down", zh: "页面不可用" },
          description: {
            en: "Pages of the box that do not answer as they should: the door, Grafana, Kibana, Jaeger. 0 is right.",
            zh: "未正常响应的页面数（入口、Grafana、Kibana、Jaeger），应为 0。",
          },
          unit: "none",
          targets: [now('count(probe_success{job="probe"} == 0) or vector(0)')],
          thresholds: worseAbove(1, 2),
          emptyIsHealthy: true,
          links: [toDoor],
        }),
        stat({
          title: { en: "Log lines lost", zh: "丢失日志" },
          description: {
            en: "Test lines that never arrived in the time shown. 0 is right; each stands for lines of services that are lost too.",
            zh: "所选时间内未到达的探测日志数，应为 0；每一条都意味着业务日志也有丢失。",
          },
          unit: "none",
          decimals: 0,
          targets: [now("sum(increase(obsbox_canary_lost_total[$__range])) or vector(0)")],
          thresholds: worseAbove(1, 5),
          emptyIsHealthy: true,
          links: [toPipeline],
        }),
        stat({
          title: { en: "Certificate", zh: "证书剩余" },
          description: {
            en: "Time until the first TLS certificate of the box ends. Under 14 days: renew; after that nobody gets in.",
            zh: "最早到期的 TLS 证书剩余时间。少于 14 天应续期，过期后无人能登录。",
          },
          unit: "s",
          decimals: 0,
          targets: [now(box.certificate)],
          thresholds: worseBelow(certificateDays.warning, certificateDays.critical),
          links: [toDoor],
        }),
        stat({
          title: { en: "Newest backup", zh: "最近备份" },
          description: {
            en: "Age of the newest backup that succeeded. More than 26 hours: the last night's one is missing.",
            zh: "最近一次成功备份距今的时间。超过 26 小时说明昨夜备份缺失。",
          },
          unit: "s",
          decimals: 0,
          targets: [now("min(obsbox_keeper_backup_age_seconds)")],
          // Without a value no colour: there is nothing to be glad of.
          thresholds: [
            [undefined, "text"],
            [0, "green"],
            [26 * 3600, "yellow"],
            [50 * 3600, "red"],
          ],
          needs: "backups",
        }),
        states({
          title: { en: "What answers", zh: "采集状态" },
          description: {
            en: "Whether Prometheus could read every process of each job. Red stretches are holes in all pages about that job.",
            zh: "各 job 的所有进程是否可采集。红色区间即相关页面的数据空洞。",
          },
          unit: "none",
          height: 11,
          targets: [prom("min by (job) (up)", "{{job}}")],
          mappings: upWords,
          thresholds: oneIsWell(),
          links: [toPrometheus],
        }),
        alerts({
          title: { en: "Alerts about the stack", zh: "观测栈告警" },
          description: {
            en: "Alerts about the box itself that fire now. Empty is right; the name leads to the runbook.",
            zh: "当前触发的观测栈告警，应为空。点击名称查看处理手册。",
          },
          width: 12,
          height: 8,
          selector: 'component="stack"',
        }),
        bars({
          title: { en: "Room in use", zh: "存储用量" },
          description: {
            en: "What metrics, logs and traces take of the room that they may take. At 100 % the oldest go earlier than planned.",
            zh: "指标、日志、链路占各自存储上限的比例。达到 100% 时最旧的数据会提前删除。",
          },
          unit: "percentunit",
          max: 1,
          width: 12,
          targets: [
            now(box.metricsStored, { en: "metrics", zh: "指标" }),
            now('max(obsbox_keeper_stored_bytes{signal="logs"} / (obsbox_keeper_limit_bytes{signal="logs"} > 0))', {
              en: "logs",
              zh: "日志",
            }),
            now('max(obsbox_keeper_stored_bytes{signal="traces"} / (obsbox_keeper_limit_bytes{signal="traces"} > 0))', {
              en: "traces",
              zh: "链路",
            }),
          ],
          thresholds: worseAbove(0.8, 0.95),
          links: [toPipeline],
        }),
        series({
          title: { en: "Documents taken in and refused", zh: "文档写入与拒绝" },
          description: {
            en: "Log lines and spans a second that Elasticsearch takes in, and writes that it refuses. A fall to 0 while services run: the way is broken. Refused ones are tried again; when they last, it is too slow.",
            zh: "Elasticsearch 每秒写入与拒绝的文档数。服务仍在运行而写入为 0 说明链路中断；拒绝会重试，持续出现说明写入能力不足。",
          },
          unit: "ops",
          targets: [
            prom(box.indexed, { en: "taken in", zh: "写入" }),
            prom(box.rejectedWrites, { en: "refused", zh: "拒绝" }),
          ],
          links: [toElasticsearch],
        }),
        series({
          title: { en: "Age of the newest log line", zh: "最新日志延迟" },
          description: {
            en: "Time since the last test line was found in Elasticsearch. A saw up to a minute is right; a slope is a stretch in which no logs arrived.",
            zh: "距最近一条探测日志可查询的时间。一分钟以内的锯齿为正常，斜坡表示这段时间日志未到达。",
          },
          unit: "s",
          targets: [prom(box.canaryAge, { en: "age", zh: "延迟" })],
          links: [toPipeline],
        }),
        series({
          title: { en: "Spans received and stored", zh: "链路接收与存储" },
          description: {
            en: "Spans a second that Jaeger receives, stores, and fails to store. The first two must be the same curve.",
            zh: "Jaeger 每秒接收、存储、存储失败的 span 数。前两条曲线应重合。",
          },
          unit: "ops",
          targets: [
            prom(box.spansReceived, { en: "received", zh: "接收" }),
            prom(box.spansStored, { en: "stored", zh: "存储" }),
            prom(box.spansNotStored, { en: "failed", zh: "失败" }),
          ],
          links: [toPipeline],
        }),
        series({
          title: { en: "Active series", zh: "活跃序列数" },
          description: {
            en: "Series that Prometheus has in memory: what its memory depends on. A slope that does not end is a label with too many values; the row below names it.",
            zh: "Prometheus 内存中的序列数，决定内存用量。持续上升说明某个标签取值过多，见下方折叠行。",
          },
          unit: "short",
          targets: [prom("max(prometheus_tsdb_head_series)", { en: "series", zh: "序列" })],
          links: [toPrometheus],
        }),
        series({
          title: { en: "Grafana's answers", zh: "Grafana 响应" },
          description: {
            en: "Requests a second that Grafana answered, and those with 5xx. Errors here are panels that show nothing although the data is there.",
            zh: "Grafana 每秒响应的请求数及其中的 5xx。此处报错意味着数据存在但面板无法显示。",
          },
          unit: "reqps",
          targets: [
            prom("sum(rate(grafana_http_request_duration_seconds_count[$__rate_interval]))", { en: "all", zh: "全部" }),
            prom(
              'sum(rate(grafana_http_request_duration_seconds_count{status_code=~"5.."}[$__rate_interval])) or vector(0)',
              "5xx",
            ),
          ],
        }),
        series({
          title: { en: "Notifications", zh: "通知" },
          description: {
            en: "Notifications a second that Alertmanager sent, and those that failed. With a heartbeat there is always a little.",
            zh: "Alertmanager 每秒发送及失败的通知数。配置心跳后始终有少量发送。",
          },
          unit: "ops",
          targets: [
            prom("sum(rate(alertmanager_notifications_total[$__rate_interval]))", { en: "sent", zh: "发送" }),
            prom("sum(rate(alertmanager_notifications_failed_total[$__rate_interval]))", { en: "failed", zh: "失败" }),
          ],
          links: [toAlertmanager],
        }),
        series({
          title: { en: "Time of scrapes", zh: "采集耗时" },
          description: {
            en: "How long the slowest process of each job takes to answer. Scrapes end after 10 s: what comes near will have holes.",
            zh: "各 job 中最慢进程的采集耗时。超过 10 秒会超时，接近时会出现空洞。",
          },
          unit: "s",
          width: 24,
          targets: [prom("max by (job) (scrape_duration_seconds)", "{{job}}")],
          links: [toPrometheus],
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
            en: "The ten names with most series. One of yours far above the rest has a label that should not be one: an id, a path, a message. The query reads all series: open it seldom.",
            zh: "序列数最多的 10 个指标。业务指标明显偏高说明误用了 ID、路径、消息等作标签。该查询开销大，请按需展开。",
          },
          width: 12,
          height: 11,
          keys: [{ label: "__name__", title: { en: "Metric", zh: "指标" } }],
          columns: [
            {
              title: { en: "Series", zh: "序列数" },
              unit: "short",
              width: 100,
              expr: 'topk(10, count by (__name__) ({__name__=~".+"}))',
            },
          ],
        }),
        table({
          title: { en: "Jobs with most series", zh: "序列最多的 job" },
          description: {
            en: "The ten jobs that expose most series in one scrape.",
            zh: "单次采集序列数最多的 10 个 job。",
          },
          width: 12,
          height: 11,
          keys: [{ label: "job", title: { en: "Job", zh: "任务" } }],
          columns: [
            {
              title: { en: "Series", zh: "序列数" },
              unit: "short",
              width: 100,
              expr: "topk(10, sum by (job) (scrape_samples_post_metric_relabeling))",
            },
          ],
        }),
      ],
    },
  ],
};
