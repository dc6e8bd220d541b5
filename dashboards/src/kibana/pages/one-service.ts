import {
  byLevel,
  byMethod,
  byRoute,
  byStatus,
  byVersion,
  errorCount,
  isRequest,
  lineCount,
  requestCount,
} from "../conditions.ts";
import { fields } from "../fields.ts";
import { named } from "../neighbours.ts";
import { durationPercentile, first, last, longest, terms } from "../operations.ts";
import type { Page } from "../page.ts";
import { barsOverTime, lines, linesOverTime, number, table } from "../panels.ts";

const p95 = durationPercentile(95, { en: "p95", zh: "p95" });

/** K3 */
export const oneService: Page = {
  ...named("one-service"),
  about: {
    en: "What does one service say? Choose it above, and if you like its environment, version and level.",
    zh: "单个服务输出了什么？请在上方选择服务，可再选环境、版本与级别。",
  },
  counterparts: [
    { uid: "services-red", title: { en: "Requests of a service", zh: "服务请求" } },
    { uid: "services-logs", title: { en: "Logs of a service", zh: "服务日志" } },
    { uid: "services-runtime", title: { en: "Node.js itself", zh: "Node.js 运行时" } },
  ],
  controls: [
    { title: { en: "Service", zh: "服务" }, field: fields.serviceName, isSingle: true },
    { title: { en: "Environment", zh: "环境" }, field: fields.serviceEnvironment },
    { title: { en: "Version", zh: "版本" }, field: fields.serviceVersion },
    { title: { en: "Level", zh: "级别" }, field: fields.level },
  ],
  panels: [
    number(
      {
        title: { en: "Log lines", zh: "日志行数" },
        about: { en: "Lines in the time range", zh: "所选时间范围内的行数" },
      },
      lineCount,
    ),
    number(
      {
        title: { en: "Errors", zh: "错误" },
        about: { en: "Lines of the levels error and fatal", zh: "error 与 fatal 级别的行数" },
        emptyIsHealthy: true,
      },
      errorCount,
    ),
    number(
      {
        title: { en: "Requests", zh: "请求数" },
        about: { en: "Requests that the service answered", zh: "服务处理的请求数" },
        where: isRequest,
      },
      requestCount,
    ),
    number(
      {
        title: { en: "95 % are faster than", zh: "95% 的请求快于" },
        about: { en: "95 of 100 requests were answered faster", zh: "100 个请求中有 95 个快于此值" },
        where: isRequest,
      },
      p95,
    ),
    barsOverTime(
      {
        title: { en: "Lines by level", zh: "按级别的日志量" },
        about: { en: "Errors and warnings beside the usual volume", zh: "错误和警告与平常日志量的对比" },
      },
      lineCount,
      byLevel,
    ),
    barsOverTime(
      {
        title: { en: "Requests by status", zh: "按状态码的请求" },
        about: { en: "4xx are mistakes of callers, 5xx those of the service", zh: "4xx 为调用方错误，5xx 为服务错误" },
        where: isRequest,
      },
      requestCount,
      byStatus,
    ),
    linesOverTime(
      {
        title: { en: "Duration of requests", zh: "请求耗时" },
        about: {
          en: "Half of the requests are faster than the lowest line, one in a hundred slower than the highest",
          zh: "一半请求快于最低的线，百分之一慢于最高的线",
        },
        where: isRequest,
      },
      [durationPercentile(50, { en: "p50", zh: "p50" }), p95, durationPercentile(99, { en: "p99", zh: "p99" })],
    ),
    table(
      {
        title: { en: "Versions and instances", zh: "版本与实例" },
        about: {
          en: "Since when and until when each wrote: a deployment, a rollback, a restart",
          zh: "各版本与实例的起止时间，可看出发布、回滚与重启",
        },
        height: 10,
      },
      [byVersion, terms({ en: "Instance", zh: "实例" }, fields.serviceNodeName)],
      [lineCount, errorCount, first(), last()],
    ),
    table(
      {
        title: { en: "Routes", zh: "路由" },
        about: { en: "What is asked most, and how long it takes", zh: "访问最多的路由及其耗时" },
        where: isRequest,
        width: 48,
      },
      [byMethod, byRoute],
      [requestCount, errorCount, p95, longest({ en: "Longest", zh: "最长" })],
    ),
    lines(
      {
        title: { en: "Lines", zh: "日志" },
        about: {
          en: "The newest first. The trace id leads to the trace in Jaeger",
          zh: "最新在前，点击链路 ID 可打开 Jaeger 中的链路",
        },
      },
      [fields.level, fields.message, fields.traceId, fields.serviceVersion],
    ),
  ],
};
