/** What the pages and their areas are called. */
import type { Page } from "../model.ts";
import type { Language, Text } from "../text.ts";

export const areaNames = {
  start: { en: "Start here", zh: "从这里开始" },
  services: { en: "Services", zh: "服务" },
  hosts: { en: "Hosts", zh: "主机" },
  stack: { en: "Stack", zh: "观测栈" },
} as const satisfies Readonly<Record<Page["area"], Text>>;

/** Grafana's uid of a page, from its own. */
export function uidOf(page: string): string {
  return `obsbox-${page}`;
}

/** Title of a page in one language, with its area: `obsbox / Services / All services`. */
export function titleOf(page: Page, language: Language): string {
  return `obsbox / ${areaNames[page.area][language]} / ${nameOf(page, language)}`;
}

/**
 * Older versions of Grafana tell the pages of a folder apart by the Latin letters of their titles alone, and let one
 * replace another that has the same.
 */
function nameOf({ uid, name }: Page, language: Language): string {
  const text = name[language];
  return /[a-z]/i.test(text) ? text : `${text} (${uid.replace(/^(services|hosts|stack)-/, "")})`;
}
