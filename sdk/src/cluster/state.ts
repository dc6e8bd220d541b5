/**
 * What the next leader has to know when this one is killed: the counts of processes that have ended, and the last
 * values of those that live, in case they end or answer late. Written before values are shown, so that the next
 * leader never shows less.
 */
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import { messageOf, report } from "../diagnostics.ts";
import type { EndedTotal } from "./ended.ts";
import { decodeSnapshot, encodeSnapshot } from "./snapshot.ts";
import type { EncodedSnapshot, Snapshot } from "./snapshot.ts";

export interface RememberedProcess {
  readonly id: string;
  readonly pid: number;
  readonly last: Snapshot;
}

export interface ClusterState {
  readonly ended: readonly EndedTotal[];
  readonly processes: readonly RememberedProcess[];
}

export interface StateFile {
  readonly load: () => ClusterState;
  /** Resolves when it is written; never rejects. */
  readonly save: (state: ClusterState) => Promise<void>;
  /** Has written it when it returns: the process is about to end. */
  readonly saveNow: (state: ClusterState) => void;
}

/** As it stands in the file. */
interface Written {
  readonly ended: readonly EncodedSnapshot[];
  readonly processes: readonly { readonly id: string; readonly pid: number; readonly last: EncodedSnapshot }[];
}

const empty: ClusterState = { ended: [], processes: [] };

export function stateFile(path: string): StateFile {
  let writing: Promise<void> = Promise.resolve();
  return {
    load: () => read(path),
    save(state) {
      writing = writing.then(() => write(path, state));
      return writing;
    },
    saveNow: (state) => writeNow(path, state),
  };
}

function read(path: string): ClusterState {
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the file's name tells the version that wrote it
    const { ended, processes } = JSON.parse(readFileSync(path, "utf8")) as Written;
    return {
      ended: ended.map(decodeSnapshot),
      processes: processes.map(({ last, ...process }) => ({ ...process, last: decodeSnapshot(last) })),
    };
  } catch {
    return empty; // The first leader finds none.
  }
}

/** A reader sees the whole file or the one before. */
async function write(path: string, state: ClusterState): Promise<void> {
  const next = `${path}.${process.pid}`;
  try {
    await writeFile(next, encode(state), onlyOurs);
    await rename(next, path);
  } catch (error) {
    sayNotWritten(path, error);
  }
}

/** Under another name than the one that may be half written. */
function writeNow(path: string, state: ClusterState): void {
  const next = `${path}.${process.pid}.last`;
  try {
    writeFileSync(next, encode(state), onlyOurs);
    renameSync(next, path);
  } catch (error) {
    sayNotWritten(path, error);
  }
}

const onlyOurs = { mode: 0o600 };

function encode({ ended, processes }: ClusterState): string {
  const written: Written = {
    ended: ended.map((total) => encodeSnapshot({ ...total, sequence: 0 })),
    processes: processes.map(({ last, ...process }) => ({ ...process, last: encodeSnapshot(last) })),
  };
  return JSON.stringify(written);
}

function sayNotWritten(path: string, error: unknown): void {
  report(
    "cluster-state",
    `${path} cannot be written: ${messageOf(error)}; counters can step back when process ${process.pid} ends`,
  );
}
