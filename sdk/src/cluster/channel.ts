/**
 * Questions and answers between two processes over one connection, a line of JSON each. Both sides may ask. It never
 * keeps a process alive, and a side that does not answer costs the other a bounded wait.
 */
import type { Socket } from "node:net";
import { guard, messageOf, report } from "../diagnostics.ts";

/** Longest line in characters; the values of a process with tens of thousands of series are less. */
const maxLineLength = 64 * 1024 ** 2;

/** Questions that may wait for an answer at the same time. */
const maxAsked = 16;

export type Answerer = (value: unknown) => unknown;

export interface Channel {
  /** Rejects when the other side closes, refuses, or does not answer in time. */
  readonly ask: (what: string, value?: unknown, timeoutMs?: number) => Promise<unknown>;
  /** Says something and waits for no answer. Resolves when the system has taken it. */
  readonly tell: (what: string, value?: unknown) => Promise<void>;
  readonly close: () => void;
  /** Resolves when the connection is gone. */
  readonly closed: Promise<void>;
}

interface Message {
  readonly ask?: number;
  readonly answer?: number;
  readonly what?: string;
  readonly value?: unknown;
  readonly error?: string;
}

interface Asked {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** @param answerers - What the other side may ask and say, by name. */
export function openChannel(socket: Socket, answerers: Readonly<Record<string, Answerer>>): Channel {
  const asked = new Map<number, Asked>();
  const { promise: closed, resolve: onClosed } = Promise.withResolvers<void>();
  let lastAsked = 0;
  const send = (message: Message) => socket.write(`${JSON.stringify(message)}\n`);
  const receive = (message: Message) => {
    if (message.answer !== undefined) settle(asked, message.answer, message);
    else void answer(answerers, message, send);
  };

  socket.unref();
  socket.setEncoding("utf8");
  socket.on("data", guard("cluster message", splitLines(socket, receive)));
  socket.on("error", () => {}); // The close that follows says it.
  socket.on("close", () => {
    for (const { reject } of asked.values()) reject(new Error("the connection has ended"));
    asked.clear();
    onClosed();
  });

  return {
    async ask(what, value, timeoutMs) {
      if (asked.size >= maxAsked || socket.destroyed) throw new Error("no answer");
      const number = (lastAsked += 1);
      const { promise, resolve, reject } = Promise.withResolvers<unknown>();
      asked.set(number, { resolve, reject });
      send({ ask: number, what, value });
      if (timeoutMs === undefined) return promise;
      const timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs).unref();
      return promise.finally(() => clearTimeout(timer));
    },
    tell: (what, value) =>
      new Promise((resolve) => {
        socket.write(`${JSON.stringify({ what, value })}\n`, () => resolve());
      }),
    close: () => socket.destroySoon(),
    closed,
  };
}

/** A question that was given up keeps its place until it is answered, so that a frozen process is not asked for ever. */
function settle(asked: Map<number, Asked>, number: number, { value, error }: Message): void {
  const question = asked.get(number);
  asked.delete(number);
  if (error === undefined) question?.resolve(value);
  else question?.reject(new Error(error));
}

async function answer(
  answerers: Readonly<Record<string, Answerer>>,
  { ask, what = "", value }: Message,
  send: (message: Message) => void,
): Promise<void> {
  try {
    const given = await answerers[what]?.(value);
    if (ask !== undefined) send({ answer: ask, value: given });
  } catch (error) {
    if (ask !== undefined) send({ answer: ask, error: messageOf(error) });
  }
}

function splitLines(socket: Socket, receive: (message: Message) => void): (chunk: string) => void {
  let parts: string[] = [];
  let length = 0;
  return (chunk) => {
    const lines = chunk.split("\n");
    const rest = lines.pop() ?? "";
    for (const line of lines) {
      receive(toMessage(parts.join("") + line));
      parts = [];
      length = 0;
    }
    parts.push(rest);
    length += rest.length;
    if (length <= maxLineLength) return;
    report("cluster-message", `a process of the cluster sent more than ${maxLineLength} characters; it is left out`);
    socket.destroy();
  };
}

function toMessage(line: string): Message {
  const message: unknown = JSON.parse(line);
  return typeof message === "object" && message !== null ? message : {};
}
