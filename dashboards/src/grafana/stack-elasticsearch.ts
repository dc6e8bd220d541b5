/** D15: does Elasticsearch take, keep and find everything? */
import { box, elasticsearchWords } from "../box.ts";
import type { Page } from "../model.ts";
import { series, stat, table, worseAbove } from "../panels/index.ts";
import { now, prom } from "../targets.ts";
import { dataSources } from "../variables.ts";

const rate = (series: string) => `sum(rate(${series}[$__rate_interval]))`;
const perOperation = (seconds: string, operations: string) =>
  `${rate(seconds)} / (${rate(operations)} > 0) or 0 * ${rate(operations)}`;

/** The data stream or the kind of an index, without date and number. */
const byStream = (expr: string) =>
  [
    `sum by (stream) (label_replace(label_replace(${expr}, "stream", "$1", "index", "(.+)"),`,
    `"stream", "$1", "index", "(?:[.]ds-)?(.+?)-[0-9]{4}[.-][0-9]{2}[.-][0-9]{2}(?:-[0-9]+)?"))`,
  ].join(" ");

export const stackElasticsearch: Page = {
  uid: "stack-elasticsearch",
  area: "stack",
  name: { en: "Elasticsearch", zh: "Elasticsearch" },
  description: {
    en: "Does Elasticsearch take in, keep and find everything? It is the part that first runs short of memory and disk.",
    zh: "Elasticsearch 的写入、存储与查询是否正常？它最先出现内存与磁盘不足。",
  },
  variables: dataSources("prometheus"),
  links: [
    { title: { en: "Health of the stack", zh: "观测栈健康" }, page: "stack-health" },
    { title: { en: "Telemetry pipeline", zh: "遥测管道" }, page: "stack-pipeline" },
  ],
  sections: [
    {
      panels: [
        stat({
          title: { en: "State", zh: "状态" },
          description: {
            en: "Green: all is there. Yellow: copies are missing, harmless on one node. Red: some of the data cannot be read or written.",
            zh: "green 正常；yellow 缺少副本，单节点无害；red 部分数据无法读写。",
          },
          unit: "none",
          targets: [now(box.elasticsearch)],
          thresholds: worseAbove(1, 2),
          mappings: elasticsearchWords,
        }),
        stat({
          title: { en: "Disk", zh: "磁盘使用率" },
          description: {
            en: "How full its disk is. At 85 % it gives no new shards to a node, at 90 % it moves them away, at 95 % it stops writing.",
            zh: "所在磁盘的使用率。85% 不再分配分片，90% 迁出分片，95% 停止写入。",
          },
          unit: "percentunit",
          targets: [prom(box.diskUsed)],
          thresholds: worseAbove(0.85, 0.9),
        }),
        stat({
          title: { en: "Heap", zh: "堆内存" },
          description: {
            en: "Share of the heap in use. It goes up and down; above 90 % all the time it spends its time collecting garbage.",
            zh: "堆内存使用率，正常应有起伏；持续高于 90% 说明频繁 GC。",
          },
          unit: "percentunit",
          targets: [prom(box.heapUsed)],
          thresholds: worseAbove(0.85, 0.95),
        }),
        stat({
          title: { en: "Taken in", zh: "写入速率" },
          description: {
            en: "Log lines and spans a second that are stored. 0 while services run: nothing arrives.",
            zh: "每秒写入的日志与 span 数。服务运行时为 0 说明数据未到达。",
          },
          unit: "ops",
          targets: [prom(box.indexed)],
        }),
        stat({
          title: { en: "Writes refused", zh: "拒绝写入" },
          description: {
            en: "Writes that were refused in the time shown because too many were waiting. 0 is right; they are tried again, but what lasts gets lost.",
            zh: "所选时间内因排队过多被拒绝的写入数，应为 0。会自动重试，但持续出现会丢数据。",
          },
          unit: "none",
          decimals: 0,
          targets: [
            now('sum(increase(elasticsearch_thread_pool_rejected_count{type="write"}[$__range])) or vector(0)'),
          ],
          thresholds: worseAbove(1, 100),
          emptyIsHealthy: true,
        }),
        stat({
          title: { en: "Breakers tripped", zh: "熔断次数" },
          description: {
            en: "Requests that were stopped in the time shown before they would have used up the memory. 0 is right; else searches are too large for this heap.",
            zh: "所选时间内为防止内存耗尽而中断的请求数，应为 0；否则查询对当前堆内存过大。",
          },
          unit: "none",
          decimals: 0,
          targets: [now("sum(increase(elasticsearch_breakers_tripped[$__range])) or vector(0)")],
          thresholds: worseAbove(1, 10),
          emptyIsHealthy: true,
        }),
        series({
          title: { en: "Documents taken in", zh: "写入速率" },
          description: {
            en: "Documents a second by data stream. One that falls to 0 while its service runs has lost its way; one that jumps fills the disk.",
            zh: "各数据流每秒写入的文档数。服务运行而降为 0 说明链路中断，突增则会占满磁盘。",
          },
          unit: "ops",
          targets: [
            prom(byStream("rate(elasticsearch_index_stats_indexing_index_total[$__rate_interval])"), "{{stream}}"),
          ],
        }),
        series({
          title: { en: "Searches", zh: "查询速率" },
          description: {
            en: "Searches a second, by people, dashboards and the box itself.",
            zh: "每秒查询数，包括用户、面板与观测栈自身的查询。",
          },
          unit: "ops",
          targets: [
            prom(rate("elasticsearch_indices_search_query_total"), { en: "searches", zh: "查询" }),
            prom(rate("elasticsearch_indices_search_fetch_total"), { en: "fetches", zh: "取回" }),
          ],
        }),
        series({
          title: { en: "Time of an operation", zh: "操作耗时" },
          description: {
            en: "Mean time of one search and of taking in one document; 0 when there were none. Slow writing is a slow disk, slow searching is too much data for the memory.",
            zh: "单次查询与单个文档写入的平均耗时，无操作时为 0。写入慢多为磁盘慢，查询慢多为数据量超出内存。",
          },
          unit: "s",
          targets: [
            prom(
              perOperation(
                "elasticsearch_indices_search_query_time_seconds",
                "elasticsearch_indices_search_query_total",
              ),
              {
                en: "search",
                zh: "查询",
              },
            ),
            prom(
              perOperation(
                "elasticsearch_indices_indexing_index_time_seconds_total",
                "elasticsearch_indices_indexing_index_total",
              ),
              { en: "document", zh: "写入" },
            ),
          ],
        }),
        series({
          title: { en: "Heap", zh: "堆内存" },
          description: {
            en: "Heap in use and its limit. A saw is healthy; when the lower points rise for days, it will be short.",
            zh: "堆内存用量与上限。锯齿形为正常，低点持续抬升说明即将不足。",
          },
          unit: "bytes",
          targets: [
            prom('sum(elasticsearch_jvm_memory_used_bytes{area="heap"})', { en: "used", zh: "已用" }),
            prom('sum(elasticsearch_jvm_memory_max_bytes{area="heap"})', { en: "limit", zh: "上限" }),
          ],
        }),
        series({
          title: { en: "Time in garbage collection", zh: "GC 时间占比" },
          description: {
            en: "Share of time in which it stands still to collect garbage. Above 10 % everything gets slow: it needs more heap or fewer shards.",
            zh: "因 GC 停顿的时间占比。超过 10% 时整体变慢，需增大堆内存或减少分片。",
          },
          unit: "percentunit",
          targets: [
            prom("sum by (gc) (rate(elasticsearch_jvm_gc_collection_seconds_sum[$__rate_interval]))", "{{gc}}"),
          ],
        }),
        series({
          title: { en: "CPU", zh: "CPU 使用率" },
          description: {
            en: "Share of the cores it may use that the process uses. Near 100 % for long, searches and writes wait.",
            zh: "进程占可用 CPU 核的比例。长时间接近 100% 时查询与写入会排队。",
          },
          unit: "percentunit",
          targets: [prom("max(elasticsearch_process_cpu_percent) / 100", "Elasticsearch")],
        }),
        table({
          title: { en: "Data streams", zh: "数据流" },
          description: {
            en: "One row for each data stream and kind of index, the largest first: what it holds and takes, and how fast it grows.",
            zh: "每个数据流或索引类型一行，按大小排序：文档数、占用空间与增长速度。",
          },
          keys: [{ label: "stream", title: { en: "Data stream", zh: "数据流" }, width: 260 }],
          columns: [
            {
              title: { en: "Size", zh: "大小" },
              unit: "bytes",
              expr: byStream("elasticsearch_indices_store_size_bytes_total"),
            },
            {
              title: { en: "Documents", zh: "文档数" },
              unit: "short",
              expr: byStream("elasticsearch_indices_docs_primary"),
            },
            {
              title: { en: "Taken in", zh: "写入速率" },
              unit: "ops",
              expr: byStream("rate(elasticsearch_index_stats_indexing_index_total[$__rate_interval])"),
            },
            {
              title: { en: "Indices", zh: "索引数" },
              unit: "none",
              expr: byStream("0 * elasticsearch_indices_docs_primary + 1"),
            },
          ],
          height: 8,
        }),
      ],
    },
    {
      title: { en: "What waits and what fails", zh: "排队与故障" },
      isCollapsed: true,
      panels: [
        series({
          title: { en: "Waiting", zh: "线程池排队" },
          description: {
            en: "Writes and searches that wait for a free thread. Above 0 now and then is right; a plateau is overload.",
            zh: "等待线程的写入与查询数。偶尔大于 0 正常，持续偏高为过载。",
          },
          unit: "short",
          targets: [
            prom(
              'sum by (type) (elasticsearch_thread_pool_queue_count{type=~"write|search|write_coordination|search_coordination"})',
              "{{type}}",
            ),
          ],
        }),
        series({
          title: { en: "Refused", zh: "拒绝" },
          description: {
            en: "Writes and searches a second that were refused because the queue was full. 0 is right.",
            zh: "每秒因队列已满被拒绝的写入与查询数，应为 0。",
          },
          unit: "ops",
          targets: [
            prom(
              'sum by (type) (rate(elasticsearch_thread_pool_rejected_count{type=~"write|search|write_coordination|search_coordination"}[$__rate_interval]))',
              "{{type}}",
            ),
          ],
        }),
        series({
          title: { en: "Memory of writes", zh: "写入内存" },
          description: {
            en: "Memory that writes on their way take, and the limit beyond which they are refused.",
            zh: "处理中的写入占用的内存及其上限，超过上限会被拒绝。",
          },
          unit: "bytes",
          targets: [
            prom("sum(elasticsearch_indexing_pressure_current_all_in_bytes)", { en: "used", zh: "已用" }),
            prom("sum(elasticsearch_indexing_pressure_limit_in_bytes)", { en: "limit", zh: "上限" }),
          ],
        }),
        series({
          title: { en: "Breakers", zh: "熔断器内存" },
          description: {
            en: "Memory that requests have asked for, as a share of each breaker's limit. At 100 % requests are stopped.",
            zh: "各熔断器已占用内存与上限之比，达到 100% 时请求会被中断。",
          },
          unit: "percentunit",
          targets: [
            prom(
              "max by (breaker) (elasticsearch_breakers_estimated_size_bytes / (elasticsearch_breakers_limit_size_bytes > 0))",
              "{{breaker}}",
            ),
          ],
        }),
        series({
          title: { en: "Shards", zh: "分片" },
          description: {
            en: "Shards in use, on their way and without a place. Without a place means yellow or red; a heap of 512 MB stands a few hundred in all.",
            zh: "活动、迁移中与未分配的分片数。未分配会导致 yellow 或 red；512 MB 堆约支持数百个分片。",
          },
          unit: "short",
          targets: [
            prom("max(elasticsearch_cluster_health_active_shards)", { en: "active", zh: "活动" }),
            prom(
              "max(elasticsearch_cluster_health_initializing_shards) + max(elasticsearch_cluster_health_relocating_shards)",
              { en: "on their way", zh: "初始化或迁移" },
            ),
            prom("max(elasticsearch_cluster_health_unassigned_shards)", { en: "without a place", zh: "未分配" }),
          ],
        }),
        series({
          title: { en: "Tasks of the cluster", zh: "集群待处理任务" },
          description: {
            en: "Changes of indices and mappings that wait. More than a few for minutes: too many different fields or indices.",
            zh: "等待处理的索引与映射变更。持续数分钟偏多说明字段或索引过多。",
          },
          unit: "short",
          targets: [prom("max(elasticsearch_cluster_health_number_of_pending_tasks)", { en: "waiting", zh: "等待" })],
        }),
        series({
          title: { en: "Disk traffic", zh: "磁盘读写" },
          description: {
            en: "Bytes a second that it reads and writes. Reads that stay high mean that the data no longer fits into the memory beside the heap.",
            zh: "每秒读写磁盘的字节数。读取持续偏高说明数据已超出文件缓存。",
          },
          unit: "Bps",
          targets: [
            prom(`1024 * ${rate("elasticsearch_filesystem_io_stats_device_read_size_kilobytes_sum")}`, {
              en: "read",
              zh: "读",
            }),
            prom(`1024 * ${rate("elasticsearch_filesystem_io_stats_device_write_size_kilobytes_sum")}`, {
              en: "write",
              zh: "写",
            }),
          ],
        }),
        series({
          title: { en: "Merging", zh: "段合并" },
          description: {
            en: "Time spent a second on merging segments, by all threads together, and on holding writes back for it. Holding back means that the disk is too slow for what comes in.",
            zh: "每秒用于段合并的时间（所有线程合计），以及因合并限流写入的占比。出现限流说明磁盘跟不上写入。",
          },
          unit: "percentunit",
          targets: [
            prom(rate("elasticsearch_indices_merges_total_time_seconds_total"), { en: "merging", zh: "合并" }),
            prom(rate("elasticsearch_indices_indexing_throttle_time_seconds_total"), {
              en: "writes held back",
              zh: "写入限流",
            }),
          ],
        }),
      ],
    },
  ],
};
