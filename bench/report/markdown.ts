/** Tables in Markdown. */

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => string;
}

/** One line for each row; a column without any text is left out, and without rows there is no table. */
export function markdown<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  if (rows.length === 0) return "";
  const filled = columns.filter(({ cell }) => rows.some((row) => cell(row) !== ""));
  const lines = [
    filled.map(({ title }) => title),
    filled.map(() => "---"),
    ...rows.map((row) => filled.map(({ cell }) => cell(row))),
  ];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
