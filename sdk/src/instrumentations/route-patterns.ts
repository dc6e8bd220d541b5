/** Patterns of routers as parts of a template. Everything that leaves here is made of patterns, never of paths. */
import type { Mount } from "./server-request.ts";

/** What routers take as a path. */
export type Pattern = string | RegExp | readonly Pattern[];

/** Writes one pattern as part of a template: `/items/:id`; nothing for the root. */
export function toTemplate(pattern: string | RegExp): string {
  if (pattern instanceof RegExp) return String(pattern);
  const text = pattern.endsWith("/") ? pattern.replace(/\/+$/, "") : pattern;
  return text === "" || text.startsWith("/") ? text : `/${text}`;
}

/**
 * Picks the pattern of a list that a path has matched; where that cannot be told, all of them, as one text.
 *
 * @param url - The path, which may have a query.
 * @param where - Whether the pattern stands for the whole path or for its last segments.
 */
export function pickPattern(pattern: Pattern, url: string, where: "whole" | "end"): string | RegExp {
  if (typeof pattern === "string" || pattern instanceof RegExp) return pattern;
  const [path = ""] = url.split("?", 1);
  const patterns = flatten(pattern);
  return patterns.find((one) => fits(one, path, where)) ?? `/(${patterns.map((one) => toTemplate(one)).join("|")})`;
}

/** The concrete path of the router in which another one is mounted. */
export function parentOf({ pattern, baseUrl }: Mount, mounts: readonly Mount[]): string {
  if (hasFixedLength(pattern))
    return segmentsOf(baseUrl, -segmentsOf(pattern).length)
      .map((segment) => `/${segment}`)
      .join("");
  const outer = mounts.map((mount) => mount.baseUrl).filter((other) => baseUrl.startsWith(`${other}/`));
  return outer.reduce((longest, other) => (other.length > longest.length ? other : longest), "");
}

function flatten(patterns: readonly Pattern[]): (string | RegExp)[] {
  return patterns.flatMap((one) => (typeof one === "string" || one instanceof RegExp ? [one] : flatten(one)));
}

function fits(pattern: string | RegExp, path: string, where: "whole" | "end"): boolean {
  if (pattern instanceof RegExp) return where === "whole" && path.search(pattern) !== -1;
  if (!hasFixedLength(pattern)) return false;
  const wanted = segmentsOf(pattern);
  const given = segmentsOf(path);
  if (where === "whole" ? given.length !== wanted.length : given.length < wanted.length) return false;
  const offset = given.length - wanted.length;
  return wanted.every((segment, index) => isParameter(segment) || isSame(segment, given[offset + index]));
}

/** Neither optional parts nor wildcards, nor the text of a RegExp: it matches as many segments as it has. */
function hasFixedLength(pattern: string): boolean {
  return !/[*?+(){}[\]^$]|\\\//.test(pattern.replace(/:\w+\([^)/]*\)/g, ":parameter"));
}

function isParameter(segment: string): boolean {
  return segment.includes(":");
}

function isSame(segment: string, given: string | undefined): boolean {
  return segment.toLowerCase() === given?.toLowerCase();
}

function segmentsOf(path: string, end?: number): string[] {
  return path
    .split("/")
    .filter((segment) => segment !== "")
    .slice(0, end);
}
