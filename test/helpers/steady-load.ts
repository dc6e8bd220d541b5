/** Requests at a steady rate, however late the answers are: what a request waits for its turn counts as its time. */
import { Agent, get } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

export interface SteadyLoad {
  readonly perSecond: number;
  readonly seconds: number;
  readonly path: (request: number) => string;
}

/**
 * Asks several services at the same moments, so that what the machine does besides touches all alike.
 *
 * @returns By service, the milliseconds of each request, sorted.
 * @throws Error when a request fails.
 */
export async function runSteadyLoad(ports: readonly number[], load: SteadyLoad): Promise<number[][]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const times = ports.map((): number[] => []);
  const answers: Promise<void>[] = [];
  const total = load.perSecond * load.seconds;
  const began = performance.now();
  for (let sent = 0; sent < total;) {
    const dueMs = (sent / load.perSecond) * 1000;
    const due = began + dueMs;
    if (due > performance.now()) await sleep(1);
    for (; sent < total && began + (sent / load.perSecond) * 1000 <= performance.now(); sent++) {
      const at = began + (sent / load.perSecond) * 1000;
      const path = load.path(sent);
      // Who is asked first changes from request to request.
      for (let each = 0; each < ports.length; each++) {
        const service = (sent + each) % ports.length;
        answers.push(
          ask(agent, ports[service] ?? 0, path).then(() => void times[service]?.push(performance.now() - at)),
        );
      }
    }
  }
  await Promise.all(answers);
  agent.destroy();
  return times.map((each) => each.toSorted((one, other) => one - other));
}

/** Of numbers that are sorted. */
export function percentile(sorted: readonly number[], percent: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? Number.NaN;
}

function ask(agent: Agent, port: number, path: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  get({ agent, host: "127.0.0.1", port, path }, (response) => {
    response.on("end", resolve).on("error", reject).resume();
  }).on("error", reject);
  return promise;
}
