/** D9: is a machine short of something? All of them on one page. */
import { chosen, host, hostNetwork, timeToFull, withName } from "../host.ts";
import type { Link, Page } from "../model.ts";
import { alerts, series, stat, table, worseAbove } from "../panels/index.ts";
import { now, prom } from "../targets.ts";
import { dataSources, labelValues } from "../variables.ts";

const detail = { en: "This host", zh: "该主机" };
const toHost: Link = { title: detail, page: "hosts-detail", variables: { instance: "${__value.raw:percentencode}" } };
const toHostOfCurve = [
  { title: detail, page: "hosts-detail", variables: { instance: "${__field.labels.instance:percentencode}" } },
] as const;
const byHost = "{{instance}}";

export const hostsOverview: Page = {
  uid: "hosts-overview",
  area: "hosts",
  name: { en: "All hosts", zh: "全部主机" },
  description: {
    en: "Is a machine short of CPU, memory, disk or network? For who is on call; the row of a host leads to its own page.",
    zh: "哪台主机的 CPU、内存、磁盘或网络不足？供值班人员使用，点击某一行进入该主机页面。",
  },
  variables: [
    ...dataSources("prometheus"),
    labelValues("instance", { en: "Host", zh: "主机" }, "label_values(node_uname_info, instance)", {
      multi: true,
      allValue: ".*",
    }),
  ],
  sections: [
    {
      panels: [
        stat({
          title: { en: "Hosts", zh: "主机数" },
          description: {
            en: "Machines whose node_exporter answers. Fewer than you own: the exporter does not run there or cannot be reached.",
            zh: "node_exporter 正常响应的主机数。少于实际数量时，说明某台主机未运行 exporter 或网络不通。",
          },
          unit: "none",
          targets: [now(`count(node_uname_info{${chosen}})`)],
        }),
        stat({
          title: { en: "Busiest CPU", zh: "CPU 最高" },
          description: {
            en: "Share of CPU time in use on the busiest host. Above 90 % for long, requests wait for the processor.",
            zh: "最繁忙主机的 CPU 使用率。长时间高于 90% 时请求会排队等待处理器。",
          },
          unit: "percentunit",
          targets: [prom(`max(${host.cpuBusy})`)],
          thresholds: worseAbove(0.8, 0.95),
        }),
        stat({
          title: { en: "Fullest memory", zh: "内存最高" },
          description: {
            en: "Share of memory that cannot be given to programs any more, on the host that has least left. Near 100 % the kernel kills processes.",
            zh: "剩余内存最少的主机的内存使用率。接近 100% 时内核会杀掉进程。",
          },
          unit: "percentunit",
          targets: [prom(`max(${host.memoryUsed})`)],
          thresholds: worseAbove(0.85, 0.95),
        }),
        stat({
          title: { en: "Fullest disk", zh: "磁盘最满" },
          description: {
            en: "The fullest file system of all hosts. From 85 % on Elasticsearch gives no more shards to a node, from 95 % on it stops writing.",
            zh: "所有主机中最满的文件系统。超过 85% 时 Elasticsearch 不再分配分片，超过 95% 时停止写入。",
          },
          unit: "percentunit",
          targets: [prom(`max(${host.diskUsed("instance")})`)],
          thresholds: worseAbove(0.8, 0.9),
        }),
        stat({
          title: { en: "First disk full in", zh: "磁盘写满还需" },
          description: {
            en: "When the first disk is full if it goes on as in the last six hours; it takes an hour of history to say. Days: plan; hours: make room now.",
            zh: "按最近 6 小时的增长趋势，第一块磁盘写满的剩余时间（至少需要 1 小时数据）。以天计应做规划，以小时计应立即清理。",
          },
          unit: "s",
          decimals: 1,
          targets: [now(`min(${host.diskFullIn("instance")})`)],
          ...timeToFull,
        }),
        stat({
          title: { en: "Killed for memory", zh: "OOM 次数" },
          description: {
            en: "Processes that the kernel killed for lack of memory in the time shown. 0 is right; anything else lost work.",
            zh: "所选时间内因内存不足被内核杀掉的进程数，应为 0；否则已有任务丢失。",
          },
          unit: "none",
          decimals: 0,
          targets: [now(`sum(increase(node_vmstat_oom_kill{${chosen}}[$__range])) or vector(0)`)],
          thresholds: worseAbove(1, 3),
        }),
        table({
          title: { en: "Hosts", zh: "主机列表" },
          description: {
            en: "One row for each host, the busiest first: use of each resource, and when its first disk is full. Follow the address to the page of the host.",
            zh: "每台主机一行，按 CPU 使用率排序，显示各资源使用率及磁盘写满时间。点击地址进入该主机页面。",
          },
          height: 7,
          keys: [
            { label: "instance", title: { en: "Host", zh: "主机" }, links: [toHost], width: 170 },
            { label: "nodename", title: { en: "Name", zh: "主机名" }, width: 130 },
          ],
          columns: [
            {
              title: { en: "CPU", zh: "CPU" },
              unit: "percentunit",
              expr: withName(host.cpuBusy),
              thresholds: worseAbove(0.8, 0.95),
            },
            {
              title: { en: "Load/core", zh: "每核负载" },
              unit: "short",
              decimals: 2,
              expr: withName(host.loadPerCore),
              thresholds: worseAbove(1, 2),
            },
            {
              title: { en: "Memory", zh: "内存" },
              unit: "percentunit",
              expr: withName(host.memoryUsed),
              thresholds: worseAbove(0.85, 0.95),
            },
            {
              title: { en: "Swap", zh: "交换分区" },
              unit: "percentunit",
              expr: withName(host.swapUsed),
              thresholds: worseAbove(0.5, 0.8),
            },
            {
              title: { en: "Disk", zh: "最满磁盘" },
              unit: "percentunit",
              expr: withName(host.diskUsed("instance")),
              thresholds: worseAbove(0.8, 0.9),
            },
            {
              title: { en: "Full in", zh: "写满还需" },
              unit: "s",
              decimals: 1,
              expr: withName(host.diskFullIn("instance")),
              ...timeToFull,
            },
            {
              title: { en: "Disk busy", zh: "磁盘繁忙" },
              unit: "percentunit",
              expr: withName(host.diskBusy("instance")),
              thresholds: worseAbove(0.8, 0.95),
            },
            { title: { en: "Up for", zh: "运行时长" }, unit: "s", decimals: 1, expr: withName(host.uptime) },
          ],
        }),
        series({
          title: { en: "CPU", zh: "CPU 使用率" },
          description: {
            en: "Share of CPU time in use on each host. One host far above the others carries work that could be spread.",
            zh: "各主机的 CPU 使用率。某台远高于其他主机时，说明负载分布不均。",
          },
          unit: "percentunit",
          max: 1,
          targets: [prom(host.cpuBusy, byHost)],
          valueLinks: toHostOfCurve,
        }),
        series({
          title: { en: "Memory in use", zh: "内存使用率" },
          description: {
            en: "Share of memory that cannot be given to programs any more. A line that only rises is a leak.",
            zh: "各主机的内存使用率。只升不降说明存在内存泄漏。",
          },
          unit: "percentunit",
          max: 1,
          targets: [prom(host.memoryUsed, byHost)],
          valueLinks: toHostOfCurve,
        }),
        series({
          title: { en: "Fullest disk of each host", zh: "各主机最满磁盘" },
          description: {
            en: "Use of the fullest file system of each host. What rises steadily will be full; the table says when.",
            zh: "各主机最满文件系统的使用率。持续上升的终将写满，写满时间见上表。",
          },
          unit: "percentunit",
          max: 1,
          targets: [prom(host.diskUsed("instance"), byHost)],
          valueLinks: toHostOfCurve,
        }),
        series({
          title: { en: "Network traffic", zh: "网络流量" },
          description: {
            en: "Bytes a second that each host receives and sends. A sudden fall to nothing is as bad as a peak.",
            zh: "各主机每秒收发的字节数。突然降为零与突增同样值得关注。",
          },
          needs: hostNetwork,
          unit: "Bps",
          targets: [
            prom(host.received("instance"), { en: "{{instance}} in", zh: "{{instance}} 入" }),
            prom(host.sent("instance"), { en: "{{instance}} out", zh: "{{instance}} 出" }),
          ],
          valueLinks: toHostOfCurve,
        }),
        alerts({
          title: { en: "Alerts about hosts", zh: "主机告警" },
          description: {
            en: "Alerts about machines that fire now. Empty is right; the name leads to the runbook.",
            zh: "当前触发的主机告警，应为空。点击名称查看处理手册。",
          },
          selector: 'component="host"',
        }),
      ],
    },
  ],
};
