/** One receiver of each type at the sinks, and the alerts that they are told of. */
import type { Receiver } from "../../../cli/alerts/receiver.ts";
import type { Settings } from "../../../cli/alerts/receiver-type.ts";
import type { Alert } from "./alertmanager.ts";
import type { Call, HttpSink, Mail, SmtpSink } from "./sinks.ts";

/** Those that a sink can stand in for: the bot of Slack is called at Slack and nowhere else. */
export const types = [
  "email",
  "slack",
  "pagerduty",
  "telegram",
  "discord",
  "msteams",
  "mattermost",
  "webhook",
  "wechat",
  "dingtalk",
  "feishu",
  "wecom",
] as const;

export interface Sinks {
  readonly http: HttpSink;
  readonly smtp: SmtpSink;
}

const host = "host.docker.internal";

export function receiversAt({ http, smtp }: Sinks) {
  const at = (path: string) => `http://${host}:${http.port}/${path}`;
  const settings: Readonly<Record<string, Settings>> = {
    email: { to: "ops@example.com", from: "box@example.com", smarthost: `${host}:${smtp.port}`, require_tls: "false" },
    slack: { channel: "#alerts" },
    mattermost: { channel: "alerts" },
    pagerduty: { url: at("pagerduty") },
    telegram: { chat_id: "-100", api_url: at("telegram") },
    wechat: { corp_id: "a-company", agent_id: "1000002", to_user: "@all", api_url: at("wechat/") },
  };
  const receivers = types.map((type): Receiver => ({ name: type, type, for: "all", settings: settings[type] ?? {} }));
  const keys = new Set(["pagerduty", "telegram", "wechat"]);
  const secrets = Object.fromEntries(types.map((type) => [type, keys.has(type) ? `key-of-${type}` : at(type)]));
  return { receivers, secrets };
}

/** What came to a receiver, as a person would compare it. */
export function messagesOf(type: string, { http, smtp }: Sinks): readonly unknown[] {
  if (type === "email") return smtp.mails.map(readMail);
  const calls = http.calls(`/${type}`).filter(({ path }) => !path.includes("/gettoken"));
  return calls.map(({ body }: Call): unknown => JSON.parse(body));
}

function readMail({ from, to, content }: Mail) {
  const [, boundary = ""] = /boundary=(\w+)/.exec(content) ?? [];
  const [head = "", text = "", html = ""] = content.split(`--${boundary}`);
  return { from, to, subject: /^Subject: (.*)$/m.exec(head)?.[1], text: bodyOf(text), html: bodyOf(html) };
}

/** Without its headers, and without the marks of quoted-printable. */
function bodyOf(part: string): string {
  const body = part.slice(part.indexOf("\n\n") + 2).replaceAll("=\n", "");
  const bytes = body.replaceAll(/=([0-9A-F]{2})/g, (_all, hex: string) =>
    String.fromCodePoint(Number.parseInt(hex, 16)),
  );
  return Buffer.from(bytes, "latin1").toString("utf8").trim();
}

const query = "var-service=orders&var-environment=lab&from=now-1h&to=now";

const annotations = {
  description: "5.2 % of the requests of the last hour failed. At this pace the error budget is used up in two days.",
  runbook_url: "https://github.com/obsbox/obsbox/blob/main/docs/runbooks/ServiceErrorBudgetBurn.md",
  dashboard_path: `/grafana/d/obsbox-services-slo?${query}`,
  logs_path: `/grafana/d/obsbox-services-logs?${query}`,
};

/** @param change What is hostile about it. */
export function alertFor(
  receiver: string,
  instance: string,
  change: Partial<Record<"label" | "text", string>> = {},
): Alert {
  const { label = "orders", text = `orders on ${instance} fails 5.2 % of its requests` } = change;
  return {
    labels: {
      alertname: "ServiceErrorBudgetBurn",
      severity: "critical",
      component: "app",
      service_name: label,
      deployment_environment_name: "lab",
      instance,
      obsbox_receiver: receiver,
    },
    annotations: { summary: text, ...annotations, ...(change.text === undefined ? {} : { description: text }) },
    startsAt: "2026-01-31T08:00:00Z",
    endsAt: "2100-01-01T00:00:00Z",
  };
}

export const ended = (alert: Alert): Alert => ({ ...alert, endsAt: "2026-01-31T08:30:00Z" });

/** Everything that chat programs, HTML, JSON, YAML or templates could take for their own. */
export const hostile = [
  `"q'`,
  "<script>alert(1)</script>",
  "`code`",
  "*b* _i_",
  "[click](http://evil.example)",
  "@everyone @all @channel",
  "<!channel> <@U1>",
  `<at user_id="all">all</at>`,
  `{{ .ExternalURL }}{{ template "nothing" . }}`,
  `{a: "{{ printf "%s" .Status }}"}`,
  "\n- list: yes\n# head\n**x: y",
  "\\ + & \u202e \u0007",
].join(" ");
