/** `obsbox alerts`: what fires, and whether somebody is told of it. */
import { alertFindings } from "../alerts/findings.ts";
import { listAlerts } from "../alerts/alertmanager.ts";
import type { FiringAlert } from "../alerts/alertmanager.ts";
import { readReceivers } from "../alerts/receivers.ts";
import { sendTestAlert } from "../alerts/test-alert.ts";
import type { Delivery } from "../alerts/test-alert.ts";
import { dirOption, findBox } from "../box/find.ts";
import type { Command } from "../command.ts";
import { UserError } from "../errors.ts";
import { findingLines } from "../report/findings.ts";
import { jsonOption, print, teller } from "../report/output.ts";
import { marks, painter, widthOf } from "../report/style.ts";
import type { Style } from "../report/style.ts";
import { renderTable } from "../report/table.ts";
import { age } from "../report/units.ts";
import { parseDuration } from "../values.ts";
import { receiverCommands } from "./alerts-receivers.ts";
import { heartbeat, officeHours } from "./alerts-times.ts";

const options = { dir: dirOption, json: jsonOption } as const;

const list: Command = {
  name: "alerts list",
  about: "Lists what fires now, and says when nobody is told of it.",
  options,
  async run(input) {
    const box = findBox(input.values["dir"]);
    const findings = alertFindings(box);
    // The Watchdog always fires: it says that alerts come through.
    const alerts = (await listAlerts(box)).filter(({ labels }) => labels["alertname"] !== "Watchdog");
    print(input, { alerts, findings }, () => (alerts.length === 0 ? ["Nothing fires."] : tableOf(alerts)));
    const paint = painter(process.stderr);
    for (const line of findingLines([{ name: "alerts", findings, isChecked: true }], paint)) teller(input)(line);
    return 0;
  },
};

const severityStyles: Readonly<Record<string, Style>> = { critical: "bad", warning: "busy" };

function tableOf(alerts: readonly FiringAlert[], now = Date.now()): readonly string[] {
  return renderTable(
    [
      { title: "ALERT" },
      { title: "SEVERITY" },
      { title: "OF" },
      { title: "SINCE", align: "right" },
      { title: "STATE" },
      { title: "WHAT", gives: true },
    ],
    alerts.map(({ labels, annotations, since, silenced, inhibited }) => [
      labels["alertname"] ?? "",
      { text: labels["severity"] ?? "", style: severityStyles[labels["severity"] ?? ""] ?? "plain" },
      labels["service_name"] ?? labels["instance"] ?? "",
      age(now - Date.parse(since)),
      { text: silenced ? "silenced" : inhibited ? "explained by another" : "", style: "quiet" },
      annotations["summary"] ?? "",
    ]),
    { width: widthOf(process.stdout), paint: painter(process.stdout) },
  );
}

const severities: readonly string[] = ["critical", "warning"];

const test: Command = {
  name: "alerts test",
  about: "Sends a test alert the way of real ones, and says who got it. Exit code 0 when all did.",
  options: {
    ...options,
    severity: { value: "SEVERITY", about: severities.join(" or "), default: "critical" },
    receiver: { value: "NAME", about: "Tells this one alone, at once" },
    timeout: {
      value: "TIME",
      about: "How long to wait; alerts are gathered for 30 s before they are sent",
      default: "90s",
    },
  },
  async run(input) {
    const { severity = "", receiver } = input.values;
    if (!severities.includes(severity)) throw wrongSeverity(severity);
    const timeoutMs = parseDuration("--timeout", input.values["timeout"]);
    const box = findBox(input.values["dir"]);
    if (receiver !== undefined) knownReceiver(box, receiver);
    if (receiver === undefined) teller(input)("Alertmanager gathers alerts for 30 s before it sends them.");
    const deliveries = await sendTestAlert(box, { severity, receiver, timeoutMs, onProgress: progressOf(input) });
    if (deliveries.length === 0) {
      throw new UserError(`nobody is told of ${severity} alerts`, { hint: "obsbox alerts receiver add TYPE" });
    }
    const isDelivered = deliveries.every(({ verdict }) => verdict === "delivered");
    print(input, { delivered: isDelivered, receivers: deliveries }, () => deliveries.flatMap(deliveryLines));
    return isDelivered ? 0 : 1;
  },
};

/** A line for each change. */
function progressOf(input: Parameters<typeof teller>[0]): (deliveries: readonly Delivery[]) => void {
  const tell = teller(input);
  const known = new Map<string, string>();
  return (deliveries) => {
    for (const { receiver, verdict } of deliveries) {
      if (verdict === "being retried" && known.get(receiver) !== verdict)
        tell(`${marks.busy} ${receiver} is ${verdict}`);
      known.set(receiver, verdict);
    }
  };
}

function deliveryLines({ receiver, verdict, reason }: Delivery): readonly string[] {
  const paint = painter(process.stdout);
  const mark = verdict === "delivered" ? paint(marks.good, "good") : paint(marks.bad, "bad");
  return [`${mark} ${receiver}  ${verdict}`, ...(reason === undefined ? [] : [`    ${paint(reason, "quiet")}`])];
}

function knownReceiver(box: Parameters<typeof readReceivers>[0], name: string): void {
  const names = readReceivers(box).receivers.map((one) => one.name);
  if (names.includes(name)) return;
  throw new UserError(`there is no receiver ${name}`, {
    hint: `there are: ${names.join(", ") || "none"}`,
    exitCode: 2,
  });
}

function wrongSeverity(given: string): UserError {
  const hint = `expected ${severities.join(" or ")}; info is shown and never sent`;
  return new UserError(`there is no severity ${given} that is sent`, { hint, exitCode: 2 });
}

export const alerts: readonly Command[] = [list, test, ...receiverCommands, heartbeat, officeHours];
