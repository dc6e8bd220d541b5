/** Writes what is generated from tables into the documents; with `--check`, fails when that would change them. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { runbookFiles } from "../alerts/src/runbooks.ts";
import { sloFiles } from "../alerts/src/slo-files.ts";
import { grafanaFiles } from "../dashboards/src/files.ts";
import { kibanaFiles } from "../dashboards/src/kibana/dashboards.ts";
import { optionTable } from "../sdk/src/options.ts";
import { environmentFile } from "../stack/settings.ts";
import { alertsTable, equivalentsTable, mutationTable, waitingTable } from "./alert-tables.ts";
import { kibanaTable, panelsTable } from "./dashboard-tables.ts";
import { markdownTable } from "./markdown-table.ts";
import { componentsTable, exceptionsTable, imagesTable, pagesTable, settingsTables } from "./stack-tables.ts";

const root = join(import.meta.dirname, "..");

interface Generated {
  readonly file: string;
  /** Name of the two marks in the file between which the text stands; without one it is the whole file. */
  readonly mark?: string;
  readonly text: () => string;
}

const generated: readonly Generated[] = [
  { file: "docs/configuration.md", mark: "options", text: optionsText },
  { file: "docs/stack.md", mark: "settings", text: settingsTables },
  { file: "docs/stack.md", mark: "components", text: componentsTable },
  { file: "docs/stack.md", mark: "pages", text: pagesTable },
  { file: "docs/stack.md", mark: "exceptions", text: exceptionsTable },
  { file: "docs/stack.md", mark: "images", text: imagesTable },
  { file: "docs/dashboards.md", mark: "panels", text: panelsTable },
  { file: "docs/dashboards.md", mark: "kibana", text: kibanaTable },
  // First the rules, then what is read from them.
  ...sloFiles,
  ...runbookFiles(),
  { file: "docs/alerts.md", mark: "alerts", text: alertsTable },
  { file: "docs/alerts.md", mark: "waiting", text: waitingTable },
  { file: "docs/alerts.md", mark: "mutation", text: mutationTable },
  { file: "docs/alerts.md", mark: "equivalents", text: equivalentsTable },
  { file: "stack/compose/.env.example", text: () => environmentFile("standard") },
  ...grafanaFiles,
  ...kibanaFiles,
];

/** Titles of the groups of options, as `start()` has them. */
const titles: Readonly<Record<keyof typeof optionTable, string>> = {
  service: "The service",
  logs: "Logs, `start({ logs })`",
  metrics: "Metrics, `start({ metrics })`",
  traces: "Traces, `start({ traces })`",
  admin: "Admin port, `start({ admin })`",
  instrumentations: "Instrumentations, `start({ instrumentations })`",
  coloring: "Coloured requests, `start({ coloring })`",
  redaction: "Secrets, `start({ redaction })`",
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
  const before = existsSync(path) ? readFileSync(path, "utf8") : "";
  const after = mark === undefined ? text() : between(file, before, mark, text());
  if (after === before || isCheck) return after === before;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, after);
  return false;
}

function between(file: string, before: string, mark: string, text: string): string {
  const marks = new RegExp(`(<!-- ${mark} -->\n)[\\s\\S]*?(<!-- /${mark} -->)`);
  if (!marks.test(before)) throw new Error(`${file} has no marks <!-- ${mark} --> and <!-- /${mark} -->`);
  return before.replace(marks, (_all, begin: string, end: string) => `${begin}\n${text}\n${end}`);
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
  return markdownTable(
    ["Option", "Variable", "Default", "What it is"],
    rows.map(([name, row]) => [
      `\`${name}\``,
      row.env?.map((variable) => `\`${variable}\``).join(", ") ?? "",
      row.defaultText ?? `\`${String(row.default)}\``,
      `${row.about}; ${row.parser.expected}`,
    ]),
  );
}
