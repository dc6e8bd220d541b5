/** The routing tree, the inhibition and the notifications, in a real Alertmanager. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { countsOf, reasonIn, verdictOf } from "../../cli/alerts/delivery.ts";
import type { Receiver } from "../../cli/alerts/receiver.ts";
import { receiverTypes } from "../../cli/alerts/receiver-types.ts";
import { root } from "../helpers/run-program.ts";
import { waitFor } from "../helpers/wait-for.ts";
import { startAlertmanager } from "./alerts/alertmanager.ts";
import type { Alertmanager, KnownAlert } from "./alerts/alertmanager.ts";
import { alertFor, ended, hostile, messagesOf, receiversAt, types } from "./alerts/notifications.ts";
import type { Sinks } from "./alerts/notifications.ts";
import { startHttpSink, startSmtpSink } from "./alerts/sinks.ts";

const slack = (name: string, wanted: Receiver["for"]): Receiver => ({ name, type: "slack", for: wanted, settings: {} });
const officeHours = { days: "monday:friday", from: "08:00", to: "18:00", timeZone: "Europe/Berlin" };
const file = "/run/alertmanager/alertmanager.yml";

const needed: Readonly<Record<string, string>> = {
  to: "a@example.com",
  from: "b@example.com",
  smarthost: "mail.example.com:587",
  username: "a",
  channel: "#x",
  chat_id: "-100",
  corp_id: "c",
  agent_id: "1",
  to_user: "@all",
  url: "https://events.eu.pagerduty.com/v2/enqueue",
};

describe("the routing tree", () => {
  let alertmanager: Alertmanager;
  beforeAll(async () => {
    const receivers = [slack("chat", "all"), slack("pager", "critical"), slack("todo", "warning")];
    alertmanager = await startAlertmanager({ receivers: { receivers, officeHours } });
  });
  afterAll(() => alertmanager[Symbol.asyncDispose]());

  const routesTo = async (...labels: readonly string[]) => {
    const { output } = await alertmanager.amtool("config", "routes", "test", `--config.file=${file}`, ...labels);
    return output.trim();
  };

  const components = ["app", "runtime", "dependency", "host", "container", "k8s", "stack"];
  const expected: readonly (readonly [string, string])[] = [
    ["critical", "chat,pager"],
    ["warning", "chat,todo"],
    ["info", "nobody"],
    ["none", "nobody"],
  ];
  const cases = expected.flatMap(([severity, receivers]) =>
    components.map((component) => [severity, component, receivers] as const),
  );

  test.each(cases)("leads %s of the component %s to %s", async (severity, component, receivers) => {
    const labels = ["alertname=X", `severity=${severity}`, `component=${component}`, "service_name=orders"];
    expect(await routesTo(...labels)).toBe(receivers);
  });

  test.each([
    ["an alert without a severity is a warning", ["alertname=Own"], "chat,todo"],
    ["the Watchdog goes to the heartbeat alone", ["alertname=Watchdog", "severity=none"], "heartbeat"],
    ["a test of one receiver goes there alone", ["alertname=T", "severity=critical", "obsbox_receiver=todo"], "todo"],
  ])("%s", async (_what, labels, receivers) => {
    expect(await routesTo(...labels)).toBe(receivers);
  });

  test("without receivers leads nowhere, and is valid", async () => {
    await using plain = await startAlertmanager();
    const { code, output } = await plain.amtool(
      "config",
      "routes",
      "test",
      `--config.file=${file}`,
      "severity=critical",
    );
    expect([code, output.trim()]).toEqual([0, "critical"]);
    expect((await plain.amtool("check-config", file)).code).toBe(0);
  });

  test("with every type of receiver, and every setting of each, is valid", async () => {
    const receivers = Object.entries(receiverTypes).map(([type, { settings }]): Receiver => {
      const given = Object.keys(settings).flatMap((key) => (needed[key] === undefined ? [] : [[key, needed[key]]]));
      return { name: type, type, for: "all", settings: Object.fromEntries(given) };
    });
    await using full = await startAlertmanager({ receivers: { receivers, officeHours, hasHeartbeat: true } });
    const { code, output } = await full.amtool("check-config", file);
    expect([code, output]).toEqual([0, expect.stringContaining(`${receivers.length + 4} receivers`)]);
  });
});

type Labels = Readonly<Record<string, string>>;

describe("inhibition", () => {
  let alertmanager: Alertmanager;
  beforeAll(async () => void (alertmanager = await startAlertmanager()));
  afterAll(() => alertmanager[Symbol.asyncDispose]());
  afterEach(async () => {
    await alertmanager.post((await alertmanager.alerts()).map(({ labels }) => ended({ labels })));
    await waitFor("the end of all", async () => (await alertmanager.alerts()).length === 0);
  });

  const critical = { severity: "critical" };
  const warning = { severity: "warning" };
  const orders = { service_name: "orders", deployment_environment_name: "lab" };
  const burn = (window: string, severity: string): Labels => ({
    alertname: "ServiceErrorBudgetBurn",
    severity,
    slo: "availability",
    long_window: window,
    ...orders,
  });
  const disk = (severity: string, mountpoint: string): Labels => ({
    alertname: "HostDiskAlmostFull",
    severity,
    instance: "a:9100",
    mountpoint,
  });
  const hostDown = { alertname: "HostDown", ...critical };
  const jobDown = { alertname: "JobDown", ...critical };
  const late = { alertname: "NodeEventLoopDelayHigh" };
  const certificate = (severity: string, part: string): Labels => ({
    alertname: "CertificateExpiring",
    severity,
    instance: "keeper:9464",
    service_name: "obsbox-keeper",
    part,
  });
  const elasticsearchDown = { alertname: "ElasticsearchDown", ...critical, instance: "elasticsearch-exporter:9114" };
  const keeper = { ...warning, instance: "keeper:9464" };
  const targetDown = (part: string): Labels => ({ alertname: "StackTargetDown", ...warning, part });
  const spansDelayed = { alertname: "TelemetrySpansDelayed", ...warning, ...orders };
  const notIngesting = { alertname: "PrometheusNotIngesting", ...critical, instance: "localhost:9090" };

  const cases: readonly (readonly [string, Labels, Labels, boolean])[] = [
    ["a host that is down hides what is missed of it", { ...hostDown, instance: "a:9100" }, disk("warning", "/"), true],
    ["... its critical alerts too", { ...hostDown, instance: "a:9100" }, disk("critical", "/"), true],
    ["... not those of another host", { ...hostDown, instance: "b:9100" }, disk("critical", "/"), false],
    ["... nothing, where both have no instance", hostDown, { alertname: "X", ...warning }, false],
    ["... not that another host is down", { ...hostDown, instance: "c" }, { ...hostDown, instance: "d" }, false],
    [
      "a job that is down hides its targets",
      { ...jobDown, job: "orders" },
      { alertname: "TargetDown", ...warning, job: "orders" },
      true,
    ],
    [
      "... not those of another job",
      { ...jobDown, job: "orders" },
      { alertname: "TargetDown", ...warning, job: "web" },
      false,
    ],
    ["... nothing, where both have no job", jobDown, { alertname: "TargetDown", ...warning }, false],
    [
      "... the alerts of its service",
      { ...jobDown, job: "orders", ...orders },
      { ...late, ...critical, ...orders },
      true,
    ],
    [
      "... not those of another service",
      { ...jobDown, ...orders },
      { ...late, ...critical, ...orders, service_name: "web" },
      false,
    ],
    [
      "... not those of another environment",
      { ...jobDown, ...orders },
      { ...late, ...critical, ...orders, deployment_environment_name: "live" },
      false,
    ],
    [
      "a critical alert of a service hides its warning",
      { ...late, ...critical, ...orders },
      { ...late, ...warning, ...orders },
      true,
    ],
    [
      "... not that of another service",
      { ...late, ...critical, ...orders },
      { ...late, ...warning, ...orders, service_name: "web" },
      false,
    ],
    [
      "... not that of another instance",
      { ...late, ...critical, ...orders, instance: "1" },
      { ...late, ...warning, ...orders, instance: "2" },
      false,
    ],
    [
      "... not another warning",
      { ...late, ...critical, ...orders },
      { alertname: "DependencySlow", ...warning, ...orders },
      false,
    ],
    [
      "... nothing, where both have neither service nor instance",
      { ...late, ...critical },
      { ...late, ...warning },
      false,
    ],
    [
      "... nothing critical",
      { ...late, ...critical, ...orders, a: "1" },
      { ...late, ...critical, ...orders, a: "2" },
      false,
    ],
    ["a full disk hides its own warning", disk("critical", "/"), disk("warning", "/"), true],
    ["... not that of another disk", disk("critical", "/"), disk("warning", "/data"), false],
    [
      "a certificate that ends hides its own warning",
      certificate("critical", "nginx"),
      certificate("warning", "nginx"),
      true,
    ],
    ["... not that of another part", certificate("critical", "nginx"), certificate("warning", "elasticsearch"), false],
    ["a fast burn hides slower ones", burn("1h", "critical"), burn("6h", "critical"), true],
    ["... the slowest", burn("1h", "critical"), burn("3d", "warning"), true],
    ["... each hides what is slower", burn("6h", "critical"), burn("1d", "warning"), true],
    ["... down to the last", burn("1d", "warning"), burn("3d", "warning"), true],
    ["... never a faster one", burn("6h", "critical"), burn("1h", "critical"), false],
    ["... not that of another objective", burn("1h", "critical"), { ...burn("6h", "critical"), slo: "latency" }, false],
    [
      "... not that of another service",
      burn("1h", "critical"),
      { ...burn("6h", "critical"), service_name: "web" },
      false,
    ],
    [
      "... nothing, where both have no service",
      { ...burn("1h", "critical"), service_name: "" },
      { ...burn("6h", "critical"), service_name: "" },
      false,
    ],
    [
      "a Prometheus that takes nothing in hides what seems missing",
      notIngesting,
      { alertname: "ServiceMetricsAbsent", ...warning, ...orders },
      true,
    ],
    ["... jobs that seem down", notIngesting, { ...jobDown, job: "orders" }, true],
    ["... hosts that seem down", notIngesting, { ...hostDown, instance: "a:9100" }, true],
    ["... parts of the box", notIngesting, { alertname: "StackTargetDown", ...warning, part: "grafana" }, true],
    ["... not what is slow", notIngesting, { ...late, ...warning, ...orders }, false],
    ...["LogPipelineLagging", "LogLinesLost", "JaegerStorageErrors"].map(
      (alertname) =>
        [`Elasticsearch being down hides ${alertname}`, elasticsearchDown, { alertname, ...warning }, true] as const,
    ),
    ...["LogPipelineBroken", "ElasticsearchNoNewDocuments"].map(
      (alertname) => [`... ${alertname}`, elasticsearchDown, { alertname, ...critical }, true] as const,
    ),
    ...["KeeperTaskFailing", "KeeperTaskStale"].map(
      (alertname) =>
        [`... ${alertname} of logs`, elasticsearchDown, { alertname, ...keeper, task: "logs" }, true] as const,
    ),
    [
      "... that Kibana does not open",
      elasticsearchDown,
      { alertname: "StackPageDown", ...warning, part: "kibana" },
      true,
    ],
    [
      "... not that Jaeger does not",
      elasticsearchDown,
      { alertname: "StackPageDown", ...warning, part: "jaeger" },
      false,
    ],
    ["... not how little disk it has", elasticsearchDown, { alertname: "ElasticsearchDiskLow", ...critical }, false],
    [
      "... not lines that services drop",
      elasticsearchDown,
      { alertname: "TelemetryLogsDropped", ...warning, ...orders },
      false,
    ],
    ["a Jaeger that is down hides that spans wait", targetDown("jaeger"), spansDelayed, true],
    [
      "... not that they are lost",
      targetDown("jaeger"),
      { ...spansDelayed, alertname: "TelemetryExportFailing" },
      false,
    ],
    ["... no other part does", targetDown("grafana"), spansDelayed, false],
    [
      "a door that does not open hides that spans wait",
      { alertname: "StackDoorFailing", ...critical },
      spansDelayed,
      true,
    ],
  ];

  test.each(cases)("%s", async (_what, source, target, isHidden) => {
    // Alertmanager takes alerts in one after the other: once the last pair is seen as one, the first one is settled.
    const control = { alertname: "Control", service_name: `control-${Math.random()}` };
    const alerts = [source, target, { ...control, ...critical }, { ...control, ...warning }].map((labels) => ({
      labels: Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== "")),
    }));
    await alertmanager.post(alerts);
    const known = await waitFor("the last pair", async () => {
      const all = await alertmanager.alerts();
      return (find(all, alerts[3]?.labels)?.status.inhibitedBy.length ?? 0) > 0 && all;
    });
    expect(find(known, alerts[1]?.labels)?.status.inhibitedBy).toHaveLength(isHidden ? 1 : 0);
  });

  function find(alerts: readonly KnownAlert[], labels: Labels = {}): KnownAlert | undefined {
    const own = Object.entries(labels);
    return alerts.find(
      (alert) =>
        Object.keys(alert.labels).length === own.length && own.every(([name, value]) => alert.labels[name] === value),
    );
  }
});

describe("notifications", () => {
  let sinks: Sinks;
  let alertmanager: Alertmanager;
  beforeAll(async () => {
    sinks = { http: await startHttpSink(), smtp: await startSmtpSink() };
    const { receivers, secrets } = receiversAt(sinks);
    // Alerts of one post come one after the other; a second gathers them.
    const edit = (text: string) => text.replaceAll("group_wait: 0s", "group_wait: 1s").replaceAll(": 10s", ": 2s");
    alertmanager = await startAlertmanager({ receivers: { receivers }, secrets, edit });
  });
  afterAll(async () => {
    await alertmanager[Symbol.asyncDispose]();
    for (const sink of [sinks.http, sinks.smtp]) await sink[Symbol.asyncDispose]();
  });

  /** What each receiver got beyond what it had; of many alerts, the message that has all that fire. */
  async function told(post: () => Promise<void>, firing = 1): Promise<ReadonlyMap<string, unknown>> {
    const before = new Map(types.map((type) => [type, messagesOf(type, sinks).length]));
    await post();
    const messages = types.map(async (type) => {
      const message = await waitFor(`a message by ${type}`, () =>
        messagesOf(type, sinks)
          .slice(before.get(type))
          .find((one) => firing === 1 || firingIn(one) === firing),
      );
      return [type, message] as const;
    });
    return new Map(await Promise.all(messages));
  }

  const single = types.map((type) => alertFor(type, "10.0.0.1:9464"));
  const many = types.flatMap((type) =>
    Array.from({ length: 12 }, (_, index) => {
      const alert = alertFor(type, `10.0.1.${10 + index}:9464`, { label: "payments" });
      return index < 3 ? ended(alert) : alert;
    }),
  );

  test("of each type are those of the fixtures: one alert, its end, and many", async () => {
    const firing = await told(() => alertmanager.post(single));
    const resolved = await told(() => alertmanager.post(single.map(ended)));
    // An end is told of what was told before.
    await told(() => alertmanager.post(many.map((alert) => ({ ...alert, endsAt: "2100-01-01T00:00:00Z" }))), 12);
    const mixed = await told(() => alertmanager.post(many), 9);
    for (const type of types) {
      const seen = { firing: firing.get(type), resolved: resolved.get(type), many: mixed.get(type) };
      expect(seen, type).toEqual(fixture(type, seen));
    }
  });

  test.each([1, 12])("of %d alerts with hostile values are whole, call nobody and run nothing", async (count) => {
    const instances = Array.from({ length: count }, (_, index) => `instance ${index} of ${count} ${hostile}`);
    const change = { label: `${count} ${hostile}`, text: `${hostile} ${"x".repeat(10_000)}` };
    const seen = await told(() =>
      alertmanager.post(types.flatMap((type) => instances.map((instance) => alertFor(type, instance, change)))),
    );
    for (const [type, message] of seen) {
      // Its own JSON is what a program reads: there everything stands as it is.
      if (type === "webhook") continue;
      const texts = textsIn(message).join("\n");
      expect(texts, type).not.toMatch(/@everyone|@channel|<!channel|<@U1|<at |<script|\]\(http:\/\/evil/);
      expect(texts.replaceAll(/https:\/\/box\.example\S*/g, ""), type).not.toMatch(/box\.example|\bfiring"/);
      expect(texts, type).not.toContain("x".repeat(600));
    }
    expect(textsIn(seen.get("dingtalk")).filter((text) => text.startsWith("**FIRING"))).toHaveLength(1);
  });

  test("never exceed what the other side takes, at the worst", () => {
    const longest = (type: string, part: (text: string) => boolean) =>
      Math.max(...messagesOf(type, sinks).flatMap((message) => textsIn(message).filter(part).map(bytesOf)));
    const isText = (text: string) => text.includes("everity");
    expect(longest("telegram", isText)).toBeLessThan(4096);
    expect(longest("discord", isText)).toBeLessThan(4096);
    expect(longest("wecom", isText)).toBeLessThan(4096);
    expect(longest("wechat", isText)).toBeLessThan(2048);
    expect(longest("dingtalk", isText)).toBeLessThan(20_000);
    expect(longest("slack", isText)).toBeLessThan(4000);
    expect(longest("pagerduty", (text) => text.startsWith("FIRING"))).toBeLessThan(1024);
    expect(JSON.stringify(messagesOf("telegram", sinks))).not.toContain("could not be sent");
  });

  test("that nobody takes are counted, with their reason in the log", async () => {
    sinks.http.refuse("/slack", 404);
    const counts = async () => countsOf(await (await fetch(`${alertmanager.url}/metrics`)).text()).get("slack");
    const before = await counts();
    await alertmanager.post([alertFor("slack", "of nobody", { label: "refused" })]);
    await waitFor("the failure", async () => verdictOf(before, await counts()) === "failed");
    expect(reasonIn(alertmanager.logs(), "slack")).toMatch(/unexpected status code 404/);
  });
});

describe("the heartbeat", () => {
  test("calls an address again and again, as long as the Watchdog fires", async () => {
    await using http = await startHttpSink();
    const url = `http://host.docker.internal:${http.port}/beat/a-check`;
    await using alertmanager = await startAlertmanager({
      receivers: { hasHeartbeat: true },
      secrets: { heartbeat: url },
      edit: (text) => text.replace("group_interval: 1m", "group_interval: 2s").replace(": 50s", ": 1s"),
    });
    await alertmanager.post([{ labels: { alertname: "Watchdog", severity: "none" } }]);
    await waitFor("the third call", () => http.calls("/beat").length >= 3);
    const metrics = await (await fetch(`${alertmanager.url}/metrics`)).text();
    expect(metrics).toMatch(
      /^alertmanager_notifications_total\{integration="webhook",receiver_name="heartbeat"\} [1-9]/m,
    );
  });
});

/** What is committed; with UPDATE_FIXTURES set, what was seen is written there. */
function fixture(type: string, seen: unknown): unknown {
  const path = join(root, `test/fixtures/notifications/${type}.json`);
  if (process.env["UPDATE_FIXTURES"]) writeFileSync(path, `${JSON.stringify(seen, null, 2)}\n`);
  return JSON.parse(readFileSync(path, "utf8"));
}

/** How many alerts a message says that fire. */
function firingIn(message: unknown): number {
  const text = JSON.stringify(message);
  const [, count] = /FIRING (\d+) ×/.exec(text) ?? [];
  return count === undefined ? text.split('{"status":"firing"').length - 1 : Number(count);
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

const bytesOf = (text: string) => Buffer.byteLength(text);
