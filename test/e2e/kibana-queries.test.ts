/** The searches that Kibana runs for the box's dashboards, made from the same bodies, against the real Elasticsearch. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bodyOf } from "../../dashboards/src/kibana/body.ts";
import { pages } from "../../dashboards/src/kibana/dashboards.ts";
import { idOf } from "../../dashboards/src/kibana/page.ts";
import { jsonOf } from "../../dashboards/src/kibana/json.ts";
import type { Client } from "../../stack/companion/elasticsearch/client.ts";
import { numberAt, textAt, valueAt } from "../../stack/companion/elasticsearch/json.ts";
import { dataViews } from "../../stack/companion/setup/kibana/objects.ts";
import { rowsOf, searchesOf } from "../helpers/kibana-requests.ts";
import { setUp, startElasticsearch } from "../helpers/start-elasticsearch.ts";
import type { ElasticsearchBox } from "../helpers/start-elasticsearch.ts";
import { accessLines, linesBefore } from "./kibana-lines.ts";
import type { Line } from "./kibana-lines.ts";

let box: ElasticsearchBox;
const now = Date.now();
const { healthy, unhealthy } = linesBefore(now);
const index = textAt(
  dataViews.find(({ id }) => id === "obsbox-logs"),
  "body",
  "title",
);

beforeAll(async () => {
  box = await startElasticsearch();
  await setUp(box);
});
afterAll(() => box[Symbol.asyncDispose]());

/** As Filebeat does: into the data stream of the line's dataset. */
async function store(lines: readonly Line[]): Promise<void> {
  const actions = lines.flatMap((line) => {
    const dataset = line["event.dataset"];
    const stream = `logs-${typeof dataset === "string" ? dataset : "generic"}-default`;
    return [JSON.stringify({ create: { _index: stream } }), JSON.stringify(line)];
  });
  const answer = await box.elastic.request("POST", "/_bulk?refresh=true", `${actions.join("\n")}\n`);
  expect(valueAt(answer, "errors")).toBe(false);
}

interface Asked {
  readonly panel: string;
  readonly rows: number;
  readonly failed: number | undefined;
}

async function ask(client: Client, page: (typeof pages)[number]): Promise<readonly Asked[]> {
  const asked: Asked[] = [];
  for (const { panel, body } of searchesOf(bodyOf(page, "en"), Date.now())) {
    const answer = await client.request("POST", `/${index}/_search`, jsonOf(body));
    asked.push({ panel, rows: rowsOf(answer), failed: numberAt(answer, "_shards", "failed") });
  }
  return asked;
}

/** Panels by their title, which must say whether they may be empty. */
function mayBeEmpty(page: (typeof pages)[number]): ReadonlySet<string> {
  const marked = page.panels.filter(({ emptyIsHealthy, needs }) => emptyIsHealthy === true || needs !== undefined);
  return new Set(marked.map(({ config }) => config.title.en));
}

describe("with the lines of a healthy day", () => {
  beforeAll(() => store(healthy));

  test.each(pages.map((page) => [idOf(page), page] as const))(
    "every panel of %s but those that may be empty has rows",
    async (_id, page) => {
      const asked = await ask(box.as("viewer"), page);
      expect(asked.filter(({ failed }) => failed !== 0)).toEqual([]);
      const empty = asked.filter(({ rows }) => rows === 0).map(({ panel }) => panel);
      expect(empty.filter((panel) => !mayBeEmpty(page).has(panel))).toEqual([]);
    },
  );

  test("panels that are empty when all is well are empty", async () => {
    const exceptions = pages.filter(({ name }) => name === "errors-and-exceptions" || name === "audit");
    for (const page of exceptions) {
      const asked = await ask(box.as("viewer"), page);
      expect(asked.filter(({ rows }) => rows > 0)).toEqual([]);
    }
  });
});

describe("with the lines of a bad day and those of the edge", () => {
  beforeAll(async () => {
    await store(unhealthy);
    await store(accessLines(now));
  });

  test.each(pages.map((page) => [idOf(page), page] as const))("every panel of %s has rows", async (id, page) => {
    const asked = await ask(box.as("viewer"), page);
    process.stdout.write(asked.map(({ panel, rows }) => `${id}\t${panel}\t${rows}\n`).join(""));
    expect(asked.filter(({ rows, failed }) => rows === 0 || failed !== 0)).toEqual([]);
  });
});
