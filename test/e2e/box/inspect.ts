/** What Docker tells of the box's containers. */
import { execFileSync } from "node:child_process";
import type { Box } from "./box.ts";

export interface HostConfig {
  readonly Memory: number;
  readonly NanoCpus: number;
  readonly PidsLimit: number;
  readonly NetworkMode: string;
  readonly PidMode: string;
  readonly IpcMode: string;
  readonly CapAdd: readonly string[] | null;
  readonly Binds: readonly string[] | null;
  readonly PortBindings: Readonly<Record<string, readonly { readonly HostIp: string }[]>> | null;
}

export interface Container {
  readonly id: string;
  readonly service: string;
  readonly user: string;
  readonly host: HostConfig;
  readonly addresses: readonly string[];
}

interface Inspected {
  readonly Id: string;
  readonly Config: { readonly User: string; readonly Labels: Readonly<Record<string, string>> };
  readonly HostConfig: HostConfig;
  readonly NetworkSettings: { readonly Networks: Readonly<Record<string, { readonly IPAddress: string }>> };
}

export function inspectContainers(box: Pick<Box, "compose">): readonly Container[] {
  const ids = box.compose("ps", "--all", "--quiet").trim().split("\n");
  const inspected: readonly Inspected[] = JSON.parse(execFileSync("docker", ["inspect", ...ids], { encoding: "utf8" }));
  return inspected
    .map(({ Id, Config, HostConfig, NetworkSettings }) => ({
      id: Id,
      service: Config.Labels["com.docker.compose.service"] ?? "",
      user: Config.User,
      host: HostConfig,
      addresses: Object.values(NetworkSettings.Networks)
        .map(({ IPAddress }) => IPAddress)
        .filter((address) => address !== ""),
    }))
    .toSorted((one, other) => one.service.localeCompare(other.service));
}
