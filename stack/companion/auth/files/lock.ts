/** One writer at a time, also between processes: SQLite's lock on a file, which the system frees when a process dies. */
import { closeSync, openSync } from "node:fs";
import { createRequire } from "node:module";
import { setTimeout as pause } from "node:timers/promises";
import type { DatabaseSync } from "node:sqlite";
import { OperatorError } from "../../errors.ts";

const require = createRequire(import.meta.url);
const pauseMs = 10;
const patienceMs = 5000;
const busy = 5; // SQLITE_BUSY

/**
 * Runs a function while nobody else holds the lock.
 *
 * @param path - The lock file; made when it is not there, never deleted.
 * @param act - Must not wait for anything: others wait for it.
 * @throws OperatorError when the lock is not free within five seconds.
 */
export async function exclusively<T>(path: string, act: () => T): Promise<T> {
  closeSync(openSync(path, "a", 0o600));
  const { DatabaseSync: Open }: typeof import("node:sqlite") = require("node:sqlite");
  const lock = new Open(path, { timeout: 0 });
  try {
    await take(lock, path);
    return act();
  } finally {
    lock.close();
  }
}

async function take(lock: DatabaseSync, path: string): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (!tryTake(lock)) {
    if (performance.now() > deadline) {
      throw new OperatorError(`another process has held ${path} for ${patienceMs / 1000} s`, "try again in a moment");
    }
    await pause(pauseMs);
  }
}

function tryTake(lock: DatabaseSync): boolean {
  try {
    lock.exec("BEGIN IMMEDIATE");
    return true;
  } catch (error) {
    if (error instanceof Error && "errcode" in error && error.errcode === busy) return false;
    throw error;
  }
}
