/** Where a browser goes after it has signed in: a place on this origin, whatever a link says. */

import type { IncomingMessage } from "node:http";

const maxLength = 2048;

/** Gives the path when it is safe, otherwise the home page. */
export function returnPath(wanted: string | null | undefined): string {
  if (typeof wanted !== "string" || wanted.length > maxLength) return "/";
  // Browsers take a backslash for a slash, and leave out tabs and line ends: // and what becomes it leads to other hosts.
  return /^\/(?![/\\])[!-[\]-~]*$/.test(wanted) ? wanted : "/";
}

/**
 * What stands behind `rd=` in the address of a sign-in page. Nginx cannot encode the address that somebody came from, so
 * that one's own query, with its `&`, stands there as it is.
 */
export function wantedPath(request: Pick<IncomingMessage, "url">): string | null {
  const [, query = ""] = (request.url ?? "").split(/\?(.*)/s, 2);
  return query.startsWith("rd=/") ? query.slice("rd=".length) : new URLSearchParams(query).get("rd");
}
