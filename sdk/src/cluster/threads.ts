/**
 * Threads of one process: those that run the SDK tell the main thread what they have counted, which shows it as the
 * process's own.
 */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { BroadcastChannel, threadId } from "node:worker_threads";
import type { Worker } from "node:worker_threads";
import { guard } from "../diagnostics.ts";
import type { Snapshot } from "../metrics/scrape.ts";
import { createEnded } from "./ended.ts";
import { createMembers } from "./members.ts";
import { decodeSnapshot, encodeSnapshot } from "./snapshot.ts";
import type { EncodedSnapshot } from "./snapshot.ts";

/** A thread that computes for longer is shown with its last values, which is no reason to say anything. */
const threadMs = 250;

const channelName = "obsbox.threads.1";

/** What goes over the channel: every thread hears everything. */
type Message =
  | { readonly kind: "roll call" }
  | { readonly kind: "here"; readonly id: string; readonly thread: number }
  | { readonly kind: "ask"; readonly id: string }
  | { readonly kind: "values" | "farewell"; readonly id: string; readonly values: EncodedSnapshot }
  | { readonly kind: "ended"; readonly thread: number };

export interface Threads {
  /** Adds the values of the threads; those of a process without any are given back as they are. */
  readonly withThreads: (own: Snapshot) => Promise<Snapshot>;
  readonly stop: () => void;
}

/** The main thread's side. */
export function gatherThreads(seriesLimit: number): Threads {
  const ended = createEnded(seriesLimit);
  const members = createMembers(ended);
  const asked = new Map<string, (snapshot: Snapshot) => void>();
  const threads = new Map<string, number>();
  const gone = new Set<string>();
  let hasThreads = false;

  const onEnd = (thread: number) => {
    for (const [id, number] of threads) {
      if (number !== thread) continue;
      gone.add(id);
      threads.delete(id);
      asked.delete(id);
      members.leave(id);
      gone.delete(id);
    }
  };
  const channel = openChannel((message) => {
    if (message.kind === "ended") onEnd(message.thread);
    if (message.kind === "here") {
      hasThreads = true;
      const { id, thread } = message;
      threads.set(id, thread);
      const ask = () => {
        const { promise, resolve } = Promise.withResolvers<Snapshot>();
        asked.set(id, resolve);
        send(channel, { kind: "ask", id });
        return promise;
      };
      members.join({ id, name: `thread ${thread}`, pid: process.pid, ask, isAlive: () => !gone.has(id) });
    }
    if (message.kind === "values") {
      asked.get(message.id)?.(decodeSnapshot(message.values));
      asked.delete(message.id);
    }
    if (message.kind === "farewell") {
      members.end(message.id, decodeSnapshot(message.values));
      threads.delete(message.id);
      asked.delete(message.id);
    }
  });
  const stopWatching = watchThreads(onEnd);
  send(channel, { kind: "roll call" });
  return {
    async withThreads(own) {
      if (!hasThreads) return own;
      await members.refresh(threadMs);
      return { ...own, families: members.combineWith(own) };
    },
    stop() {
      stopWatching();
      channel.close();
    },
  };
}

export interface ThreadMembership {
  /** Sends the last values. */
  readonly leave: () => Promise<void>;
}

/** The side of any other thread. */
export function joinAsThread(id: string, snapshot: () => Promise<Snapshot>): ThreadMembership {
  const here: Message = { kind: "here", id, thread: threadId };
  const tell = async (kind: "values" | "farewell") =>
    send(channel, { kind, id, values: encodeSnapshot(await snapshot()) });
  const channel = openChannel((message) => {
    if (message.kind === "roll call") send(channel, here);
    if (message.kind === "ask" && message.id === id) void tell("values");
  });
  const stopWatching = watchThreads((thread) => send(channel, { kind: "ended", thread }));
  send(channel, here);
  return {
    async leave() {
      await snapshot(); // A new series shows 0 the first time.
      await tell("farewell");
      stopWatching();
      channel.close();
    },
  };
}

function openChannel(receive: (message: Message) => void): BroadcastChannel {
  const channel = new BroadcastChannel(channelName);
  const onMessage = guard("thread message", receive);
  channel.addEventListener("message", (event: unknown) => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the channel's name is ours
    onMessage((event as { readonly data: Message }).data);
  });
  channel.unref();
  return channel;
}

function send(channel: BroadcastChannel, message: Message): void {
  channel.postMessage(message); // oxlint-disable-line unicorn/require-post-message-target-origin -- threads have no origins
}

/** Tells the number of each thread that this one has started, when it ends. */
function watchThreads(onEnd: (thread: number) => void): () => void {
  const onStart = guard("thread", (message: unknown) => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what Node.js publishes there
    const { worker } = message as { readonly worker: Worker };
    const { threadId: thread } = worker;
    worker.once("exit", () => onEnd(thread));
  });
  subscribe("worker_threads", onStart);
  return () => void unsubscribe("worker_threads", onStart);
}
