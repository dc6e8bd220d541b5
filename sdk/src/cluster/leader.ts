/** The process that answers on the admin port for all: it asks the others over a socket. */
import type { Readiness } from "../admin/health.ts";
import { report } from "../diagnostics.ts";
import type { LogLevel } from "../logs/logger.ts";
import type { Family } from "../metrics/families.ts";
import type { Scrape } from "../telemetry.ts";
import { isAlive } from "../process-alive.ts";
import type { Address } from "./address.ts";
import { acceptConnections, nameOf } from "./connections.ts";
import { createEnded } from "./ended.ts";
import { amended, createMembers } from "./members.ts";
import type { MemberCounts } from "./members.ts";
import type { OwnProcess, Welcome } from "./own-process.ts";
import { readyTogether } from "./readiness.ts";
import type { Snapshot } from "./snapshot.ts";
import { stateFile } from "./state.ts";
import type { ClusterState } from "./state.ts";

export interface Leader {
  /** Everything that all processes have to show. */
  readonly families: () => Promise<readonly Family[]>;
  readonly readiness: () => Promise<Readiness>;
  /** What the other processes say of themselves, by `process 123`. */
  readonly statuses: () => Promise<Readonly<Record<string, unknown>>>;
  readonly setLevel: (level: LogLevel) => void;
  readonly processes: number;
  readonly counts: () => MemberCounts;
  /** Writes down what the next leader has to know. */
  readonly publish: () => Promise<void>;
  /** Writes one metric down before it returns. */
  readonly tellNow: (common: string, family: Family) => void;
  /** Writes it down for the last time and hangs up. */
  readonly close: () => Promise<void>;
}

export interface LeaderParts {
  readonly own: OwnProcess;
  readonly address: Address;
  readonly seriesLimit: number;
  readonly url: string | undefined;
  readonly scrape: (accept: string | undefined) => Promise<Scrape>;
}

/** How long a scrape waits for a process before it shows that one's last values. */
const metricsMs = 1000;

/** Opens the socket on which the other processes join. */
export function startLeader({ own, address, seriesLimit, url, scrape }: LeaderParts): Leader {
  // With its primary everything ends that there is to remember.
  const file = own.role === "worker" ? stateFile(address.state) : undefined;
  const ended = createEnded(seriesLimit);
  const members = createMembers(ended, (name, deadlineMs) =>
    report("cluster-late", `${name} has not told its metrics within ${deadlineMs} ms; its last values are shown`),
  );
  let level: LogLevel | undefined;
  let hasEnded = false;
  let lastOwn: Snapshot | undefined;
  let isClosing = false;
  let shown: readonly Family[] | undefined;
  let gathering: Promise<readonly Family[]> | undefined;

  const remembered = file?.load();
  for (const total of remembered?.ended ?? []) ended.add(total);
  for (const { id, pid, last } of remembered?.processes ?? []) {
    if (id !== own.id) members.join({ id, pid, name: nameOf(pid), ask: gone, isAlive: () => isAlive(pid) }, last);
  }

  const welcome = (): Welcome => ({ pid: process.pid, url, level });
  const connections = acceptConnections({ address, members, welcome, scrape });

  const state = (itself: Snapshot | undefined): ClusterState => {
    const living = members.living().map(([{ id, pid }, last]) => ({ id, pid, last }));
    const first = itself === undefined ? [] : [{ id: own.id, pid: process.pid, last: itself }];
    return { ended: ended.totals(), processes: [...first, ...living] };
  };
  const save = async (snapshot: Snapshot, isLast: boolean) => {
    if (hasEnded) return;
    hasEnded = isLast;
    lastOwn = snapshot;
    if (isLast) ended.add(snapshot);
    await file?.save(state(isLast ? undefined : snapshot));
  };
  const gather = async () => {
    const [snapshot] = await Promise.all([own.snapshot(), members.refresh(metricsMs)]);
    // What is shown is what is written down, no more: an answer that comes meanwhile is for the next time.
    const saved = save(snapshot, false);
    shown = members.combineWith(snapshot);
    await saved;
    return shown;
  };

  return {
    async families() {
      if (!isClosing) return (gathering ??= gather().finally(() => (gathering = undefined)));
      if (shown === undefined) throw new Error("this process is about to end");
      return shown;
    },
    async readiness() {
      const [itself, others] = await Promise.all([own.readiness(), connections.askAll("readiness")]);
      return readyTogether({ name: nameOf(process.pid), role: own.role, answer: itself }, others);
    },
    async statuses() {
      return Object.fromEntries((await connections.askAll("status")).map(({ name, answer }) => [name, answer]));
    },
    setLevel(next) {
      level = next;
      own.setLevel(next);
      connections.tellAll("level", next);
    },
    get processes() {
      return connections.count() + 1;
    },
    counts: () => members.counts(),
    async publish() {
      if (file !== undefined) await save(await own.snapshot(), false);
    },
    tellNow(common, family) {
      if (!hasEnded) file?.saveNow(state(amended(lastOwn, common, family)));
    },
    async close() {
      isClosing = true;
      await gathering?.catch(() => {});
      if (file !== undefined) {
        await own.snapshot(); // A new series shows 0 the first time.
        await save(await own.snapshot(), true);
      }
      connections.close();
    },
  };
}

const gone = () => Promise.reject(new Error("it has not come back yet"));
