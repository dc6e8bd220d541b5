/**
 * Whether a request comes from a page of ours. Pages of other sites can make a browser send our cookies along; what browsers
 * say about the sender cannot be set by scripts.
 */
import type { IncomingHttpHeaders } from "node:http";

/**
 * For forms. Our pages send no referrer, so that their `Origin` is `null`: browsers that say Sec-Fetch-Site are asked by that.
 *
 * @param origin - Our own.
 */
export function isFromOurPage(headers: IncomingHttpHeaders, origin: string): boolean {
  const site = headers["sec-fetch-site"];
  return site === undefined ? headers.origin === origin : site === "same-origin";
}

/** For links that change something: followed on a page of ours, or typed. */
export function isOwnNavigation(headers: IncomingHttpHeaders): boolean {
  const { "sec-fetch-site": site, "sec-fetch-mode": mode = "navigate" } = headers;
  return (site === "same-origin" || site === "none") && mode === "navigate";
}
