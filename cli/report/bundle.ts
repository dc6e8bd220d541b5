/** What somebody who is to help needs to see, in one file: versions, states, health, log lines, settings. No secrets. */
import { release } from "node:os";
import { join } from "node:path";
import { layout } from "../box/box.ts";
import type { Box } from "../box/box.ts";
import { makeFolder, privateFile, privateFolder, readIfThere, writeWhole } from "../box/write.ts";
import { compose, docker } from "../docker/arguments.ts";
import { runCompose } from "../docker/compose.ts";
import { fileLoggers, readFileLogs } from "../docker/file-logs.ts";
import { runDocker } from "../docker/run.ts";
import type { Output } from "../docker/run.ts";
import { packageVersion } from "../paths.ts";
import { makeArchive } from "./archive.ts";
import { redactorOf } from "./redact.ts";

const logLines = "500";

interface Part {
  readonly name: string;
  readonly read: (box: Box) => Promise<string>;
}

const fromCompose = (args: readonly string[]) => (box: Box) => runCompose(box, args).then(textOf);
const fromDocker = (args: readonly string[]) => () => runDocker(args).then(textOf);

const parts: readonly Part[] = [
  { name: "versions.txt", read: async () => versions() },
  { name: "docker-version.txt", read: fromDocker(["version"]) },
  { name: "docker-info.txt", read: fromDocker(["info"]) },
  { name: "compose-version.txt", read: fromDocker(docker.composeVersion) },
  { name: "containers.txt", read: fromCompose(["ps", "--all"]) },
  { name: "health.json", read: health },
  { name: "compose.yaml", read: fromCompose(["config", "--no-interpolate"]) },
  { name: "settings.env", read: async (box) => readIfThere(join(box.folder, layout.environment))?.toString() ?? "" },
  { name: "logs.txt", read: fromCompose(compose.logs([], { follow: false, tail: logLines })) },
  { name: "own-logs.txt", read: ownLogs },
];

/** Writes a report into the box's folder. @returns Its path. */
export async function writeReport(box: Box, now = new Date()): Promise<string> {
  const redact = redactorOf(box);
  const files = await Promise.all(
    parts.map(async ({ name, read }) => ({ name: `obsbox-report/${name}`, text: redact(await readPart(read, box)) })),
  );
  const folder = join(box.folder, layout.reports);
  makeFolder(folder, privateFolder);
  const stamp = now.toISOString().replaceAll(/[:.]/g, "-");
  const path = join(folder, `obsbox-report-${stamp}.tar.gz`);
  writeWhole(path, makeArchive(files), privateFile);
  return path;
}

/** A part that cannot be had says why: the others are still worth having. */
async function readPart(read: Part["read"], box: Box): Promise<string> {
  try {
    return await read(box);
  } catch (error) {
    return String(error);
  }
}

/** Lines of the services that write theirs to files. */
async function ownLogs(box: Box): Promise<string> {
  const lines: string[] = [];
  for (const name of fileLoggers) {
    await readFileLogs(box, name, { follow: false, tail: logLines, onLine: (line) => lines.push(`${name} | ${line}`) });
  }
  return lines.join("\n");
}

async function health(box: Box): Promise<string> {
  const { stdout: ids } = await runCompose(box, ["ps", "--all", "--quiet", "--no-trunc"]);
  const { stdout } = await runDocker(["inspect", "--format", "{{.Name}} {{json .State}}", ...ids.trim().split("\n")]);
  return stdout;
}

function versions(): string {
  return [
    `obsbox ${packageVersion}`,
    `node ${process.version}`,
    `${process.platform} ${process.arch} ${release()}`,
    "",
  ].join("\n");
}

function textOf({ stdout, stderr }: Output): string {
  return `${stdout}${stderr}`;
}
