/** Lines of the box's own services, which write them to files for Filebeat to ship, and not to Docker. */
import { components } from "../../stack/catalog.ts";
import type { Component } from "../../stack/catalog.ts";
import type { Box } from "../box/box.ts";
import { compose } from "./arguments.ts";
import { runCompose } from "./compose.ts";
import { fieldsOf, parseDocuments, textOf } from "./read.ts";

const rows: readonly (Component & { readonly name: string })[] = components;
const folders = new Map(
  rows.flatMap(({ name, data }) => (data?.["box-logs"] === undefined ? [] : [[name, data["box-logs"]]])),
);

/** Components that write their lines to files. */
export const fileLoggers: readonly string[] = [...folders.keys()];

export interface FileLogChoices {
  readonly follow: boolean;
  /** Number of lines, or `all`. */
  readonly tail: string;
  /** Lines before this are left out; milliseconds since 1970. */
  readonly sinceMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onLine: (line: string) => void;
}

/**
 * Files of one service, the oldest first: their names begin with the time at which they were begun. What follows them ends
 * when its input does: Docker leaves it running when its client has gone.
 */
const script = `files=$(ls "$0"/obsbox-"$1".* 2>/dev/null) || exit 0
if [ "$2" = all ]; then cat $files; else cat $files | tail -n "$2"; fi
[ "$3" = follow ] || exit 0
tail -q -n 0 -F $files &
cat > /dev/null
kill $!`;

const followMs = 2 ** 31 - 1;

/** Reads the lines in the component's container; there are none while it does not run. */
export async function readFileLogs(box: Pick<Box, "folder">, name: string, choices: FileLogChoices): Promise<void> {
  const { follow, tail, sinceMs = 0, signal, onLine } = choices;
  const words = ["sh", "-c", script, folders.get(name) ?? "", name, tail, follow ? "follow" : "once"];
  await runCompose(box, compose.exec(name, words), {
    signal,
    keepsInputOpen: follow,
    timeoutMs: follow ? followMs : 60_000,
    onLine: (line, stream) => {
      if (stream === "stdout" && timeOf(line) >= sinceMs) onLine(line);
    },
  });
}

function timeOf(line: string): number {
  const time = Date.parse(textOf(fieldsOf(parseDocuments(line)[0])["@timestamp"]));
  return Number.isNaN(time) ? Number.POSITIVE_INFINITY : time;
}

const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** When a time such as `10m`, or a date, was; undefined for what is neither. */
export function parseSince(text: string, nowMs = Date.now()): number | undefined {
  const [, digits, unit = ""] = /^(\d+)([smhd])$/.exec(text) ?? [];
  const time = digits === undefined ? Date.parse(text) : nowMs - Number(digits) * (units[unit] ?? 0);
  return Number.isNaN(time) ? undefined : time;
}
