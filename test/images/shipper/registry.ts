/** How far each file was read and acknowledged; a file is known by its first bytes, not by its name. */
import { readFileSync, renameSync, writeFileSync } from "node:fs";

export type Offsets = ReadonlyMap<string, number>;

export interface Registry {
  offsetOf(fingerprint: string): number;
  advance(offsets: Offsets): void;
  flush(): void;
}

export function openRegistry(path: string): Registry {
  const known = new Map(Object.entries(read(path)));
  const flush = () => {
    writeFileSync(`${path}.new`, JSON.stringify(Object.fromEntries(known)));
    renameSync(`${path}.new`, path);
  };
  return {
    offsetOf: (fingerprint) => known.get(fingerprint) ?? 0,
    advance(offsets) {
      for (const [fingerprint, offset] of offsets) known.set(fingerprint, offset);
      flush();
    },
    flush,
  };
}

function read(path: string): Readonly<Record<string, number>> {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Readonly<Record<string, number>>;
  } catch {
    return {};
  }
}
