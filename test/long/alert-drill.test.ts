/**
 * Things are broken in a real box, and somebody is told: each fault, the alert that it has to raise, and the seconds until
 * that reached a webhook. Prints the table of docs/alerts.md.
 */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { leafDays, makeLeaf } from "../../cli/box/certificates.ts";
import { namesOf } from "../../cli/box/tls.ts";
import { readBox } from "../../cli/box/box.ts";
import { pages } from "../../dashboards/src/pages.ts";
import { kinds, openBox } from "../e2e/box/box.ts";
import type { Box } from "../e2e/box/box.ts";
import { removeBox } from "../e2e/box/end.ts";
import { visitHealthily, visitWildly } from "../e2e/box/load.ts";
import { ordersOnHost } from "../e2e/box/orders.ts";
import type { OrdersOnHost } from "../e2e/box/orders.ts";
import { freePort } from "../helpers/free-port.ts";
import type { HttpsClient } from "../helpers/https-client.ts";
import { imageFor, nodeImage } from "../helpers/images.ts";
import { register, root, startProgram } from "../helpers/run-program.ts";
import type { Program } from "../helpers/run-program.ts";
import { waitFor } from "../helpers/wait-for.ts";

interface Notification {
  readonly status: "firing" | "resolved";
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

interface Received extends Notification {
  readonly at: number;
}

interface Fault {
  readonly what: string;
  readonly alert: string;
  /** Labels that tell the right one from others of the same name. */
  readonly labels: Readonly<Record<string, string>>;
  /** Its `for`, the window that its expression looks at, scrape, evaluation and the wait for a group. */
  readonly withinSeconds: number;
  begin(): void | Promise<void>;
}

let box: Box;
let orders: OrdersOnHost;
let viewer: HttpsClient;
let leaking: Program;
const received: Received[] = [];
const webhook = createServer(async (request, response) => {
  const { alerts } = (await json(request)) as { readonly alerts: readonly Notification[] };
  for (const alert of alerts) received.push({ ...alert, at: performance.now() });
  response.end();
});
const end = new AbortController();
const seconds: (readonly [fault: string, alert: string, seconds: number, within: number])[] = [];
const diskHost = "obsbox-drill-disk";
let loopDevice: string | undefined;

beforeAll(async () => {
  box = await openBox(kinds.drilled);
  viewer = await box.signedIn("viewer");
  webhook.listen(0);
  await once(webhook, "listening");
  const url = `http://host.docker.internal:${(webhook.address() as AddressInfo).port}/`;
  const { code, stderr } = await box.obsboxWith(url, "alerts", "receiver", "add", "webhook");
  if (code !== 0) throw new Error(`obsbox alerts receiver add ended with ${code}: ${stderr}`);
  orders = await ordersOnHost(box);
  void visitHealthily(end.signal, orders.url);
}, 15 * 60_000);

afterAll(async () => {
  end.abort();
  process.stderr.write(seconds.map((row) => `| ${row.join(" | ")} |`).join("\n") + "\n");
  await orders?.[Symbol.asyncDispose]();
  await leaking?.[Symbol.asyncDispose]();
  removeDisk();
  viewer?.close();
  webhook.close();
  if (!process.env["OBSBOX_KEEP"]) removeBox(kinds.drilled);
}, 120_000);

/** All at once: they do not hide each other. */
const together: readonly Fault[] = [
  {
    what: "a service is killed",
    alert: "JobDown",
    labels: { job: "host-payments" },
    withinSeconds: 240,
    begin: () => orders.kill("payments"),
  },
  {
    what: "requests fail",
    alert: "ServiceErrorBudgetBurn",
    labels: { service_name: "host-orders", severity: "critical" },
    withinSeconds: 300,
    begin: () => {},
  },
  {
    what: "a dependency does not answer",
    alert: "DependencyErrors",
    labels: { service_name: "host-orders" },
    withinSeconds: 540,
    begin: () => {},
  },
  {
    what: "requests take long",
    alert: "ServiceLatencyHigh",
    labels: { service_name: "host-orders" },
    withinSeconds: 1080,
    begin: () => void visitWildly(end.signal, orders.url),
  },
  {
    what: "a heap is about to be full",
    alert: "NodeHeapNearLimit",
    labels: { service_name: "leaking" },
    withinSeconds: 480,
    begin: startLeak,
  },
  {
    what: "a disk is full",
    alert: "HostDiskAlmostFull",
    labels: { mountpoint: "/drill", severity: "critical" },
    withinSeconds: 300,
    begin: fillDisk,
  },
  {
    what: "the log shipper is stopped",
    alert: "LogPipelineLagging",
    labels: {},
    withinSeconds: 600,
    begin: () => void box.compose("stop", "filebeat"),
  },
  {
    what: "a component cannot be scraped",
    alert: "StackTargetDown",
    labels: { part: "pushgateway" },
    withinSeconds: 480,
    begin: () => void box.compose("stop", "pushgateway"),
  },
  {
    what: "a certificate ends in two days",
    alert: "CertificateExpiring",
    labels: { part: "nginx", severity: "critical" },
    withinSeconds: 900,
    begin: showOldCertificate,
  },
];

/** After the others, since no log line and no trace is stored meanwhile. */
const alone: readonly Fault[] = [
  {
    what: "Elasticsearch is stopped",
    alert: "ElasticsearchDown",
    labels: {},
    withinSeconds: 300,
    begin: () => void box.compose("stop", "elasticsearch"),
  },
];

describe("a fault reaches the webhook in time, with links that lead somewhere:", () => {
  const began = new Map<Fault, number>();

  beforeAll(async () => {
    for (const fault of together) {
      await fault.begin();
      began.set(fault, performance.now());
    }
  }, 120_000);

  test.each(together)("$what: $alert", { timeout: 20 * 60_000 }, async (fault) => {
    await expectArrival(fault, began.get(fault));
  });

  test.each(alone)("$what: $alert", { timeout: 10 * 60_000 }, async (fault) => {
    await fault.begin();
    await expectArrival(fault, performance.now());
  });
});

async function expectArrival(fault: Fault, beganAt = Number.NaN): Promise<void> {
  const { what, alert, labels, withinSeconds } = fault;
  const left = withinSeconds * 1000 - (performance.now() - beganAt);
  const isIt = (one: Received) =>
    one.status === "firing" &&
    Object.entries({ ...labels, alertname: alert }).every(([name, value]) => one.labels[name] === value);
  const first = await waitFor(`${alert} at the webhook`, () => received.find(isIt), left);
  seconds.push([what, alert, Math.round((first.at - beganAt) / 1000), withinSeconds]);
  await expectLinks(first);
}

/** The runbook is a page of ours, the dashboard one of those that there are, and both addresses answer behind the login. */
async function expectLinks({ annotations }: Notification): Promise<void> {
  const { runbook_url: runbook = "", dashboard_path: dashboard = "", logs_path: logs = "" } = annotations;
  expect(existsSync(join(root, runbook.replace(/^.*\/blob\/main\//, "")))).toBe(true);
  const [, uid = ""] = /^\/grafana\/d\/obsbox-([a-z-]+)/.exec(dashboard) ?? [];
  expect(pages.map((page) => page.uid)).toContain(uid);
  for (const path of [dashboard, logs]) {
    expect(path).not.toMatch(/[{}]|<no value>/);
    expect([path, (await viewer.ask(path)).status]).toEqual([path, 200]);
  }
}

async function startLeak(): Promise<void> {
  const port = await freePort();
  leaking = startProgram("leaking-app.mjs", {
    // With a small young generation, which the limit of the heap includes and a leak cannot use.
    flags: ["--max-old-space-size=256", "--max-semi-space-size=2", ...register],
    env: {
      OTEL_SERVICE_NAME: "leaking",
      OTEL_EXPORTER_PROMETHEUS_HOST: "0.0.0.0",
      OTEL_EXPORTER_PROMETHEUS_PORT: String(port),
    },
  });
  await run("targets", "add", "leaking", `host.docker.internal:${port}`);
}

/**
 * A host of its own with a disk of its own, which is full: a real file system behind a loop device, read by a real exporter.
 * Loop devices want root.
 */
function fillDisk(): void {
  const image = join(box.folder, "drill-disk.img");
  execFileSync("truncate", ["--size", "64M", image]);
  execFileSync("mkfs.ext4", ["-q", image]);
  loopDevice = execFileSync("losetup", ["--find", "--show", image], { encoding: "utf8" }).trim();
  docker("volume", "create", "--opt", "type=ext4", "--opt", `device=${loopDevice}`, diskHost);
  const disk = ["--volume", `${diskHost}:/drill`];
  const fill = "dd if=/dev/zero of=/drill/full bs=1M count=64 2>/dev/null || true";
  docker("run", "--rm", "--user", "0:0", ...disk, "--entrypoint", "/bin/sh", nodeImage, "-c", fill);
  const network = ["--network", `${box.project}_apps`];
  docker("run", "--detach", "--name", diskHost, ...network, ...disk, imageFor("node-exporter"));
  // The job of the rules about hosts.
  const groups = [{ targets: [`${diskHost}:9100`], labels: { job: "node" } }];
  writeFileSync(join(box.folder, "custom/prometheus/targets/drill-disk.json"), JSON.stringify(groups));
}

function removeDisk(): void {
  docker("rm", "--force", diskHost);
  if (loopDevice === undefined) return;
  docker("volume", "rm", diskHost);
  execFileSync("losetup", ["--detach", loopDevice]);
}

async function showOldCertificate(): Promise<void> {
  const read = (name: string) => readFileSync(join(box.folder, "secrets", name), "utf8");
  const authority = { cert: read("ca.crt"), key: read("ca.key") };
  const twoDaysBefore = Date.now() - (leafDays - 2) * 86_400_000;
  const { cert, key } = await makeLeaf(authority, namesOf(readBox(box.folder)).nginx, twoDaysBefore);
  writeFileSync(join(box.folder, "secrets/nginx.crt"), cert, { mode: 0o600 });
  writeFileSync(join(box.folder, "secrets/nginx.key"), key, { mode: 0o600 });
  box.compose("run", "--rm", "secrets");
  // It reads certificates when it starts, and then every hour.
  box.compose("restart", "nginx", "keeper");
}

async function run(...args: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await box.obsbox(...args);
  if (code !== 0) throw new Error(`obsbox ${args.join(" ")} ended with ${code}:\n${stdout}\n${stderr}`);
}

function docker(...args: readonly string[]): void {
  execFileSync("docker", args, { stdio: "ignore" });
}
