import { messageOf } from "../../../errors.ts";
import { useState } from "preact/hooks";
import { request } from "../api.ts";
import type { Status } from "../api.ts";
import { bytes } from "../format.ts";
import { hrefOf, setQuery } from "../location.ts";
import type { Location } from "../location.ts";
import { notify } from "../notices.ts";
import { chooseTheme, currentTheme } from "../theme.ts";

const views = [
  { path: "/", name: "Services" },
  { path: "/traces", name: "Traces" },
  { path: "/logs", name: "Logs" },
  { path: "/metrics", name: "Metrics" },
] as const;

/** Minutes that a view may look back. */
const ranges = [
  { minutes: "5", name: "5 minutes" },
  { minutes: "15", name: "15 minutes" },
  { minutes: "60", name: "1 hour" },
  { minutes: "360", name: "6 hours" },
  { minutes: "1440", name: "24 hours" },
] as const;

export const usualMinutes = "15";

interface Props {
  readonly location: Location;
  readonly status: Status | undefined;
}

export function Header({ location, status }: Props) {
  const minutes = location.query.get("minutes") ?? undefined;
  return (
    <header>
      <a class="brand" href={hrefOf("/", { minutes })}>
        <img src="/icon.svg" alt="" width="22" height="22" />
        obsbox
      </a>
      <nav aria-label="Views">
        {views.map(({ path, name }) => (
          <a
            key={path}
            href={hrefOf(path, { minutes })}
            aria-current={isCurrent(location.path, path) ? "page" : undefined}
          >
            {name}
          </a>
        ))}
      </nav>
      <div class="tools">
        <label>
          <span class="hidden">Time range</span>
          <select
            name="minutes"
            value={minutes ?? usualMinutes}
            onChange={(event) => setQuery({ minutes: event.currentTarget.value })}
          >
            {ranges.map((range) => (
              <option key={range.minutes} value={range.minutes}>
                {range.name}
              </option>
            ))}
          </select>
        </label>
        {status !== undefined && <WindowTools status={status} />}
        <ThemeButton />
      </div>
    </header>
  );
}

function WindowTools({ status }: { readonly status: Status }) {
  return (
    <>
      <button type="button" onClick={() => void act(status.isPaused ? "/api/resume" : "/api/pause")}>
        {status.isPaused ? "Resume" : "Pause"}
      </button>
      <details class="menu">
        <summary>Window</summary>
        <div>
          <p>
            {bytes(status.bytes)} of {bytes(status.maxBytes)}
          </p>
          <a href="/api/window" download="obsbox-window.ndjson">
            Save as a file
          </a>
          <label class="file">
            Load a file
            <input type="file" accept=".ndjson,.json" onChange={(event) => void load(event.currentTarget)} />
          </label>
          <button type="button" onClick={() => void act("/api/clear")}>
            Clear
          </button>
        </div>
      </details>
    </>
  );
}

function ThemeButton() {
  const [theme, setTheme] = useState(currentTheme);
  const other = theme === "dark" ? "light" : "dark";
  const change = () => {
    chooseTheme(other);
    setTheme(other);
    dispatchEvent(new Event("resize")); // Charts draw themselves anew.
  };
  return (
    <button type="button" aria-label={`Use the ${other} theme`} title={`Use the ${other} theme`} onClick={change}>
      {theme === "dark" ? "☀" : "☾"}
    </button>
  );
}

async function act(href: string, body?: Blob): Promise<void> {
  try {
    await request(href, { method: "POST", ...(body === undefined ? {} : { body }) });
  } catch (error) {
    notify(messageOf(error));
  }
}

async function load(input: HTMLInputElement): Promise<void> {
  const file = input.files?.[0];
  if (file !== undefined) await act("/api/window", file);
  input.value = "";
}

function isCurrent(path: string, view: string): boolean {
  return view === "/" ? path === "/" : path === view || path.startsWith(`${view}/`);
}
