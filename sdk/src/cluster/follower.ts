/** A process whose values are shown by the leader. */
import { once } from "node:events";
import { connect } from "node:net";
import type { Socket } from "node:net";
import type { Family } from "../metrics/families.ts";
import type { Scrape } from "../telemetry.ts";
import { optionTable } from "../options.ts";
import type { Address } from "./address.ts";
import { openChannel } from "./channel.ts";
import type { OwnProcess, Welcome } from "./own-process.ts";
import { encodeSnapshot } from "./snapshot.ts";

export interface Follower {
  readonly welcome: Welcome;
  /** Resolves when the leader has gone. */
  readonly closed: Promise<void>;
  /** Everything that all processes have to show, as the leader writes it. */
  readonly scrape: (accept: string | undefined) => Promise<Scrape>;
  /** Sends the values of now. */
  readonly publish: () => Promise<void>;
  /** Hands one metric to the system before it returns. */
  readonly tellNow: (common: string, family: Family) => void;
  /** Sends the last values and hangs up. */
  readonly close: () => Promise<void>;
}

/** How long a leader may take to say who it is. */
const welcomeMs = 2000;

/** A scrape waits a second for slow processes, and takes some time itself. */
const scrapeMs = 5000;

/** Joins the leader; undefined when there is none. */
export async function follow({ socket }: Address, own: OwnProcess): Promise<Follower | undefined> {
  const connection = await tryConnect(socket);
  if (connection === undefined) return undefined;
  const setLevel = (given: unknown) => {
    const level = optionTable.logs.level.parser.parse(given);
    if (level !== undefined) own.setLevel(level);
  };
  const channel = openChannel(connection, {
    metrics: async () => encodeSnapshot(await own.snapshot()),
    readiness: () => own.readiness(),
    status: () => own.status(),
    level: setLevel,
  });
  const hello = { id: own.id, pid: process.pid, role: own.role };
  const answer = await channel.ask("hello", hello, welcomeMs).catch(() => undefined);
  if (answer === undefined) {
    channel.close();
    return undefined;
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only processes of the same protocol find each other
  const welcome = answer as Welcome;
  setLevel(welcome.level);
  const send = async (what: string) => channel.tell(what, encodeSnapshot(await own.snapshot()));
  return {
    welcome,
    closed: channel.closed,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same
    scrape: async (accept) => (await channel.ask("scrape", accept, scrapeMs)) as Scrape,
    publish: () => send("values"),
    tellNow(common, family) {
      void channel.tell("metric", encodeSnapshot({ common, families: [family], sequence: 0 }));
    },
    async close() {
      await own.snapshot(); // A new series shows 0 the first time.
      await send("farewell");
      channel.close();
    },
  };
}

async function tryConnect(path: string): Promise<Socket | undefined> {
  const socket = connect(path);
  try {
    await once(socket, "connect");
    return socket;
  } catch {
    return undefined; // Nobody listens.
  }
}
