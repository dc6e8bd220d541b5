/** The address as state: a path and a query that say everything that a view shows, so that it can be passed on. */
import { useEffect, useState } from "preact/hooks";

export interface Location {
  readonly path: string;
  readonly query: URLSearchParams;
}

const changed = "obsbox:navigate";

/** The address now, and again whenever it changes. */
export function useLocation(): Location {
  const [location, setLocation] = useState(read);
  useEffect(() => {
    const update = () => setLocation(read());
    for (const event of ["popstate", changed]) addEventListener(event, update);
    return () => {
      for (const event of ["popstate", changed]) removeEventListener(event, update);
    };
  }, []);
  return location;
}

/** Goes to an address of the page. */
export function navigate(href: string, { replace = false } = {}): void {
  if (replace) history.replaceState(null, "", href);
  else history.pushState(null, "", href);
  dispatchEvent(new Event(changed));
}

/** Puts values into the query, in place of the entry in the history; empty ones go. */
export function setQuery(values: Readonly<Record<string, string | undefined>>): void {
  navigate(hrefOf(read().path, { ...Object.fromEntries(read().query), ...values }), { replace: true });
}

/** Writes an address. */
export function hrefOf(path: string, values: Readonly<Record<string, string | number | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && value !== "") query.set(name, String(value));
  }
  const text = query.toString();
  return text === "" ? path : `${path}?${text}`;
}

/** Lets links within the page change the view instead of loading it anew. */
export function followLinks(event: MouseEvent): void {
  const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  if (!isPlain || event.defaultPrevented || link === null || link.hasAttribute("download")) return;
  if (link.origin !== window.location.origin || link.target !== "") return;
  event.preventDefault();
  navigate(link.pathname + link.search);
  window.scrollTo(0, 0);
}

function read(): Location {
  return { path: window.location.pathname, query: new URLSearchParams(window.location.search) };
}
