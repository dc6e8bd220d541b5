/** Versions, sizes and subnets, as they are compared. */
import { BlockList, isIPv4 } from "node:net";

/** Whether a version is below another one: `20.10.24+dfsg1` is not below `20.10`. */
export function isOlder(version: string, than: string): boolean {
  const [left, right] = [version, than].map((text) => (text.match(/\d+/g) ?? []).map(Number));
  for (const [index, number] of (right ?? []).entries()) {
    const own = left?.[index] ?? 0;
    if (own !== number) return own < number;
  }
  return false;
}

/** Suffixes of sizes: those of memory limits count in 1024, those of retention in 1000. */
const units: Readonly<Record<string, number>> = { m: 1024 ** 2, g: 1024 ** 3, MB: 1e6, GB: 1e9, TB: 1e12 };

/** Bytes of a size such as `512m` or `10GB`; 0 for what is no size. */
export function bytesOf(size: string): number {
  const [, digits, unit = ""] = /^(\d+)([a-zA-Z]+)$/.exec(size) ?? [];
  return Number(digits ?? 0) * (units[unit] ?? 0);
}

/** `6.2 GB`: as disks and machines are sold. */
export function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}

/** Whether two IPv4 subnets share an address. One lies within the other, or they are apart. */
export function overlaps(left: string, right: string): boolean {
  return contains(left, right) || contains(right, left);
}

function contains(outer: string, inner: string): boolean {
  const [net = "", prefix = ""] = outer.split("/");
  const [address = ""] = inner.split("/");
  if (!isIPv4(net) || !isIPv4(address) || !/^\d+$/.test(prefix) || Number(prefix) > 32) return false;
  const list = new BlockList();
  list.addSubnet(net, Number(prefix));
  return list.check(address);
}
