/** What the pages about hosts ask of node_exporter: use, saturation and errors of one machine, by instance. */
import { saysFrom, worseBelow } from "./panels/index.ts";
import { interval } from "./promql.ts";

/** Hosts that are chosen on the page. */
export const chosen = 'instance=~"$instance"';

/** Disks of the machine: not memory, images or single files that a container sees. */
const realDisk = 'fstype!~"tmpfs|ramfs|overlay|squashfs|iso9660",mountpoint!~"/etc/.+"';
export const disks = `${realDisk},${chosen}`;

export const wires = `device!~"lo|veth.*|br-.*|docker.*|cni.*|flannel.*|cali.*",${chosen}`;

/** In a network of its own an exporter counts its own packets: what the panels about the network need. */
export const hostNetwork = "node_exporter (network_mode: host)";

const year = 365 * 24 * 3600;

export const host = {
  cpuBusy: `1 - avg by (instance) (rate(node_cpu_seconds_total{mode="idle",${chosen}}[${interval}]))`,
  cores: `count by (instance) (node_cpu_seconds_total{mode="idle",${chosen}})`,
  loadPerCore: `max by (instance) (node_load5{${chosen}}) / count by (instance) (node_cpu_seconds_total{mode="idle",${chosen}})`,
  memoryUsed: `1 - max by (instance) (node_memory_MemAvailable_bytes{${chosen}}) / max by (instance) (node_memory_MemTotal_bytes{${chosen}})`,
  /** 0 where there is no swap. */
  swapUsed: `1 - (max by (instance) (node_memory_SwapFree_bytes{${chosen}}) + 1) / (max by (instance) (node_memory_SwapTotal_bytes{${chosen}}) + 1)`,
  diskUsed: (by: string) =>
    `max by (${by}) (1 - node_filesystem_avail_bytes{${disks}} / node_filesystem_size_bytes{${disks}})`,
  inodesUsed: (by: string) =>
    `max by (${by}) (1 - node_filesystem_files_free{${disks}} / (node_filesystem_files{${disks}} > 0))`,
  /** Seconds until a disk is full when it goes on as in the last hours; a year stands for never, and for not known yet. */
  diskFullIn: (by: string) => {
    const free = `node_filesystem_avail_bytes{${disks}}`;
    const left = `clamp_max(${free} / clamp_min(-deriv(${free}[6h]), 1), ${year})`;
    return `min by (${by}) ((${left} and ${free} offset 1h) or 0 * ${free} + ${year})`;
  },
  diskBusy: (by: string) => `max by (${by}) (rate(node_disk_io_time_seconds_total{${chosen}}[${interval}]))`,
  received: (by: string) => `sum by (${by}) (rate(node_network_receive_bytes_total{${wires}}[${interval}]))`,
  sent: (by: string) => `sum by (${by}) (rate(node_network_transmit_bytes_total{${wires}}[${interval}]))`,
  uptime: `max by (instance) (node_time_seconds{${chosen}} - node_boot_time_seconds{${chosen}})`,
} as const;

const day = 24 * 3600;

/** How `diskFullIn` is shown. */
export const timeToFull = {
  thresholds: worseBelow(7 * day, day),
  mappings: saysFrom(year * 0.99, { en: "not in sight", zh: "暂无风险" }, "green"),
} as const;

/** Adds the name that the machine has for itself. */
export function withName(expr: string): string {
  return `(${expr}) * on (instance) group_left (nodename) node_uname_info{${chosen}}`;
}
