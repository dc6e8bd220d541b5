/** What names of files with lines are made of: parts between dots, of which one is a time. */

/** Nothing but letters, digits, `_` and `-`: a name stays in its folder, and in its place between the dots. */
export function asNamePart(text: string): string {
  return text.replace(/[^A-Za-z0-9_-]/g, "_");
}

/** The pattern of what `createTimes()` gives. */
export const timePattern = String.raw`\d{8}T\d{9}Z`;

/** Gives times that rise with each call, whatever the system clock does: names are in the order of their files. */
export function createTimes(): () => string {
  let latestMs = 0;
  return () => {
    latestMs = Math.max(Date.now(), latestMs + 1);
    return new Date(latestMs).toISOString().replace(/[-:.]/g, "");
  };
}
