/**
 * Which requests are coloured. A colour belongs to the first span of a trace in this process and holds for everything
 * below it; it does not belong to the id of the trace, which anybody can send. Imports no signal, so that logs and
 * traces may ask.
 */
import type { Span } from "@opentelemetry/api";

/** A span of this process. */
export interface LocalSpan extends Span {
  readonly localRoot: LocalRoot;
  /** Has the span kept, whatever the sampler has said; from now on its trace is announced as kept to others. */
  keep(): void;
}

/** The first span of a trace in this process. */
export interface LocalRoot extends LocalSpan {
  isColored: boolean;
  readonly ended: boolean;
}

/** Work that a request leaves behind still has its colour for so long. */
const afterMs = 60_000;
/** A span that nobody ever ends loses it then. */
const longestMs = 60 * 60_000;
const sweepMs = 5000;

/** Coloured requests at a time. */
export const maxColored = 10_000;

/**
 * How many coloured requests there are, or were a minute ago: while it is 0 nobody looks for a colour. `lowestRank` is
 * the finest level of a coloured request's lines, as pino counts.
 */
export const colored = { count: 0, lowestRank: 20 };

/** When each of them began, and was last seen open. */
const roots = new Map<LocalRoot, { readonly since: number; seen: number }>();
let timer: NodeJS.Timeout | undefined;
const listeners: ((isAny: boolean) => void)[] = [];

/** Tells when the first request is coloured, and when the last one is not any more. */
export function onColors(listener: (isAny: boolean) => void): void {
  listeners.push(listener);
}

/** Whether a span belongs to a coloured request. */
export function isColored(span: Span | undefined): boolean {
  return colored.count !== 0 && isLocal(span) && span.localRoot.isColored;
}

export function isLocal(span: Span | undefined): span is LocalSpan {
  return span !== undefined && "localRoot" in span;
}

/** Gives a request its colour. */
export function addColored(root: LocalRoot): void {
  const now = performance.now();
  root.isColored = true;
  roots.set(root, { since: now, seen: now });
  setCount(roots.size);
  timer ??= setInterval(forgetEnded, sweepMs).unref();
}

function forgetEnded(): void {
  const now = performance.now();
  for (const [root, times] of roots) {
    if (!root.ended) times.seen = now;
    if (now - times.seen > afterMs || now - times.since > longestMs) forget(root);
  }
  if (roots.size === 0) forgetColored();
}

function forget(root: LocalRoot): void {
  root.isColored = false;
  roots.delete(root);
  setCount(roots.size);
}

function setCount(count: number): void {
  const isChange = (count === 0) !== (colored.count === 0);
  colored.count = count;
  if (isChange) for (const listener of listeners) listener(count > 0);
}

/** Ends all colours. */
export function forgetColored(): void {
  for (const root of roots.keys()) forget(root);
  clearInterval(timer);
  timer = undefined;
}
