/** Tables of text: columns as wide as what is in them, the one that may give way cut to the terminal's width. */
import { noPaint } from "./style.ts";
import type { Paint, Style } from "./style.ts";
import { cut, lengthOf, oneLine } from "./width.ts";

export interface Column {
  readonly title: string;
  readonly align?: "right";
  /** Never narrower than this, so that a table that is drawn again does not move. */
  readonly least?: number;
  /** Cut when the terminal is too narrow. */
  readonly gives?: true;
}

export interface Cell {
  readonly text: string;
  readonly style?: Style;
}

export interface Look {
  readonly width?: number;
  readonly paint?: Paint;
  readonly indent?: number;
}

const gap = 2;
const narrowest = 8;

/** @returns One line for the titles and one for each row, none longer than the width as long as its fixed columns fit. */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly (Cell | string)[])[],
  { width = Number.POSITIVE_INFINITY, paint = noPaint, indent = 0 }: Look = {},
): readonly string[] {
  const cells = rows.map((row) => columns.map((_column, index) => toCell(row[index] ?? "")));
  const widths = fit(columns, cells, width - indent);
  const titles = columns.map(({ title }): Cell => ({ text: title, style: "quiet" }));
  return [titles, ...cells].map((row) => `${" ".repeat(indent)}${renderRow(columns, row, widths, paint)}`.trimEnd());
}

function toCell(given: Cell | string): Cell {
  const cell = typeof given === "string" ? { text: given } : given;
  return { ...cell, text: oneLine(cell.text) };
}

function fit(columns: readonly Column[], rows: readonly (readonly Cell[])[], width: number): readonly number[] {
  const natural = columns.map(({ title, least = 0 }, index) =>
    Math.max(least, lengthOf(title), ...rows.map((row) => lengthOf(row[index]?.text ?? ""))),
  );
  const excess = natural.reduce((sum, length) => sum + length + gap, -gap) - width;
  if (excess <= 0) return natural;
  return natural.map((length, index) =>
    columns[index]?.gives === true ? Math.max(Math.min(narrowest, length), length - excess) : length,
  );
}

function renderRow(columns: readonly Column[], row: readonly Cell[], widths: readonly number[], paint: Paint): string {
  const texts = columns.map(({ align }, index) => {
    const { text, style = "plain" } = row[index] ?? { text: "" };
    const width = widths[index] ?? 0;
    const shown = cut(text, width);
    const space = " ".repeat(Math.max(0, width - lengthOf(shown)));
    const painted = shown === "" ? "" : paint(shown, style);
    return align === "right" ? `${space}${painted}` : `${painted}${space}`;
  });
  return texts.join(" ".repeat(gap));
}
