/** Lines of a terminal that are drawn over and over in place. */

export interface LiveView {
  draw(lines: readonly string[]): void;
  /** Leaves what was drawn last, or these lines in its place, however many; the cursor stands below. */
  end(lines?: readonly string[]): void;
}

const hideCursor = "\u001b[?25l";
const showCursor = "\u001b[?25h";
/** A terminal that knows these shows all of a frame at once; the others ignore them. */
const [beginFrame, endFrame] = ["\u001b[?2026h", "\u001b[?2026l"];
const eraseToEndOfLine = "\u001b[K";
const eraseBelow = "\u001b[J";

/** Draws on a terminal. Lines that did not change are not written again, so nothing flickers. */
export function openLiveView(stream: NodeJS.WriteStream): LiveView {
  let shown: readonly string[] = [];
  let isOpen = true;
  stream.write(hideCursor);
  const restore = () => {
    if (isOpen) stream.write(showCursor);
    isOpen = false;
  };
  process.once("exit", restore);
  return {
    draw(lines) {
      const fitting = lines.slice(0, Math.max(1, stream.rows - 1));
      stream.write(`${beginFrame}${frame(shown, fitting)}${endFrame}`);
      shown = fitting;
    },
    end(lines) {
      if (lines !== undefined && isOpen) stream.write(frame(shown, lines));
      process.removeListener("exit", restore);
      restore();
    },
  };
}

/** What turns the lines that are shown, with the cursor below them, into others. */
export function frame(before: readonly string[], after: readonly string[]): string {
  const up = before.length === 0 ? "" : `\u001b[${before.length}A`;
  const lines = after.map((line, index) => (line === before[index] ? "\n" : `\r${line}${eraseToEndOfLine}\n`));
  return `${up}\r${lines.join("")}${after.length < before.length ? eraseBelow : ""}`;
}
