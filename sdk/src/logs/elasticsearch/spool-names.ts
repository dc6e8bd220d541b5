/**
 * Names of files in the spool: `<service>.<time>.<random>.<owner>.spool`. The owner is one process: its machine, its number,
 * and a random part, because containers often share numbers.
 */
import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { isAlive } from "../../process-alive.ts";
import { asNamePart, createTimes, timePattern } from "../file-names.ts";

export class SpoolNames {
  readonly #service: string;
  readonly #pattern: RegExp;
  /** Ends the name of each file of this process. */
  readonly #own = `${asNamePart(hostname())}.${process.pid}.${random()}`;
  readonly #nextTime = createTimes();

  constructor(service: string) {
    this.#service = asNamePart(service);
    this.#pattern = new RegExp(
      `^${this.#service}\\.${timePattern}\\.[0-9a-f]{8}\\.(?<owner>(?<host>[\\w-]+)\\.(?<pid>\\d+)\\.[0-9a-f]{8})\\.spool$`,
    );
  }

  /** A new file of this process. */
  next(): string {
    return `${this.#service}.${this.#nextTime()}.${random()}.${this.#own}.spool`;
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
    const isKnown = host === asNamePart(hostname()) && Number(pid) !== process.pid;
    return isKnown && !isAlive(Number(pid));
  }
}

function random(): string {
  return randomBytes(4).toString("hex");
}
