/** Values of HTTP attributes with a bounded number of forms. */

const methods = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "QUERY"]);

/** The method, or `_OTHER` where the sender made it up. */
export function knownMethod(method: string | undefined): string {
  return method !== undefined && methods.has(method) ? method : "_OTHER";
}

/** Takes a Host header apart: `example.org:8080`, `[::1]:80`, `example.org`. What is no port belongs to the name. */
export function splitHost(host: string | undefined): { readonly address?: string; readonly port?: number } {
  if (host === undefined) return {};
  const colon = host.lastIndexOf(":");
  const digits = host.slice(colon + 1);
  if (colon === -1 || /\D/.test(digits)) return { address: host };
  const address = host.slice(0, colon);
  if (digits === "") return { address };
  const port = Number(digits);
  return port <= 65_535 ? { address, port } : { address: host };
}

/** The path alone: what follows it can be secret, and so can what stands before it in the absolute form for proxies. */
export function pathOf(url: string): string {
  const path = url.startsWith("/") ? url : url.replace(/^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i, "");
  const end = path.search(/[?#]/);
  return end === -1 ? path : path.slice(0, end);
}
