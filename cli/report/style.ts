/** Calm colours, and none where the reader is a program or NO_COLOR is set. */
import { styleText } from "node:util";

export type Style = "good" | "bad" | "busy" | "quiet" | "strong" | "plain";
export type Paint = (text: string, style: Style) => string;

const formats = {
  good: "green",
  bad: "red",
  busy: "yellow",
  quiet: "gray",
  strong: "bold",
  plain: "reset",
} as const satisfies Readonly<Record<Style, string>>;

/** Colours for one stream. */
export function painter(stream: NodeJS.WriteStream): Paint {
  return (text, style) => (style === "plain" ? text : styleText(formats[style], text, { stream }));
}

/** For texts that nobody looks at in a terminal. */
export const noPaint: Paint = (text) => text;

/** Marks in front of a line. Consoles of old Windows have no others. */
export const marks = { good: "✓", bad: "✗", busy: "·", warning: "!" } as const;

/** Columns of a terminal; what is no terminal is as wide as its longest line. */
export function widthOf(stream: NodeJS.WriteStream): number {
  return stream.isTTY && stream.columns > 0 ? stream.columns : Number.POSITIVE_INFINITY;
}
