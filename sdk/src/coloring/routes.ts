/** Routes that colour: `GET /orders/:id`, or a path alone for all methods. */

/** One route as it can be given: an optional method, and a template of the path. */
export const routePattern = /^(?:[A-Z]+ )?\/\S*$/;

/**
 * Makes the check whether a request is on one of the routes.
 *
 * @param routes - `:name` stands for one part of the path, `*` at the end for the rest.
 * @example
 * matchRoutes(["GET /orders/:id"])("GET", "/orders/7"); // true
 */
export function matchRoutes(routes: readonly string[]): (method: string, path: string) => boolean {
  const patterns = routes.map(toPattern);
  return (method, path) => patterns.some((pattern) => pattern.test(`${method} ${path}`));
}

function toPattern(route: string): RegExp {
  const [template = "", method = "[A-Z]+"] = route.split(" ").toReversed();
  const parts = template.split("/").map(toPart).join("/");
  return new RegExp(`^${method} ${parts.replace(/\/$/, "")}/?$`);
}

function toPart(part: string, index: number, parts: readonly string[]): string {
  if (part === "*" && index === parts.length - 1) return ".*";
  return part.startsWith(":") ? "[^/]+" : part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
