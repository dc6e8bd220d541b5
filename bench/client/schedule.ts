/** Requests that are due, the connections that are free for them, and how long each took from when it was due. */
import type { Connection } from "./connection.ts";

export class Schedule {
  readonly latenciesMs: number[] = [];
  readonly #waiting: number[] = [];
  readonly #free: Pick<Connection, "request">[];
  readonly #now: () => number;

  constructor(connections: readonly Pick<Connection, "request">[], now: () => number) {
    this.#free = [...connections];
    this.#now = now;
  }

  /** Sends a request, as soon as a connection is free for it. */
  add(dueAt: number): void {
    this.#waiting.push(dueAt);
    this.#send();
  }

  #send(): void {
    while (this.#free.length > 0) {
      const dueAt = this.#waiting.shift();
      if (dueAt === undefined) return;
      const connection = this.#free.shift();
      connection?.request(() => {
        this.latenciesMs.push(this.#now() - dueAt);
        this.#free.push(connection);
        this.#send();
      });
    }
  }
}
