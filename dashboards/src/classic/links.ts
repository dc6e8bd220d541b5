/** Links at the top of a page, of panels and of values. */
import type { Json, Link, Page } from "../model.ts";
import type { Text } from "../text.ts";
import { areaNames, uidOf } from "./names.ts";

/** Menus of all pages of the area, and of all others. */
export function menus(page: Page): readonly Json[] {
  const menu = (title: Text, tags: readonly string[]) => ({
    type: "dashboards",
    title,
    tags,
    asDropdown: true,
    includeVars: true,
    keepTime: true,
    targetBlank: false,
    icon: "external link",
    tooltip: "",
    url: "",
  });
  return [menu(areaNames[page.area], ["obsbox", page.area]), menu({ en: "All pages", zh: "所有页面" }, ["obsbox"])];
}

export function topLink(link: Link, page: Page): Json {
  const own = link.page === undefined;
  return {
    type: "link",
    title: link.title,
    url: own ? link.url : addressOf({ ...link, variables: {} }, false),
    includeVars: !own && page.variables.length > 0,
    keepTime: !own,
    targetBlank: own,
    asDropdown: false,
    icon: own ? "external link" : "dashboard",
    tags: [],
    tooltip: "",
  };
}

export function valueLink(link: Link): Json {
  return { title: link.title, url: addressOf(link), targetBlank: link.page === undefined };
}

/** Values in addresses are encoded by Grafana, which knows `$service` only when it follows the link. */
export function addressOf({ page, url, variables = {} }: Link, withTime = true): string {
  if (page === undefined) return url?.startsWith("../") === true ? outside(url) : (url ?? "");
  const chosen = Object.entries(variables).map(([name, value]) =>
    value === `$${name}` ? `\${${name}:queryparam}` : `var-${name}=${value}`,
  );
  const query = [...chosen, ...(withTime ? ["${__url_time_range}"] : [])].join("&");
  return `/d/${uidOf(page)}${query === "" ? "" : `?${query}`}`;
}

/**
 * Grafana puts its own prefix before an address that starts with a slash. Steps up lead out of it from every page, since
 * a browser takes no more of them than there are folders.
 */
function outside(url: string): string {
  return `../../../${url.replace(/^(\.\.\/)+/, "")}`;
}
