/** Questions to the box's own Prometheus, asked with the tool in its container. */
import { heartbeat } from "../alerts/receiver.ts";
import type { Box } from "../box/box.ts";
import { compose } from "../docker/arguments.ts";
import { runCompose } from "../docker/compose.ts";
import { fieldsOf, listOf, parseDocuments, textOf } from "../docker/read.ts";
import { failure, warning } from "../preflight/finding.ts";
import type { Finding } from "../preflight/finding.ts";

type Labels = Readonly<Record<string, string>>;

interface Question {
  readonly name: string;
  /** Answers with one series for each thing that is wrong. */
  readonly query: string;
  readonly finding: (labels: Labels, value: number) => Finding;
}

/** Elasticsearch makes indices read-only when less than this is free: its flood stage. */
const floodStage = 0.05;

export const questions: readonly Question[] = [
  {
    name: "targets",
    query: "up == 0",
    finding: ({ job = "", instance = "" }) =>
      warning(
        `Prometheus cannot scrape ${instance} (job ${job})`,
        "see why on its page Targets: obsbox open prometheus",
      ),
  },
  {
    name: "elasticsearch-disk",
    query: `elasticsearch_filesystem_data_available_bytes / elasticsearch_filesystem_data_size_bytes < ${2 * floodStage}`,
    finding: (_labels, value) => {
      const what = `${(value * 100).toFixed(1)} % of Elasticsearch's disk is free; below ${floodStage * 100} % it takes no more logs and traces`;
      return (value < floodStage ? failure : warning)(
        what,
        "make room, or lower OBSBOX_LOGS_MAX_SIZE and OBSBOX_TRACES_MAX_SIZE in .env",
      );
    },
  },
  {
    name: "alerts",
    query: 'ALERTS{alertstate="firing",severity=~"critical|warning"}',
    finding: ({ alertname = "", service_name: service }) =>
      warning(
        `the alert ${alertname}${service === undefined ? "" : ` of ${service}`} fires`,
        "obsbox open alertmanager",
      ),
  },
  {
    name: "receivers",
    query: "sum by (receiver_name) (increase(alertmanager_notifications_failed_total[15m])) > 0",
    finding: ({ receiver_name: receiver = "" }) =>
      receiver === heartbeat
        ? warning("the heartbeat does not get out", "obsbox logs alertmanager says why")
        : warning(
            `the receiver ${receiver} did not get an alert`,
            `obsbox alerts test --receiver ${receiver} says why`,
          ),
  },
];

/** Of Prometheus, inside its container. */
export const address = "http://localhost:9090/prometheus";

/** @returns Undefined when there is no answer. */
export async function askPrometheus(box: Box, question: Question): Promise<readonly Finding[] | undefined> {
  const { query, finding } = question;
  const args = compose.exec("prometheus", ["promtool", "query", "instant", "-o", "json", address, query]);
  const { code, stdout } = await runCompose(box, args, { timeoutMs: 20_000 });
  if (code !== 0) return undefined;
  return parseSeries(stdout).map(({ labels, value }) => finding(labels, value));
}

export function parseSeries(text: string): readonly { readonly labels: Labels; readonly value: number }[] {
  return parseDocuments(text).map((series) => ({
    labels: Object.fromEntries(
      Object.entries(fieldsOf(series["metric"])).map(([name, value]) => [name, textOf(value)]),
    ),
    value: Number(listOf(series["value"])[1]),
  }));
}
