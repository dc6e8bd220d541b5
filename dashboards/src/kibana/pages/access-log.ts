import { requestCount } from "../conditions.ts";
import { fields } from "../fields.ts";
import { atLeast, below, both, is } from "../kql.ts";
import { named } from "../neighbours.ts";
import { bytes, count, durationPercentile, durationRanges, filters, last, terms, unique } from "../operations.ts";
import type { Page, Panel } from "../page.ts";
import { barsOverTime, heatmap, lines, number, shares, table } from "../panels.ts";
import type { About } from "../panels.ts";

const status = fields.httpResponseStatusCode;
const isAccess = is(fields.eventDataset, "nginx.access");
const isRefused = is(status, 401, 403);
const between = (from: number, to: number) => both(atLeast(status, from), below(status, to));

const refused = count({ en: "401 and 403", zh: "401 与 403" }, isRefused);
const failed = count({ en: "5xx", zh: "5xx" }, atLeast(status, 500));
const p95 = durationPercentile(95, { en: "p95", zh: "p95" });
const byClient = terms({ en: "Client", zh: "客户端" }, fields.clientAddress, { limit: 20 });
const byPath = terms({ en: "Path", zh: "路径" }, fields.urlPath, { limit: 20 });

/** Nginx writes its access log to the output of its container; the profile `docker-logs` ships what containers print. */
const ofEdge = { needs: "COMPOSE_PROFILES=docker-logs" } as const;

function where(condition: string): Pick<About, "where" | "needs"> {
  return { where: both(isAccess, condition), ...ofEdge };
}

const totals: readonly Panel[] = [
  number(
    {
      title: { en: "Requests", zh: "请求数" },
      about: { en: "Requests that Nginx answered, for every component of the box", zh: "Nginx 为各组件处理的请求数" },
      ...where(""),
    },
    requestCount,
  ),
  number(
    {
      title: { en: "Failed requests", zh: "失败请求" },
      about: {
        en: "Answered with 5xx: a component behind Nginx is down or broken",
        zh: "返回 5xx，说明 Nginx 后方某组件异常",
      },
      ...where(""),
      emptyIsHealthy: true,
    },
    failed,
  ),
  number(
    {
      title: { en: "Refused requests", zh: "被拒请求" },
      about: {
        en: "Answered with 401 or 403: nobody signed in, a wrong token, or no right",
        zh: "返回 401 或 403，说明未登录、令牌错误或无权限",
      },
      ...where(""),
      emptyIsHealthy: true,
    },
    refused,
  ),
  number(
    {
      title: { en: "Bytes sent", zh: "发送字节" },
      about: { en: "Bytes of all answers, headers included", zh: "全部响应的字节数（含头部）" },
      ...where(""),
    },
    bytes({ en: "Sent", zh: "已发送" }, fields.responseBytes),
  ),
];

/** K4 */
export const accessLog: Page = {
  ...named("access-log"),
  about: {
    en: "Who asks the edge for what, how does it answer, and does somebody try doors?",
    zh: "谁在访问入口、访问什么、结果如何、是否有人试探？",
  },
  counterparts: [
    { uid: "stack-nginx", title: { en: "Nginx", zh: "Nginx" } },
    { uid: "stack-health", title: { en: "Health of the box", zh: "系统健康" } },
  ],
  panels: [
    ...totals,
    barsOverTime(
      {
        title: { en: "Requests by class of status", zh: "按状态类别的请求" },
        about: {
          en: "5xx is the box's fault, a burst of 4xx a client's",
          zh: "5xx 为系统问题，4xx 突增多为客户端问题",
        },
        ...where(""),
      },
      requestCount,
      filters({ en: "Status", zh: "状态" }, [
        [{ en: "2xx", zh: "2xx" }, between(200, 300)],
        [{ en: "3xx", zh: "3xx" }, between(300, 400)],
        [{ en: "4xx", zh: "4xx" }, between(400, 500)],
        [{ en: "5xx", zh: "5xx" }, atLeast(status, 500)],
      ]),
    ),
    barsOverTime(
      {
        title: { en: "Refused requests by client", zh: "按客户端的被拒请求" },
        about: {
          en: "A burst from one address is a script with an old token, or somebody who tries passwords",
          zh: "单一地址的突增多为旧令牌脚本或口令试探",
        },
        ...where(isRefused),
        emptyIsHealthy: true,
      },
      requestCount,
      terms({ en: "Client", zh: "客户端" }, fields.clientAddress),
    ),
    heatmap(
      {
        title: { en: "How long answers take", zh: "响应耗时分布" },
        about: { en: "Dark cells far up are pages that keep people waiting", zh: "靠上的深色格表示让人久等的页面" },
        ...where(""),
      },
      requestCount,
      durationRanges([
        [{ en: "up to 10 ms", zh: "10 毫秒以内" }, 10],
        [{ en: "10 to 100 ms", zh: "10 至 100 毫秒" }, 100],
        [{ en: "0.1 to 1 s", zh: "0.1 至 1 秒" }, 1000],
        [{ en: "more than 1 s", zh: "1 秒以上" }, undefined],
      ]),
    ),
    shares(
      {
        title: { en: "Who answered", zh: "由谁响应" },
        about: {
          en: "Components behind Nginx; without one, Nginx answered itself",
          zh: "Nginx 后方的组件；无组件表示由 Nginx 直接响应",
        },
        ...where(""),
      },
      requestCount,
      terms({ en: "Component", zh: "组件" }, fields.upstreamAddress, { limit: 10, withOther: true }),
    ),
    table(
      {
        title: { en: "Paths", zh: "路径" },
        about: {
          en: "What is asked most, how long it takes, how often it fails",
          zh: "访问最多的路径、耗时与失败次数",
        },
        ...where(""),
      },
      [byPath],
      [requestCount, p95, failed, refused],
    ),
    table(
      {
        title: { en: "Clients and people", zh: "客户端与用户" },
        about: { en: "Addresses, and who was signed in there", zh: "来源地址及其登录用户" },
        ...where(""),
      },
      [byClient],
      [requestCount, unique({ en: "People", zh: "用户数" }, fields.userName), refused, last()],
    ),
    table(
      {
        title: { en: "Refused: who asked for what", zh: "被拒明细" },
        about: {
          en: "Many paths from one address are somebody who looks for doors",
          zh: "同一地址访问大量路径说明有人在试探",
        },
        ...where(isRefused),
        width: 48,
        emptyIsHealthy: true,
      },
      [byClient, byPath, terms({ en: "Status", zh: "状态码" }, status, { limit: 5 })],
      [requestCount, last()],
    ),
    lines(
      {
        title: { en: "Requests, newest first", zh: "请求日志" },
        about: {
          en: "Without query strings, cookies and tokens, which are never written",
          zh: "不含查询串、Cookie 与令牌，这些从不写入",
        },
        ...where(""),
      },
      [status, fields.message, fields.clientAddress, fields.userName, fields.eventDuration, fields.upstreamStatus],
    ),
  ],
};
