/** Log lines as they come in. */
import { useEffect, useState } from "preact/hooks";
import type { LogLine } from "./api.ts";

export interface Tail {
  /** The newest first. */
  readonly lines: readonly LogLine[];
  /** Lines that were too many to send. */
  readonly skipped: number;
}

/** Lines that are kept on the page. */
const maxLines = 500;

const nothing: Tail = { lines: [], skipped: 0 };

/** @param href - Where to listen; undefined listens to nothing. */
export function useTail(href: string | undefined): Tail {
  const [tail, setTail] = useState(nothing);
  useEffect(() => {
    setTail(nothing);
    if (href === undefined) return undefined;
    const source = new EventSource(href);
    source.addEventListener("message", (event) => {
      const { records, skipped }: { records: LogLine[]; skipped: number } = JSON.parse(String(event.data));
      setTail((before) => ({
        lines: [...records.toReversed(), ...before.lines].slice(0, maxLines),
        skipped: before.skipped + skipped,
      }));
    });
    return () => source.close();
  }, [href]);
  return tail;
}
