/** D4: is it Node itself? */
import { metrics } from "@obsbox/sdk/vocabulary";
import type { Page, Panel } from "../model.ts";
import { deployments, restarts } from "../annotations.ts";
import { toDependencies, toLogs, toRed, toRunbook } from "../links.ts";
import { bars, series, stat, table, worseAbove } from "../panels/index.ts";
import { countedOrZero, interval, labels, nameOf, ofService, sumRate } from "../promql.ts";
import { limits } from "../service-panels.ts";
import { now, prom } from "../targets.ts";
import { dataSources, oneService } from "../variables.ts";

const of = (metric: Parameters<typeof nameOf>[0]) => `${nameOf(metric)}{${ofService}}`;
const perInstance = (expr: string, how = "max") => `${how} by (instance) (${expr})`;
const each = "{{instance}}";

const utilization = of(metrics.nodejsEventloopUtilization);
const delayP99 = of(metrics.nodejsEventloopDelayP99);
/** Without the young generation, which has a limit of its own. */
const heapUsed = perInstance(
  `${nameOf(metrics.v8jsMemoryHeapUsed)}{${ofService},${labels.heapSpace}!~"new_.+"}`,
  "sum",
);
const heapLimit = perInstance(of(metrics.v8jsMemoryHeapLimit));
const afterGc = of(metrics.v8jsMemoryHeapUsedAfterMajorGc);
const resident = of(metrics.processResidentMemory);
const gcSeconds = `${nameOf(metrics.v8jsGcDuration)}_sum{${ofService}}`;
/** Several processes behind one `/metrics` show their times together; a single one does not say how many it is. */
const gcShare = `${sumRate(gcSeconds, ["instance"])} / (${perInstance(of(metrics.clusterProcesses))} > 0 or group by (instance) (${gcSeconds}))`;
const gcCount = `${nameOf(metrics.v8jsGcDuration)}_count{${ofService}}`;
const started = of(metrics.processStartTime);
const { gcType, heapSpace: space, resourceType: resource } = labels;

const tiles: readonly Panel[] = [
  stat({
    title: { en: "Event loop busy", zh: "事件循环占用" },
    description: {
      en: "Share of the time in which the busiest instance had work to do. Near 100 % one process cannot do more: add instances, or find what computes so much.",
      zh: "最忙实例的事件循环占用率。接近 100% 时单进程已达上限：增加实例，或找出耗 CPU 的代码。",
    },
    unit: "percentunit",
    targets: [prom(`max(${utilization})`)],
    thresholds: limits.use,
    links: [toRunbook("NodeEventLoopSaturated")],
  }),
  stat({
    title: { en: "Loop delay", zh: "循环延迟 P99" },
    description: {
      en: "How late one timer in a hundred fires, in the worst instance. About 10 ms is idle; above 100 ms something computes for so long that all requests wait.",
      zh: "最差实例的定时器延迟。约 10 毫秒为空闲水平；超过 100 毫秒说明有代码长时间占用，所有请求都在等待。",
    },
    unit: "s",
    targets: [prom(`max(${delayP99})`)],
    thresholds: limits.eventLoopDelay,
    links: [toRunbook("NodeEventLoopDelayHigh")],
  }),
  stat({
    title: { en: "Heap used", zh: "堆使用率" },
    description: {
      en: "Heap in use against the limit at which the process ends itself, in the fullest instance.",
      zh: "最满实例的堆使用量与上限之比，达到上限时进程会自行终止。",
    },
    unit: "percentunit",
    targets: [prom(`max(${heapUsed} / ${heapLimit})`)],
    thresholds: limits.use,
    links: [toRunbook("NodeHeapNearLimit")],
  }),
  stat({
    title: { en: "GC time", zh: "GC 耗时占比" },
    description: {
      en: "Share of the time that goes into collecting garbage, in the worst instance. Above 10 % the heap is nearly full, or requests make very much garbage.",
      zh: "最差实例花在垃圾回收上的时间占比。超过 10% 说明堆接近上限或请求产生大量垃圾。",
    },
    unit: "percentunit",
    targets: [prom(`max(${gcShare})`)],
    thresholds: worseAbove(0.05, 0.1),
    links: [toRunbook("NodeGcTimeHigh")],
  }),
  stat({
    title: { en: "CPU", zh: "CPU" },
    description: {
      en: "Cores that all instances together use. One instance can use more than one core: threads collect garbage, compress and hash.",
      zh: "所有实例合计使用的核数。单个实例可超过一核，因为垃圾回收、压缩和哈希在线程中进行。",
    },
    unit: "none",
    decimals: 2,
    targets: [prom(sumRate(of(metrics.processCpu)))],
  }),
  stat({
    title: { en: "Restarts", zh: "重启次数" },
    description: {
      en: "How often processes have started anew within the time of this page. Without a deployment 0 is right; else look for the last log lines before it.",
      zh: "所选时间内进程重启次数。没有发布时应为 0，否则请查看重启前的日志。",
    },
    unit: "none",
    targets: [now(`sum(changes(${started}[$__range])) or vector(0)`)],
    thresholds: worseAbove(1, 3),
    emptyIsHealthy: true,
    links: [toLogs, toRunbook("NodeProcessRestarting")],
  }),
];

const eventLoop: readonly Panel[] = [
  series({
    title: { en: "Event loop utilization", zh: "事件循环利用率" },
    description: {
      en: "Share of the time in which each instance had work to do. It is the measure of load of a Node process: above 90 % requests queue.",
      zh: "各实例事件循环的忙碌占比，是 Node 进程负载的度量：超过 90% 请求开始排队。",
    },
    unit: "percentunit",
    max: 1,
    targets: [prom(perInstance(utilization), each)],
    thresholds: limits.use,
    lines: true,
    links: [toRed, toRunbook("NodeEventLoopSaturated")],
  }),
  series({
    title: { en: "Event loop delay", zh: "事件循环延迟" },
    description: {
      en: "How late the event loop comes round, over all instances. 10 ms is the floor of the measurement. A high maximum with a low 99 % is one long block now and then.",
      zh: "所有实例的事件循环延迟，10 毫秒为测量下限。最大值高而 P99 低说明偶有长时间阻塞。",
    },
    unit: "s",
    targets: [
      prom(`max(${of(metrics.nodejsEventloopDelayP50)})`, "50 %"),
      prom(`max(${of(metrics.nodejsEventloopDelayP90)})`, "90 %"),
      prom(`max(${delayP99})`, "99 %"),
      prom(`max(${of(metrics.nodejsEventloopDelayMax)})`, { en: "largest", zh: "最大" }),
    ],
    links: [toRed, toRunbook("NodeEventLoopDelayHigh")],
  }),
];

const memory: readonly Panel[] = [
  series({
    title: { en: "Heap and its limit", zh: "堆与上限" },
    description: {
      en: "Heap in use, what is left of it after a major garbage collection, and the limit. The second line is what the program really holds: when only it climbs for hours, something leaks.",
      zh: "堆使用量、Full GC 后的使用量和上限。GC 后的曲线才是程序真正持有的内存：持续数小时上升说明存在泄漏。",
    },
    unit: "bytes",
    targets: [
      prom(`max(${heapUsed})`, { en: "used", zh: "已用" }),
      prom(`max(${afterGc})`, { en: "after major collection", zh: "Full GC 后" }),
      prom(`min(${heapLimit})`, { en: "limit", zh: "上限" }),
    ],
    links: [toRunbook("NodeHeapNearLimit"), toRunbook("NodeHeapLeakSuspected")],
  }),
  series({
    title: { en: "Memory of the process", zh: "进程内存（RSS）" },
    description: {
      en: "Resident memory of each instance: heap, buffers, code, threads. When it grows and the heap does not, buffers or native modules hold it.",
      zh: "各实例的常驻内存：堆、Buffer、代码、线程。它增长而堆不变，说明由 Buffer 或原生模块占用。",
    },
    unit: "bytes",
    targets: [prom(perInstance(resident), each)],
    links: [toRunbook("NodeMemoryNearContainerLimit")],
  }),
  series({
    title: { en: "Heap after collection, in four hours", zh: "4 小时后的堆预测" },
    description: {
      en: "What the heap would hold in four hours if it went on as within the time of this page, against the limit. Choose a range of some hours; with a short one this is guesswork.",
      zh: "按所选时间段的趋势推算 4 小时后的堆占用与上限之比。请选择数小时的时间范围，太短没有意义。",
    },
    unit: "percentunit",
    targets: [
      prom(`clamp_min(${perInstance(`predict_linear(${afterGc}[$__range], 4 * 3600)`)} / ${heapLimit}, 0)`, each),
    ],
    thresholds: worseAbove(0.8, 1),
    lines: true,
    links: [toRunbook("NodeHeapLeakSuspected")],
  }),
  series({
    title: { en: "Heap by space", zh: "各堆空间" },
    description: {
      en: "Heap in use by space, over all instances. Old space is what lives long; new space comes and goes; large objects are big arrays, strings and buffers.",
      zh: "所有实例按空间划分的堆使用量。old_space 为长期对象，new_space 为短期对象，large_object 为大数组、大字符串等。",
    },
    unit: "bytes",
    targets: [prom(`sum by (${space}) (${of(metrics.v8jsMemoryHeapUsed)}) > 0`, `{{${space}}}`)],
    stack: true,
  }),
];

const work: readonly Panel[] = [
  series({
    title: { en: "Time of garbage collections", zh: "各类 GC 耗时占比" },
    description: {
      en: "Share of the time by kind of collection, over all instances. Many major ones mean that the heap is near its limit; many minor ones that requests make garbage.",
      zh: "按类型划分的 GC 时间占比。major 频繁说明堆接近上限，minor 频繁说明请求产生大量临时对象。",
    },
    unit: "percentunit",
    targets: [prom(sumRate(gcSeconds, [gcType]), `{{${gcType}}}`)],
    stack: true,
    links: [toRunbook("NodeGcTimeHigh")],
  }),
  series({
    title: { en: "Garbage collections", zh: "GC 次数" },
    description: {
      en: "Collections a second by kind. More of them at the same load, after a deployment, mean that it makes more garbage.",
      zh: "每秒 GC 次数。发布后负载不变而次数增加，说明新版本产生更多垃圾。",
    },
    unit: "cps",
    targets: [prom(sumRate(gcCount, [gcType]), `{{${gcType}}}`)],
  }),
  series({
    title: { en: "CPU by instance", zh: "各实例 CPU" },
    description: {
      en: "Cores that each instance uses. High while the event loop is idle: the work is done in threads.",
      zh: "各实例使用的核数。事件循环空闲而 CPU 高，说明工作在线程中进行。",
    },
    unit: "none",
    decimals: 2,
    targets: [prom(sumRate(of(metrics.processCpu), ["instance"]), each)],
    links: [toRed],
  }),
  series({
    title: { en: "Active resources", zh: "活动资源" },
    description: {
      en: "What keeps the event loop alive, by type, over all instances: sockets, timers, file operations. A type that only grows is never closed.",
      zh: "保持事件循环运行的资源，按类型统计：套接字、定时器、文件操作。只增不减的类型说明没有关闭。",
    },
    unit: "none",
    targets: [prom(`sum by (${resource}) (${of(metrics.v8jsResourceActive)})`, `{{${resource}}}`)],
    links: [toDependencies],
  }),
];

const processes: readonly Panel[] = [
  table({
    title: { en: "Processes", zh: "进程" },
    description: {
      en: "One row for each instance: its version, its Node.js, since when it has been running. Instances of different versions mean a deployment under way.",
      zh: "每个实例一行：版本、Node.js 版本、运行时间。版本不一致说明正在发布。",
    },
    width: 12,
    height: 8,
    keys: [
      { label: "instance", title: { en: "Instance", zh: "实例" } },
      { label: labels.version, title: { en: "Version", zh: "版本" } },
      { label: labels.nodeVersion, title: { en: "Node.js", zh: "Node.js" } },
    ],
    columns: [
      {
        title: { en: "Up for", zh: "已运行" },
        unit: "s",
        decimals: 1,
        expr: `(time() - max by (instance, ${labels.version}) (${started})) * on (instance) group_left (${labels.nodeVersion}) group by (instance, ${labels.nodeVersion}) (${of(metrics.nodejsVersionInfo)})`,
      },
    ],
  }),
  bars({
    title: { en: "Open files and sockets", zh: "打开的文件与套接字" },
    description: {
      en: "File descriptors in use against the limit, by instance. At the limit every new connection fails with EMFILE.",
      zh: "各实例文件描述符使用率。达到上限后所有新连接都会以 EMFILE 失败。",
    },
    width: 12,
    height: 8,
    unit: "percentunit",
    max: 1,
    targets: [now(perInstance(`${of(metrics.processOpenFds)} / ${of(metrics.processMaxFds)}`), each)],
    thresholds: limits.use,
    links: [toRunbook("NodeFdNearLimit")],
  }),
  series({
    title: { en: "Memory against the container's limit", zh: "内存与容器上限" },
    description: {
      en: "Resident memory without 50 MB of pages of the program itself, which are given back first, against what the container may use. At 100 % the kernel kills the process without a word.",
      zh: "常驻内存（扣除可回收的约 50 MB 程序自身页面）与容器上限之比。达到 100% 时内核会直接杀死进程。",
    },
    unit: "percentunit",
    max: 1,
    targets: [prom(perInstance(`(${resident} - 50000000) / (${of(metrics.processConstrainedMemory)} > 0)`), each)],
    thresholds: limits.use,
    lines: true,
    needs: { en: "a memory limit", zh: "内存上限" },
    links: [toRunbook("NodeMemoryNearContainerLimit")],
  }),
  series({
    title: { en: "Exceptions that nobody caught", zh: "未捕获异常" },
    description: {
      en: "Exceptions and rejected promises that nobody caught. Each may have ended a process; the log has the stack.",
      zh: "未捕获的异常和未处理的 Promise 拒绝，每次都可能导致进程退出，堆栈见日志。",
    },
    unit: "none",
    targets: [prom(`sum by (instance) (increase(${of(metrics.uncaughtExceptions)}[${interval}]))`, each)],
    links: [toLogs, toRunbook("NodeUncaughtException")],
  }),
];

const ofSdk: readonly Panel[] = [
  stat({
    title: { en: "Troubles of the SDK", zh: "SDK 自身问题" },
    description: {
      en: "Troubles of the SDK itself within the time of this page; it says each on stderr. 0 is right.",
      zh: "所选时间内 SDK 自身的问题次数，详情见 stderr。应为 0。",
    },
    width: 6,
    unit: "none",
    targets: [now(countedOrZero(of(metrics.diagnostics)))],
    thresholds: worseAbove(1, 100),
    emptyIsHealthy: true,
  }),
  stat({
    title: { en: "Overflow", zh: "溢出的测量值" },
    description: {
      en: "Measurements that went into the overflow series, because an instrument has too many label values. 0 is right; else find the label that takes any value.",
      zh: "因标签取值过多而计入溢出序列的测量次数。应为 0，否则请找出取值无限的标签。",
    },
    width: 6,
    unit: "none",
    targets: [now(countedOrZero(of(metrics.metricOverflow)))],
    thresholds: worseAbove(1, 100),
    emptyIsHealthy: true,
  }),
  series({
    title: { en: "Cost of a scrape", zh: "采集耗时" },
    description: {
      en: "Time that the service needs to write its metrics. It blocks the event loop for that long, every 15 seconds.",
      zh: "服务输出指标所需时间，每 15 秒阻塞事件循环这么久。",
    },
    width: 12,
    height: 7,
    unit: "s",
    targets: [prom(perInstance(of(metrics.scrapeDuration)), each)],
  }),
];

export const servicesRuntime: Page = {
  uid: "services-runtime",
  area: "services",
  name: { en: "Node.js itself", zh: "Node.js 运行时" },
  description: {
    en: "Is it Node itself: the event loop, memory, garbage collection? For the team of the service.",
    zh: "是 Node 自身的问题吗：事件循环、内存、垃圾回收？供服务团队使用。",
  },
  variables: [...dataSources("prometheus"), ...oneService],
  annotations: [deployments(ofService), restarts(ofService)],
  sections: [
    { panels: [...tiles, ...eventLoop] },
    { title: { en: "Memory", zh: "内存" }, panels: memory },
    { title: { en: "Garbage collection and CPU", zh: "GC 与 CPU" }, panels: work },
    { title: { en: "Processes and limits", zh: "进程与限制" }, isCollapsed: true, panels: processes },
    { title: { en: "The SDK itself", zh: "SDK 自身" }, isCollapsed: true, panels: ofSdk },
  ],
};
