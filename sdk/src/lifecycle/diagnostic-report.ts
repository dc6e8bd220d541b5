/** Node's diagnostic report of a crash, as a file: stacks, heap, handles. Without what may hold secrets. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { messageOf, report } from "../diagnostics.ts";
import { isError } from "../logs/limits.ts";
import { redactText } from "../redaction/index.ts";

/** A service that crashes again and again fills no disk. */
const maxReports = 10;

/**
 * Writes a report and removes the oldest ones of the service.
 *
 * @param error - What nobody caught; its stack is in the report.
 */
export function writeDiagnosticReport(dir: string, service: string, error: unknown): void {
  const prefix = service.replace(/[^A-Za-z0-9_-]/g, "_");
  const time = new Date().toISOString().replace(/[-:.]/g, "");
  try {
    mkdirSync(dir, { recursive: true });
    const text = `${JSON.stringify(takeReport(error), withoutSecrets, 2)}\n`;
    removeOldest(dir, prefix);
    writeFileSync(join(dir, `${prefix}.${time}.${process.pid}.report.json`), text, { mode: 0o600 });
  } catch (failure) {
    report("crash-report", `no diagnostic report could be written to ${dir}: ${messageOf(failure)}`);
  }
}

/** Looking up the names of all peers would take its time. */
function takeReport(error: unknown): object {
  const before: unknown = Reflect.get(process.report, "excludeNetwork");
  Reflect.set(process.report, "excludeNetwork", true);
  try {
    return isError(error) ? process.report.getReport(error) : process.report.getReport();
  } finally {
    Reflect.set(process.report, "excludeNetwork", before);
  }
}

/** Environment and arguments may hold any password or token, texts what can be told by its form. */
function withoutSecrets(key: string, value: unknown): unknown {
  if (key === "environmentVariables" || key === "commandLine") return undefined;
  return typeof value === "string" ? redactText(value) : value;
}

function removeOldest(dir: string, prefix: string): void {
  const pattern = new RegExp(`^${prefix}\\.\\d{8}T\\d{9}Z\\.\\d+\\.report\\.json$`);
  const names = readdirSync(dir).filter((name) => pattern.test(name));
  for (const name of names.toSorted().slice(0, 1 - maxReports)) rmSync(join(dir, name), { force: true });
}
