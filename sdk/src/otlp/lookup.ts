/**
 * Looks names up one at a time: a resolver that does not answer holds a thread of the few that files, compression and
 * the service's own look-ups share. Who asks for a name that is being looked up gets the same answer.
 */
import { lookup } from "node:dns";
import type { LookupAddress, LookupOptions } from "node:dns";

type Answer = (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void;

export type Lookup = (hostname: string, options: LookupOptions, answer: Answer) => void;

/** Makes a look-up for the requests to one receiver. */
export function createLookup(resolve: Lookup = lookup): Lookup {
  const waiting = new Map<string, Answer[]>();
  return (hostname, options, answer) => {
    const key = `${hostname} ${String(options.family)} ${String(options.all)}`;
    const others = waiting.get(key);
    if (others !== undefined) {
      others.push(answer);
      return;
    }
    const answers = [answer];
    waiting.set(key, answers);
    resolve(hostname, options, (...result) => {
      waiting.delete(key);
      for (const one of answers) one(...result);
    });
  };
}
