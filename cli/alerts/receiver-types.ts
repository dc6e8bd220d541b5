/**
 * THE table of receivers: what a user gives for each type, and what Alertmanager is told. A secret is never part of it:
 * it lies in a file, and the configuration names the file.
 */

import type { ReceiverSecret, ReceiverType, Setting, Settings } from "./receiver-type.ts";

const title = '{{ template "obsbox.title" . }}';
const markdown = '{{ template "obsbox.markdown" . }}';
const robot = '{{ template "obsbox.robot" . }}';
const page = (only: string, max = 450) =>
  `{{ template "obsbox.links" (dict "style" "url" "only" "${only}" "max" ${max} "data" .) }}`;

/** What every type has: the end of an alert is told too. */
const both = { send_resolved: true } as const;

const webhookUrl: ReceiverSecret = { about: "the address of its incoming webhook", kind: "url" };
const channel: Setting = { about: "Channel, where the webhook may choose it", kind: "text" };
const apiUrl: Setting = { about: "Another address of its API", kind: "url" };

const slackMessage = {
  ...both,
  username: "obsbox",
  title,
  title_link: page("Dashboard"),
  text: '{{ template "obsbox.slack" . }}',
  fallback: title,
  color: '{{ template "obsbox.color" . }}',
} as const;

/** A robot that takes no more than its own form of message. */
const robotOf = (payload: unknown) => (_settings: Settings, secret: string) => ({
  ...both,
  url_file: secret,
  max_alerts: 50,
  payload,
});

export const receiverTypes = {
  email: {
    about: "Mail, by an SMTP server",
    secret: { about: "the password of the mail account", kind: "token", with: "username" },
    settings: {
      to: { about: "Who gets it", isRequired: true, kind: "addresses" },
      from: { about: "Sender", isRequired: true, kind: "address" },
      smarthost: { about: "Mail server", isRequired: true, kind: "server" },
      username: { about: "Account there; without one nobody signs in", kind: "text" },
      require_tls: { about: "false for a server without TLS", kind: "switch" },
    },
    key: "email_configs",
    integration: "email",
    configuration: ({ to, from, smarthost, username, require_tls: tls }, secret) => ({
      ...both,
      to,
      from,
      smarthost,
      ...(username === undefined ? {} : { auth_username: username, auth_password_file: secret }),
      ...(tls === undefined ? {} : { require_tls: tls === "true" }),
      headers: { Subject: title },
      text: '{{ template "obsbox.email.text" . }}',
      html: '{{ template "obsbox.email.html" . }}',
    }),
  },
  slack: {
    about: "Slack, by an incoming webhook",
    secret: webhookUrl,
    settings: { channel },
    key: "slack_configs",
    integration: "slack",
    configuration: (settings, secret) => ({ ...slackMessage, ...settings, api_url_file: secret }),
  },
  "slack-bot": {
    about: "Slack, by a bot that edits its message when the alert ends",
    secret: { about: "the token of the bot, xoxb-…, with the scope chat:write", kind: "token" },
    settings: { channel: { about: "Channel that the bot is a member of", isRequired: true, kind: "text" } },
    key: "slack_configs",
    integration: "slack",
    configuration: (settings, secret) => ({
      ...slackMessage,
      ...settings,
      // Alertmanager edits messages at this address and no other.
      api_url: "https://slack.com/api/chat.postMessage",
      update_message: true,
      http_config: { authorization: { type: "Bearer", credentials_file: secret } },
    }),
  },
  pagerduty: {
    about: "PagerDuty, by the Events API v2",
    secret: { about: "the integration key of the service", kind: "token" },
    settings: { url: { about: "Another address, such as https://events.eu.pagerduty.com/v2/enqueue", kind: "url" } },
    key: "pagerduty_configs",
    integration: "pagerduty",
    configuration: (settings, secret) => ({
      ...both,
      ...settings,
      routing_key_file: secret,
      client: "obsbox",
      client_url: page("Dashboard"),
      source: '{{ template "obsbox.name" (or .CommonLabels.service_name .CommonLabels.instance "obsbox") }}',
      description: '{{ template "obsbox.pagerduty.summary" . }}',
      severity: '{{ template "obsbox.pagerduty.severity" . }}',
      class: '{{ template "obsbox.name" (or .CommonLabels.alertname "") }}',
      component: '{{ template "obsbox.name" (or .CommonLabels.component "") }}',
      group: '{{ template "obsbox.name" (or .CommonLabels.deployment_environment_name "") }}',
      details: {
        firing: '{{ template "obsbox.pagerduty.list" .Alerts.Firing }}',
        resolved: '{{ template "obsbox.pagerduty.list" .Alerts.Resolved }}',
      },
      links: ["Dashboard", "Logs", "Runbook", "Silence"].map((text) => ({ text, href: page(text) })),
    }),
  },
  telegram: {
    about: "Telegram, by a bot",
    secret: { about: "the token of the bot, as BotFather gives it", kind: "token" },
    settings: {
      chat_id: { about: "Number of the chat; that of a group is negative", isRequired: true, kind: "number" },
      message_thread_id: { about: "Number of a topic in the group", kind: "number" },
      api_url: apiUrl,
    },
    key: "telegram_configs",
    integration: "telegram",
    configuration: ({ chat_id: chat, message_thread_id: thread, ...rest }, secret) => ({
      ...both,
      ...rest,
      bot_token_file: secret,
      chat_id: Number(chat),
      ...(thread === undefined ? {} : { message_thread_id: Number(thread) }),
      parse_mode: "HTML",
      message: '{{ template "obsbox.telegram" . }}',
    }),
  },
  discord: {
    about: "Discord, by a webhook of a channel",
    secret: { about: "the address of the channel's webhook", kind: "url" },
    settings: {},
    key: "discord_configs",
    integration: "discord",
    // Nothing in `content`: a mention there would call people, one in an embed does not.
    configuration: (_settings, secret) => ({
      ...both,
      webhook_url_file: secret,
      username: "obsbox",
      title,
      message: markdown,
    }),
  },
  msteams: {
    about: "Microsoft Teams, by a workflow of a channel",
    secret: { about: "the address of the workflow", kind: "url" },
    settings: {},
    key: "msteamsv2_configs",
    integration: "msteamsv2",
    configuration: (_settings, secret) => ({ ...both, webhook_url_file: secret, title, text: markdown }),
  },
  mattermost: {
    about: "Mattermost, by an incoming webhook",
    secret: webhookUrl,
    settings: { channel },
    key: "mattermost_configs",
    integration: "mattermost",
    configuration: (settings, secret) => ({
      ...both,
      ...settings,
      webhook_url_file: secret,
      username: "obsbox",
      title,
      title_link: page("Dashboard"),
      text: markdown,
      fallback: title,
      color: '{{ template "obsbox.hex" . }}',
    }),
  },
  webhook: {
    about: "A program of yours, which gets Alertmanager's own JSON",
    secret: { about: "its address", kind: "url" },
    settings: {},
    key: "webhook_configs",
    integration: "webhook",
    configuration: (_settings, secret) => ({ ...both, url_file: secret, max_alerts: 50 }),
  },
  wechat: {
    about: "WeCom (WeChat Work), by an application of the company",
    secret: { about: "the secret of the application", kind: "token" },
    settings: {
      corp_id: { about: "Id of the company", isRequired: true, kind: "text" },
      agent_id: { about: "Id of the application", isRequired: true, kind: "number" },
      to_user: { about: "Users with | between them; @all are all who may see the application", kind: "text" },
      to_party: { about: "Departments with | between them", kind: "text" },
      to_tag: { about: "Tags with | between them", kind: "text" },
      api_url: apiUrl,
    },
    oneOf: ["to_user", "to_party", "to_tag"],
    key: "wechat_configs",
    integration: "wechat",
    configuration: ({ to_user = "", to_party = "", to_tag = "", ...rest }, secret) => ({
      ...both,
      ...rest,
      // Those that are not given would come from Alertmanager's own templates.
      to_user,
      to_party,
      to_tag,
      api_secret_file: secret,
      message_type: "markdown",
      message: '{{ template "obsbox.wechat" . }}',
    }),
  },
  dingtalk: {
    about: "DingTalk, by a robot of a group",
    secret: { about: "the address of the robot's webhook", kind: "url" },
    settings: {},
    key: "webhook_configs",
    integration: "webhook",
    configuration: robotOf({ msgtype: "markdown", markdown: { title, text: robot }, at: { isAtAll: false } }),
  },
  feishu: {
    about: "Feishu or Lark, by a robot of a group",
    secret: { about: "the address of the robot's webhook", kind: "url" },
    settings: {},
    key: "webhook_configs",
    integration: "webhook",
    configuration: robotOf({
      msg_type: "interactive",
      card: {
        header: { title: { tag: "plain_text", content: title }, template: '{{ template "obsbox.card" . }}' },
        elements: [{ tag: "markdown", content: `${markdown} · obsbox` }],
      },
    }),
  },
  wecom: {
    about: "WeCom (WeChat Work), by a robot of a group",
    secret: { about: "the address of the robot's webhook", kind: "url" },
    settings: {},
    key: "webhook_configs",
    integration: "webhook",
    configuration: robotOf({ msgtype: "markdown", markdown: { content: robot } }),
  },
} as const satisfies Readonly<Record<string, ReceiverType>>;

export const receiverTypeNames = Object.keys(receiverTypes);

/** The row of a type, or undefined for a type that there is not. */
export function receiverTypeOf(name: string): ReceiverType | undefined {
  return Object.entries(receiverTypes).find(([known]) => known === name)?.[1];
}
