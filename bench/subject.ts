/** A set-up as it is installed, and how its programs are started. */
import type { Installed } from "./install.ts";
import { startService } from "./service.ts";
import type { Service } from "./service.ts";
import type { Setup } from "./setups.ts";
import type { Addresses } from "./sink/sink.ts";

/** What is the same for all. */
export interface Surroundings {
  readonly addresses: Addresses;
  readonly postgresUrl: string | undefined;
}

export interface Subject {
  readonly setup: Setup;
  readonly installed: Installed;
}

/** Starts one of the programs with all that the set-up puts around it. */
export function startSubject(
  { setup, installed }: Subject,
  file: string,
  { addresses, postgresUrl }: Surroundings,
  env: Readonly<Record<string, string>> = {},
): Promise<Service> {
  return startService({
    folder: installed.folder,
    file,
    flags: setup.flags,
    env: {
      DOWNSTREAM_URL: addresses.url,
      ...(postgresUrl === undefined ? {} : { DATABASE_URL: postgresUrl }),
      ...setup.env?.(addresses),
      ...env,
    },
  });
}

/** Where a Prometheus would read; `undefined` when there is nothing for one. */
export function metricsUrl({ setup }: Subject, service: Service, { metricsPort }: Addresses): string | undefined {
  if (setup.metrics === undefined) return undefined;
  return `http://127.0.0.1:${setup.metrics === "prom-client" ? service.port : metricsPort}/metrics`;
}
