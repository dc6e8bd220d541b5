/** What `obsbox up` shows while the components start. */
import type { Phase } from "../docker/containers.ts";
import { openLiveView } from "../report/live.ts";
import type { LiveView } from "../report/live.ts";
import { painter, widthOf } from "../report/style.ts";
import type { Paint, Style } from "../report/style.ts";
import { renderTable } from "../report/table.ts";
import { cut, oneLine } from "../report/width.ts";
import { isAllReady } from "./progress.ts";
import type { ComponentProgress } from "./progress.ts";

export interface StartView {
  readonly show: (progress: readonly ComponentProgress[], elapsedMs: number) => void;
  /** A line of something that runs before the components start. */
  readonly note: (what: string, line: string) => void;
  readonly end: () => void;
}

export const phaseStyles: Readonly<Record<Phase | "pulling", Style>> = {
  waiting: "quiet",
  pulling: "busy",
  starting: "busy",
  healthy: "good",
  done: "good",
  unhealthy: "bad",
  restarting: "bad",
  failed: "bad",
  stopped: "bad",
};

const widestPhase = Math.max(...Object.keys(phaseStyles).map(({ length }) => length));

/** A table in place on a terminal, a line for each change elsewhere, nothing where a program reads the result. */
export function openStartView(stream: NodeJS.WriteStream, isSilent: boolean): StartView {
  if (isSilent) return { show: () => undefined, note: () => undefined, end: () => undefined };
  return stream.isTTY ? liveView(stream) : plainView(stream);
}

function liveView(stream: NodeJS.WriteStream): StartView {
  const paint = painter(stream);
  let view: LiveView | undefined;
  const draw = (lines: readonly string[]) => (view ??= openLiveView(stream)).draw(lines);
  return {
    show(progress, elapsedMs) {
      const isLast = isAllReady(progress);
      const rows = isLast ? Number.POSITIVE_INFINITY : stream.rows;
      const lines = frameOf(progress, elapsedMs, { width: widthOf(stream), rows, paint });
      if (isLast) view?.end(lines);
      else draw(lines);
    },
    note(what, line) {
      if (line.trim() !== "") draw([cut(`  ${what}  ${oneLine(line)}`, widthOf(stream))]);
    },
    end: () => view?.end(),
  };
}

function plainView(stream: NodeJS.WriteStream): StartView {
  const phases = new Map<string, string>();
  return {
    show(progress, elapsedMs) {
      for (const { name, phase } of progress) {
        if ((phases.get(name) ?? "waiting") !== phase) stream.write(`${seconds(elapsedMs)}  ${name}  ${phase}\n`);
        phases.set(name, phase);
      }
    },
    note(what) {
      if (!phases.has(what)) stream.write(`${what} the image of the companion\n`);
      phases.set(what, "");
    },
    end: () => undefined,
  };
}

interface Screen {
  readonly width: number;
  readonly rows: number;
  readonly paint: Paint;
}

/** Lines around the rows of the table: titles, an empty one, the sum, and the cursor's own. */
const otherLines = 4;

/** On a low terminal those are shown that something happens to, and the others as far as there is room. */
const lowOrder: readonly string[] = ["failed", "unhealthy", "restarting", "stopped", "starting", "pulling", "waiting"];

/** The table, as high as fits on the screen. */
export function frameOf(progress: readonly ComponentProgress[], elapsedMs: number, screen: Screen): readonly string[] {
  const { width, rows, paint } = screen;
  const room = Math.max(1, rows - otherLines);
  const shown = progress.length <= room ? progress : mostTelling(progress).slice(0, room);
  const table = renderTable(
    [
      { title: "COMPONENT", gives: true },
      { title: "STATE", least: widestPhase },
      { title: "SECONDS", align: "right" },
    ],
    shown.map(({ name, phase, seconds }) => [
      { text: name, style: phase === "waiting" ? "quiet" : "plain" },
      { text: phase, style: phaseStyles[phase] },
      { text: seconds === undefined ? "" : seconds.toFixed(0), style: "quiet" },
    ]),
    { width, paint, indent: 2 },
  );
  // Once all are ready the result says so.
  return isAllReady(progress) ? table : [...table, "", sum(progress, elapsedMs, paint)];
}

function mostTelling(progress: readonly ComponentProgress[]): readonly ComponentProgress[] {
  const place = ({ phase }: ComponentProgress) => lowOrder.indexOf(phase);
  return progress.filter((one) => place(one) >= 0).toSorted((left, right) => place(left) - place(right));
}

function sum(progress: readonly ComponentProgress[], elapsedMs: number, paint: Paint): string {
  const ready = progress.filter(({ phase }) => phase === "healthy" || phase === "done").length;
  return `  ${paint(`${ready} of ${progress.length} ready`, "strong")}  ${paint(seconds(elapsedMs), "quiet")}`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(0).padStart(3)} s`;
}
