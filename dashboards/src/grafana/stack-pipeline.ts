/** D17: where does telemetry get late or lost, from the service to the store? */
import { metrics } from "@obsbox/sdk/vocabulary";
import { box } from "../box.ts";
import { toRunbook } from "../links.ts";
import type { Link, Page } from "../model.ts";
import { bars, series, stat, table, worseAbove } from "../panels/index.ts";
import { countedOrZero, labels, nameOf, sumIncrease, sumRate } from "../promql.ts";
import { now, prom } from "../targets.ts";
import { dataSources } from "../variables.ts";

const range = "$__range";
const of = `${labels.service}!=""`;
const by = [labels.service];
const byService = `{{${labels.service}}}`;
const rate = (series: string) => `sum(rate(${series}[$__rate_interval]))`;

const records = `${nameOf(metrics.logRecords)}{${of}}`;
const spans = `otel_sdk_processor_span_processed_total{${of}}`;
const spansDropped = `otel_sdk_processor_span_processed_total{${of},error_type!=""}`;
const queue = `max by (${labels.service}) (otel_sdk_processor_span_queue_size{${of}} / (otel_sdk_processor_span_queue_capacity{${of}} > 0))`;

/** What each service has counted in the time shown; 0 where the counter has not begun. */
const counted = (series: string) =>
  `${sumIncrease(series, by, range)} or 0 * group by (${labels.service}) (target_info{${of}})`;
const sdkCounter = (name: string) => counted(`${name}{${of}}`);

const waiting = `sum by (${labels.service}) (${nameOf(metrics.spansPending)}{${of}})`;
const newest = (selected: string) => `max by (${labels.service}) (${selected})`;
/** A service of which nothing was ever taken has waited since its start. */
const taken = `${newest(`${nameOf(metrics.exporterLastSuccess)}{${of},signal="traces"}`)} or ${newest(`${nameOf(metrics.processStartTime)}{${of}}`)}`;

const linesTakenIn = 'elasticsearch_index_stats_indexing_index_total{index=~"\\\\.ds-logs-.+"}';
const lost = worseAbove(1, 100);
const toRed = (service: string): Link => ({
  title: { en: "This service", zh: "该服务" },
  page: "services-red",
  variables: { service },
});
const ofCurve = [toRed(`\${__field.labels.${labels.service}:percentencode}`)];

export const stackPipeline: Page = {
  uid: "stack-pipeline",
  area: "stack",
  name: { en: "Telemetry pipeline", zh: "遥测管道" },
  description: {
    en: "Where does telemetry get late or lost, on its way from the services through Filebeat and Jaeger into the stores?",
    zh: "遥测数据从服务经 Filebeat、Jaeger 到存储，在哪一环延迟或丢失？",
  },
  variables: dataSources("prometheus"),
  links: [
    { title: { en: "Health of the stack", zh: "观测栈健康" }, page: "stack-health" },
    { title: { en: "Elasticsearch", zh: "Elasticsearch" }, page: "stack-elasticsearch" },
    {
      title: { en: "Ingest in Kibana", zh: "Kibana 写入健康" },
      url: "../kibana/app/dashboards#/view/obsbox-ingest-health",
    },
  ],
  sections: [
    {
      panels: [
        stat({
          title: { en: "Newest log line", zh: "最新日志" },
          description: {
            en: "Age of the newest test line that was found in Elasticsearch; one is written each minute, the way services write theirs. A quarter of an hour: logs do not arrive.",
            zh: "每分钟写入一条探测日志，此处为最近一条在 Elasticsearch 中查到的时间。达到 15 分钟说明日志已中断。",
          },
          unit: "s",
          decimals: 0,
          targets: [now(box.canaryAge)],
          thresholds: worseAbove(300, 900),
        }),
        stat({
          title: { en: "Test lines lost", zh: "丢失探测日志" },
          description: {
            en: "Test lines that never arrived in the time shown. 0 is right; each stands for lines of services that are lost too.",
            zh: "所选时间内未到达的探测日志数，应为 0；每一条都意味着业务日志也有丢失。",
          },
          unit: "none",
          decimals: 0,
          targets: [now(countedOrZero("obsbox_canary_lost_total"))],
          thresholds: lost,
          emptyIsHealthy: true,
        }),
        stat({
          title: { en: "Lines unwritten", zh: "日志未写出" },
          description: {
            en: "Log records that services could not write in the time shown: a full disk, or a pipe that nobody reads. 0 is right.",
            zh: "所选时间内服务未能写出的日志数（磁盘满或管道无人读取），应为 0。",
          },
          unit: "none",
          decimals: 0,
          targets: [now(countedOrZero(`${nameOf(metrics.logDropped)}{${of}}`))],
          thresholds: lost,
          emptyIsHealthy: true,
        }),
        stat({
          title: { en: "Spans dropped", zh: "丢弃 span" },
          description: {
            en: "Spans that services dropped in the time shown, because the queue was full or the box did not take them. 0 is right.",
            zh: "所选时间内服务因队列满或上报失败丢弃的 span 数，应为 0。",
          },
          unit: "none",
          decimals: 0,
          targets: [now(countedOrZero(spansDropped))],
          thresholds: lost,
          emptyIsHealthy: true,
        }),
        stat({
          title: { en: "Spans refused", zh: "拒收 span" },
          description: {
            en: "Spans that Jaeger refused in the time shown because it is short of memory. 0 is right; services try again for a while.",
            zh: "所选时间内 Jaeger 因内存不足拒收的 span 数，应为 0；服务会重试一段时间。",
          },
          unit: "none",
          decimals: 0,
          targets: [
            now(
              `sum(increase(otelcol_receiver_refused_spans_total[${range}])) + sum(increase(otelcol_receiver_failed_spans_total[${range}])) or vector(0)`,
            ),
          ],
          thresholds: lost,
          emptyIsHealthy: true,
        }),
        stat({
          title: { en: "Spans not stored", zh: "未存储 span" },
          description: {
            en: "Spans that Jaeger took and could not store in the time shown. 0 is right; look at Elasticsearch.",
            zh: "所选时间内 Jaeger 接收后未能存储的 span 数，应为 0，否则请检查 Elasticsearch。",
          },
          unit: "none",
          decimals: 0,
          targets: [
            now(
              `sum(increase(otelcol_exporter_send_failed_spans_total[${range}])) + sum(increase(jaeger_storage_bulk_index_errors_total[${range}])) or vector(0)`,
            ),
          ],
          thresholds: lost,
          emptyIsHealthy: true,
        }),
      ],
    },
    {
      title: { en: "In the services", zh: "服务内部" },
      panels: [
        table({
          title: { en: "What each service sends and loses", zh: "各服务上报与丢失" },
          description: {
            en: "One row for each service, over the time shown: log records it could not write, spans it dropped, calls that left without trace headers, measurements beyond the limit of series, and troubles of the SDK. Anything but 0 there: its log on stderr says why. The last two are its page of metrics and the time that it took to write. Follow the name to its page.",
            zh: "每个服务一行：未写出的日志、丢弃的 span、未携带链路头的调用、超出序列上限的度量以及 SDK 异常。不为 0 时原因见该服务 stderr 日志。最后两列为指标页面大小与生成耗时。点击名称进入该服务页面。",
          },
          height: 8,
          keys: [
            {
              label: labels.service,
              title: { en: "Service", zh: "服务" },
              width: 140,
              links: [toRed("${__value.raw:percentencode}")],
            },
          ],
          columns: [
            { title: { en: "Records", zh: "日志速率" }, unit: "ops", decimals: 1, expr: sumRate(records, by) },
            {
              title: { en: "Unwritten", zh: "未写出" },
              unit: "short",
              decimals: 0,
              expr: sdkCounter(nameOf(metrics.logDropped)),
              thresholds: lost,
            },
            { title: { en: "Spans", zh: "span 速率" }, unit: "ops", decimals: 1, expr: sumRate(spans, by) },
            {
              title: { en: "Dropped", zh: "丢弃" },
              unit: "short",
              decimals: 0,
              expr: counted(spansDropped),
              thresholds: lost,
            },
            {
              title: { en: "No parent", zh: "链路断开" },
              unit: "short",
              decimals: 0,
              expr: sdkCounter(nameOf(metrics.propagationMissed)),
              thresholds: lost,
            },
            {
              title: { en: "Overflow", zh: "序列溢出" },
              unit: "short",
              decimals: 0,
              expr: sdkCounter(nameOf(metrics.metricOverflow)),
              thresholds: lost,
            },
            {
              title: { en: "Troubles", zh: "SDK 异常" },
              unit: "short",
              decimals: 0,
              expr: sdkCounter(nameOf(metrics.diagnostics)),
              thresholds: lost,
            },
            {
              title: { en: "Metrics", zh: "指标大小" },
              unit: "bytes",
              expr: `max by (${labels.service}) (${nameOf(metrics.scrapeSize)}{${of}})`,
            },
            {
              title: { en: "Took", zh: "采集耗时" },
              unit: "s",
              expr: `max by (${labels.service}) (${nameOf(metrics.scrapeDuration)}{${of}})`,
              thresholds: worseAbove(0.1, 1),
            },
          ],
        }),
        series({
          title: { en: "Queue of spans", zh: "span 队列占用" },
          description: {
            en: "Spans that wait to be sent, as a share of the room of the queue. At 100 % new ones are dropped: the box takes them too slowly, or not at all.",
            zh: "待上报 span 占队列容量的比例。达到 100% 时新 span 会被丢弃，说明上报过慢或失败。",
          },
          unit: "percentunit",
          targets: [prom(queue, byService)],
          valueLinks: ofCurve,
        }),
        series({
          title: { en: "Spans that wait", zh: "等待上报的 span" },
          description: {
            en: "Spans that are kept to be sent, and sent again, by service. It swings between 0 and one batch; a steady rise means that the box does not take them.",
            zh: "各服务暂存、等待上报或重试的 span 数。正常在 0 与一个批次之间波动，持续上升说明观测栈未接收。",
          },
          unit: "none",
          targets: [prom(waiting, byService)],
          valueLinks: ofCurve,
          links: [toRunbook("TelemetrySpansDelayed")],
        }),
        series({
          title: { en: "Nothing taken for", zh: "未接收时长" },
          description: {
            en: "How long ago the box last took spans of a service that has some waiting, or since its start; 0 where none wait. Some seconds are right. From ten minutes on the oldest are lost.",
            zh: "服务有 span 等待时，距观测栈上次接收（或服务启动）的时间；无等待时为 0。数秒为正常，超过十分钟最旧的 span 开始丢失。",
          },
          unit: "s",
          targets: [prom(`(time() - (${taken})) * on (${labels.service}) (${waiting} > bool 0)`, byService)],
          thresholds: worseAbove(300, 600),
          lines: true,
          valueLinks: ofCurve,
          links: [toRunbook("TelemetrySpansDelayed"), toRunbook("TelemetryExportFailing")],
        }),
        series({
          title: { en: "Spans sent", zh: "span 上报速率" },
          description: {
            en: "Spans a second that each service finished and sent or dropped.",
            zh: "各服务每秒处理（上报或丢弃）的 span 数。",
          },
          unit: "ops",
          targets: [prom(sumRate(spans, by), byService)],
          valueLinks: ofCurve,
        }),
        bars({
          title: { en: "Let go undecided", zh: "未决丢弃的 span" },
          description: {
            en: "Spans that the error-biased sampler let go in the time shown before it could decide about their trace, because its buffer was full. 0 is right, and what services with another sampler show; else traces of slow or failed requests have holes.",
            zh: "所选时间内错误优先采样器因缓冲区满、在决定前丢弃的 span 数。应为 0（其他采样器恒为 0），否则慢请求和失败请求的链路不完整。",
          },
          width: 6,
          unit: "none",
          decimals: 0,
          targets: [now(sdkCounter(nameOf(metrics.samplerDropped)), byService)],
          thresholds: lost,
          valueLinks: ofCurve,
        }),
        bars({
          title: { en: "Colours refused", zh: "拒绝染色的请求" },
          description: {
            en: "Requests that asked for a colour in the time shown and did not get it: a wrong token or mark, or more than the limit. The service says on stderr which.",
            zh: "所选时间内请求染色而被拒绝的次数：令牌或标记错误，或超出上限。原因见服务 stderr。",
          },
          width: 6,
          unit: "none",
          decimals: 0,
          targets: [now(sdkCounter(nameOf(metrics.colorRefused)), byService)],
          thresholds: lost,
          valueLinks: ofCurve,
        }),
      ],
    },
    {
      title: { en: "Logs on their way", zh: "日志链路" },
      panels: [
        series({
          title: { en: "Written and taken in", zh: "写出与入库" },
          description: {
            en: "Log records a second that all services write, and lines that Elasticsearch takes in. The curves move together; when the second falls away, lines wait in files or are lost. A gap that stays is a service whose own logger writes to stdout only.",
            zh: "所有服务每秒写出的日志数与 Elasticsearch 入库数。两者应同步变化，入库突然偏低说明日志积压或丢失；固定差距来自只写 stdout 的服务。",
          },
          unit: "ops",
          targets: [
            prom(rate(nameOf(metrics.logRecords)), {
              en: "written",
              zh: "写出",
            }),
            prom(rate(linesTakenIn), { en: "taken in", zh: "入库" }),
          ],
        }),
        series({
          title: { en: "Time to arrive", zh: "到达耗时" },
          description: {
            en: "Mean time from writing a test line to finding it: file, Filebeat, Elasticsearch, index. Some seconds are right, because an index shows new lines once a second or less often.",
            zh: "探测日志从写入到可查询的平均耗时（文件、Filebeat、Elasticsearch、索引）。数秒为正常，索引刷新需要时间。",
          },
          unit: "s",
          targets: [
            prom(
              `${rate("obsbox_canary_delivery_seconds_sum")} / (${rate("obsbox_canary_delivery_seconds_count")} > 0)`,
              { en: "mean", zh: "平均" },
            ),
          ],
        }),
      ],
    },
    {
      title: { en: "Traces on their way", zh: "链路上报" },
      isCollapsed: true,
      panels: [
        series({
          title: { en: "Received by Jaeger", zh: "Jaeger 接收" },
          description: {
            en: "Spans a second that Jaeger takes, and that it refuses or cannot read. The last two must be 0.",
            zh: "Jaeger 每秒接收、拒收及解析失败的 span 数，后两者应为 0。",
          },
          unit: "ops",
          targets: [
            prom(box.spansReceived, { en: "received", zh: "接收" }),
            prom(rate("otelcol_receiver_refused_spans_total"), { en: "refused", zh: "拒收" }),
            prom(rate("otelcol_receiver_failed_spans_total"), { en: "failed", zh: "失败" }),
          ],
        }),
        series({
          title: { en: "Stored by Jaeger", zh: "Jaeger 存储" },
          description: {
            en: "Spans a second that Jaeger stores, and that it could not store. Below what it receives: it waits for Elasticsearch.",
            zh: "Jaeger 每秒存储及存储失败的 span 数。低于接收速率说明在等待 Elasticsearch。",
          },
          unit: "ops",
          targets: [
            prom(box.spansStored, { en: "stored", zh: "存储" }),
            prom(box.spansNotStored, { en: "failed", zh: "失败" }),
          ],
        }),
        series({
          title: { en: "Time of storing", zh: "存储耗时" },
          description: {
            en: "Mean time of one bulk request of Jaeger to Elasticsearch. Seconds: the store is too slow for this many spans.",
            zh: "Jaeger 单次批量写入 Elasticsearch 的平均耗时。达到数秒说明存储跟不上。",
          },
          unit: "s",
          targets: [
            prom(
              `${rate("jaeger_storage_bulk_index_latency_ok_seconds_sum")} / (${rate("jaeger_storage_bulk_index_latency_ok_seconds_count")} > 0)`,
              { en: "mean", zh: "平均" },
            ),
          ],
        }),
        series({
          title: { en: "Spans in one batch", zh: "批次大小" },
          description: {
            en: "Mean number of spans that Jaeger stores at once. 1000 is the limit; near it the flow is large for one Jaeger.",
            zh: "Jaeger 每批存储的平均 span 数，上限为 1000，接近上限说明流量偏大。",
          },
          unit: "short",
          targets: [
            prom(
              `${rate("otelcol_processor_batch_batch_send_size_sum")} / (${rate("otelcol_processor_batch_batch_send_size_count")} > 0)`,
              { en: "spans", zh: "span" },
            ),
          ],
        }),
        series({
          title: { en: "Memory of Jaeger", zh: "Jaeger 内存" },
          description: {
            en: "Memory of the process. At 80 % of its container it begins to refuse spans.",
            zh: "进程内存，达到容器上限的 80% 时开始拒收 span。",
          },
          unit: "bytes",
          targets: [
            prom("max(otelcol_process_memory_rss_bytes)", { en: "resident", zh: "常驻内存" }),
            prom("max(otelcol_process_runtime_heap_alloc_bytes)", { en: "heap", zh: "堆内存" }),
          ],
        }),
        series({
          title: { en: "Series made of spans", zh: "span 指标写入" },
          description: {
            en: "Values a second that Jaeger makes of spans for Prometheus: the base of its page Monitor and of the map of services.",
            zh: "Jaeger 每秒由 span 生成的指标点数，用于 Monitor 页面与服务拓扑。",
          },
          unit: "ops",
          targets: [
            prom(rate("otelcol_exporter_sent_metric_points_total"), { en: "sent", zh: "发送" }),
            prom(rate("otelcol_exporter_send_failed_metric_points_total"), { en: "failed", zh: "失败" }),
          ],
        }),
      ],
    },
    {
      title: { en: "What is kept", zh: "数据保留" },
      isCollapsed: true,
      panels: [
        series({
          title: { en: "Logs and traces on disk", zh: "日志与链路占用" },
          description: {
            en: "What logs and traces take, and what they may take. At its limit the oldest days are deleted early.",
            zh: "日志与链路占用的空间及上限，达到上限时最旧的数据会提前删除。",
          },
          unit: "bytes",
          targets: [
            prom("max by (signal) (obsbox_keeper_stored_bytes)", "{{signal}}"),
            prom("max by (signal) (obsbox_keeper_limit_bytes)", { en: "limit of {{signal}}", zh: "{{signal}} 上限" }),
          ],
        }),
        series({
          title: { en: "Indices deleted early", zh: "提前删除的索引" },
          description: {
            en: "Indices that were deleted before their time because the room was used up. More than 0: history is shorter than you asked for.",
            zh: "因空间不足提前删除的索引数。大于 0 说明实际保留时间短于设定。",
          },
          unit: "short",
          targets: [
            prom(
              'sum by (signal) (increase(obsbox_keeper_deleted_indices_total{reason="size"}[$__rate_interval]))',
              "{{signal}}",
            ),
          ],
        }),
        table({
          title: { en: "Tasks of the keeper", zh: "keeper 任务" },
          description: {
            en: "One row for each task: when it last succeeded, how long it took, how often it failed in the time shown. Retention runs each minute, certificates each hour, Kibana's objects each day.",
            zh: "每个任务一行：距上次成功的时间、耗时、所选时间内失败次数。保留策略每分钟、证书每小时、Kibana 对象每天执行。",
          },
          height: 8,
          keys: [{ label: "task", title: { en: "Task", zh: "任务" } }],
          columns: [
            {
              title: { en: "Last success", zh: "上次成功" },
              unit: "s",
              decimals: 0,
              expr: "time() - max by (task) (obsbox_keeper_last_success_timestamp_seconds)",
            },
            {
              title: { en: "Took", zh: "耗时" },
              unit: "s",
              expr: "max by (task) (obsbox_keeper_run_duration_seconds)",
            },
            {
              title: { en: "Failed", zh: "失败" },
              unit: "short",
              decimals: 0,
              expr: "sum by (task) (increase(obsbox_keeper_failures_total[$__range]))",
              thresholds: worseAbove(1, 5),
            },
          ],
        }),
      ],
    },
  ],
};
