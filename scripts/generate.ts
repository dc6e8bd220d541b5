/** Writes what is generated from tables into the documents; with `--check`, fails when that would change them. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { optionTable } from "../sdk/src/options.ts";

const root = join(import.meta.dirname, "..");

interface Generated {
  readonly file: string;
  /** Name of the two marks in the file between which the text stands. */
  readonly mark: string;
  readonly text: () => string;
}

const generated: readonly Generated[] = [{ file: "docs/configuration.md", mark: "options", text: optionsText }];

/** Titles of the groups of options, as `start()` has them. */
const titles: Readonly<Record<keyof typeof optionTable, string>> = {
  service: "The service",
  logs: "Logs, `start({ logs })`",
  metrics: "Metrics, `start({ metrics })`",
  traces: "Traces, `start({ traces })`",
  admin: "Admin port, `start({ admin })`",
  instrumentations: "Instrumentations, `start({ instrumentations })`",
  shutdown: "The end, `start({ shutdown })`",
};

const isCheck = process.argv.includes("--check");
const stale = generated.filter((one) => !update(one));
if (isCheck && stale.length > 0) {
  process.stderr.write(`${stale.map(({ file }) => file).join(", ")}: not as generated; run npm run generate\n`);
  process.exitCode = 1;
}

/** @returns Whether the file was as it should be. */
function update({ file, mark, text }: Generated): boolean {
  const path = join(root, file);
  const before = readFileSync(path, "utf8");
  const marks = new RegExp(`(<!-- ${mark} -->\n)[\\s\\S]*?(<!-- /${mark} -->)`);
  if (!marks.test(before)) throw new Error(`${file} has no marks <!-- ${mark} --> and <!-- /${mark} -->`);
  const after = before.replace(marks, (_all, begin: string, end: string) => `${begin}\n${text()}\n${end}`);
  if (after !== before && !isCheck) writeFileSync(path, after);
  return after === before;
}

function optionsText(): string {
  return Object.entries(titles)
    .map(([group, title]) => `### ${title}\n\n${tableOf(Object.entries(Reflect.get(optionTable, group)))}`)
    .join("\n");
}

interface Row {
  readonly env?: readonly string[];
  readonly default: unknown;
  readonly defaultText?: string;
  readonly parser: { readonly expected: string };
  readonly about: string;
}

function tableOf(rows: readonly (readonly [string, Row])[]): string {
  const cells = rows.map(([name, row]) => [
    `\`${name}\``,
    row.env?.map((variable) => `\`${variable}\``).join(", ") ?? "",
    row.defaultText ?? `\`${String(row.default)}\``,
    `${row.about}; ${row.parser.expected}`,
  ]);
  const all = [["Option", "Variable", "Default", "What it is"], ...cells];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const [head = [], ...body] = all;
  return `${[line(head), `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...body.map(line)].join("\n")}\n`;
}
