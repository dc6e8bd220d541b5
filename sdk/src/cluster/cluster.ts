/**
 * The processes of one service behind one admin port. Who holds the port answers for all: in `node:cluster` the
 * primary, under PM2 the first worker that gets it, and when that ends, the next one.
 */
import nodeCluster from "node:cluster";
import { randomBytes } from "node:crypto";
import { isMainThread } from "node:worker_threads";
import { readiness } from "../admin/health.ts";
import { createAdmin } from "../admin/server.ts";
import type { Admin } from "../admin/server.ts";
import { guard, report } from "../diagnostics.ts";
import { setLogLevel } from "../logs/logger.ts";
import type { Family } from "../metrics/families.ts";
import { commonText } from "../metrics/scrape.ts";
import type { Snapshot } from "../metrics/scrape.ts";
import type { Options } from "../options.ts";
import type { Service } from "../resource.ts";
import type { ClusterStatus, Scrape, Status } from "../telemetry.ts";
import { addressOf } from "./address.ts";
import { crashFamily, onCrash } from "./crashes.ts";
import { takeSeat } from "./election.ts";
import type { Seat } from "./election.ts";
import { startLeader } from "./leader.ts";
import type { MemberCounts } from "./members.ts";
import type { OwnProcess } from "./own-process.ts";
import { pm2Application } from "./pm2.ts";
import { gatherThreads, joinAsThread } from "./threads.ts";
import type { Threads } from "./threads.ts";

export interface Cluster {
  /** Undefined where there is no admin port, as in threads. */
  readonly admin: AdminPort | undefined;
  /** What this process has to show: everything when it answers for all. */
  readonly families: () => Promise<readonly Family[]>;
  /** Writes the metrics of all processes, in whichever process it is called. */
  readonly scrape: (accept?: string) => Promise<Scrape>;
  /** Undefined for a process that is alone. */
  readonly status: () => ClusterStatus | undefined;
  readonly counts: () => MemberCounts | undefined;
  /** Tells the leader of each crash at once, or the next leader. Call it after what counts them. */
  readonly tellCrashes: (counts: ReadonlyMap<string, number>) => void;
  /** Tells the values of now to whoever shows them: the process may be about to end. */
  readonly publish: () => Promise<void>;
  /** Tells the last values and leaves. */
  readonly leave: () => Promise<void>;
}

export interface AdminPort extends Pick<Admin, "isOwnServer" | "close"> {
  /** Where it is, perhaps in another process; undefined when it could not be opened. */
  readonly url: Promise<string | undefined>;
}

export interface ClusterSources {
  readonly snapshot: () => Promise<Snapshot>;
  /** Writes what `families()` of the cluster gives. */
  readonly scrape: (accept: string | undefined) => Promise<Scrape>;
  readonly status: () => Status;
}

/** Opens the admin port, or joins the process that has. */
export function joinCluster(options: Options, service: Service, sources: ClusterSources): Cluster {
  const id = randomBytes(8).toString("hex");
  return isMainThread ? joinAsProcess(id, options, service, sources) : joinThread(id, sources);
}

/** A thread has no port of its own; the main thread shows its values. */
function joinThread(id: string, { snapshot, scrape }: ClusterSources): Cluster {
  const membership = joinAsThread(id, snapshot);
  return {
    admin: undefined,
    families: async () => (await snapshot()).families,
    scrape,
    status: () => undefined,
    counts: () => undefined,
    tellCrashes() {},
    publish: async () => {},
    leave: () => membership.leave(),
  };
}

function joinAsProcess(id: string, options: Options, service: Service, sources: ClusterSources): Cluster {
  const isOn = options.metrics.cluster === "auto" && options.admin.enabled;
  const isWorker = isOn && nodeCluster.isWorker;
  const threads = gatherThreads(options.metrics.seriesLimit);
  const own = ownProcess(id, isWorker, threads, sources);
  const seat: Seat = { leader: undefined, follower: undefined, hasLeft: false };
  const server = options.admin.enabled ? openServer(options, own, seat, sources) : undefined;
  let stopCrashes = () => {};
  const admin = server && sit({ options, service, sources, own, seat, server, isWorker, isOn });
  return {
    admin,
    families: async () => seat.leader?.families() ?? (await own.snapshot()).families,
    async scrape(accept) {
      const elsewhere = await seat.follower?.scrape(accept).catch(() => undefined);
      return elsewhere ?? sources.scrape(accept);
    },
    status: () => statusOf(seat),
    counts: () => seat.leader?.counts(),
    tellCrashes(counts) {
      if (!isWorker) return;
      const common = commonText(service);
      stopCrashes = onCrash(() => (seat.leader ?? seat.follower)?.tellNow(common, crashFamily(common, counts)));
    },
    publish: async () => (seat.leader ?? seat.follower)?.publish(),
    async leave() {
      seat.hasLeft = true;
      stopCrashes();
      await (seat.leader ?? seat.follower)?.close();
      threads.stop();
      if (seat.leader === undefined || !isWorker) return;
      seat.leader = undefined;
      server?.close(); // The next worker takes it.
    },
  };
}

function ownProcess(id: string, isWorker: boolean, threads: Threads, { snapshot, status }: ClusterSources): OwnProcess {
  return {
    id,
    role: isWorker ? "worker" : "primary",
    snapshot: async () => threads.withThreads(await snapshot()),
    readiness,
    status,
    setLevel: setLogLevel,
  };
}

function openServer({ admin, metrics }: Options, own: OwnProcess, seat: Seat, { scrape }: ClusterSources): Admin {
  return createAdmin(admin, {
    scrape: metrics.exporter.includes("prometheus") ? scrape : undefined,
    readiness: () => seat.leader?.readiness() ?? own.readiness(),
    setLevel: (level) => (seat.leader ?? own).setLevel(level),
    async status() {
      const processes = await seat.leader?.statuses();
      return processes === undefined ? own.status() : { ...own.status(), processes };
    },
  });
}

interface Sitting {
  readonly options: Options;
  readonly service: Service;
  readonly sources: ClusterSources;
  readonly own: OwnProcess;
  readonly seat: Seat;
  readonly server: Admin;
  readonly isWorker: boolean;
  readonly isOn: boolean;
}

function sit(sitting: Sitting): AdminPort {
  const { options, own, seat, server, isWorker, isOn } = sitting;
  const { isOwnServer } = server;
  const lead = (url: string | undefined) => {
    const address = findAddress(sitting);
    const { seriesLimit } = options.metrics;
    if (address !== undefined) seat.leader = startLeader({ own, address, seriesLimit, url, ...sitting.sources });
  };
  const address = isWorker ? findAddress(sitting) : undefined;
  if (address !== undefined) {
    const url = takeSeat({ own, address, seat, server, lead, port: options.admin.port });
    return { url, isOwnServer, close: server.close };
  }
  const url = server.open().catch(server.sayNotOpened);
  const stop = isOn ? onFirstFork(() => void url.then(lead)) : () => {};
  const close = () => {
    stop();
    server.close();
  };
  return { url, isOwnServer, close };
}

/** Workers have their primary as parent, under PM2 its daemon, which may run several applications. */
function findAddress({ isWorker, options, service }: Sitting) {
  const { host = "", port } = options.admin;
  const names = [service.name, pm2Application(process.env)?.name ?? "", host, port];
  const address = addressOf(isWorker ? process.ppid : process.pid, names);
  if (address === undefined) {
    report(
      "cluster-folder",
      "no folder could be made in the folder for temporary files, so each worker shows its own metrics only; " +
        "make TMPDIR a folder that can be written to",
    );
  }
  return address;
}

/** A process is a primary once it starts its first worker. */
function onFirstFork(lead: () => void): () => void {
  const listener = guard("cluster fork", lead);
  nodeCluster.once("fork", listener);
  return () => void nodeCluster.removeListener("fork", listener);
}

function statusOf({ leader, follower }: Seat): ClusterStatus | undefined {
  if (leader !== undefined) return { role: "leader", leaderPid: process.pid, processes: leader.processes };
  return follower && { role: "follower", leaderPid: follower.welcome.pid, processes: undefined };
}
