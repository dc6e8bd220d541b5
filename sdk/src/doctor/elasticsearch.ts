/** Whether Elasticsearch lets the service's lines in: a bulk request without lines, which it can only refuse as empty. */
import { connect } from "../logs/elasticsearch/connection.ts";
import { withoutCredentials } from "../otlp/target.ts";
import { deadlineMs } from "./ask.ts";
import type { Facts, Outcome } from "./finding.ts";
import { skipped } from "./finding.ts";
import { troubleOfError, troubleOfStatus } from "./troubles.ts";

const words = {
  ca: "OBSBOX_ELASTICSEARCH_CA_FILE",
  key: "OBSBOX_ELASTICSEARCH_API_KEY, with create_doc and auto_configure on logs-*-*",
  address: "OBSBOX_ELASTICSEARCH_URL",
};

export async function findElasticsearch({ options }: Facts): Promise<Outcome> {
  const { elasticsearchUrl: url, elasticsearchApiKey: apiKey, elasticsearchCaFile: caFile } = options.logs;
  if (url === undefined) return skipped("lines do not go there directly");
  const shown = withoutCredentials(url);
  try {
    const nothing = Buffer.alloc(0);
    const { status, body } = await connect({ url, apiKey, caFile }).post(nothing, AbortSignal.timeout(deadlineMs));
    const isReached = (status >= 200 && status < 300) || (status === 400 && body.includes('"error"'));
    const trouble = isReached ? undefined : troubleOfStatus(status, words);
    return { seen: shown, findings: trouble === undefined ? [] : [trouble] };
  } catch (error) {
    return { seen: shown, findings: [troubleOfError(error, words)] };
  }
}
