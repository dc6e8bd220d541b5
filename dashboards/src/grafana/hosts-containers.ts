/** D10: which container is short of something, or restarts? */
import type { Page, Panel } from "../model.ts";
import { alerts, series, stat, table, worseAbove } from "../panels/index.ts";
import { interval } from "../promql.ts";
import { now, prom } from "../targets.ts";
import { dataSources } from "../variables.ts";

const needs = "cAdvisor";

/** Containers without the ones that hold a pod's network; the label `container` is there in Kubernetes only. */
const each = 'name!="",container!="POD"';

/**
 * Names what runs: the service of Compose where cAdvisor passes its label on, the pod in Kubernetes, else the name of the
 * container.
 */
const named = (expr: string) =>
  [
    `label_replace(label_replace(label_replace(${expr},`,
    `"workload", "$1", "name", "(.+)"),`,
    `"workload", "$1", "container_label_com_docker_compose_service", "(.+)"),`,
    `"workload", "$1", "pod", "(.+)")`,
  ].join(" ");

const rate = (name: string, selector = each) => `rate(${name}{${selector}}[${interval}])`;
const sum = (expr: string) => `sum by (workload, container) (${named(expr)})`;
const max = (expr: string) => `max by (workload, container) (${named(expr)})`;
const byWorkload = (expr: string) => `sum by (workload) (${named(expr)})`;
const both = "{{workload}} {{container}}";

const cpu = rate("container_cpu_usage_seconds_total");
const cpuLimit = `container_spec_cpu_quota{${each}} / (container_spec_cpu_period{${each}} > 0)`;
const memory = `container_memory_working_set_bytes{${each}}`;
/** Where there is a limit: 0 stands for none. */
const memoryOfLimit = `${memory} / (container_spec_memory_limit_bytes{${each}} > 0)`;
const throttled = `${rate("container_cpu_cfs_throttled_periods_total")} / (${rate("container_cpu_cfs_periods_total")} > 0)`;
const restarts = `changes(container_start_time_seconds{${each}}[$__range])`;
const killed = `increase(container_oom_events_total{${each}}[$__range])`;
const traffic = (name: string) => byWorkload(rate(name, 'name!="",interface!="lo"'));

const tiles: readonly Panel[] = [
  stat({
    title: { en: "Containers", zh: "容器数" },
    description: {
      en: "Containers that run now on all machines with cAdvisor.",
      zh: "所有安装 cAdvisor 的主机上正在运行的容器数。",
    },
    needs,
    unit: "none",
    targets: [now(`count(container_start_time_seconds{${each}})`)],
  }),
  stat({
    title: { en: "Cores in use", zh: "CPU 核数" },
    description: {
      en: "Cores that all containers together use. Near what the machines have, all get slow.",
      zh: "所有容器占用的 CPU 核数，接近主机总核数时整体变慢。",
    },
    needs,
    unit: "short",
    targets: [prom(`sum(${cpu})`)],
  }),
  stat({
    title: { en: "Fullest memory", zh: "内存最紧张" },
    description: {
      en: "Memory of the container that is nearest to its limit. At 100 % it is killed.",
      zh: "内存最接近上限的容器。达到 100% 时会被杀掉。",
    },
    needs,
    unit: "percentunit",
    targets: [prom(`max(${memoryOfLimit})`)],
    thresholds: worseAbove(0.8, 0.9),
  }),
  stat({
    title: { en: "Most throttled", zh: "限流最高" },
    description: {
      en: "Share of periods in which the container with the tightest CPU limit had to stop and wait. Above 50 % its answers get slow: raise the limit.",
      zh: "CPU 限制最紧的容器被限流的周期占比。超过 50% 时响应变慢，应提高限制。",
    },
    needs,
    unit: "percentunit",
    targets: [prom(`max(${throttled})`)],
    thresholds: worseAbove(0.25, 0.5),
  }),
  stat({
    title: { en: "Killed for memory", zh: "OOM 次数" },
    description: {
      en: "Processes in containers that were killed at the memory limit in the time shown. 0 is right.",
      zh: "所选时间内因达到内存上限被杀掉的次数，应为 0。",
    },
    needs,
    unit: "none",
    decimals: 0,
    targets: [now(`sum(${killed})`)],
    thresholds: worseAbove(1, 3),
  }),
  stat({
    title: { en: "Restarts", zh: "重启次数" },
    description: {
      en: "Restarts of containers in the time shown. Without a deployment 0 is right.",
      zh: "所选时间内容器重启次数，无发布时应为 0。",
    },
    needs,
    unit: "none",
    decimals: 0,
    targets: [now(`sum(${restarts})`)],
    thresholds: worseAbove(1, 5),
  }),
];

const all: Panel = table({
  title: { en: "Containers", zh: "容器列表" },
  description: {
    en: "One row for each container, the largest first, over the time shown. Near the limit: raise it or find the leak; restarts: look at its last log lines.",
    zh: "每个容器一行，按内存排序。接近上限应调大或排查泄漏；有重启请查看其最后的日志。",
  },
  needs,
  height: 10,
  keys: [
    { label: "workload", title: { en: "Service or pod", zh: "服务 / Pod" }, width: 190 },
    { label: "container", title: { en: "Container", zh: "容器" } },
  ],
  columns: [
    { title: { en: "Memory", zh: "内存" }, unit: "bytes", expr: sum(memory) },
    {
      title: { en: "Of limit", zh: "内存占比" },
      unit: "percentunit",
      expr: max(memoryOfLimit),
      thresholds: worseAbove(0.8, 0.9),
    },
    { title: { en: "Cores", zh: "CPU 核" }, unit: "short", decimals: 2, expr: sum(cpu) },
    {
      title: { en: "Of CPU limit", zh: "CPU 占比" },
      unit: "percentunit",
      expr: `${sum(cpu)} / ${sum(cpuLimit)}`,
      thresholds: worseAbove(0.8, 0.95),
    },
    {
      title: { en: "Throttled", zh: "限流" },
      unit: "percentunit",
      expr: max(throttled),
      thresholds: worseAbove(0.25, 0.5),
    },
    { title: { en: "Killed", zh: "OOM" }, unit: "none", decimals: 0, expr: sum(killed), thresholds: worseAbove(1, 3) },
    {
      title: { en: "Restarts", zh: "重启" },
      unit: "none",
      decimals: 0,
      expr: sum(restarts),
      thresholds: worseAbove(1, 5),
    },
  ],
});

const curves: readonly Panel[] = [
  series({
    title: { en: "Memory of limit", zh: "内存占上限比例" },
    description: {
      en: "Memory of each container as a share of its limit, where it has one. What only rises will be killed at 100 %.",
      zh: "各容器内存占上限的比例（仅设有上限的容器）。只升不降的终将在 100% 时被杀掉。",
    },
    needs,
    unit: "percentunit",
    targets: [prom(max(memoryOfLimit), both)],
  }),
  series({
    title: { en: "Memory", zh: "内存" },
    description: {
      en: "Memory that the kernel cannot take back, by container.",
      zh: "各容器不可回收的内存（working set）。",
    },
    needs,
    unit: "bytes",
    targets: [prom(sum(memory), both)],
  }),
  series({
    title: { en: "CPU", zh: "CPU 用量" },
    description: { en: "Cores that each container uses.", zh: "各容器占用的 CPU 核数。" },
    needs,
    unit: "short",
    targets: [prom(sum(cpu), both)],
  }),
  series({
    title: { en: "Throttled", zh: "CPU 限流" },
    description: {
      en: "Share of periods in which a container had to stop and wait because of its CPU limit. Short bursts are harmless, a plateau makes answers slow.",
      zh: "容器因 CPU 限制被限流的周期占比。短时突发无害，持续偏高会拖慢响应。",
    },
    needs,
    unit: "percentunit",
    targets: [prom(max(throttled), both)],
  }),
  series({
    title: { en: "Network", zh: "网络流量" },
    description: {
      en: "Bytes a second that each service or pod receives and sends, together.",
      zh: "各服务或 Pod 每秒收发字节数之和。",
    },
    needs,
    unit: "Bps",
    targets: [
      prom(
        `${traffic("container_network_receive_bytes_total")} + ${traffic("container_network_transmit_bytes_total")}`,
        "{{workload}}",
      ),
    ],
  }),
  series({
    title: { en: "Disk", zh: "磁盘读写" },
    description: {
      en: "Bytes a second that each service or pod reads and writes, together. The one at the top is who keeps the disk busy.",
      zh: "各服务或 Pod 每秒读写磁盘的字节数之和，最高者即磁盘繁忙的来源。",
    },
    needs,
    unit: "Bps",
    targets: [
      prom(
        `${byWorkload(rate("container_fs_reads_bytes_total"))} + ${byWorkload(rate("container_fs_writes_bytes_total"))}`,
        "{{workload}}",
      ),
    ],
  }),
];

export const hostsContainers: Page = {
  uid: "hosts-containers",
  area: "hosts",
  name: { en: "Containers", zh: "容器" },
  description: {
    en: "Which container is short of memory or CPU, is killed or restarts? By service of Compose, or by pod in Kubernetes.",
    zh: "哪个容器内存或 CPU 不足、被杀掉或反复重启？按 Compose 服务或 Kubernetes Pod 显示。",
  },
  variables: dataSources("prometheus"),
  links: [{ title: { en: "All hosts", zh: "全部主机" }, page: "hosts-overview" }],
  sections: [
    {
      panels: [
        ...tiles,
        all,
        ...curves,
        alerts({
          title: { en: "Alerts about containers", zh: "容器告警" },
          description: {
            en: "Alerts about containers that fire now. Empty is right; the name leads to the runbook.",
            zh: "当前触发的容器告警，应为空。点击名称查看处理手册。",
          },
          selector: 'component="container"',
        }),
      ],
    },
  ],
};
