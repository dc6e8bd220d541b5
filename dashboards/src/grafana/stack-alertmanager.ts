/** D14: do alerts reach people? */
import { box, leavesWords, reloadWords } from "../box.ts";
import type { Page } from "../model.ts";
import { alerts, oneIsWell, series, stat, table, worseAbove } from "../panels/index.ts";
import { now, prom } from "../targets.ts";
import { dataSources } from "../variables.ts";

const rate = (series: string) => `sum(rate(${series}[$__rate_interval]))`;
const inRange = (series: string) => `sum by (receiver_name, integration) (increase(${series}[$__range]))`;

export const stackAlertmanager: Page = {
  uid: "stack-alertmanager",
  area: "stack",
  name: { en: "Alertmanager", zh: "Alertmanager" },
  description: {
    en: "Do alerts reach people? What fires, what is silenced, what was sent and what failed on the way.",
    zh: "告警能否送达？查看触发、静默、已发送与发送失败的情况。",
  },
  variables: dataSources("prometheus"),
  links: [
    { title: { en: "Health of the stack", zh: "观测栈健康" }, page: "stack-health" },
    { title: { en: "Silences", zh: "静默" }, url: "../alertmanager/#/silences" },
    { title: { en: "Alerts", zh: "告警" }, url: "../alertmanager/#/alerts" },
  ],
  sections: [
    {
      panels: [
        stat({
          title: { en: "Configuration", zh: "配置" },
          description: {
            en: "Whether the last configuration was taken. Refused: a receiver is wrong, and the configuration before it is still in force.",
            zh: "最近一次配置是否加载成功。加载失败说明接收器配置有误，仍在使用旧配置。",
          },
          unit: "none",
          targets: [now("min(alertmanager_config_last_reload_successful)")],
          thresholds: oneIsWell(),
          mappings: reloadWords,
        }),
        stat({
          title: { en: "Ways out", zh: "通知渠道" },
          description: {
            en: "Integrations of all receivers, the heartbeat among them. 0: alerts are shown here and nobody is called; add one with obsbox alerts receiver add.",
            zh: "已配置的通知渠道数，含心跳。为 0 时告警仅在页面显示，不会通知任何人；可用 obsbox alerts receiver add 添加。",
          },
          unit: "none",
          targets: [now("max(alertmanager_integrations)")],
          thresholds: oneIsWell("yellow"),
        }),
        stat({
          title: { en: "Heartbeat", zh: "心跳外送" },
          description: {
            en: "Whether the Watchdog was sent to the receiver heartbeat in the last ten minutes. Not sent: nobody outside notices when this machine dies; set it up with obsbox alerts heartbeat URL.",
            zh: "最近 10 分钟 Watchdog 是否已发送到 heartbeat 接收器。未发送时，这台机器宕机将无人知晓；可用 obsbox alerts heartbeat 地址 配置。",
          },
          unit: "none",
          targets: [now(box.heartbeat)],
          thresholds: oneIsWell(),
          mappings: leavesWords,
        }),
        stat({
          title: { en: "Firing", zh: "触发中" },
          description: {
            en: "Alerts that Alertmanager holds and does not suppress. The Watchdog is always one of them.",
            zh: "当前生效且未被抑制的告警数，Watchdog 始终计入其中。",
          },
          unit: "none",
          targets: [now('sum(alertmanager_alerts{state="active"})')],
        }),
        stat({
          title: { en: "Suppressed", zh: "被抑制" },
          description: {
            en: "Alerts that are silenced or explained by another one. Many for days: somebody silenced instead of mending.",
            zh: "被静默或被其他告警抑制的告警数。长期偏多说明有人用静默代替修复。",
          },
          unit: "none",
          targets: [now('sum(alertmanager_alerts{state="suppressed"})')],
        }),
        stat({
          title: { en: "Not sent", zh: "发送失败" },
          description: {
            en: "Notifications that could not be sent in the time shown. 0 is right; the table says by which way.",
            zh: "所选时间内发送失败的通知数，应为 0，具体渠道见下表。",
          },
          unit: "none",
          decimals: 0,
          targets: [now(box.failedNotifications)],
          thresholds: worseAbove(1, 5),
          emptyIsHealthy: true,
        }),
        alerts({
          title: { en: "Alerts that fire", zh: "触发中的告警" },
          description: {
            en: "All alerts that fire now, as Prometheus says. Empty is right; the name leads to the runbook.",
            zh: "Prometheus 中当前触发的全部告警，应为空。点击名称查看处理手册。",
          },
          selector: 'alertname!="Watchdog"',
        }),
        series({
          title: { en: "Alerts", zh: "告警数量" },
          description: {
            en: "Alerts that Alertmanager holds: active ones are sent, suppressed ones are silenced or explained by others.",
            zh: "Alertmanager 持有的告警：active 会发送，suppressed 已被静默或抑制。",
          },
          unit: "short",
          targets: [
            prom('sum(alertmanager_alerts{state="active"})', { en: "active", zh: "生效" }),
            prom('sum(alertmanager_alerts{state="suppressed"})', { en: "suppressed", zh: "被抑制" }),
          ],
        }),
        series({
          title: { en: "Alerts that came in", zh: "接收告警" },
          description: {
            en: "Alerts a second that Prometheus and others sent here, and those that were refused. Nothing at all: Prometheus does not reach Alertmanager, since the Watchdog always comes.",
            zh: "每秒接收及拒绝的告警数。完全为 0 说明 Prometheus 无法连接 Alertmanager（Watchdog 应始终存在）。",
          },
          unit: "ops",
          targets: [
            prom(rate('alertmanager_alerts_received_total{status="firing"}'), { en: "firing", zh: "触发" }),
            prom(rate('alertmanager_alerts_received_total{status="resolved"}'), { en: "resolved", zh: "恢复" }),
            prom(rate("alertmanager_alerts_invalid_total"), { en: "refused", zh: "拒绝" }),
          ],
        }),
        series({
          title: { en: "Notifications", zh: "通知" },
          description: {
            en: "Notifications a second that were tried, and those that failed after all attempts.",
            zh: "每秒尝试发送的通知数，以及重试后仍失败的数量。",
          },
          unit: "ops",
          targets: [
            prom(rate("alertmanager_notifications_total"), { en: "tried", zh: "发送" }),
            prom(rate("alertmanager_notifications_failed_total"), { en: "failed", zh: "失败" }),
          ],
        }),
        series({
          title: { en: "Time of a notification", zh: "通知耗时" },
          description: {
            en: "Mean time that a receiver takes to accept a notification; 0 when nothing was sent. Seconds: the chat or mail server is slow, and alerts come late.",
            zh: "接收方接受一条通知的平均耗时，未发送时为 0。达到数秒说明对端缓慢，告警会延迟。",
          },
          unit: "s",
          targets: [
            prom(
              `${rate("alertmanager_notification_latency_seconds_sum")} / (${rate("alertmanager_notification_latency_seconds_count")} > 0) or 0 * ${rate("alertmanager_notification_latency_seconds_count")}`,
              { en: "mean", zh: "平均" },
            ),
          ],
        }),
        table({
          title: { en: "Ways out", zh: "通知渠道" },
          description: {
            en: "One row for each receiver and integration: notifications in the time shown and how many of them failed. Rows with 0 sent nothing or are not in use.",
            zh: "每个接收器与渠道一行：所选时间内的发送数与失败数。为 0 表示未发送或未使用。",
          },
          keys: [
            { label: "receiver_name", title: { en: "Receiver", zh: "接收器" } },
            { label: "integration", title: { en: "Integration", zh: "渠道" } },
          ],
          columns: [
            {
              title: { en: "Tried", zh: "发送" },
              unit: "short",
              decimals: 0,
              expr: inRange("alertmanager_notifications_total"),
            },
            {
              title: { en: "Failed", zh: "失败" },
              unit: "short",
              decimals: 0,
              expr: inRange("alertmanager_notifications_failed_total"),
              thresholds: worseAbove(1, 5),
            },
            {
              title: { en: "Requests", zh: "请求" },
              unit: "short",
              decimals: 0,
              expr: inRange("alertmanager_notification_requests_total"),
            },
            {
              title: { en: "Requests failed", zh: "请求失败" },
              unit: "short",
              decimals: 0,
              expr: inRange("alertmanager_notification_requests_failed_total"),
              thresholds: worseAbove(1, 5),
            },
          ],
          height: 8,
        }),
      ],
    },
    {
      title: { en: "Inside", zh: "内部状态" },
      isCollapsed: true,
      panels: [
        series({
          title: { en: "Groups and silences", zh: "分组与静默" },
          description: {
            en: "Groups of alerts that are sent together, and silences in force. A silence that nobody remembers hides the next incident.",
            zh: "合并发送的告警分组数与生效的静默数。被遗忘的静默会掩盖下一次故障。",
          },
          unit: "short",
          targets: [
            prom("max(alertmanager_dispatcher_aggregation_groups)", { en: "groups", zh: "分组" }),
            prom('max(alertmanager_silences{state="active"})', { en: "silences in force", zh: "生效静默" }),
          ],
        }),
        series({
          title: { en: "Memory", zh: "内存" },
          description: {
            en: "Memory of the process. It is small and flat; growth means thousands of alerts at once.",
            zh: "进程内存，通常小而平稳，增长说明同时有大量告警。",
          },
          unit: "bytes",
          targets: [prom('max(process_resident_memory_bytes{job="alertmanager"})', { en: "resident", zh: "常驻内存" })],
        }),
      ],
    },
  ],
};
