/** Rounds: every set-up is measured once in each, so that what the machine does besides touches all alike. */

/** What was measured in one round, by the name of the set-up; one that failed is missing. */
export type Round<T> = Readonly<Partial<Record<string, T>>>;

export interface Rounds {
  readonly count: number;
  readonly say: (line: string) => void;
}

/** Measures each of the names in each round, in an order that is shuffled anew. */
export async function inRounds<T>(
  { count, say }: Rounds,
  what: string,
  names: readonly string[],
  measure: (name: string) => Promise<T>,
): Promise<Round<T>[]> {
  const rounds: Round<T>[] = [];
  for (let round = 1; round <= count; round++) {
    const results: Record<string, T> = {};
    for (const name of shuffled(names)) {
      say(`${what}, round ${round} of ${count}: ${name}`);
      try {
        results[name] = await measure(name);
      } catch (error) {
        say(`FAILED ${what}, ${name}: ${error instanceof Error ? error.message : String(error)}`);
        process.exitCode = 1;
      }
    }
    rounds.push(results);
  }
  return rounds;
}

/** What the set-up gave, in the rounds in which it did. */
export function valuesOf<T>(
  rounds: readonly Round<T>[],
  name: string,
  read: (result: T) => number | undefined,
): number[] {
  return rounds.flatMap((round) => {
    const result = round[name];
    const value = result === undefined ? undefined : read(result);
    return value === undefined ? [] : [value];
  });
}

/** Its value divided by that of another in the same round. */
export function ratiosOf<T>(
  rounds: readonly Round<T>[],
  name: string,
  reference: string,
  read: (result: T) => number | undefined,
): number[] {
  return rounds.flatMap((round) => {
    const [own, other] = [valuesOf([round], name, read)[0], valuesOf([round], reference, read)[0]];
    return own === undefined || other === undefined ? [] : [own / other];
  });
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, place: Math.random() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ item }) => item);
}
