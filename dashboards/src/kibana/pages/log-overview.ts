import { byLevel, byService, errorCount, isError, lineCount, week } from "../conditions.ts";
import { fields } from "../fields.ts";
import { is } from "../kql.ts";
import { named } from "../neighbours.ts";
import { count, last, rankedBy, terms, unique } from "../operations.ts";
import type { Page } from "../page.ts";
import { barsOverTime, lines, number, shares, table } from "../panels.ts";

/** K1 */
export const logOverview: Page = {
  ...named("log-overview"),
  about: {
    en: "What do all services say, how much, and which of them fell silent?",
    zh: "所有服务输出了哪些日志、数量多少、哪些服务已经沉默？",
  },
  counterparts: [
    { uid: "services-overview", title: { en: "Services", zh: "服务总览" } },
    { uid: "services-logs", title: { en: "Logs of a service", zh: "服务日志" } },
  ],
  panels: [
    number(
      {
        title: { en: "Log lines", zh: "日志行数" },
        about: { en: "Lines of all services in the time range", zh: "所选时间范围内所有服务的日志行数" },
      },
      lineCount,
    ),
    number(
      {
        title: { en: "Errors", zh: "错误" },
        about: {
          en: "Lines of the levels error and fatal; 0 is what you want",
          zh: "error 与 fatal 级别的行数，理想值为 0",
        },
        emptyIsHealthy: true,
      },
      errorCount,
    ),
    number(
      {
        title: { en: "Warnings", zh: "警告" },
        about: { en: "Lines of the level warn", zh: "warn 级别的行数" },
        emptyIsHealthy: true,
      },
      count({ en: "Warnings", zh: "警告数" }, is(fields.level, "warn")),
    ),
    number(
      {
        title: { en: "Services", zh: "服务数" },
        about: { en: "Services with at least one line in the time range", zh: "所选时间范围内至少有一行日志的服务数" },
      },
      unique({ en: "Services", zh: "服务数" }, fields.serviceName),
    ),
    barsOverTime(
      {
        title: { en: "Lines by level", zh: "按级别的日志量" },
        about: {
          en: "A growing share of error or warn comes before users call",
          zh: "error 或 warn 占比上升往往早于用户投诉",
        },
      },
      lineCount,
      byLevel,
    ),
    barsOverTime(
      {
        title: { en: "Lines by service", zh: "按服务的日志量" },
        about: {
          en: "Who writes most; a sudden gap is a service that stopped or cannot ship its lines",
          zh: "哪个服务写得最多；突然中断说明服务停止或日志无法送出",
        },
      },
      lineCount,
      byService,
    ),
    table(
      {
        title: { en: "Services, longest silent first", zh: "服务列表（沉默最久者在前）" },
        about: {
          en: "When each service of the last seven days wrote its last line. One that stands far back is silent",
          zh: "最近七天内各服务最后一行日志的时间，明显落后者已经沉默",
        },
        over: week,
      },
      [terms({ en: "Service", zh: "服务" }, fields.serviceName, { limit: 50, by: rankedBy(0, "asc") })],
      [last({ en: "Last line", zh: "最后一行" }), lineCount, errorCount],
    ),
    table(
      {
        title: { en: "Loggers", zh: "日志记录器" },
        about: {
          en: "Named loggers with most lines, and how many of these are errors. Lines without a logger's name do not count",
          zh: "输出最多的具名记录器及其错误数，未命名的日志行不计入",
        },
        emptyIsHealthy: true,
      },
      [terms({ en: "Logger", zh: "记录器" }, fields.logger, { limit: 20 }), byService],
      [lineCount, errorCount],
    ),
    shares(
      {
        title: { en: "Lines by environment", zh: "按环境的占比" },
        about: {
          en: "Whether lines of a test environment drown those of production",
          zh: "测试环境的日志是否淹没了生产环境",
        },
        width: 12,
        height: 12,
      },
      lineCount,
      terms({ en: "Environment", zh: "环境" }, fields.serviceEnvironment, { limit: 5, withOther: true }),
    ),
    table(
      {
        title: { en: "Instances", zh: "实例" },
        about: { en: "Hosts and processes that wrote, with their last line", zh: "输出日志的主机与实例及其最后一行" },
        width: 36,
      },
      [
        byService,
        terms({ en: "Host", zh: "主机" }, fields.hostHostname),
        terms({ en: "Instance", zh: "实例" }, fields.serviceNodeName),
      ],
      [lineCount, last()],
    ),
    lines(
      {
        title: { en: "Errors and warnings", zh: "错误与警告" },
        about: { en: "The newest lines of the levels warn, error and fatal", zh: "最新的 warn、error、fatal 日志" },
        where: `${isError} or ${is(fields.level, "warn")}`,
        emptyIsHealthy: true,
      },
      [fields.level, fields.serviceName, fields.message, fields.traceId],
    ),
  ],
};
