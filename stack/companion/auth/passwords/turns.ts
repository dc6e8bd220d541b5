/**
 * Work that costs much, a little of it at a time. Addresses take turns and each has one piece of work under way, so that one
 * that sends many passwords waits for itself and not the others for it.
 */

/** There is too much waiting. */
export class Busy extends Error {
  override readonly name = "Busy";
}

export interface TurnLimits {
  /** Pieces of work at the same time. */
  readonly parallel: number;
  /** Pieces of work that wait. */
  readonly waiting: number;
  /** Of these, for one key. */
  readonly waitingPerKey: number;
}

export interface Turns {
  /**
   * Runs work when its turn comes.
   *
   * @throws Busy at once when too much waits already.
   */
  run<T>(key: string, work: () => Promise<T>): Promise<T>;
  waiting(): number;
}

export function createTurns(limits: TurnLimits): Turns {
  /** Work that waits; the key whose turn is next comes first. */
  const queues = new Map<string, (() => Promise<void>)[]>();
  const running = new Set<string>();
  let waiting = 0;

  const next = (): void => {
    if (running.size >= limits.parallel) return;
    const key = [...queues.keys()].find((candidate) => !running.has(candidate));
    const queue = key === undefined ? undefined : queues.get(key);
    const start = queue?.shift();
    if (key === undefined || queue === undefined || start === undefined) return;
    waiting -= 1;
    queues.delete(key);
    if (queue.length > 0) queues.set(key, queue); // At the end: the others come first.
    running.add(key);
    void start().finally(() => {
      running.delete(key);
      next();
    });
    next();
  };

  return {
    run(key, work) {
      const queue = queues.get(key) ?? [];
      if (waiting >= limits.waiting || queue.length >= limits.waitingPerKey) {
        return Promise.reject(new Busy("too many passwords wait to be verified"));
      }
      return new Promise((resolve, reject) => {
        queue.push(() => work().then(resolve, reject));
        queues.set(key, queue);
        waiting += 1;
        next();
      });
    },
    waiting: () => waiting,
  };
}
