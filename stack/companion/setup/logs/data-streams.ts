/**
 * Templates speak for data streams to come. Those that exist get the retention at once, and new mappings through a
 * rollover that waits for their next line.
 */
import type { Client } from "../../elasticsearch/client.ts";
import { listAt, textAt, valueAt } from "../../elasticsearch/json.ts";
import { inOrder } from "../step.ts";
import type { Outcome, SetupContext } from "../step.ts";
import { logsTemplate, mappingsTemplate } from "./templates.ts";

interface DataStream {
  readonly name: string;
  readonly retention: string | undefined;
  readonly writeIndex: string;
  /** Its next line begins a new backing index. */
  readonly rollsOver: boolean;
}

export async function applyToDataStreams({ elasticsearch, logsRetention }: SetupContext): Promise<Outcome> {
  const streams = await ownStreams(elasticsearch);
  if (streams.length === 0) return { changes: [] };
  const isCurrent = await currentIndices(elasticsearch);
  return inOrder(streams, async (stream) => {
    const path = encodeURIComponent(stream.name);
    const changes: string[] = [];
    if (stream.retention !== logsRetention) {
      await elasticsearch.request("PUT", `/_data_stream/${path}/_lifecycle`, { data_retention: logsRetention });
      changes.push(`keeps ${logsRetention}`);
    }
    if (!isCurrent(stream.writeIndex) && !stream.rollsOver) {
      await elasticsearch.request("POST", `/${path}/_rollover?lazy=true`);
      changes.push("gets the new mappings with its next line");
    }
    return changes.length === 0 ? undefined : `${stream.name} ${changes.join(" and ")}`;
  });
}

/** Data streams made from the box's template; others have owners of their own. */
async function ownStreams(elasticsearch: Client): Promise<readonly DataStream[]> {
  const answer = await elasticsearch.request("GET", "/_data_stream/logs-*");
  return listAt(answer, "data_streams")
    .filter((stream) => textAt(stream, "template") === logsTemplate)
    .map((stream) => ({
      name: textAt(stream, "name") ?? "",
      retention: textAt(stream, "lifecycle", "data_retention"),
      writeIndex: textAt(listAt(stream, "indices").at(-1), "index_name") ?? "",
      rollsOver: valueAt(stream, "rollover_on_write") === true,
    }));
}

/** Tells whether a backing index was made from the templates as they are now. */
async function currentIndices(elasticsearch: Client): Promise<(index: string) => boolean> {
  const template = await elasticsearch.request("GET", `/_component_template/${mappingsTemplate}`);
  const path = ["component_template", "template", "mappings", "_meta", "digest"] as const;
  const digest = textAt(listAt(template, "component_templates")[0], ...path);
  const mappings = await elasticsearch.request("GET", "/logs-*/_mapping?filter_path=*.mappings._meta");
  return (index) => textAt(mappings, index, "mappings", "_meta", "digest") === digest;
}
