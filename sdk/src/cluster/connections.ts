/** The other processes' connections to the leader. */
import { rmSync } from "node:fs";
import { createServer } from "node:net";
import type { Server, Socket } from "node:net";
import { messageOf, report } from "../diagnostics.ts";
import type { Scrape } from "../telemetry.ts";
import { isAlive } from "../process-alive.ts";
import { removeLeftovers } from "./address.ts";
import type { Address } from "./address.ts";
import { openChannel } from "./channel.ts";
import type { Answerer, Channel } from "./channel.ts";
import type { Members } from "./members.ts";
import type { Hello, Welcome } from "./own-process.ts";
import type { ProcessReadiness } from "./readiness.ts";
import { decodeSnapshot } from "./snapshot.ts";
import type { EncodedSnapshot, Snapshot } from "./snapshot.ts";

export interface Connections {
  readonly count: () => number;
  /** Asks every process at the same time; what one does not answer is said in its place. */
  readonly askAll: (what: string) => Promise<readonly ProcessReadiness[]>;
  readonly tellAll: (what: string, value: unknown) => void;
  readonly close: () => void;
}

export interface Host {
  readonly address: Address;
  readonly members: Members;
  readonly welcome: () => Welcome;
  readonly scrape: (accept: string | undefined) => Promise<Scrape>;
}

interface Connected extends Hello {
  readonly channel: Channel;
}

/** How long `/readyz` and `/statusz` wait. Checks have a second unless they ask for another time. */
const answerMs = 2000;

/** Workers of one parent; more than a machine has cores. */
const maxConnections = 1024;

/** Opens the socket on which the other processes join. */
export function acceptConnections(host: Host): Connections {
  const connected = new Map<string, Connected>();
  const server = listen(host.address, (socket) => void serve(socket, host, connected));
  return {
    count: () => connected.size,
    async askAll(what) {
      const answers = [...connected.values()].map(async ({ pid, role, channel }) => {
        const answer = await channel.ask(what, undefined, answerMs).catch((error: unknown) => messageOf(error));
        return { name: nameOf(pid), role, answer };
      });
      return Promise.all(answers);
    },
    tellAll(what, value) {
      for (const { channel } of connected.values()) void channel.tell(what, value);
    },
    close() {
      server.close();
      for (const { channel } of connected.values()) channel.close();
    },
  };
}

/** What messages and answers call a process. */
export function nameOf(pid: number): string {
  return `process ${pid}`;
}

/** The one who holds the admin port may take the socket: whoever had it before has ended. */
function listen({ socket }: Address, onConnection: (socket: Socket) => void): Server {
  try {
    removeLeftovers();
    rmSync(socket, { force: true });
  } catch {
    // What is in the way is said by the error of the server.
  }
  const server = createServer(onConnection);
  server.maxConnections = maxConnections;
  server.on("error", (error) =>
    report("cluster-socket", `${socket} cannot be opened: ${messageOf(error)}; metrics of other workers are missing`),
  );
  // In a worker, sockets would otherwise be the primary's, shared among all workers.
  server.listen({ path: socket, exclusive: true });
  server.unref();
  return server;
}

/** From a process's hello until it is gone. */
async function serve(socket: Socket, host: Host, connected: Map<string, Connected>): Promise<void> {
  const { members } = host;
  let hello: Hello | undefined;
  const channel = openChannel(socket, {
    hello(value) {
      hello = received<Hello>(value);
      connected.set(hello.id, { ...hello, channel });
      join(hello, channel, members);
      return host.welcome();
    },
    scrape: (accept) => host.scrape(typeof accept === "string" ? accept : undefined),
    ...tellings(members, () => hello?.id ?? ""),
  });
  await channel.closed;
  if (hello === undefined || connected.get(hello.id)?.channel !== channel) return;
  connected.delete(hello.id);
  members.leave(hello.id);
}

function join({ id, pid }: Hello, channel: Channel, members: Members): void {
  const ask = async () => toSnapshot(await channel.ask("metrics"));
  members.join({ id, pid, name: nameOf(pid), ask, isAlive: () => isAlive(pid) });
}

/** What a process says without being asked. */
function tellings(members: Members, id: () => string): Record<string, Answerer> {
  return {
    values: (value) => members.note(id(), toSnapshot(value)),
    farewell: (value) => members.end(id(), toSnapshot(value)),
    metric(value) {
      const { common, families } = toSnapshot(value);
      for (const family of families) members.amend(id(), common, family);
    },
  };
}

function toSnapshot(value: unknown): Snapshot {
  return decodeSnapshot(received<EncodedSnapshot>(value));
}

function received<T>(value: unknown): T {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only processes of the same protocol find each other
  return value as T;
}
