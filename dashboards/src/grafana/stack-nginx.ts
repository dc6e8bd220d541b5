/** D16: who comes in through the door, who is refused, and does everything behind it answer? */
import { logFields } from "@obsbox/sdk/vocabulary";
import { box, certificateDays, upWords } from "../box.ts";
import { and } from "../lucene.ts";
import type { Page } from "../model.ts";
import { logTable, oneIsWell, series, stat, states, table, worseAbove, worseBelow } from "../panels/index.ts";
import { quantile, requests, sumRate } from "../promql.ts";
import { countLogs, now, prom, topLogs } from "../targets.ts";
import { dataSources } from "../variables.ts";

const rate = (series: string) => `sum(rate(${series}[$__rate_interval]))`;
const { eventAction, eventDataset, eventOutcome, httpResponseStatusCode, serviceName, urlPath } = logFields;

const auth = 'service_name="obsbox-auth"';
const accessLog = `${eventDataset}:"nginx.access"`;
const refused = and(`${serviceName}:"obsbox-auth"`, `${eventOutcome}:failure`);
const dockerLogs = "COMPOSE_PROFILES=docker-logs";

const count = { title: { en: "Times", zh: "次数" }, width: 90 };
const path = { title: { en: "Path", zh: "路径" } };
const status = { title: { en: "Status", zh: "状态码" }, width: 80 };
const client = { title: { en: "Client", zh: "客户端" } };

export const stackNginx: Page = {
  uid: "stack-nginx",
  area: "stack",
  name: { en: "Door", zh: "入口" },
  description: {
    en: "Who comes in through Nginx and the login, who is refused, and does everything behind them answer?",
    zh: "谁通过 Nginx 与登录进入、谁被拒绝、后端页面是否正常响应？",
  },
  variables: dataSources("prometheus", "elasticsearch"),
  links: [
    { title: { en: "Health of the stack", zh: "观测栈健康" }, page: "stack-health" },
    { title: { en: "Audit in Kibana", zh: "Kibana 审计" }, url: "../kibana/app/dashboards#/view/obsbox-audit" },
    {
      title: { en: "Access log in Kibana", zh: "Kibana 访问日志" },
      url: "../kibana/app/dashboards#/view/obsbox-access-log",
    },
  ],
  sections: [
    {
      panels: [
        stat({
          title: { en: "Nginx", zh: "Nginx" },
          description: {
            en: "Whether the door answers its exporter. Down: nobody gets in, and no traces from outside arrive.",
            zh: "Nginx 是否响应 exporter。异常时无人能访问，外部链路数据也无法进入。",
          },
          unit: "none",
          targets: [now("min(nginx_up) or vector(0)")],
          thresholds: oneIsWell(),
          mappings: upWords,
        }),
        stat({
          title: { en: "Requests", zh: "请求速率" },
          description: {
            en: "Requests a second through the door: people, browsers, and services that send traces.",
            zh: "每秒经过入口的请求数，包括用户、浏览器与上报链路的服务。",
          },
          unit: "reqps",
          targets: [prom(rate("nginx_http_requests_total"))],
        }),
        stat({
          title: { en: "Connections", zh: "连接数" },
          description: {
            en: "Connections that are open now. The door stands about a thousand.",
            zh: "当前打开的连接数，入口约支持一千个。",
          },
          unit: "none",
          targets: [prom("sum(nginx_connections_active)")],
          thresholds: worseAbove(700, 950),
        }),
        stat({
          title: { en: "Sign-ins failed", zh: "登录失败" },
          description: {
            en: "Sign-ins with a wrong password or beyond the limits, in the time shown. A few are typing errors; hundreds are somebody trying.",
            zh: "所选时间内密码错误或超出限制的登录次数。少量为输错，数百次则有人在尝试破解。",
          },
          unit: "none",
          decimals: 0,
          targets: [
            now('sum(increase(obsbox_auth_logins_total{outcome=~"wrong|limited|refused"}[$__range])) or vector(0)'),
          ],
          thresholds: worseAbove(20, 200),
        }),
        stat({
          title: { en: "Tokens refused", zh: "令牌被拒" },
          description: {
            en: "Requests of machines in the time shown whose token is wrong or lacks the scope. More than 0: a service sends traces that nobody takes.",
            zh: "所选时间内令牌无效或权限不足的机器请求数。大于 0 说明有服务上报的链路被丢弃。",
          },
          unit: "none",
          decimals: 0,
          targets: [now('sum(increase(obsbox_auth_machine_checks_total{outcome!="ok"}[$__range])) or vector(0)')],
          thresholds: worseAbove(1, 100),
          emptyIsHealthy: true,
        }),
        stat({
          title: { en: "Certificate", zh: "证书剩余" },
          description: {
            en: "Time until the first TLS certificate of the box ends. Under 14 days: renew.",
            zh: "最早到期的 TLS 证书剩余时间，少于 14 天应续期。",
          },
          unit: "s",
          decimals: 0,
          targets: [now(box.certificate)],
          thresholds: worseBelow(certificateDays.warning, certificateDays.critical),
        }),
        series({
          title: { en: "Requests", zh: "请求速率" },
          description: {
            en: "Requests a second through the door, and questions to the login. The two move together; without the second nobody is let in.",
            zh: "每秒经过入口的请求数与登录校验数，两者同步变化；没有后者则无人能进入。",
          },
          unit: "reqps",
          targets: [
            prom(rate("nginx_http_requests_total"), { en: "Nginx", zh: "Nginx" }),
            prom(sumRate(requests.count(auth)), { en: "login", zh: "登录校验" }),
          ],
        }),
        series({
          title: { en: "Connections", zh: "连接" },
          description: {
            en: "Open connections by what they do: most wait for the next request of a browser. Many that write: somebody downloads much or slowly.",
            zh: "按状态统计的连接数，多数在等待浏览器的下一个请求。写入偏多说明有大量或缓慢的下载。",
          },
          unit: "short",
          targets: [
            prom("sum(nginx_connections_waiting)", { en: "waiting", zh: "等待" }),
            prom("sum(nginx_connections_writing)", { en: "writing", zh: "写出" }),
            prom("sum(nginx_connections_reading)", { en: "reading", zh: "读取" }),
            prom(`${rate("nginx_connections_accepted")} - ${rate("nginx_connections_handled")}`, {
              en: "dropped a second",
              zh: "每秒丢弃",
            }),
          ],
        }),
        series({
          title: { en: "Answers of the login", zh: "登录校验结果" },
          description: {
            en: "Questions to the login by class of answer. 4xx are people and machines without a valid session or token; 5xx is a broken login, and then nobody gets in.",
            zh: "按状态码类别统计的登录校验。4xx 为无有效会话或令牌，5xx 说明登录服务故障，无人能进入。",
          },
          unit: "reqps",
          targets: [prom(sumRate(requests.counted(auth), ["status_class"]), "{{status_class}}")],
        }),
        series({
          title: { en: "Time of the login's answers", zh: "登录校验耗时" },
          description: {
            en: "How long the login takes to say yes or no: every request waits for it. Milliseconds are right.",
            zh: "登录校验的耗时，每个请求都要等待，应为毫秒级。",
          },
          unit: "s",
          targets: [
            prom(quantile(0.95, requests.buckets(auth)), { en: "95 %", zh: "95%" }),
            prom(quantile(0.5, requests.buckets(auth)), { en: "50 %", zh: "50%" }),
          ],
        }),
        series({
          title: { en: "Sign-ins", zh: "登录" },
          description: {
            en: "Sign-ins a second by outcome. Wrong and limited ones in waves are somebody guessing passwords; the limits hold them off.",
            zh: "按结果统计的每秒登录次数。wrong 与 limited 成批出现说明有人在猜密码，限流会拦截。",
          },
          unit: "ops",
          targets: [prom("sum by (outcome) (rate(obsbox_auth_logins_total[$__rate_interval]))", "{{outcome}}")],
        }),
        series({
          title: { en: "Machines", zh: "机器令牌" },
          description: {
            en: "Requests of machines a second by the scope that they need and outcome: otlp are the traces of your services.",
            zh: "按权限与结果统计的每秒机器请求数，otlp 即业务服务上报的链路。",
          },
          unit: "reqps",
          targets: [
            prom(
              "sum by (scope, outcome) (rate(obsbox_auth_machine_checks_total[$__rate_interval]))",
              "{{scope}} {{outcome}}",
            ),
          ],
        }),
        states({
          title: { en: "Pages that answer", zh: "页面可用性" },
          description: {
            en: "Whether the door and the pages behind it answer as they should, asked every half minute. The door is well when it refuses who has no login.",
            zh: "每 30 秒探测入口及各页面是否正常响应。入口拒绝未登录请求即为正常。",
          },
          unit: "none",
          width: 12,
          height: 8,
          targets: [prom('min by (part) (probe_success{job="probe"})', "{{part}}")],
          thresholds: oneIsWell(),
          mappings: upWords,
        }),
        series({
          title: { en: "Time of the pages", zh: "页面响应耗时" },
          description: {
            en: "How long each page takes to answer a probe. Seconds: the part behind it is short of memory or CPU.",
            zh: "各页面探测的响应耗时。达到数秒说明对应组件内存或 CPU 不足。",
          },
          unit: "s",
          targets: [prom('max by (part) (probe_duration_seconds{job="probe"})', "{{part}}")],
        }),
        logTable({
          title: { en: "Refused by the login", zh: "登录拒绝明细" },
          description: {
            en: "Who was refused in the time shown and why, from the audit log. Empty is right; one address with many is somebody trying.",
            zh: "所选时间内被拒绝的来源与动作（审计日志），应为空。单一地址次数很多说明有人在尝试破解。",
          },
          height: 7,
          emptyIsHealthy: true,
          target: topLogs(refused, [eventAction, "source.ip"]),
          columns: {
            [eventAction]: { title: { en: "What", zh: "动作" } },
            "source.ip": { title: { en: "From", zh: "来源地址" } },
            Count: count,
          },
        }),
        table({
          title: { en: "Certificates", zh: "证书" },
          description: {
            en: "When the TLS certificate of each component ends. Under 14 days: renew.",
            zh: "各组件 TLS 证书的剩余有效期，少于 14 天应续期。",
          },
          width: 12,
          height: 7,
          keys: [{ label: "component", title: { en: "Component", zh: "组件" } }],
          columns: [
            {
              title: { en: "Ends in", zh: "剩余" },
              unit: "s",
              decimals: 0,
              expr: "min by (component) (obsbox_keeper_certificate_expiry_timestamp_seconds) - time()",
              thresholds: worseBelow(certificateDays.warning, certificateDays.critical),
            },
          ],
        }),
      ],
    },
    {
      title: { en: "Access log", zh: "访问日志" },
      isCollapsed: true,
      panels: [
        series({
          title: { en: "Answers by status", zh: "状态码分布" },
          description: {
            en: "Requests by status, from the access log. A burst of 401 or 403 is somebody without a login; 502 and 504 are parts that do not answer.",
            zh: "访问日志中各状态码的请求数。401/403 突增说明有人未登录访问，502/504 说明后端组件无响应。",
          },
          unit: "short",
          bars: true,
          stack: true,
          height: 9,
          needs: dockerLogs,
          targets: [countLogs(accessLog, httpResponseStatusCode)],
        }),
        logTable({
          title: { en: "Failing paths", zh: "失败路径" },
          description: {
            en: "Paths that were answered with 4xx and 5xx most often.",
            zh: "返回 4xx 与 5xx 最多的路径。",
          },
          needs: dockerLogs,
          target: topLogs(and(accessLog, `${httpResponseStatusCode}:[400 TO *]`), [urlPath, httpResponseStatusCode]),
          columns: { [urlPath]: path, [httpResponseStatusCode]: status, Count: count },
        }),
        logTable({
          title: { en: "Clients that are refused", zh: "被拒客户端" },
          description: {
            en: "Addresses that were answered with 401 or 403 most often. Hundreds from one address: somebody scans.",
            zh: "返回 401/403 最多的客户端地址。同一地址数百次说明有人在扫描。",
          },
          needs: dockerLogs,
          target: topLogs(and(accessLog, `${httpResponseStatusCode}:(401 OR 403)`), ["client.ip"]),
          columns: { "client.ip": client, Count: count },
        }),
        logTable({
          title: { en: "Who comes in", zh: "访问者" },
          description: {
            en: "People with most requests, and from where they come. A name from an address that nobody knows: ask its owner, and end the sessions.",
            zh: "请求最多的用户及其来源地址。若来自陌生地址，请向本人确认并终止会话。",
          },
          needs: dockerLogs,
          target: topLogs(accessLog, ["user.name", "client.ip"]),
          columns: { "user.name": { title: { en: "Who", zh: "用户" } }, "client.ip": client, Count: count },
        }),
      ],
    },
  ],
};
