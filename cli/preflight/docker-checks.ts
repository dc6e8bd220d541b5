/** Checks of Docker, and of the machine that it runs on. */
import { components } from "../../stack/catalog.ts";
import { memoryKeyOf } from "../../stack/settings.ts";
import { projectOf } from "../box/box.ts";
import type { Box } from "../box/box.ts";
import type { Daemon, DockerTrouble, Facts } from "./facts.ts";
import { failure, warning } from "./finding.ts";
import type { Check, Finding } from "./finding.ts";
import { bytesOf, gigabytes, isOlder, overlaps } from "./measures.ts";

type FindOnDaemon = (daemon: Daemon, facts: Facts) => readonly Finding[] | undefined;

const minEngine = "20.10";
const minCompose = "2.30";
/** Before it, a port published on one address could be reached by neighbours in the same network. */
const safeEngine = "28";
/** Room for the images, and for the first days. */
const minFreeBytes = 5e9;

const onDaemon: Readonly<Record<string, FindOnDaemon>> = {
  engine({ version, os }, { isOpenToOthers }) {
    if (os !== "linux") {
      return [failure(`Docker runs containers of ${os}`, "switch Docker Desktop to Linux containers")];
    }
    if (isOlder(version, minEngine)) {
      return [
        failure(
          `Docker Engine ${version} is older than ${minEngine}`,
          "update it: https://docs.docker.com/engine/install/",
        ),
      ];
    }
    const isExposed = isOpenToOthers && isOlder(version, safeEngine);
    const what = `Docker Engine ${version} opens published ports wider than ${safeEngine} does, and this box is open to other machines`;
    return isExposed
      ? [warning(what, `update Docker Engine to ${safeEngine}, or guard the machine with a firewall`)]
      : [];
  },

  compose({ composeVersion, composeError }, { box }) {
    const remedy = "install the Compose plugin: https://docs.docker.com/compose/install/linux/";
    if (composeVersion === "") return [failure("Docker Compose is missing", remedy)];
    if (isOlder(composeVersion, minCompose)) {
      return [failure(`Docker Compose ${composeVersion} is older than ${minCompose}`, remedy)];
    }
    if (composeError === undefined) return [];
    return [
      failure(
        `Compose refuses the files of the box: ${composeError}`,
        `mend compose.override.yaml or .env in ${box.folder}`,
      ),
    ];
  },

  project({ containers }, { box }) {
    const other = containers.find(({ folder }) => folder !== "" && folder !== box.folder)?.folder;
    if (other === undefined) return [];
    const name = projectOf(box);
    return [
      failure(
        `another box named ${name} is in ${other}`,
        `set another COMPOSE_PROJECT_NAME in ${box.folder}/.env, or take that one down: obsbox down --dir ${other}`,
      ),
    ];
  },

  port({ port }, { box }) {
    const { OBSBOX_PORT: number = "443", OBSBOX_BIND: bind = "127.0.0.1" } = box.settings;
    const remedies: Readonly<Record<string, readonly [string, string]>> = {
      taken: [
        `port ${number} is taken by ${port.kind === "taken" ? port.by : ""}`,
        `stop it, or set another OBSBOX_PORT in ${box.folder}/.env, such as 8443`,
      ],
      elsewhere: [`${bind} is no address of this machine`, `set OBSBOX_BIND in ${box.folder}/.env to one that is`],
    };
    const found = remedies[port.kind];
    return found === undefined ? [] : [failure(...found)];
  },

  memory({ memoryBytes, cpus }, { box }) {
    const needed = memoryOf(box);
    const cores = ["OBSBOX_ELASTICSEARCH_CPUS", "OBSBOX_KIBANA_CPUS"].find((key) => Number(box.settings[key]) > cpus);
    const tooMany =
      cores === undefined
        ? []
        : [
            failure(
              `${cores} is ${box.settings[cores] ?? ""}, Docker has ${cpus}`,
              `set ${cores}=${cpus} in ${box.folder}/.env`,
            ),
          ];
    if (memoryBytes >= needed) return tooMany;
    const what = `Docker has ${gigabytes(memoryBytes)} of memory, this box may take ${gigabytes(needed)}`;
    return [
      ...tooMany,
      failure(what, `make a box of size small (obsbox up --size small, in a new folder), or give Docker more memory`),
    ];
  },

  disk({ freeBytes, rootFolder }, { box }) {
    if (freeBytes === undefined) return undefined;
    const kept = ["OBSBOX_METRICS_MAX_SIZE", "OBSBOX_LOGS_MAX_SIZE", "OBSBOX_TRACES_MAX_SIZE"];
    const needed = kept.reduce((sum, key) => sum + bytesOf(box.settings[key] ?? ""), 0);
    const free = `${gigabytes(freeBytes)} free where Docker keeps its data (${rootFolder})`;
    if (freeBytes < minFreeBytes) {
      return [
        failure(
          `${free}, at least ${gigabytes(minFreeBytes)} are needed`,
          "make room, for instance: docker system prune",
        ),
      ];
    }
    if (freeBytes >= needed) return [];
    return [
      warning(
        `${free}, and the box may keep ${gigabytes(needed)}`,
        `lower OBSBOX_*_MAX_SIZE in ${box.folder}/.env, or add disk`,
      ),
    ];
  },

  subnet({ subnets }, { box }) {
    const own = box.settings["OBSBOX_GRAFANA_SUBNET"] ?? "";
    const other = subnets.find(({ subnet }) => overlaps(own, subnet));
    if (other === undefined) return [];
    return [
      failure(
        `the subnet ${own} collides with ${other.name} (${other.subnet})`,
        `set another OBSBOX_GRAFANA_SUBNET in ${box.folder}/.env, such as 172.30.250.0/29`,
      ),
    ];
  },

  volumes({ hasOtherSecrets }, { box }) {
    if (hasOtherSecrets === undefined) return undefined;
    if (!hasOtherSecrets) return [];
    return [
      failure(
        `there is data of a box ${projectOf(box)} that was made with other secrets`,
        `put its folder secrets back into ${box.folder}, or give the data up: obsbox destroy --dir ${box.folder}`,
      ),
    ];
  },
};

const troubles: Readonly<Record<DockerTrouble["trouble"], readonly [string, string]>> = {
  missing: ["docker is not installed, or not on the PATH", "install Docker: https://docs.docker.com/get-docker/"],
  unreachable: ["the Docker daemon cannot be reached", "start Docker Desktop, or: sudo systemctl start docker"],
  denied: ["you may not use the Docker daemon", 'join its group, then sign in anew: sudo usermod -aG docker "$USER"'],
};

export const dockerChecks: readonly Check[] = [
  { name: "docker", find: ({ docker }) => (docker.trouble === undefined ? [] : [troubleFinding(docker)]) },
  ...Object.entries(onDaemon).map(([name, find]): Check => ({
    name,
    find: (facts) => (facts.docker.trouble === undefined ? find(facts.docker, facts) : undefined),
  })),
];

function troubleFinding({ trouble, message }: DockerTrouble): Finding {
  const [what, remedy] = troubles[trouble];
  return failure(trouble === "unreachable" ? `${what}: ${message}` : what, remedy);
}

/** What the limits of all components that stay running add up to. */
function memoryOf(box: Box): number {
  const profiles = (box.settings["COMPOSE_PROFILES"] ?? "").split(",");
  return components
    .filter(({ oneShot, profile }) => oneShot !== true && (profile === undefined || profiles.includes(profile)))
    .reduce((sum, { name }) => sum + bytesOf(box.settings[memoryKeyOf(name)] ?? ""), 0);
}
