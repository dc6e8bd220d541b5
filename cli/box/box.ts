/** A box: its folder, what lies where in it, and its settings. */
import { existsSync, realpathSync } from "node:fs";
import { join, resolve } from "node:path";
import { settings as settingTable } from "../../stack/settings.ts";
import { parseEnvironment } from "./env-file.ts";
import { readIfThere } from "./write.ts";

export interface Box {
  readonly folder: string;
  /** Values of `.env`, with the defaults of what it does not set. */
  readonly settings: Readonly<Record<string, string>>;
  /** Only what stands in `.env`. */
  readonly given: Readonly<Record<string, string>>;
}

/** Names in a box's folder. */
export const layout = {
  compose: "compose.yaml",
  environment: ".env",
  config: "config",
  /** Written by this command: tells a box from a folder that merely has a compose.yaml. */
  mark: "config/.obsbox-version",
  companion: "companion",
  secrets: "secrets",
  firstLogin: "secrets/first-login",
  links: "secrets/links",
  /** Public copy of the authority's certificate, for services that run as somebody else. */
  authority: "ca.crt",
  targets: "custom/prometheus/targets",
  /** Who is told of alerts, and their addresses and keys. */
  receivers: "custom/alertmanager/receivers.yml",
  receiverSecrets: "secrets/alertmanager",
  /** The base, a whole one of the user's own that goes before it, and what Alertmanager reads. */
  alertmanagerBase: "config/alertmanager/alertmanager.yml",
  alertmanagerOwn: "custom/alertmanager/alertmanager.yml",
  alertmanager: "generated/alertmanager/alertmanager.yml",
  reports: "reports",
} as const;

/** Folders of the user's own files. Docker would make those that are missing, as root. */
export const customFolders = [
  "custom/nginx",
  "custom/prometheus/targets",
  "custom/prometheus/probes",
  "custom/prometheus/scrape.d",
  "custom/prometheus/rules",
  "custom/alertmanager/templates",
  "custom/grafana/dashboards",
] as const;

/** Reads the box in a folder; one without `.env` has every setting at its default. */
export function readBox(folder: string): Box {
  const real = existsSync(folder) ? realpathSync(folder) : resolve(folder);
  const given = parseEnvironment(readIfThere(join(real, layout.environment))?.toString() ?? "");
  const defaults = Object.entries(settingTable).map(([key, setting]) => [key, setting.default] as const);
  const set = Object.entries(given).filter(([, value]) => value !== "");
  return { folder: real, given, settings: { ...Object.fromEntries(defaults), ...Object.fromEntries(set) } };
}

export function isBox(folder: string): boolean {
  return existsSync(join(folder, layout.mark)) && existsSync(join(folder, layout.compose));
}

/** The address that people open, without a slash at its end. */
export function originOf({ settings }: Pick<Box, "settings">): string {
  const port = settings["OBSBOX_PORT"] ?? "443";
  return `https://${settings["OBSBOX_HOST"] ?? "localhost"}${port === "443" ? "" : `:${port}`}`;
}

/** Name of the Compose project. */
export function projectOf({ settings }: Pick<Box, "settings">): string {
  return settings["COMPOSE_PROJECT_NAME"] ?? "obsbox";
}

/** Whether other machines can reach the one port. */
export function isOpenToOthers({ settings }: Pick<Box, "settings">): boolean {
  const bind = settings["OBSBOX_BIND"] ?? "127.0.0.1";
  return !bind.startsWith("127.") && bind !== "::1" && bind !== "[::1]";
}

/** Absolute path of what a setting names, relative to the box. */
export function pathIn(box: Pick<Box, "folder">, path: string): string {
  return resolve(box.folder, path);
}
