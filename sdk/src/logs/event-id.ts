/**
 * `event.id` of every line of the process: a random part, and a number that rises by one. A number that is missing is
 * a line that is lost, and a shipper that takes it for the document's id never stores a line twice.
 */
import { randomBytes } from "node:crypto";
import { logFields } from "../vocabulary.ts";

/** What every id of this process begins with, as it stands in the middle of a line. */
export const eventIdStart = `,"${logFields.eventId}":"${randomBytes(8).toString("hex")}-`;

let latest = 0;

/** Writes the next id, as it stands in the middle of a line. */
export function encodeEventId(): string {
  latest += 1;
  return `${eventIdStart}${latest}"`;
}
