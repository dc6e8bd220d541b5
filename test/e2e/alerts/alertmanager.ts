/** The real Alertmanager in a container, with the tree and the templates of the box, and receivers of a test. */
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GenericContainer, Wait } from "testcontainers";
import { alertmanagerConfig } from "../../../cli/alerts/configuration.ts";
import type { Receivers } from "../../../cli/alerts/receiver.ts";
import { imageFor } from "../../helpers/images.ts";
import { root } from "../../helpers/run-program.ts";

export const externalUrl = "https://box.example:8443/alertmanager/";

export interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly startsAt?: string;
  readonly endsAt?: string;
}

/** An alert as Alertmanager gives it back. */
export interface KnownAlert extends Alert {
  readonly fingerprint: string;
  readonly status: { readonly state: string; readonly inhibitedBy: readonly string[] };
}

export interface Alertmanager extends AsyncDisposable {
  readonly url: string;
  post(alerts: readonly Alert[]): Promise<void>;
  alerts(): Promise<readonly KnownAlert[]>;
  amtool(...args: readonly string[]): Promise<{ readonly code: number; readonly output: string }>;
  logs(): string;
}

export interface Setting {
  readonly receivers?: Partial<Receivers>;
  /** Contents of the secrets' files, by their names. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Changes the text that would be used. */
  readonly edit?: (config: string) => string;
}

/** The base of this version with the receivers of a test in it. */
export function configOf({ receivers = {}, edit = (config) => config }: Setting): string {
  const base = readFileSync(join(root, "stack/config/alertmanager/alertmanager.yml"), "utf8");
  return edit(alertmanagerConfig(base, { receivers: [], hasHeartbeat: false, ...receivers }));
}

export async function startAlertmanager(setting: Setting = {}): Promise<Alertmanager> {
  const folder = writeFiles(setting);
  const container = await new GenericContainer(imageFor("alertmanager"))
    .withBindMounts([
      { source: join(folder, "config"), target: "/etc/alertmanager", mode: "ro" },
      { source: join(folder, "generated"), target: "/run/alertmanager", mode: "ro" },
      { source: join(folder, "secrets"), target: "/run/obsbox", mode: "ro" },
    ])
    .withExtraHosts([{ host: "host.docker.internal", ipAddress: "host-gateway" }])
    .withCommand([
      "--config.file=/run/alertmanager/alertmanager.yml",
      "--storage.path=/alertmanager",
      "--cluster.listen-address=",
      "--web.route-prefix=/alertmanager",
      `--web.external-url=${externalUrl}`,
      "--enable-feature=receiver-name-in-metrics",
    ])
    .withExposedPorts(9093)
    .withWaitStrategy(Wait.forHttp("/alertmanager/-/ready", 9093))
    .start();
  const url = `http://127.0.0.1:${container.getMappedPort(9093)}/alertmanager`;
  return {
    url,
    post: (alerts) => post(url, alerts),
    alerts: async () => (await (await fetch(`${url}/api/v2/alerts`)).json()) as readonly KnownAlert[],
    async amtool(...args) {
      const { exitCode, stdout } = await container.exec(["amtool", ...args]);
      return { code: exitCode, output: stdout };
    },
    logs: () => {
      const { stdout, stderr } = spawnSync("docker", ["logs", container.getId()], { encoding: "utf8" });
      return stdout + stderr;
    },
    async [Symbol.asyncDispose]() {
      await container.stop({ timeout: 0 });
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function post(url: string, alerts: readonly Alert[]): Promise<void> {
  const answer = await fetch(`${url}/api/v2/alerts`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(alerts),
  });
  if (!answer.ok) throw new Error(`Alertmanager answered ${answer.status}: ${await answer.text()}`);
}

/** The user of the image is none of this machine. */
function writeFiles(setting: Setting): string {
  const folder = mkdtempSync(join(tmpdir(), "obsbox-alertmanager-"));
  chmodSync(folder, 0o755);
  cpSync(join(root, "stack/config/alertmanager"), join(folder, "config"), { recursive: true });
  for (const name of ["generated", "secrets"]) mkdirSync(join(folder, name), { mode: 0o755 });
  writeFileSync(join(folder, "generated/alertmanager.yml"), configOf(setting), { mode: 0o644 });
  for (const [name, text] of Object.entries(setting.secrets ?? {})) {
    writeFileSync(join(folder, "secrets", name), text, { mode: 0o644 });
  }
  return folder;
}
