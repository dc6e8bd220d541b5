/** The other processes, or threads of this one, whose values are shown here: asked at each scrape, remembered when they are late. */
import type { Family } from "../metrics/families.ts";
import { combine } from "./combine.ts";
import type { Ended } from "./ended.ts";
import type { Snapshot } from "./snapshot.ts";

export interface Member {
  /** Different for each start of the SDK. */
  readonly id: string;
  /** What messages call it: `process 123`. */
  readonly name: string;
  readonly pid: number;
  /** Gives its values; rejects when it has gone. */
  readonly ask: () => Promise<Snapshot>;
  /** Whether it may come back after it has gone without a word. */
  readonly isAlive: () => boolean;
}

interface Entry {
  member: Member;
  last: Snapshot | undefined;
  /** The question that it has not answered yet. */
  asking: Promise<void> | undefined;
  isHere: boolean;
}

export interface MemberCounts {
  readonly answered: number;
  /** Late, or not heard of for the moment: their last values are shown. */
  readonly late: number;
  /** Ended so far, by how: with their last values, or without. */
  readonly closed: number;
  readonly lost: number;
}

export interface Members {
  /** Takes a member in; one of the same id that was here before keeps its last values. */
  readonly join: (member: Member, last?: Snapshot) => void;
  /** Notes values that were sent without a question. */
  readonly note: (id: string, snapshot: Snapshot) => void;
  /** Notes one metric that was told out of turn, of a member that may not be able to tell more. */
  readonly amend: (id: string, common: string, family: Family) => void;
  /** The member has ended, these are its last values. */
  readonly end: (id: string, last: Snapshot) => void;
  /** The member is not heard of any more. When it does not live, what it has counted is kept. */
  readonly leave: (id: string) => void;
  /** Asks all that have answered before, and waits for them, up to a deadline. */
  readonly refresh: (deadlineMs: number) => Promise<void>;
  /** Last values of those that live. */
  readonly living: () => readonly (readonly [Member, Snapshot])[];
  /** The families of all, the given ones first. */
  readonly combineWith: (own: Snapshot) => Family[];
  readonly counts: () => MemberCounts;
}

/** @param onLate - Told of each member that has not answered within the deadline. */
export function createMembers(ended: Ended, onLate: (name: string, deadlineMs: number) => void = () => {}): Members {
  const entries = new Map<string, Entry>();
  const ends = { closed: 0, lost: 0 };
  const finish = (id: string, how: keyof typeof ends) => {
    const last = entries.get(id)?.last;
    if (!entries.delete(id)) return;
    ends[how] += 1;
    if (last !== undefined) ended.add(last);
  };
  const dropDead = () => {
    for (const [id, { isHere, member }] of entries) if (!isHere && !member.isAlive()) finish(id, "lost");
  };
  const living = () => [...entries.values()].flatMap(({ member, last }) => (last ? [[member, last] as const] : []));

  return {
    join(member, last) {
      const known = entries.get(member.id);
      const isHere = last === undefined;
      entries.set(member.id, { member, last: last ?? known?.last, asking: undefined, isHere });
    },
    note(id, snapshot) {
      const entry = entries.get(id);
      if (entry !== undefined) take(entry, snapshot);
    },
    amend(id, common, family) {
      const entry = entries.get(id);
      if (entry !== undefined) entry.last = amended(entry.last, common, family);
    },
    end(id, last) {
      const entry = entries.get(id);
      if (entry === undefined) return;
      take(entry, last);
      finish(id, "closed");
    },
    leave(id) {
      const entry = entries.get(id);
      if (entry === undefined) return;
      entry.isHere = false;
      dropDead();
    },
    async refresh(deadlineMs) {
      dropDead();
      // One that still owes an answer is not waited for again.
      const asked = [...entries.values()].filter((entry) => entry.isHere && entry.asking === undefined);
      await within(deadlineMs, Promise.all(asked.map(askEntry)));
      for (const { member, asking } of asked) if (asking !== undefined) onLate(member.name, deadlineMs);
      dropDead();
    },
    living,
    combineWith(own) {
      const others = living().map(([, snapshot]) => snapshot);
      ended.forget(new Set([own, ...others].map(({ common }) => common)));
      return combine([own, ...others, ...ended.totals()].map(({ families }) => families));
    },
    counts() {
      const all = [...entries.values()];
      const answered = all.filter(({ isHere, asking, last }) => isHere && asking === undefined && last !== undefined);
      return { answered: answered.length, late: all.length - answered.length, ...ends };
    },
  };
}

/** An answer that comes after the deadline is kept for the next time. */
function askEntry(entry: Entry): Promise<void> {
  const ask = async () => {
    try {
      take(entry, await entry.member.ask());
    } catch {
      // It has gone; its connection says so as well.
    }
    entry.asking = undefined;
  };
  return (entry.asking = ask());
}

/** A snapshot with one metric replaced. */
export function amended(last: Snapshot | undefined, common: string, family: Family): Snapshot {
  const others = last?.families.filter(({ name }) => name !== family.name) ?? [];
  return { common, sequence: 0, ...last, families: [...others, family] };
}

/** Answers may overtake each other. */
function take(entry: Entry, snapshot: Snapshot): void {
  if (entry.last === undefined || entry.last.sequence < snapshot.sequence) entry.last = snapshot;
}

/** Resolves with the work or at the deadline, whichever comes first. */
export async function within(deadlineMs: number, work: Promise<unknown>): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, deadlineMs);
  await Promise.race([work, late]);
  clearTimeout(timer);
}
