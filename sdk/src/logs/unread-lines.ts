/** Lines that go with a file which nobody has read. */
import { close, closeSync, fstatSync, openSync, read } from "node:fs";
import { messageOf, report } from "../diagnostics.ts";
import { countDropped } from "./losses.ts";

const newline = 10;

const chunkBytes = 64 * 1024;

/**
 * Removes a file and counts its lines as lost. Another process may want the same: who removes it counts.
 *
 * @param remove - Removes it, and throws when it is gone already.
 * @param lines - How many there are; when undefined they are counted, while the event loop goes on.
 */
export function countRemovedUnread(path: string, remove: () => void, lines: number | undefined): void {
  let fd: number | undefined;
  try {
    if (lines === undefined) fd = openSync(path, "r");
    remove();
    if (fd === undefined) lose(path, lines ?? 0);
    else countLines(fd, fstatSync(fd).size, (counted) => lose(path, counted - 1)); // The header is no record.
  } catch (error) {
    if (fd !== undefined) closeSync(fd);
    const isGone = error instanceof Error && "code" in error && error.code === "ENOENT";
    if (!isGone) report("log-file-removal", `the log file ${path} cannot be removed: ${messageOf(error)}`);
  }
}

function countLines(fd: number, size: number, done: (lines: number) => void): void {
  const chunk = Buffer.alloc(Math.min(chunkBytes, size));
  let lines = 0;
  const readOn = () =>
    read(fd, chunk, 0, chunk.length, null, (error, length) => {
      if (error !== null || length === 0) {
        close(fd);
        done(lines);
        return;
      }
      for (let at = chunk.indexOf(newline); at !== -1 && at < length; at = chunk.indexOf(newline, at + 1)) lines += 1;
      readOn();
    });
  readOn();
}

function lose(path: string, lines: number): void {
  if (lines <= 0) return;
  countDropped("file-unread", lines);
  report(
    "log-file-unread",
    `${lines} log lines were removed with ${path}, which nobody had read; let a shipper read the folder, or raise OBSBOX_LOG_TOTAL_BYTES`,
  );
}
