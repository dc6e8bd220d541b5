/** Where the processes of one cluster find each other: a socket in a folder that only this user can enter. */
import { createHash } from "node:crypto";
import { lstatSync, mkdirSync, readdirSync, readlinkSync, rmSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { isAlive } from "../process-alive.ts";

export interface Address {
  readonly socket: string;
  /** File for what the next leader has to know. */
  readonly state: string;
}

/** Of the language that processes of one cluster speak: those of another are not found. */
const protocol = 1;

/**
 * Gives the address of a cluster; undefined where no folder can be used.
 *
 * @param parentPid - The process that has started all others.
 * @param names - What tells two clusters of one parent apart.
 */
export function addressOf(parentPid: number, names: readonly unknown[]): Address | undefined {
  const name = `${machine()}-${parentPid}-${digest([protocol, ...names])}`;
  const folder = findFolder();
  if (folder === undefined) return undefined;
  const socket = process.platform === "win32" ? `\\\\.\\pipe\\obsbox-${name}` : join(folder, `${name}.sock`);
  return { socket, state: join(folder, `${name}.json`) };
}

/** Removes what clusters have left whose parent has ended. */
export function removeLeftovers(): void {
  const folder = findFolder();
  if (folder === undefined) return;
  const own = new RegExp(`^${machine()}-(\\d+)-`);
  for (const file of readdirSync(folder)) {
    const pid = own.exec(file)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(folder, file), { force: true });
  }
}

/** In memory where there is such a folder: it is there in containers whose root cannot be written to, too. */
const parents = process.platform === "linux" ? ["/dev/shm", tmpdir()] : [tmpdir()];

function findFolder(): string | undefined {
  return parents.map((parent) => join(parent, `obsbox-${process.getuid?.() ?? "user"}`)).find(isOurs);
}

/** Another user could have made the folder first. */
function isOurs(folder: string): boolean {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { uid, mode } = lstatSync(folder);
    if (process.platform === "win32") return true;
    return lstatSync(folder).isDirectory() && uid === process.getuid?.() && (mode & 0o077) === 0;
  } catch {
    return false; // A read-only file system, for instance.
  }
}

/** Process numbers mean something within one machine, or container, only. */
function machine(): string {
  return digest([hostname(), process.platform === "linux" ? pidNamespace() : ""]).slice(0, 8);
}

function pidNamespace(): string {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return "";
  }
}

function digest(values: readonly unknown[]): string {
  return createHash("sha256").update(JSON.stringify(values)).digest("hex").slice(0, 16);
}
