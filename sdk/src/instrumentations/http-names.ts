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

/** An address without what can be secret in it: user, password, query, fragment. */
export function publicUrl(origin: string, path: string): string {
  const end = path.search(/[?#]/);
  return origin.replace(/\/\/[^/@]*@/, "//") + (end === -1 ? path : path.slice(0, end));
}
