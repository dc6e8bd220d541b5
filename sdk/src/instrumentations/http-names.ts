/** Values of HTTP attributes with a bounded number of forms. */

const methods = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "QUERY"]);

/** The method, or `_OTHER` where the sender made it up. */
export function knownMethod(method: string | undefined): string {
  return method !== undefined && methods.has(method) ? method : "_OTHER";
}

/** Takes a Host header apart: `example.org:8080`, `[::1]:80`, `example.org`. */
export function splitHost(host: string | undefined): { readonly address?: string; readonly port?: number } {
  if (host === undefined) return {};
  const colon = host.lastIndexOf(":");
  if (colon === -1 || host.endsWith("]")) return { address: host };
  const port = Number(host.slice(colon + 1));
  return Number.isInteger(port) ? { address: host.slice(0, colon), port } : { address: host };
}

/** The path alone: what follows it can be secret. */
export function withoutQuery(url: string): string {
  const end = url.search(/[?#]/);
  return end === -1 ? url : url.slice(0, end);
}
