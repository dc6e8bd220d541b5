/** Who speaks: the service's name, version and environment, found without configuration. */
import { randomUUID } from "node:crypto";
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { isPm2Container, pm2Application } from "./cluster/pm2.ts";
import type { ServiceOptions } from "./options.ts";
import { ownFile } from "./own-files.ts";
import { redactAttributes } from "./redaction/index.ts";
import { resourceAttributes as names } from "./vocabulary.ts";

/** The service as logs, metrics and traces name it. */
export interface Service {
  readonly name: string;
  readonly version: string | undefined;
  readonly environment: string | undefined;
  /** Different for each process. */
  readonly instanceId: string;
  readonly attributes: Readonly<Record<string, string | number>>;
}

interface PackageFile {
  readonly name: string | undefined;
  readonly version: string | undefined;
}

/**
 * Describes the service from its options, else from the package.json nearest to the entry point.
 * Command line and owner of the process are left out on purpose: they can hold secrets.
 */
export function describeService(options: ServiceOptions, env: NodeJS.ProcessEnv = process.env): Service {
  const given = options.resourceAttributes;
  const own = readNearestPackage(entryPoint());
  const name = firstText(options.serviceName, given[names.serviceName], own?.name) ?? "unknown_service:node";
  const version = firstText(options.serviceVersion, given[names.serviceVersion], own?.version);
  const environment = firstText(options.environment, given[names.deploymentEnvironmentName], env["NODE_ENV"]);
  const instanceId = firstText(given[names.serviceInstanceId]) ?? randomUUID();
  return {
    name,
    version,
    environment,
    instanceId,
    attributes: {
      ...processAttributes(),
      ...redactAttributes(given),
      ...present({
        [names.serviceName]: name,
        [names.serviceVersion]: version,
        [names.deploymentEnvironmentName]: environment,
        [names.serviceInstanceId]: instanceId,
      }),
    },
  };
}

/** Version of this package, as its package.json says. */
export const sdkVersion = readPackage(fileURLToPath(ownFile("../package.json")))?.version ?? "unknown";

/** Path of the file that Node was started with; undefined for `node -e` and the like. */
export function entryPoint(): string | undefined {
  const program = process.argv[1];
  const path = isPm2Container(program) ? (pm2Application(process.env)?.script ?? program) : program;
  if (path === undefined || path === "-") return undefined;
  try {
    return realpathSync(path);
  } catch {
    return undefined; // A module name or a deleted file.
  }
}

/** The nearest package.json with a name at or above a file or, without one, the working directory. */
export function readNearestPackage(file: string | undefined): PackageFile | undefined {
  let folder = file === undefined ? process.cwd() : dirname(file);
  for (;;) {
    const found = readPackage(join(folder, "package.json"));
    if (found?.name !== undefined) return found;
    const parent = dirname(folder);
    if (parent === folder) return undefined;
    folder = parent;
  }
}

function readPackage(path: string): PackageFile | undefined {
  if (!existsSync(path)) return undefined;
  try {
    const content: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (typeof content !== "object" || content === null) return undefined;
    return { name: firstText(Reflect.get(content, "name")), version: firstText(Reflect.get(content, "version")) };
  } catch {
    return undefined; // Not readable or not JSON: Node itself decides whether that matters.
  }
}

/** The first that is a text with something in it. */
function firstText(...values: readonly unknown[]): string | undefined {
  return values.find((value): value is string => typeof value === "string" && value !== "");
}

function processAttributes(): Record<string, string | number> {
  return {
    [names.hostName]: hostname(),
    [names.processPid]: process.pid,
    [names.processRuntimeName]: "nodejs",
    [names.processRuntimeVersion]: process.versions.node,
    [names.telemetryDistroName]: "obsbox",
    [names.telemetryDistroVersion]: sdkVersion,
  };
}

function present(values: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const entries = Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(entries);
}
