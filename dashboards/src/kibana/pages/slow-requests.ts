import { byMethod, byRoute, byService, byVersion, isRequest, requestCount } from "../conditions.ts";
import { fields } from "../fields.ts";
import { atLeast, both } from "../kql.ts";
import { named } from "../neighbours.ts";
import { count, durationPercentile, durationRanges, longest, rankedBy, terms } from "../operations.ts";
import type { Page } from "../page.ts";
import { barsOverTime, heatmap, lines, linesOverTime, number, table } from "../panels.ts";

const isSlow = atLeast(fields.eventDuration, 1e9);
const slow = count({ en: "Slower than 1 s", zh: "超过 1 秒" }, isSlow);
const p95 = durationPercentile(95, { en: "p95", zh: "p95" });
const p99 = durationPercentile(99, { en: "p99", zh: "p99" });
const longestRequest = longest({ en: "Longest", zh: "最长" });

/** K7 */
export const slowRequests: Page = {
  ...named("slow-requests"),
  about: {
    en: "Which requests keep users waiting, where, and which trace shows why?",
    zh: "哪些请求让用户久等、发生在哪里、哪条链路能说明原因？",
  },
  counterparts: [
    { uid: "services-red", title: { en: "Requests of a service", zh: "服务请求" } },
    { uid: "services-dependencies", title: { en: "Dependencies", zh: "依赖" } },
    { uid: "services-traces", title: { en: "Traces", zh: "链路" } },
  ],
  controls: [
    { title: { en: "Service", zh: "服务" }, field: fields.serviceName },
    { title: { en: "Environment", zh: "环境" }, field: fields.serviceEnvironment },
  ],
  panels: [
    number(
      {
        title: { en: "Slower than 1 s", zh: "超过 1 秒的请求" },
        about: { en: "Requests that took a second or more", zh: "耗时一秒及以上的请求数" },
        where: isRequest,
        emptyIsHealthy: true,
      },
      slow,
    ),
    number(
      {
        title: { en: "95 % are faster than", zh: "95% 的请求快于" },
        about: { en: "95 of 100 requests were answered faster", zh: "100 个请求中有 95 个快于此值" },
        where: isRequest,
      },
      p95,
    ),
    number(
      {
        title: { en: "99 % are faster than", zh: "99% 的请求快于" },
        about: { en: "99 of 100 requests were answered faster", zh: "100 个请求中有 99 个快于此值" },
        where: isRequest,
      },
      p99,
    ),
    number(
      {
        title: { en: "Longest request", zh: "最长请求" },
        about: { en: "The slowest of all", zh: "最慢的一次请求" },
        where: isRequest,
      },
      longestRequest,
    ),
    heatmap(
      {
        title: { en: "How long requests take", zh: "请求耗时分布" },
        about: {
          en: "Two bands mean two kinds of requests: a cache that misses, a route that is slow",
          zh: "出现两条带说明有两类请求，例如缓存未命中或某路由较慢",
        },
        where: isRequest,
      },
      requestCount,
      durationRanges([
        [{ en: "up to 10 ms", zh: "10 毫秒以内" }, 10],
        [{ en: "10 to 100 ms", zh: "10 至 100 毫秒" }, 100],
        [{ en: "100 to 500 ms", zh: "100 至 500 毫秒" }, 500],
        [{ en: "0.5 to 1 s", zh: "0.5 至 1 秒" }, 1000],
        [{ en: "1 to 5 s", zh: "1 至 5 秒" }, 5000],
        [{ en: "more than 5 s", zh: "5 秒以上" }, undefined],
      ]),
    ),
    linesOverTime(
      {
        title: { en: "95 % of requests, by service", zh: "各服务 95% 请求耗时" },
        about: { en: "Which service became slower, and when", zh: "哪个服务变慢、何时开始" },
        where: isRequest,
      },
      [p95],
      byService,
    ),
    table(
      {
        title: { en: "Slowest routes", zh: "最慢的路由" },
        about: {
          en: "By the 95th percentile: start with those that are asked often",
          zh: "按 95 分位排序，优先处理访问频繁者",
        },
        where: isRequest,
        width: 48,
      },
      [terms({ en: "Route", zh: "路由" }, fields.httpRoute, { limit: 20, by: rankedBy(0) }), byMethod, byService],
      [p95, p99, longestRequest, requestCount, slow],
    ),
    barsOverTime(
      {
        title: { en: "Slow requests by route", zh: "按路由的慢请求" },
        about: { en: "Requests of a second or more", zh: "耗时一秒及以上的请求" },
        where: both(isRequest, isSlow),
        emptyIsHealthy: true,
      },
      requestCount,
      byRoute,
    ),
    table(
      {
        title: { en: "Versions compared", zh: "版本对比" },
        about: { en: "Whether the new version is slower than the one before", zh: "新版本是否慢于旧版本" },
        where: isRequest,
        height: 10,
      },
      [byService, byVersion],
      [p95, p99, requestCount],
    ),
    lines(
      {
        title: { en: "Slow requests", zh: "慢请求日志" },
        about: {
          en: "The slowest first. The trace id leads to the trace in Jaeger",
          zh: "最慢在前，点击链路 ID 可打开 Jaeger 中的链路",
        },
        where: both(isRequest, isSlow),
        emptyIsHealthy: true,
      },
      [fields.eventDuration, fields.serviceName, fields.message, fields.httpRoute, fields.traceId],
      fields.eventDuration,
    ),
  ],
};
