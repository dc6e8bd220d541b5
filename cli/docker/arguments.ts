/** Arguments of the calls of Docker: no call is put together anywhere else. Those of Compose stand behind `compose`. */

export const compose = {
  config: ["config", "--format", "json"],
  check: ["config", "--quiet"],
  hashes: ["config", "--hash", "*"],
  containers: ["ps", "--all", "--no-trunc", "--format", "json"],
  build: ["--progress", "plain", "build"],
  up: ["--progress", "plain", "up", "--detach", "--remove-orphans"],
  /** Containers and networks; data stays. */
  down: ["--progress", "plain", "down", "--remove-orphans"],
  destroy: ["--progress", "plain", "down", "--remove-orphans", "--volumes"],
  restart: (services: readonly string[]) => ["--progress", "plain", "restart", ...services],
  /** Runs a service that ends after its work once more. */
  runOnce: (service: string) => ["--progress", "plain", "run", "--rm", "--no-deps", "-T", service],
  hangUp: (service: string) => ["--progress", "plain", "kill", "--signal", "SIGHUP", service],
  exec: (service: string, command: readonly string[]) => ["exec", "-T", service, ...command],
  logs: (services: readonly string[], { follow, since, tail, isPlain = true }: LogChoices) => [
    "logs",
    ...(isPlain ? ["--no-color"] : []),
    ...(follow ? ["--follow"] : []),
    ...(since === undefined ? [] : ["--since", since]),
    ...(tail === undefined ? [] : ["--tail", tail]),
    ...services,
  ],
} as const;

interface LogChoices {
  readonly follow: boolean;
  readonly isPlain?: boolean;
  readonly since?: string | undefined;
  readonly tail?: string | undefined;
}

const projectLabel = "com.docker.compose.project";

export const docker = {
  info: ["info", "--format", "{{json .}}"],
  composeVersion: ["compose", "version", "--short"],
  /** Where the daemon is. */
  endpoint: ["context", "inspect", "--format", "{{.Endpoints.docker.Host}}"],
  inspect: (ids: readonly string[]) => ["inspect", ...ids],
  inspectImages: (images: readonly string[]) => ["image", "inspect", "--format", "{{.Id}}", ...images],
  stats: (ids: readonly string[]) => ["stats", "--no-stream", "--no-trunc", "--format", "{{json .}}", ...ids],
  /** Folder, service and state of each container of a project, whoever made it. */
  projectContainers: (project: string) => [
    "ps",
    "--all",
    "--filter",
    `label=${projectLabel}=${project}`,
    "--format",
    `{{.Label "${projectLabel}.working_dir"}}\t{{.Label "com.docker.compose.service"}}`,
  ],
  projectVolumes: (project: string) => ["volume", "ls", "--quiet", "--filter", `label=${projectLabel}=${project}`],
  removeVolumes: (names: readonly string[]) => ["volume", "rm", ...names],
  publishers: (port: string) => ["ps", "--filter", `publish=${port}`, "--format", "{{.Names}}"],
  networks: ["network", "ls", "--quiet", "--no-trunc"],
  inspectNetworks: (ids: readonly string[]) => ["network", "inspect", ...ids],
  /** A container that is never started: its volume can be read. */
  create: (volume: string, image: string) => ["create", "--volume", `${volume}:/v`, image, "none"],
  read: (container: string, file: string) => ["cp", `${container}:/v/${file}`, "-"],
  remove: (container: string) => ["rm", "--force", container],
} as const;
