/**
 * Who may talk to the box: programs and pages on this machine. A page from elsewhere can make a browser on this
 * machine send requests to it, by a name that it has bound to this address or across sites: the headers that browsers
 * set themselves tell. Everything else needs the token.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";

export interface Refusal {
  readonly status: 401 | 403;
  readonly reason: string;
}

const loopbackNames = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** Gives the reason why a request is refused; undefined when it may pass. */
export function refuse(request: IncomingMessage, token: string | undefined): Refusal | undefined {
  if (token !== undefined && hasToken(request, token)) return undefined;
  if (!isLoopback(request.socket.remoteAddress))
    return { status: 401, reason: "requests from other machines need the token" };
  const { host, origin, "sec-fetch-site": site } = request.headers;
  if (!loopbackNames.has(nameOf(host)))
    return { status: 403, reason: `the Host ${host} is not a name of this machine` };
  if (origin !== undefined && origin !== `http://${host}`)
    return { status: 403, reason: `pages of ${origin} may not use the box` };
  if (site === "cross-site") return { status: 403, reason: "other sites may not use the box" };
  return undefined;
}

export function isLoopback(address: string | undefined): boolean {
  return address !== undefined && /^(::1|(::ffff:)?127(\.\d+){3})$/.test(address);
}

function nameOf(host: string | undefined): string {
  return (host ?? "").replace(/:\d+$/, "").toLowerCase();
}

/** As a bearer token or, for browsers, as the password of basic authentication. */
function hasToken(request: IncomingMessage, token: string): boolean {
  const [scheme = "", given = ""] = (request.headers.authorization ?? "").split(" ");
  const secret =
    scheme === "Basic"
      ? Buffer.from(given, "base64")
          .toString()
          .replace(/^[^:]*:/, "")
      : given;
  return /^(Basic|Bearer)$/.test(scheme) && timingSafeEqual(digest(secret), digest(token));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
