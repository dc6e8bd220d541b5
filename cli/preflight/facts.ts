/** What the checks look at: gathered once, from this machine and from Docker, none of it a failure by itself. */
import { statfsSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { isOpenToOthers, projectOf } from "../box/box.ts";
import type { Box } from "../box/box.ts";
import { compose, docker } from "../docker/arguments.ts";
import { runCompose } from "../docker/compose.ts";
import { fieldsOf, listOf, numberOf, parseDocuments, textOf } from "../docker/read.ts";
import { DockerMissingError, lastLine, reasonOf, runDocker } from "../docker/run.ts";
import { portState } from "./port.ts";
import type { PortState } from "./port.ts";
import { isOfOtherSecrets } from "./volumes.ts";

export interface Facts {
  readonly box: Box;
  readonly isOpenToOthers: boolean;
  readonly docker: Daemon | DockerTrouble;
}

export interface DockerTrouble {
  readonly trouble: "missing" | "unreachable" | "denied";
  readonly message: string;
}

export interface Daemon {
  readonly trouble: undefined;
  readonly version: string;
  /** `linux`, or `windows` when Docker Desktop runs containers of Windows. */
  readonly os: string;
  readonly memoryBytes: number;
  readonly cpus: number;
  /** Difference of the daemon's clock from ours, in milliseconds. */
  readonly clockSkewMs: number;
  /** Empty where Compose is missing. */
  readonly composeVersion: string;
  /** What Compose has against the files of the box. */
  readonly composeError: string | undefined;
  /** Bytes that are free where Docker keeps its data, where that can be seen from here. */
  readonly freeBytes: number | undefined;
  readonly rootFolder: string;
  /** Containers of the project, with the folder that they were made from. */
  readonly containers: readonly { readonly folder: string; readonly service: string }[];
  readonly port: PortState;
  /** Subnets of other networks, with their names. */
  readonly subnets: readonly { readonly name: string; readonly subnet: string }[];
  /** Whether data of Elasticsearch was made with other secrets than the box has now; undefined when it cannot be told. */
  readonly hasOtherSecrets: boolean | undefined;
}

export async function gatherFacts(box: Box): Promise<Facts> {
  return { box, isOpenToOthers: isOpenToOthers(box), docker: await askDocker(box) };
}

async function askDocker(box: Box): Promise<Daemon | DockerTrouble> {
  try {
    const askedMs = Date.now();
    const { code, stdout, stderr } = await runDocker(docker.info, { timeoutMs: 20_000 });
    const answeredMs = Date.now();
    const info = parseDocuments(code === 0 ? stdout : "")[0] ?? {};
    const errors = listOf(info["ServerErrors"]).map(String);
    if (code !== 0 || errors.length > 0) return troubleOf(reasonOf(errors[0] ?? stderr) ?? "no answer");
    return await describe(box, info, (askedMs + answeredMs) / 2);
  } catch (error) {
    if (error instanceof DockerMissingError) return { trouble: "missing", message: error.message };
    return troubleOf(error instanceof Error ? error.message : String(error));
  }
}

function troubleOf(message: string): DockerTrouble {
  return { trouble: /permission denied/i.test(message) ? "denied" : "unreachable", message };
}

async function describe(box: Box, info: Readonly<Record<string, unknown>>, nowMs: number): Promise<Daemon> {
  const rootFolder = textOf(info["DockerRootDir"]);
  const isLocal = await isLocalDaemon();
  const [composeVersion, composeError, containers, subnets, port] = await Promise.all([
    answerOf(docker.composeVersion),
    configError(box),
    projectContainers(box),
    otherSubnets(box),
    isLocal ? portState(box) : ({ kind: "free" } as const),
  ]);
  return {
    trouble: undefined,
    version: textOf(info["ServerVersion"]),
    os: textOf(info["OSType"]),
    memoryBytes: numberOf(info["MemTotal"]),
    cpus: numberOf(info["NCPU"]),
    clockSkewMs: Date.parse(textOf(info["SystemTime"])) - nowMs,
    composeVersion,
    composeError,
    freeBytes: isLocal ? freeBytesOf(rootFolder) : undefined,
    rootFolder,
    containers,
    port,
    subnets,
    hasOtherSecrets: composeError === undefined ? await isOfOtherSecrets(box) : undefined,
  };
}

/** What a call prints; nothing when it fails. */
async function answerOf(args: readonly string[]): Promise<string> {
  const { code, stdout } = await runDocker(args);
  return code === 0 ? stdout.trim() : "";
}

async function isLocalDaemon(): Promise<boolean> {
  const endpoint = process.env["DOCKER_HOST"] || (await answerOf(docker.endpoint));
  return endpoint === "" || endpoint.startsWith("unix:") || endpoint.startsWith("npipe:");
}

async function configError(box: Box): Promise<string | undefined> {
  const { code, stderr } = await runCompose(box, compose.check);
  return code === 0 ? undefined : (lastLine(stderr) ?? "it says nothing");
}

async function projectContainers(box: Box): Promise<Daemon["containers"]> {
  const lines = (await answerOf(docker.projectContainers(projectOf(box)))).split("\n").filter((line) => line !== "");
  return lines.map((line) => line.split("\t")).map(([folder = "", service = ""]) => ({ folder, service }));
}

/** Networks of Docker that are not this box's, and those that this machine is in. */
async function otherSubnets(box: Box): Promise<Daemon["subnets"]> {
  const ids = (await answerOf(docker.networks)).split("\n").filter((id) => id !== "");
  const networks = ids.length === 0 ? [] : parseDocuments(await answerOf(docker.inspectNetworks(ids)));
  const others = networks.filter(
    (network) => fieldsOf(network["Labels"])["com.docker.compose.project"] !== projectOf(box),
  );
  const ofDocker = others.flatMap((network) =>
    listOf(fieldsOf(network["IPAM"])["Config"]).map((config) => ({
      name: `Docker network ${textOf(network["Name"])}`,
      subnet: textOf(fieldsOf(config)["Subnet"]),
    })),
  );
  const bridges = new Set(networks.map((network) => `br-${textOf(network["Id"]).slice(0, 12)}`));
  const ofHost = Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) =>
    bridges.has(name) ? [] : addresses.map(({ cidr }) => ({ name: `interface ${name}`, subnet: cidr ?? "" })),
  );
  return [...ofDocker, ...ofHost];
}

function freeBytesOf(folder: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return undefined; // Inside a virtual machine, or not ours to look at.
  }
}
