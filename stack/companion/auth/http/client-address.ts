/** Who asks: Nginx, in front of us, says it in one header that it always sets itself. */
import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";

export function clientAddress({ headers, socket }: IncomingMessage): string {
  const forwarded =
    String(headers["x-forwarded-for"] ?? "")
      .split(",")
      .at(-1)
      ?.trim() ?? "";
  const address = isIP(forwarded) > 0 ? forwarded : (socket.remoteAddress ?? "");
  return address.replace(/^::ffff:(?=\d+\.)/, "");
}

/**
 * The part of an address that one customer of a provider has: an IPv4 address as it is, of an IPv6 address the first 64 bits,
 * because the rest can be chosen freely.
 */
export function networkOf(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head = "", tail] = address.split("::");
  const groups = head.split(":").filter(Boolean);
  const after = tail?.split(":").filter(Boolean) ?? [];
  const zeros = Array.from({ length: Math.max(0, 8 - groups.length - after.length) }, () => "0");
  return [...groups, ...zeros, ...after]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":");
}
