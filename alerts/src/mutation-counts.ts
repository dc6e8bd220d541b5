/** Counts of a mutation run, by topic and in all. */
import type { Outcome } from "./mutation.ts";

export interface Counts {
  readonly topic: string;
  readonly alerts: number;
  readonly mutants: number;
  readonly killed: number;
  readonly equivalent: number;
  readonly survived: number;
}

/** One row for each topic, and one for all of them. */
export function countsOf(outcomes: readonly Outcome[]): readonly Counts[] {
  const topics = [...new Set(outcomes.map(({ topic }) => topic))];
  return withSum(
    topics.map((topic) =>
      count(
        topic,
        outcomes.filter((one) => one.topic === topic),
      ),
    ),
  );
}

/** Counts of an earlier run, with those topics replaced that ran anew. */
export function mergeCounts(earlier: readonly Counts[], latest: readonly Counts[]): readonly Counts[] {
  const rows = new Map([...earlier, ...latest].map((row) => [row.topic, row]));
  rows.delete(allTopics);
  return withSum([...rows.values()].toSorted((a, b) => (a.topic < b.topic ? -1 : 1)));
}

const allTopics = "all";

function withSum(rows: readonly Counts[]): readonly Counts[] {
  const sum = (key: Exclude<keyof Counts, "topic">) => rows.reduce((total, row) => total + row[key], 0);
  return [
    ...rows,
    {
      topic: allTopics,
      alerts: sum("alerts"),
      mutants: sum("mutants"),
      killed: sum("killed"),
      equivalent: sum("equivalent"),
      survived: sum("survived"),
    },
  ];
}

function count(topic: string, some: readonly Outcome[]): Counts {
  const ended = (end: Outcome["end"]) => some.filter((one) => one.end === end).length;
  return {
    topic,
    alerts: new Set(some.map(({ alert }) => alert)).size,
    mutants: some.length,
    killed: ended("killed"),
    equivalent: ended("equivalent"),
    survived: ended("survived"),
  };
}
