/** Conditions and columns that several pages use. */
import { fields } from "./fields.ts";
import { atLeast, both, exists, is, isNot } from "./kql.ts";
import { count, terms } from "./operations.ts";

export const isError = is(fields.level, "error", "fatal");
/** The line that the SDK writes for each request that a service answered. */
export const isRequest = is(fields.eventAction, "http-request");
export const isServerError = atLeast(fields.httpResponseStatusCode, 500);

/** Filebeat's word for a line that it could not parse, in the place where exceptions have their type. */
const unparsed = "json";
export const isUnparsed = is(fields.errorType, unparsed);
export const isException = both(exists(fields.errorType), isNot(fields.errorType, unparsed));

export const lineCount = count({ en: "Lines", zh: "行数" });
export const errorCount = count({ en: "Errors", zh: "错误数" }, isError);
export const requestCount = count({ en: "Requests", zh: "请求数" });

export const byService = terms({ en: "Service", zh: "服务" }, fields.serviceName);
export const byLevel = terms({ en: "Level", zh: "级别" }, fields.level, { limit: 6 });
export const byErrorType = terms({ en: "Error type", zh: "错误类型" }, fields.errorType);
export const byRoute = terms({ en: "Route", zh: "路由" }, fields.httpRoute);
export const byMethod = terms({ en: "Method", zh: "方法" }, fields.httpRequestMethod, { limit: 5 });
export const byStatus = terms({ en: "Status", zh: "状态码" }, fields.httpResponseStatusCode, { limit: 5 });
export const byVersion = terms({ en: "Version", zh: "版本" }, fields.serviceVersion, { limit: 5 });

export const week = { from: "now-7d", to: "now" } as const;
