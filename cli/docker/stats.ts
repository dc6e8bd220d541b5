/** Memory of running containers. */
import { docker } from "./arguments.ts";
import { parseDocuments, textOf } from "./read.ts";
import { runDocker } from "./run.ts";

export interface Memory {
  readonly usedBytes: number;
  readonly limitBytes: number;
}

/** Memory by the id of the container; none of it where Docker cannot tell. */
export async function readMemory(ids: readonly string[]): Promise<ReadonlyMap<string, Memory>> {
  if (ids.length === 0) return new Map();
  const { code, stdout } = await runDocker(docker.stats(ids));
  return code === 0 ? parseMemory(stdout) : new Map();
}

export function parseMemory(text: string): ReadonlyMap<string, Memory> {
  return new Map(
    parseDocuments(text).map((row) => {
      const [used = "", limit = ""] = textOf(row["MemUsage"]).split("/");
      return [textOf(row["ID"]), { usedBytes: parseSize(used), limitBytes: parseSize(limit) }];
    }),
  );
}

const units: Readonly<Record<string, number>> = {
  b: 1,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
  tib: 1024 ** 4,
};

function parseSize(text: string): number {
  const [, digits, unit = ""] = /^\s*([\d.]+)\s*([a-zA-Z]+)\s*$/.exec(text) ?? [];
  return Math.round(Number(digits ?? 0) * (units[unit.toLowerCase()] ?? 0));
}
