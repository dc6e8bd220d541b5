/** The containers of a box, as Compose and the engine know them. */
import { catalog } from "../../stack/catalog.ts";
import type { Component } from "../../stack/catalog.ts";
import type { Box } from "../box/box.ts";
import { compose, docker } from "./arguments.ts";
import { composeOutput } from "./compose.ts";
import { fieldsOf, listOf, numberOf, parseDocuments, textOf } from "./read.ts";
import { dockerOutput } from "./run.ts";

export interface Container {
  readonly id: string;
  readonly service: string;
  /** `created`, `running`, `restarting`, `exited`, ... */
  readonly state: string;
  /** `starting`, `healthy`, `unhealthy`; empty without a healthcheck. */
  readonly health: string;
  readonly exitCode: number;
}

export interface ContainerDetails {
  readonly restarts: number;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly isOutOfMemory: boolean;
  /** Output of the last failed healthcheck. */
  readonly lastFailure: string;
  /** Hash of the configuration that Compose made it from. */
  readonly hash: string;
  readonly image: string;
}

/** What became of a container, in one word. */
export type Phase = "waiting" | "starting" | "healthy" | "done" | "unhealthy" | "restarting" | "failed" | "stopped";

export async function listContainers(box: Box): Promise<readonly Container[]> {
  return parseContainers(await composeOutput(box, compose.containers));
}

/** Names of the services that run. */
export async function runningServices(box: Box): Promise<ReadonlySet<string>> {
  const containers = await listContainers(box);
  return new Set(containers.filter(({ state }) => state === "running").map(({ service }) => service));
}

export function parseContainers(text: string): readonly Container[] {
  return parseDocuments(text).map((row) => ({
    id: textOf(row["ID"]),
    service: textOf(row["Service"]),
    state: textOf(row["State"]),
    health: textOf(row["Health"]),
    exitCode: numberOf(row["ExitCode"]),
  }));
}

/** Details by the id of the container. */
export async function inspectContainers(ids: readonly string[]): Promise<ReadonlyMap<string, ContainerDetails>> {
  if (ids.length === 0) return new Map();
  return parseDetails(await dockerOutput(docker.inspect(ids)));
}

export function parseDetails(text: string): ReadonlyMap<string, ContainerDetails> {
  return new Map(parseDocuments(text).map((row) => [textOf(row["Id"]), detailsOf(row)]));
}

/** @param isOneShot Whether it is meant to end after its work. */
export function phaseOf({ state, health, exitCode }: Container, isOneShot: boolean): Phase {
  // One that ends after its work is ready once it has ended.
  if (state === "running") return runningPhases[health] ?? (isOneShot ? "starting" : "healthy");
  if (state === "exited" && exitCode === 0 && isOneShot) return "done";
  if (state === "exited" || state === "dead") return exitCode === 0 || stopCodes.has(exitCode) ? "stopped" : "failed";
  return state === "restarting" ? "restarting" : "waiting";
}

/** Whether a service ends after its work. */
export function isOneShot(service: string): boolean {
  const components: Readonly<Record<string, Component>> = catalog;
  return components[service]?.oneShot === true;
}

export const isReady = (phase: Phase): boolean => phase === "healthy" || phase === "done";

const runningPhases: Readonly<Record<string, Phase>> = { starting: "starting", unhealthy: "unhealthy" };
/** Codes of programs that SIGTERM or SIGKILL ended: somebody stopped them. */
const stopCodes: ReadonlySet<number> = new Set([130, 137, 143]);

function detailsOf(row: Readonly<Record<string, unknown>>): ContainerDetails {
  const state = fieldsOf(row["State"]);
  const labels = fieldsOf(fieldsOf(row["Config"])["Labels"]);
  const checks = listOf(fieldsOf(state["Health"])["Log"]).map(fieldsOf);
  const failed = checks.findLast((check) => numberOf(check["ExitCode"]) !== 0);
  return {
    restarts: numberOf(row["RestartCount"]),
    startedAt: textOf(state["StartedAt"]),
    finishedAt: textOf(state["FinishedAt"]),
    isOutOfMemory: state["OOMKilled"] === true,
    lastFailure: textOf(failed?.["Output"]).trim(),
    hash: textOf(labels["com.docker.compose.config-hash"]),
    image: textOf(row["Image"]),
  };
}
