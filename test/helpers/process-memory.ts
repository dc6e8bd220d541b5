/** Memory of another process, as Linux tells it. */
import { readFile } from "node:fs/promises";

export interface ProcessMemory {
  /** Resident now, in MiB. */
  readonly residentMiB: number;
  /** The most that was resident since the process started. */
  readonly peakMiB: number;
}

export async function memoryOf(pid: number | undefined): Promise<ProcessMemory> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  const field = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(status)?.[1]) / 1024;
  return { residentMiB: field("VmRSS"), peakMiB: field("VmHWM") };
}
