/** Sends an alert that is none through the tree of the box, and looks who was told of it. */
import { randomBytes } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import type { Box } from "../box/box.ts";
import { compose } from "../docker/arguments.ts";
import { runCompose } from "../docker/compose.ts";
import { redactorOf } from "../report/redact.ts";
import { oneLine } from "../report/width.ts";
import { listAlerts, postAlert, readMetrics } from "./alertmanager.ts";
import type { Labels } from "./alertmanager.ts";
import { directLabel } from "./configuration.ts";
import { countsOf, reasonIn, verdictOf } from "./delivery.ts";
import type { Counts, Verdict } from "./delivery.ts";

export interface TestRun {
  readonly severity: string;
  /** Only this one is told, at once; without it the tree decides, and waits as it does. */
  readonly receiver?: string | undefined;
  readonly timeoutMs: number;
  readonly onProgress: (deliveries: readonly Delivery[]) => void;
}

export interface Delivery {
  readonly receiver: string;
  readonly verdict: Verdict;
  readonly reason: string | undefined;
}

const pollMs = 1000;
/** Ends by itself when this program is ended. */
const graceMs = 60_000;

const annotations: Labels = {
  summary: "A test of the notifications: nothing is wrong",
  description: "Somebody ran obsbox alerts test. There is nothing to do, and it ends by itself.",
  dashboard_path: "/grafana/d/obsbox-stack-alertmanager?from=now-1h&to=now",
  logs_path: "/kibana/app/discover",
  runbook_url: "https://github.com/obsbox/obsbox/blob/main/docs/notifications.md",
};

/** @returns What became of it at each receiver; none where nobody is told of this severity. */
export async function sendTestAlert(box: Box, run: TestRun): Promise<readonly Delivery[]> {
  const labels = labelsOf(run);
  const startedAt = new Date();
  const before = countsOf(await readMetrics(box));
  await postAlert(box, labels, annotations, new Date(Date.now() + run.timeoutMs + graceMs));
  try {
    const receivers = (await routesOf(box, labels)).filter((name) => before.has(name));
    const deliveries = await watch(box, receivers, before, run);
    return await withReasons(box, deliveries, startedAt);
  } finally {
    await postAlert(box, labels, annotations, new Date());
  }
}

/** The service is another one each time: a group that was told of already would wait for minutes. */
function labelsOf({ severity, receiver }: TestRun): Labels {
  const direct = receiver === undefined ? {} : { [directLabel]: receiver };
  const service = `test-${randomBytes(3).toString("hex")}`;
  return { alertname: "ObsboxTest", severity, component: "stack", service_name: service, ...direct };
}

async function routesOf(box: Box, { service_name: service = "" }: Labels): Promise<readonly string[]> {
  const [alert] = await listAlerts(box, `service_name="${service}"`);
  return alert?.receivers ?? [];
}

async function watch(
  box: Box,
  receivers: readonly string[],
  before: ReadonlyMap<string, Counts>,
  { timeoutMs, onProgress }: TestRun,
): Promise<readonly Delivery[]> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const now = countsOf(await readMetrics(box));
    const deliveries = receivers.map((receiver) => {
      const verdict = verdictOf(before.get(receiver), now.get(receiver));
      return { receiver, verdict, reason: undefined };
    });
    onProgress(deliveries);
    const isOver = deliveries.every(({ verdict }) => verdict === "delivered" || verdict === "failed");
    if (isOver || performance.now() > deadline) return deliveries;
    await wait(pollMs);
  }
}

async function withReasons(box: Box, deliveries: readonly Delivery[], since: Date): Promise<readonly Delivery[]> {
  if (deliveries.every(({ verdict }) => verdict === "delivered")) return deliveries;
  const { stdout } = await runCompose(
    box,
    compose.logs(["alertmanager"], { follow: false, since: since.toISOString() }),
  );
  const redact = redactorOf(box);
  return deliveries.map((delivery) => {
    const reason = delivery.verdict === "delivered" ? undefined : reasonIn(stdout, delivery.receiver);
    return { ...delivery, reason: reason === undefined ? undefined : redact(oneLine(reason)) };
  });
}
