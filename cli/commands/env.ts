/** `obsbox env`: the variables that point a service at the box. */
import { networkInterfaces } from "node:os";
import { dirOption, findBox } from "../box/find.ts";
import { readSecret } from "../box/secrets.ts";
import { containerConnection, formats, hostConnection } from "../box/variables.ts";
import type { Connection } from "../box/variables.ts";
import type { Command } from "../command.ts";
import { UserError } from "../errors.ts";
import { say } from "../report/output.ts";

export const env: Command = {
  name: "env",
  about: "Prints the variables that point a service at the box, on this machine or in a container.",
  options: {
    dir: dirOption,
    container: { about: "For a service in a container, with its network and mounts" },
    service: { value: "NAME", about: "Name of the service" },
    format: { value: "FORMAT", about: "shell, dotenv or json", default: "shell" },
    json: { about: "Same as --format json" },
  },
  async run(input) {
    const box = findBox(input.values["dir"]);
    const format = readFormat(input.isOn("json") ? "json" : input.values["format"]);
    const token = readSecret(box.folder, "machine-token");
    if (token === undefined)
      throw new UserError("the secret machine-token is missing", { hint: "make it: obsbox init" });
    const choices = { token, service: input.values["service"] };
    const connection = input.isOn("container")
      ? containerConnection(box, choices)
      : hostConnection(box, choices, metricsHost());
    say("# Holds a secret: the token of your services. Keep it out of git and of tickets.");
    if (!input.isOn("container")) say("# Metrics: obsbox targets add NAME host.docker.internal:9464");
    process.stdout.write(`${textOf(connection, format)}\n`);
    return 0;
  },
};

type Format = keyof typeof formats | "json";

function readFormat(given: string | undefined): Format {
  const known: readonly Format[] = ["shell", "dotenv", "json"];
  const format = known.find((one) => one === given);
  if (format !== undefined) return format;
  throw new UserError(`--format: got "${given ?? ""}"`, { hint: `expected ${known.join(", ")}`, exitCode: 2 });
}

function textOf(connection: Connection, format: Format): string {
  if (format === "json") return JSON.stringify(connection, null, 2);
  const lines = Object.entries(connection.variables).map(([name, value]) => formats[format](name, value));
  return [...mountLines(connection), ...lines].join("\n");
}

/** What a container needs beside its variables, as comments. */
function mountLines({ network, mounts = [], group }: Connection): readonly string[] {
  return [
    ...(network === undefined ? [] : [`# docker run --network ${network}`]),
    ...mounts.map((mount) => `#   --volume ${mount}`),
    ...(group === undefined ? [] : [`#   --group-add ${group}`]),
  ];
}

/**
 * On Linux, containers reach this machine at the address of Docker's bridge: a service that binds to it is seen by them and
 * not by the network outside. Docker Desktop passes what containers send on to localhost.
 */
function metricsHost(): string {
  if (process.platform !== "linux") return "127.0.0.1";
  const bridge = networkInterfaces()["docker0"]?.find(({ family }) => family === "IPv4");
  return bridge?.address ?? "0.0.0.0";
}
