/** D9: why is this machine slow? Use, saturation and errors of one host. */
import { chosen, disks, host, hostNetwork, timeToFull, wires } from "../host.ts";
import type { Page } from "../model.ts";
import { alerts, oneIsWell, says, series, stat, table, worseAbove } from "../panels/index.ts";
import { interval } from "../promql.ts";
import { now, prom } from "../targets.ts";
import { dataSources, labelValues } from "../variables.ts";

const byDisk = "device, mountpoint";
const mount = "{{mountpoint}}";

const of = (series: string) => `sum(rate(${series}{${chosen}}[${interval}]))`;
const byDevice = (series: string, selector: string = chosen) =>
  `sum by (device) (rate(${series}{${selector}}[${interval}]))`;

export const hostsDetail: Page = {
  uid: "hosts-detail",
  area: "hosts",
  name: { en: "One host", zh: "单台主机" },
  description: {
    en: "Why is this machine slow? First what is used, then what waits, then what fails.",
    zh: "这台主机为什么慢？依次查看使用率、饱和度和错误。",
  },
  variables: [
    ...dataSources("prometheus"),
    labelValues("instance", { en: "Host", zh: "主机" }, "label_values(node_uname_info, instance)"),
  ],
  links: [
    { title: { en: "All hosts", zh: "全部主机" }, page: "hosts-overview" },
    { title: { en: "Containers", zh: "容器" }, page: "hosts-containers" },
  ],
  sections: [
    {
      panels: [
        stat({
          title: { en: "CPU", zh: "CPU 使用率" },
          description: {
            en: "Share of CPU time in use. Above 90 % for long, requests wait for the processor.",
            zh: "CPU 使用率。长时间高于 90% 时请求会排队等待处理器。",
          },
          unit: "percentunit",
          targets: [prom(host.cpuBusy)],
          thresholds: worseAbove(0.8, 0.95),
        }),
        stat({
          title: { en: "Load per core", zh: "每核负载" },
          description: {
            en: "Processes that run or wait, for each core. Above 1 some wait; above 2 all of them feel it.",
            zh: "每个核上运行和等待的进程数。大于 1 表示有排队，大于 2 时所有进程都会变慢。",
          },
          unit: "short",
          decimals: 2,
          targets: [prom(host.loadPerCore)],
          thresholds: worseAbove(1, 2),
        }),
        stat({
          title: { en: "Memory", zh: "内存使用率" },
          description: {
            en: "Share of memory that cannot be given to programs any more. Near 100 % the kernel kills processes.",
            zh: "已无法再分配给程序的内存占比。接近 100% 时内核会杀掉进程。",
          },
          unit: "percentunit",
          targets: [prom(host.memoryUsed)],
          thresholds: worseAbove(0.85, 0.95),
        }),
        stat({
          title: { en: "Fullest disk", zh: "最满磁盘" },
          description: {
            en: "Use of the fullest file system. From 85 % on Elasticsearch gives no more shards to a node, from 95 % on it stops writing.",
            zh: "最满文件系统的使用率。超过 85% 时 Elasticsearch 不再分配分片，超过 95% 时停止写入。",
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
          title: { en: "Up for", zh: "运行时长" },
          description: {
            en: "Time since the machine started. Minutes: it has just restarted; find out who or what did it.",
            zh: "自上次启动以来的时间。若只有几分钟，说明刚刚重启，应查明原因。",
          },
          unit: "s",
          decimals: 1,
          targets: [now(`max(${host.uptime})`)],
        }),
      ],
    },
    {
      title: { en: "Use", zh: "使用率" },
      panels: [
        series({
          title: { en: "CPU by mode", zh: "CPU 时间分布" },
          description: {
            en: "Where CPU time goes. Much iowait: the disk is slow; much steal: the provider gives less than was bought; much system: look at network and disk.",
            zh: "CPU 时间的去向。iowait 高说明磁盘慢，steal 高说明云厂商超卖，system 高应检查网络与磁盘。",
          },
          unit: "percentunit",
          stack: true,
          max: 1,
          targets: [
            prom(
              `sum by (mode) (rate(node_cpu_seconds_total{mode!="idle",${chosen}}[${interval}])) / on () group_left () count(node_cpu_seconds_total{mode="idle",${chosen}})`,
              "{{mode}}",
            ),
          ],
        }),
        series({
          title: { en: "Load and cores", zh: "负载与核数" },
          description: {
            en: "Processes that run or wait on a disk, beside the number of cores. Above the line of the cores they queue.",
            zh: "运行或等待磁盘的进程数与核数对比。高于核数线表示正在排队。",
          },
          unit: "short",
          targets: [
            prom(`max(node_load1{${chosen}})`, { en: "1 minute", zh: "1 分钟" }),
            prom(`max(node_load5{${chosen}})`, { en: "5 minutes", zh: "5 分钟" }),
            prom(`max(node_load15{${chosen}})`, { en: "15 minutes", zh: "15 分钟" }),
            prom(`max(${host.cores})`, { en: "cores", zh: "核数" }),
          ],
        }),
        series({
          title: { en: "Memory", zh: "内存" },
          description: {
            en: "What memory is used for; the sum is what the machine has. Cache is given back when programs need it, so only the part of programs matters.",
            zh: "内存的用途，总和即物理内存。缓存可随时回收，只需关注程序占用的部分。",
          },
          unit: "bytes",
          stack: true,
          targets: [
            prom(`max(node_memory_MemTotal_bytes{${chosen}} - node_memory_MemAvailable_bytes{${chosen}})`, {
              en: "programs",
              zh: "程序",
            }),
            prom(
              `max(clamp_min(node_memory_MemAvailable_bytes{${chosen}} - node_memory_MemFree_bytes{${chosen}}, 0))`,
              { en: "cache that can be given back", zh: "可回收缓存" },
            ),
            prom(`max(node_memory_MemFree_bytes{${chosen}})`, { en: "free", zh: "空闲" }),
          ],
        }),
        series({
          title: { en: "Disk space", zh: "磁盘空间" },
          description: {
            en: "Use of each file system. A step is a big file, a slope will reach the top.",
            zh: "各文件系统的使用率。台阶表示写入大文件，斜坡则终将写满。",
          },
          unit: "percentunit",
          max: 1,
          targets: [prom(host.diskUsed(byDisk), mount)],
        }),
        series({
          title: { en: "Disk busy", zh: "磁盘繁忙度" },
          description: {
            en: "Share of time in which each disk had work. Near 100 % a single disk is saturated; SSDs stand more.",
            zh: "各磁盘处于忙碌状态的时间占比。接近 100% 时机械盘已饱和，SSD 仍有余量。",
          },
          unit: "percentunit",
          targets: [prom(host.diskBusy("device"), "{{device}}")],
        }),
        series({
          title: { en: "Network", zh: "网络流量" },
          description: {
            en: "Bytes a second on each network device. Compare with what the provider promises.",
            zh: "各网卡每秒收发的字节数，可与带宽上限对比。",
          },
          needs: hostNetwork,
          unit: "Bps",
          targets: [
            prom(host.received("device"), { en: "{{device}} in", zh: "{{device}} 入" }),
            prom(host.sent("device"), { en: "{{device}} out", zh: "{{device}} 出" }),
          ],
        }),
      ],
    },
    {
      title: { en: "What waits", zh: "饱和度" },
      isCollapsed: true,
      panels: [
        series({
          title: { en: "Pressure", zh: "资源压力（PSI）" },
          description: {
            en: "Share of time in which some process waited for CPU, memory or disk: the most honest measure of being overloaded.",
            zh: "有进程因等待 CPU、内存或磁盘而停顿的时间占比，是衡量过载最可靠的指标。",
          },
          unit: "percentunit",
          width: 24,
          targets: [
            prom(of("node_pressure_cpu_waiting_seconds_total"), "CPU"),
            prom(of("node_pressure_memory_waiting_seconds_total"), { en: "memory", zh: "内存" }),
            prom(of("node_pressure_io_waiting_seconds_total"), { en: "disk", zh: "磁盘" }),
          ],
        }),
        series({
          title: { en: "Time of a disk operation", zh: "磁盘读写耗时" },
          description: {
            en: "Mean time of one read and one write. An SSD takes about 1 ms, a hard disk 10 ms; far more means a queue or a dying disk.",
            zh: "单次读写的平均耗时。SSD 约 1 ms，机械盘约 10 ms，远高于此说明有排队或磁盘故障。",
          },
          unit: "s",
          targets: [
            prom(
              `${byDevice("node_disk_read_time_seconds_total")} / (${byDevice("node_disk_reads_completed_total")} > 0) or 0 * ${byDevice("node_disk_reads_completed_total")}`,
              { en: "{{device}} read", zh: "{{device}} 读" },
            ),
            prom(
              `${byDevice("node_disk_write_time_seconds_total")} / (${byDevice("node_disk_writes_completed_total")} > 0) or 0 * ${byDevice("node_disk_writes_completed_total")}`,
              { en: "{{device}} write", zh: "{{device}} 写" },
            ),
          ],
        }),
        series({
          title: { en: "Disk bytes", zh: "磁盘吞吐" },
          description: {
            en: "Bytes a second that are read and written. Steady reading of much may be memory that is too small for the cache.",
            zh: "每秒读写的字节数。持续大量读取可能说明内存不足以容纳缓存。",
          },
          unit: "Bps",
          targets: [
            prom(byDevice("node_disk_read_bytes_total"), { en: "{{device}} read", zh: "{{device}} 读" }),
            prom(byDevice("node_disk_written_bytes_total"), { en: "{{device}} write", zh: "{{device}} 写" }),
          ],
        }),
        series({
          title: { en: "Swapping", zh: "交换分区读写" },
          description: {
            en: "Pages a second that go to and come from disk for lack of memory. More than now and then: too many programs for this machine.",
            zh: "每秒因内存不足换入换出的页数。频繁出现说明程序过多。",
          },
          unit: "ops",
          targets: [
            prom(of("node_vmstat_pswpin"), { en: "in", zh: "换入" }),
            prom(of("node_vmstat_pswpout"), { en: "out", zh: "换出" }),
          ],
        }),
        series({
          title: { en: "Open files and inodes", zh: "文件句柄与 inode" },
          description: {
            en: "Share in use of open files and of the files that each disk can hold. At 100 % nothing new can be opened or made, whatever space is left.",
            zh: "已用文件句柄与 inode 占比。达到 100% 时即使仍有空间也无法打开或创建文件。",
          },
          unit: "percentunit",
          max: 1,
          targets: [
            prom(`max(node_filefd_allocated{${chosen}} / node_filefd_maximum{${chosen}})`, {
              en: "open files",
              zh: "文件句柄",
            }),
            prom(host.inodesUsed(byDisk), { en: "inodes of {{mountpoint}}", zh: "{{mountpoint}} inode" }),
          ],
        }),
      ],
    },
    {
      title: { en: "What fails", zh: "错误" },
      isCollapsed: true,
      panels: [
        stat({
          title: { en: "Clock", zh: "时钟同步" },
          description: {
            en: "Whether the kernel's clock is kept right by NTP. A wrong clock breaks logins, traces and the order of logs.",
            zh: "内核时钟是否由 NTP 校准。时钟错误会导致登录失败、链路错乱、日志乱序。",
          },
          unit: "none",
          width: 8,
          targets: [now(`min(node_timex_sync_status{${chosen}})`)],
          thresholds: oneIsWell("yellow"),
          mappings: says({
            0: [{ en: "not in step", zh: "未同步" }, "yellow"],
            1: [{ en: "in step", zh: "已同步" }, "green"],
          }),
        }),
        stat({
          title: { en: "Clock is off by", zh: "时钟偏移" },
          description: {
            en: "Distance to the clock of the NTP server, as far as it is known. Above 50 ms traces of several hosts no longer fit together.",
            zh: "与 NTP 服务器的时间差。超过 50 ms 时跨主机的链路会错位。",
          },
          unit: "s",
          width: 8,
          targets: [prom(`max(abs(node_timex_offset_seconds{${chosen}}))`)],
          thresholds: worseAbove(0.05, 1),
        }),
        stat({
          title: { en: "Killed for memory", zh: "OOM 次数" },
          description: {
            en: "Processes that the kernel killed for lack of memory in the time shown. 0 is right.",
            zh: "所选时间内因内存不足被内核杀掉的进程数，应为 0。",
          },
          unit: "none",
          decimals: 0,
          width: 8,
          targets: [now(`sum(increase(node_vmstat_oom_kill{${chosen}}[$__range])) or vector(0)`)],
          thresholds: worseAbove(1, 3),
        }),
        series({
          title: { en: "Network errors and drops", zh: "网络错误与丢包" },
          description: {
            en: "Packets a second that were damaged or thrown away. 0 is right; drops under load mean that the machine cannot keep up.",
            zh: "每秒出错或被丢弃的数据包数，应为 0。高负载下丢包说明主机处理不过来。",
          },
          needs: hostNetwork,
          unit: "ops",
          targets: [
            prom(
              `${byDevice("node_network_receive_errs_total", wires)} + ${byDevice("node_network_transmit_errs_total", wires)}`,
              { en: "{{device}} errors", zh: "{{device}} 错误" },
            ),
            prom(
              `${byDevice("node_network_receive_drop_total", wires)} + ${byDevice("node_network_transmit_drop_total", wires)}`,
              { en: "{{device}} drops", zh: "{{device}} 丢包" },
            ),
          ],
        }),
        series({
          title: { en: "TCP sent again", zh: "TCP 重传率" },
          description: {
            en: "Share of TCP segments that had to be sent twice. Above 1 % the network loses packets and everything gets slow.",
            zh: "需要重传的 TCP 报文占比。超过 1% 说明网络丢包，所有请求都会变慢。",
          },
          needs: hostNetwork,
          unit: "percentunit",
          targets: [
            prom(`${of("node_netstat_Tcp_RetransSegs")} / (${of("node_netstat_Tcp_OutSegs")} > 0)`, {
              en: "sent again",
              zh: "重传",
            }),
          ],
        }),
        table({
          title: { en: "Disks", zh: "磁盘" },
          description: {
            en: "One row for each file system: how full it is, when it is full if it goes on as in the last six hours, and whether it takes writes; the kernel makes a disk that fails read-only.",
            zh: "每个文件系统一行：使用率、按最近 6 小时趋势写满的剩余时间，以及是否可写；磁盘故障时内核会将其置为只读。",
          },
          height: 6,
          keys: [
            { label: "mountpoint", title: { en: "Mounted at", zh: "挂载点" } },
            { label: "device", title: { en: "Device", zh: "设备" } },
          ],
          columns: [
            {
              title: { en: "Used", zh: "使用率" },
              unit: "percentunit",
              expr: host.diskUsed("mountpoint, device"),
              thresholds: worseAbove(0.8, 0.9),
            },
            {
              title: { en: "Free", zh: "可用" },
              unit: "bytes",
              expr: `max by (mountpoint, device) (node_filesystem_avail_bytes{${disks}})`,
            },
            {
              title: { en: "Full in", zh: "写满还需" },
              unit: "s",
              decimals: 1,
              expr: host.diskFullIn("mountpoint, device"),
              ...timeToFull,
            },
            {
              title: { en: "Inodes used", zh: "inode 使用率" },
              unit: "percentunit",
              expr: host.inodesUsed("mountpoint, device"),
              thresholds: worseAbove(0.8, 0.9),
            },
            {
              title: { en: "Takes writes", zh: "可写" },
              unit: "none",
              expr: `max by (mountpoint, device) (node_filesystem_readonly{${disks}} and on (instance, mountpoint, device) node_filesystem_size_bytes{${disks}})`,
              thresholds: worseAbove(1, 1),
              mappings: says({
                0: [{ en: "yes", zh: "是" }, "green"],
                1: [{ en: "no, read-only", zh: "否，只读" }, "red"],
              }),
            },
          ],
        }),
      ],
    },
    {
      title: { en: "Alerts", zh: "告警" },
      panels: [
        alerts({
          title: { en: "Alerts about this host", zh: "该主机的告警" },
          description: {
            en: "Alerts about this machine that fire now. Empty is right; the name leads to the runbook.",
            zh: "当前触发的该主机告警，应为空。点击名称查看处理手册。",
          },
          selector: `component="host",${chosen}`,
        }),
      ],
    },
  ],
};
