import { messageOf } from "../../../errors.ts";
import { useEffect, useRef, useState } from "preact/hooks";
import { request } from "../api.ts";
import type { LogLine } from "../api.ts";
import type { ViewProps } from "../app.tsx";
import { AttributeTable } from "../components/attributes.tsx";
import { Empty } from "../components/empty.tsx";
import { ChoiceField, ServiceField, SwitchField, TextField } from "../components/fields.tsx";
import { Level } from "../components/level.tsx";
import { Scroll } from "../components/scroll.tsx";
import { clock, dateTime } from "../format.ts";
import { hrefOf, setQuery } from "../location.ts";
import { useTail } from "../tail.ts";

const levels = [
  ["debug", "debug and above"],
  ["info", "info and above"],
  ["warn", "warn and above"],
  ["error", "error and above"],
] as const;

const pageSize = 200;

/** What do the services say? */
export function LogsPage({ location, isPaused }: ViewProps) {
  const { query } = location;
  const isTailing = query.get("tail") === "true" && !isPaused;
  const filter = Object.fromEntries([...query].filter(([name]) => name !== "tail" && name !== "at"));
  const search = hrefOf("/api/logs", { ...filter, at: query.get("at") ?? undefined });
  const found = useSearch(search, isTailing);
  const tail = useTail(isTailing ? hrefOf("/api/logs/tail", filter) : undefined);
  const lines = [...tail.lines, ...found.lines];
  const trace = query.get("trace");
  return (
    <>
      <h1>Logs</h1>
      <form class="filters" onSubmit={(event) => event.preventDefault()}>
        <TextField location={location} name="text" label="Words" placeholder="payment failed" type="search" />
        <ServiceField location={location} />
        <ChoiceField location={location} name="level" label="Level" all="All levels" choices={levels} />
        <SwitchField location={location} name="tail" label="Live" />
        {trace !== null && (
          <button type="button" onClick={() => setQuery({ trace: undefined, at: undefined })}>
            Trace {trace.slice(0, 8)} <span aria-hidden="true">×</span>
            <span class="hidden">: show all traces</span>
          </button>
        )}
      </form>
      {found.error !== undefined && <Empty>{found.error}</Empty>}
      {tail.skipped > 0 && (
        <p class="note">{tail.skipped} lines came in faster than can be shown; search finds them.</p>
      )}
      {found.isLoaded && lines.length === 0 && <Empty>No log line in this time fits.</Empty>}
      {lines.length > 0 && <LogTable lines={lines} marked={Number(query.get("at"))} />}
      {found.lines.length >= pageSize && (
        <button type="button" onClick={found.loadOlder}>
          Older lines
        </button>
      )}
    </>
  );
}

interface Found {
  readonly lines: readonly LogLine[];
  readonly error: string | undefined;
  readonly isLoaded: boolean;
  readonly loadOlder: () => void;
}

const everyMs = 3000;

/** The newest lines that fit, loaded again now and then unless the user has gone back to older ones. */
function useSearch(href: string, isTailing: boolean): Found {
  const [state, setState] = useState<Omit<Found, "loadOlder">>({ lines: [], error: undefined, isLoaded: false });
  const hasOlder = useRef(false);
  useEffect(() => {
    let isCurrent = true;
    hasOlder.current = false;
    const load = async () => {
      if (hasOlder.current) return;
      const next = await find(href);
      if (isCurrent) setState(next);
    };
    void load();
    const timer = isTailing ? undefined : setInterval(() => void load(), everyMs);
    return () => {
      isCurrent = false;
      clearInterval(timer);
    };
  }, [href, isTailing]);
  const loadOlder = async () => {
    hasOlder.current = true;
    const older = await find(
      `${href}${href.includes("?") ? "&" : "?"}before=${Math.min(...state.lines.map(({ id }) => id))}`,
    );
    setState({ ...older, lines: [...state.lines, ...older.lines] });
  };
  return { ...state, loadOlder: () => void loadOlder() };
}

async function find(href: string): Promise<Omit<Found, "loadOlder">> {
  try {
    return { lines: await request<readonly LogLine[]>(href), error: undefined, isLoaded: true };
  } catch (error) {
    return { lines: [], error: messageOf(error), isLoaded: true };
  }
}

function LogTable({ lines, marked }: { readonly lines: readonly LogLine[]; readonly marked: number }) {
  return (
    <Scroll label="Log lines, the newest first">
      <table class="logs">
        <thead>
          <tr>
            <th scope="col">Time</th>
            <th scope="col">Level</th>
            <th scope="col">Service</th>
            <th scope="col">Message</th>
            <th scope="col">Trace</th>
          </tr>
        </thead>
        <tbody>
          {lines.toSorted(newestFirst).map((line) => (
            <LogRow key={line.id} line={line} isMarked={line.id === marked} />
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

/** Lines come in a little out of order: each service sends its own. */
function newestFirst(a: LogLine, b: LogLine): number {
  return b.timeUs - a.timeUs || b.id - a.id;
}

function LogRow({ line, isMarked }: { readonly line: LogLine; readonly isMarked: boolean }) {
  const [isOpen, setOpen] = useState(isMarked);
  const { severity, message, service, timeUs, traceId, attributes, resource } = line;
  const [first = "", ...rest] = message.split("\n");
  return (
    <>
      <tr class={isMarked ? "marked" : undefined} aria-current={isMarked ? "true" : undefined}>
        <td title={dateTime(timeUs)}>{clock(timeUs)}</td>
        <td>
          <Level severity={severity} />
        </td>
        <td>{service}</td>
        <td class="message">
          <button type="button" class="plain" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            {first}
            {rest.length > 0 && !isOpen && <span class="dim"> … {rest.length} more lines</span>}
          </button>
        </td>
        <td>{traceId === null ? "–" : <a href={`/traces/${traceId}`}>{traceId.slice(0, 8)}</a>}</td>
      </tr>
      {isOpen && (
        <tr class="details">
          <td colSpan={5}>
            {rest.length > 0 && <pre>{message}</pre>}
            {stackOf(attributes) !== undefined && <pre>{stackOf(attributes)}</pre>}
            <AttributeTable caption="Fields" attributes={attributes} />
            <AttributeTable caption="Resource" attributes={resource} />
          </td>
        </tr>
      )}
    </>
  );
}

/** The stack trace of an error, as ECS or as pino writes it. */
function stackOf(attributes: LogLine["attributes"]): string | undefined {
  const error = attributes["err"];
  const stack =
    attributes["error.stack_trace"] ??
    (typeof error === "object" && error !== null && "stack" in error ? error["stack"] : undefined);
  return typeof stack === "string" ? stack : undefined;
}
