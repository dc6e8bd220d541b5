/** Whether a notification arrived: what Alertmanager counts for each receiver, and what it logs. */

export interface Counts {
  /** Calls of the receiver, and those of them that failed. */
  readonly calls: number;
  readonly failedCalls: number;
  /** Notifications that were given up. */
  readonly failed: number;
}

export type Verdict = "delivered" | "failed" | "being retried" | "not sent yet";

const none: Counts = { calls: 0, failedCalls: 0, failed: 0 };

const families: Readonly<Record<string, keyof Counts>> = {
  alertmanager_notification_requests_total: "calls",
  alertmanager_notification_requests_failed_total: "failedCalls",
  alertmanager_notifications_failed_total: "failed",
};

/** Counts of each receiver, from the text of /metrics. Those that nothing is sent through have none. */
export function countsOf(metrics: string): ReadonlyMap<string, Counts> {
  const counts = new Map<string, Counts>();
  for (const line of metrics.split("\n")) {
    const [, family = "", labels = "", value = ""] = /^(\w+)\{([^}]*)\} (\S+)$/.exec(line) ?? [];
    const key = families[family];
    const name = /receiver_name="([^"]*)"/.exec(labels)?.[1];
    if (key === undefined || name === undefined) continue;
    const before = counts.get(name) ?? none;
    counts.set(name, { ...before, [key]: before[key] + Number(value) });
  }
  return counts;
}

/** @param before From before the alert was posted. */
export function verdictOf(before: Counts = none, now: Counts = none): Verdict {
  if (now.calls - now.failedCalls > before.calls - before.failedCalls) return "delivered";
  if (now.failed > before.failed) return "failed";
  return now.failedCalls > before.failedCalls ? "being retried" : "not sent yet";
}

/** What Alertmanager's log says went wrong with a receiver, last. */
export function reasonIn(log: string, receiver: string): string | undefined {
  const lines = log.split("\n").filter((line) => /level=(WARN|ERROR)/i.test(line));
  const own = lines.filter((line) => line.includes(` receiver=${receiver} `) || line.includes(`err="${receiver}/`));
  const last = own.at(-1);
  const [, quoted] = /\berr=("(?:[^"\\]|\\.)*")/.exec(last ?? "") ?? [];
  if (quoted === undefined) return undefined;
  const text: unknown = JSON.parse(quoted);
  return String(text)
    .replace(/^.*?attempts?: /, "")
    .trim();
}
