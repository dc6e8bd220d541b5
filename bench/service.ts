/** One program of a set-up, on a core of its own; the load and everything else are on the others. */
import { execFileSync, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { EventEmitter, on, once } from "node:events";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";

const serviceCore = "0";
const startTimeoutMs = 30_000;

export interface Program {
  /** The folder of the set-up. */
  readonly folder: string;
  readonly file: string;
  readonly flags: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export interface Usage {
  /** CPU time of the whole process until now, all threads, also those that have ended. */
  readonly cpuUs: number;
  readonly rssBytes: number;
}

export interface Delay {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

export interface Service extends AsyncDisposable {
  readonly port: number;
  /** A folder for it, which goes with it; `stdout` is there. */
  readonly outputFolder: string;
  /** Puts one of the questions that the program answers. */
  ask(question: "usage"): Promise<Usage>;
  ask(question: "delay"): Promise<Delay>;
  ask<T>(question: string): Promise<T>;
  /** Asks it to end, so that it may send what it still has. */
  terminate(): void;
  /** Resolves once it has ended. */
  ended(): Promise<void>;
}

/** The service has its core for itself: this process and what it starts for the load stay on the others. */
export function keepOffServiceCore(): void {
  const last = availableParallelism() - 1;
  if (last < 1) throw new Error("this needs two cores: one for the service, one for the load");
  execFileSync("taskset", ["--all-tasks", "--cpu-list", "--pid", `1-${last}`, String(process.pid)]);
}

/** Starts a program and waits until it listens. */
export async function startService({ folder, file, flags, env }: Program): Promise<Service> {
  const outputFolder = mkdtempSync(join(tmpdir(), "obsbox-bench-"));
  const stdout = openSync(join(outputFolder, "stdout"), "w");
  const stderr = openSync(join(outputFolder, "stderr"), "w");
  const child = spawn("taskset", ["--cpu-list", serviceCore, process.execPath, ...flags, file], {
    cwd: folder,
    env: {
      PATH: process.env["PATH"],
      NODE_ENV: "production",
      LOG_FILE: join(outputFolder, "service.log"),
      ...env,
    },
    stdio: ["ignore", stdout, stderr, "ipc"],
  });
  closeSync(stdout);
  closeSync(stderr);
  const said = () => readFileSync(join(outputFolder, "stderr"), "utf8").slice(0, 2000);
  const service = {
    outputFolder,
    ask: asker(child),
    terminate: () => void child.kill("SIGTERM"),
    ended: () => ended(child),
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await ended(child);
      rmSync(outputFolder, { recursive: true });
    },
  };
  try {
    return { ...service, port: await portOf(child, said) };
  } catch (error) {
    await service[Symbol.asyncDispose]();
    throw error;
  }
}

async function portOf(child: ChildProcess, said: () => string): Promise<number> {
  const signal = AbortSignal.timeout(startTimeoutMs);
  for await (const [message] of on(child, "message", { signal, close: ["exit"] })) {
    if (typeof message.listening === "number") return message.listening;
  }
  throw new Error(`the service ended before it listened: ${said()}`);
}

/** Answers are told apart by a number, because some agents send messages of their own. */
function asker(child: ChildProcess): Service["ask"] {
  const answers = new EventEmitter();
  child.on("message", (message: { id?: number; answer?: unknown }) => {
    if (message.id !== undefined) answers.emit(String(message.id), message.answer);
  });
  let id = 0;
  return async (question: string) => {
    id++;
    const answer = once(answers, String(id), { signal: AbortSignal.timeout(startTimeoutMs) });
    child.send({ id, question });
    return (await answer)[0];
  };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
}
