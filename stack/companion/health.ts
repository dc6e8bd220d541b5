/** `companion health URL`: what the containers' healthchecks run, because the image has neither curl nor wget. */

const timeoutMs = 3000;

/** @returns 0 when the URL answers with 2xx in time, 1 otherwise. */
export async function runHealth([url = ""]: readonly string[]): Promise<number> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(timeoutMs), redirect: "manual" });
    if (answer.ok) return 0;
    process.stderr.write(`${url} answered ${answer.status}\n`);
  } catch (error) {
    process.stderr.write(`${url} cannot be reached: ${String(error)}\n`);
  }
  return 1;
}
