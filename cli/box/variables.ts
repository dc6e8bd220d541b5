/** The variables that point a service at a box. */
import { join } from "node:path";
import { layout, originOf, pathIn, projectOf } from "./box.ts";
import type { Box } from "./box.ts";

export interface Connection {
  readonly variables: Readonly<Record<string, string>>;
  /** Network that a container has to join. */
  readonly network?: string;
  /** Folders and files that a container has to mount, as Docker writes them. */
  readonly mounts?: readonly string[];
  /** Group that a container needs to write log files. */
  readonly group?: string;
}

interface Choices {
  readonly token: string;
  readonly service?: string | undefined;
}

/** Paths of the mounts inside a service's container. */
const inside = { authority: "/run/obsbox/ca.crt", logs: "/var/log/services" } as const;

/** @param metricsHost Address of this machine on which Prometheus, in its container, finds the service. */
export function hostConnection(box: Box, choices: Choices, metricsHost: string): Connection {
  return {
    variables: {
      ...named(choices.service),
      OTEL_EXPORTER_OTLP_ENDPOINT: `${originOf(box)}/otlp`,
      OTEL_EXPORTER_OTLP_HEADERS: headersOf(choices.token),
      ...(hasOwnCertificate(box) ? {} : { NODE_EXTRA_CA_CERTS: join(box.folder, layout.authority) }),
      OBSBOX_LOG_DIR: logFolderOf(box),
      OTEL_EXPORTER_PROMETHEUS_HOST: metricsHost,
    },
  };
}

export function containerConnection(box: Box, choices: Choices): Connection {
  return {
    variables: {
      ...named(choices.service),
      // The name and port of Nginx in the network that it shares with the user's containers.
      OTEL_EXPORTER_OTLP_ENDPOINT: "https://obsbox:8443/otlp",
      OTEL_EXPORTER_OTLP_HEADERS: headersOf(choices.token),
      NODE_EXTRA_CA_CERTS: inside.authority,
      OBSBOX_LOG_DIR: inside.logs,
      OTEL_EXPORTER_PROMETHEUS_HOST: "0.0.0.0",
    },
    network: `${projectOf(box)}_apps`,
    mounts: [`${join(box.folder, layout.authority)}:${inside.authority}:ro`, `${logFolderOf(box)}:${inside.logs}`],
    group: box.settings["OBSBOX_LOG_GROUP"] ?? "1000",
  };
}

export type Format = keyof typeof formats;

/** How variables are written. Values hold no line breaks. */
export const formats = {
  shell: (name: string, value: string) => `export ${name}='${value.replaceAll("'", `'\\''`)}'`,
  dotenv: (name: string, value: string) => `${name}=${/^[\w./:@%=,+-]*$/.test(value) ? value : `'${value}'`}`,
} as const;

/** A company's certificate is trusted by what the company has installed. */
function hasOwnCertificate(box: Box): boolean {
  return (box.given["OBSBOX_TLS_CERT"] ?? "") !== "";
}

function named(service: string | undefined): Readonly<Record<string, string>> {
  return service === undefined ? {} : { OTEL_SERVICE_NAME: service };
}

/** Values of this variable are percent-encoded, as W3C Baggage is. */
function headersOf(token: string): string {
  return `authorization=Bearer%20${encodeURIComponent(token)}`;
}

function logFolderOf(box: Box): string {
  return pathIn(box, box.settings["OBSBOX_LOG_DIR"] ?? "./logs");
}
