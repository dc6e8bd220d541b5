import {
  byErrorType,
  byMethod,
  byRoute,
  byService,
  byStatus,
  isError,
  isException,
  isRequest,
  isServerError,
  week,
} from "../conditions.ts";
import { fields } from "../fields.ts";
import { both } from "../kql.ts";
import { named } from "../neighbours.ts";
import { count, first, last, rankedBy, terms, unique } from "../operations.ts";
import type { Page } from "../page.ts";
import { barsOverTime, lines, number, table } from "../panels.ts";

const errors = count({ en: "Errors", zh: "错误数" });
const withTraces = unique({ en: "Traces", zh: "链路数" }, fields.traceId);

/** K2. Messages are full text, which aggregations cannot group: kinds of errors are told by their type and service. */
export const errorsAndExceptions: Page = {
  ...named("errors-and-exceptions"),
  about: {
    en: "What goes wrong, since when, in which service and version, and in which trace?",
    zh: "出了什么错、从何时开始、在哪个服务与版本、对应哪条链路？",
  },
  counterparts: [
    { uid: "services-red", title: { en: "Requests of a service", zh: "服务请求" } },
    { uid: "services-logs", title: { en: "Logs of a service", zh: "服务日志" } },
    { uid: "services-traces", title: { en: "Traces", zh: "链路" } },
  ],
  panels: [
    number(
      {
        title: { en: "Error lines", zh: "错误行数" },
        about: { en: "Lines of the levels error and fatal", zh: "error 与 fatal 级别的行数" },
        where: isError,
        emptyIsHealthy: true,
      },
      errors,
    ),
    number(
      {
        title: { en: "Services with errors", zh: "出错的服务" },
        about: { en: "How many services wrote an error", zh: "输出过错误的服务数" },
        where: isError,
        emptyIsHealthy: true,
      },
      unique({ en: "Services", zh: "服务数" }, fields.serviceName),
    ),
    number(
      {
        title: { en: "Kinds of exceptions", zh: "异常种类" },
        about: {
          en: "Different error types; exceptions that were logged have one",
          zh: "不同的错误类型数，记录的异常都带有类型",
        },
        where: isException,
        emptyIsHealthy: true,
      },
      unique({ en: "Types", zh: "类型数" }, fields.errorType),
    ),
    number(
      {
        title: { en: "Requests hit", zh: "受影响的请求" },
        about: {
          en: "Different traces with an error line: about the users' requests that failed",
          zh: "包含错误日志的链路数，约等于失败的用户请求数",
        },
        where: isError,
        emptyIsHealthy: true,
      },
      withTraces,
    ),
    barsOverTime(
      {
        title: { en: "Errors by service", zh: "按服务的错误" },
        about: {
          en: "A step up in one service after a deployment points at the deployment",
          zh: "某服务在发布后突增，通常由该次发布引起",
        },
        where: isError,
        emptyIsHealthy: true,
      },
      errors,
      byService,
    ),
    barsOverTime(
      {
        title: { en: "Exceptions by type", zh: "按类型的异常" },
        about: { en: "Which kind of exception grows", zh: "哪一类异常在增长" },
        where: isException,
        emptyIsHealthy: true,
      },
      errors,
      byErrorType,
    ),
    table(
      {
        title: { en: "Exceptions", zh: "异常列表" },
        about: {
          en: "By type and service: how often, since when, until when, in how many versions and traces",
          zh: "按类型与服务统计：次数、首次与最近时间、涉及的版本数与链路数",
        },
        where: isException,
        width: 48,
        emptyIsHealthy: true,
      },
      [terms({ en: "Error type", zh: "错误类型" }, fields.errorType, { limit: 20 }), byService],
      [errors, first(), last(), unique({ en: "Versions", zh: "版本数" }, fields.serviceVersion), withTraces],
    ),
    table(
      {
        title: { en: "New kinds of exceptions", zh: "新出现的异常" },
        about: {
          en: "Error types of the last seven days, those that came last first. Not there before: look at what was deployed then",
          zh: "最近七天的错误类型，最新出现者在前；此前未见者请查看当时的发布",
        },
        where: isException,
        over: week,
        emptyIsHealthy: true,
      },
      [terms({ en: "Error type", zh: "错误类型" }, fields.errorType, { limit: 20, by: rankedBy(0) })],
      [first({ en: "First seen", zh: "首次出现" }), errors, last()],
    ),
    table(
      {
        title: { en: "Requests that failed", zh: "失败的请求" },
        about: { en: "Routes that answered with 5xx, with the last time", zh: "返回 5xx 的路由及最近一次时间" },
        where: both(isRequest, isServerError),
        emptyIsHealthy: true,
      },
      [byService, byMethod, byRoute, byStatus],
      [errors, last()],
    ),
    lines(
      {
        title: { en: "Error lines with their stacks", zh: "错误日志与堆栈" },
        about: {
          en: "The newest first. The trace id leads to the trace in Jaeger",
          zh: "最新在前，点击链路 ID 可打开 Jaeger 中的链路",
        },
        where: isError,
        emptyIsHealthy: true,
      },
      [
        fields.serviceName,
        fields.message,
        fields.errorType,
        fields.errorMessage,
        fields.errorStackTrace,
        fields.traceId,
      ],
    ),
  ],
};
