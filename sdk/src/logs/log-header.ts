/** How every log file begins. */
import { randomBytes } from "node:crypto";
import { writeSync } from "node:fs";
import { logFields } from "../vocabulary.ts";
import { datasetOf } from "./dataset.ts";
import { ecsVersion } from "./ecs.ts";

/**
 * Writes the first line of a file, different in each within 128 bytes: shippers tell files apart by how they begin.
 *
 * @returns Its bytes.
 * @throws Error when it does not fit.
 */
export function writeHeader(fd: number, service: string): number {
  const id = randomBytes(16).toString("hex");
  const fields = {
    [logFields.level]: "info",
    [logFields.timestamp]: new Date().toISOString(),
    [logFields.ecsVersion]: ecsVersion,
    "log.file.id": id,
    [logFields.eventId]: id,
    [logFields.serviceName]: service,
    [logFields.eventDataset]: datasetOf(service),
    [logFields.eventAction]: "log-file-opened",
    [logFields.message]: "log file opened",
  };
  const header = Buffer.from(`${JSON.stringify(fields)}\n`);
  const written = writeSync(fd, header);
  if (written < header.length) throw Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });
  return written;
}
