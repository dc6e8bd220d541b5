/** Where a browser goes after it has signed in: a place on this origin, whatever a link says. */

const maxLength = 2048;

/** Gives the path when it is safe, otherwise the home page. */
export function returnPath(wanted: string | null | undefined): string {
  if (typeof wanted !== "string" || wanted.length > maxLength) return "/";
  // Browsers take a backslash for a slash, and leave out tabs and line ends: // and what becomes it leads to other hosts.
  return /^\/(?![/\\])[!-[\]-~]*$/.test(wanted) ? wanted : "/";
}
