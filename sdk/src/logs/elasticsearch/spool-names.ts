/**
 * Names of files in the spool: `<service>.<time>.<random>.<owner>.spool`. The owner is one process: its machine, its number,
 * and a random part, because containers often share numbers.
 */
import { randomBytes } from "node:crypto";
import { hostname } from "node:os";

export class SpoolNames {
  readonly #service: string;
  readonly #pattern: RegExp;
  /** Ends the name of each file of this process. */
  readonly #own = `${safe(hostname())}.${process.pid}.${random()}`;
  /** When the latest file was begun; rises with each file, so that names are in that order. */
  #begunMs = 0;

  constructor(service: string) {
    this.#service = safe(service);
    this.#pattern = new RegExp(
      `^${this.#service}\\.\\d{8}T\\d{9}Z\\.[0-9a-f]{8}\\.(?<owner>(?<host>[\\w-]+)\\.(?<pid>\\d+)\\.[0-9a-f]{8})\\.spool$`,
    );
  }

  /** A new file of this process. */
  next(): string {
    this.#begunMs = Math.max(Date.now(), this.#begunMs + 1);
    const time = new Date(this.#begunMs).toISOString().replace(/[-:.]/g, "");
    return `${this.#service}.${time}.${random()}.${this.#own}.spool`;
  }

  /** Whether a file is one of the service. */
  isKnown(name: string): boolean {
    return this.#pattern.test(name);
  }

  isOwn(name: string): boolean {
    return name.endsWith(`.${this.#own}.spool`);
  }

  /** The same file as one of this process. */
  asOwn(name: string): string {
    return name.replace(this.ownerOf(name), this.#own);
  }

  ownerOf(name: string): string {
    return this.#pattern.exec(name)?.groups?.["owner"] ?? "";
  }

  /** Whether a file belongs to another process of this machine that has ended for certain. */
  hasEnded(name: string): boolean {
    const { host, pid } = this.#pattern.exec(name)?.groups ?? {};
    const isKnown = host === safe(hostname()) && Number(pid) !== process.pid;
    return isKnown && !isAlive(Number(pid));
  }
}

function random(): string {
  return randomBytes(4).toString("hex");
}

/** Text that may stand between the dots of a name. */
function safe(text: string): string {
  return text.replace(/[^\w-]/g, "_");
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
