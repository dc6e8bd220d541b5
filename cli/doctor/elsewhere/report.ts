/** What `obsbox doctor --prometheus` says. */
import type { Server } from "../../remote/server.ts";
import { marks } from "../../report/style.ts";
import type { Paint } from "../../report/style.ts";
import { renderTable } from "../../report/table.ts";
import type { Cell } from "../../report/table.ts";
import type { Dashboard } from "../../import/dashboards.ts";
import type { Topic } from "../../import/rules.ts";
import { readPrometheus } from "../../import/rules/prometheus.ts";
import { adviceFor } from "./advice.ts";
import type { Advice } from "./advice.ts";
import { diagnose, metricsOf } from "./diagnose.ts";
import type { Diagnosis } from "./diagnose.ts";
import { readInventory } from "./inventory.ts";
import { alertsPage, dashboardPage, recordedBy } from "./questions.ts";

export interface Examination {
  readonly server: string;
  /** Names of metrics that were seen in the last hour. */
  readonly metrics: number;
  readonly pages: readonly Diagnosis[];
  readonly advice: readonly Advice[];
}

/** Reads what a Prometheus has, and says which panels and alerts of ours would have data there. */
export async function examine(
  server: Server,
  dashboards: readonly Dashboard[],
  topics: readonly Topic[],
): Promise<Examination> {
  const { title } = await readPrometheus(server);
  const pages = [...dashboards.map(dashboardPage), ...topics.map(alertsPage)];
  const recorded = recordedBy(topics);
  const inventory = await readInventory(server, metricsOf(pages, recorded));
  const diagnoses = pages.map((page) => diagnose(page, { inventory, recorded }));
  return {
    server: `${title} at ${server.url}`,
    metrics: inventory.metrics.size,
    pages: diagnoses.filter(({ count, others }) => count + others > 0),
    advice: adviceFor(diagnoses, inventory),
  };
}

export function examinationLines(
  { server, metrics, pages, advice }: Examination,
  paint: Paint,
  width: number,
): readonly string[] {
  const [dashboards, alerts] = (["dashboard", "alerts"] as const).map((kind) =>
    pages.filter((page) => page.kind === kind),
  );
  const others = pages.reduce((sum, page) => sum + page.others, 0);
  const look = { paint, width, indent: 2 };
  return [
    `${server}: ${metrics} metrics in the last hour`,
    "",
    ...renderTable(
      [{ title: "DASHBOARD" }, ...countColumns("PANELS", "WITH DATA", "EMPTY")],
      (dashboards ?? []).map(dashboardRow),
      look,
    ),
    "",
    ...renderTable(
      [{ title: "ALERTS" }, ...countColumns("ALERTS", "CAN FIRE", "NEVER FIRE", "FIRE AT ONCE")],
      (alerts ?? []).map(alertsRow),
      look,
    ),
    ...(advice.length === 0
      ? ["", `${paint(marks.good, "good")} nothing is missing`]
      : ["", "What is missing, that with the most effect first"]),
    ...advice.flatMap((one) => adviceLines(one, paint)),
    ...(others === 0 ? [] : ["", `${others} panels ask Elasticsearch or Jaeger and were not looked at.`]),
  ];
}

function countColumns(...titles: readonly string[]) {
  return titles.map((title) => ({ title, align: "right" as const }));
}

function dashboardRow({ name, count, empty }: Diagnosis): readonly (Cell | string)[] {
  return [name, String(count), String(count - empty.length), bad(empty.length)];
}

function alertsRow({ name, count, empty, firing }: Diagnosis): readonly (Cell | string)[] {
  return [name, String(count), String(count - empty.length), bad(empty.length), bad(firing.length)];
}

function bad(count: number): Cell {
  return count === 0 ? { text: "0", style: "quiet" } : { text: String(count), style: "busy" };
}

const shown = 6;

function adviceLines({ what, remedy, panels, alerts, missing }: Advice, paint: Paint): readonly string[] {
  const rest = missing.length > shown ? `, and ${missing.length - shown} more` : "";
  return [
    `  ${paint(marks.warning, "busy")} ${what}: ${panels} panels, ${alerts} alerts`,
    `    ${remedy}`,
    `    ${paint(`${missing.slice(0, shown).join(", ")}${rest}`, "quiet")}`,
  ];
}
