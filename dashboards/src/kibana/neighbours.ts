/** Names and titles of all pages, in the order in which people meet them; here, because the pages link to each other. */
import type { Text } from "../text.ts";

const titles = {
  "log-overview": { en: "Log overview", zh: "日志概览" },
  "errors-and-exceptions": { en: "Errors and exceptions", zh: "错误与异常" },
  "one-service": { en: "One service", zh: "单个服务" },
  "slow-requests": { en: "Slow requests", zh: "慢请求" },
  "access-log": { en: "Access log of the edge", zh: "入口访问日志" },
  audit: { en: "Sign-ins and changes", zh: "登录与变更审计" },
  "ingest-health": { en: "Log ingest", zh: "日志采集健康" },
} as const satisfies Readonly<Record<string, Text>>;

export type PageName = keyof typeof titles;

export interface Neighbour {
  readonly name: PageName;
  readonly title: Text;
}

export const neighbours: readonly Neighbour[] = Object.entries(titles).flatMap(([name, title]) =>
  isPageName(name) ? [{ name, title }] : [],
);

/** The part of a page that tells which it is. */
export function named(name: PageName): Neighbour {
  return { name, title: titles[name] };
}

function isPageName(name: string): name is PageName {
  return Object.hasOwn(titles, name);
}
