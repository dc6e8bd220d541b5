/** Puts pipelines and templates of log lines in place. */
import type { Client } from "../../elasticsearch/client.ts";
import { isStatus } from "../../elasticsearch/errors.ts";
import { listAt, valueAt } from "../../elasticsearch/json.ts";
import { declare } from "../declared.ts";
import type { Declared } from "../declared.ts";
import { inOrder } from "../step.ts";
import type { Outcome, SetupContext } from "../step.ts";
import { pipelines } from "./pipelines.ts";
import {
  logsIndexTemplate,
  logsTemplate,
  mappingsComponent,
  mappingsTemplate,
  settingsComponent,
  settingsTemplate,
} from "./templates.ts";

export function applyPipelines({ elasticsearch }: SetupContext): Promise<Outcome> {
  return inOrder(Object.entries(pipelines), ([name, body]) =>
    declare(elasticsearch, { path: `/_ingest/pipeline/${name}`, name, body, read: (answer) => valueAt(answer, name) }),
  );
}

export async function applyLogTemplates({ elasticsearch, logsRetention }: SetupContext): Promise<Outcome> {
  const notes: string[] = [];
  const fallBack = (note: string) => void notes.push(note);
  const { changes } = await inOrder(
    [
      () => declareMappings(elasticsearch, fallBack),
      () => declare(elasticsearch, component(settingsTemplate, settingsComponent())),
      () => declareIndexTemplate(elasticsearch, logsRetention, fallBack),
    ],
    (declareOne) => declareOne(),
  );
  return { changes, notes };
}

/** What a server lacks is found by trying: versions say little about builds. */
async function declareMappings(elasticsearch: Client, fallBack: (note: string) => void): Promise<string | undefined> {
  try {
    return await declare(elasticsearch, component(mappingsTemplate, mappingsComponent("match_only_text")));
  } catch (error) {
    if (!isStatus(error, 400) || !error.reason.includes("match_only_text")) throw error;
  }
  fallBack("this server has no type match_only_text, text takes its place");
  return declare(elasticsearch, component(mappingsTemplate, mappingsComponent("text")));
}

async function declareIndexTemplate(
  elasticsearch: Client,
  retention: string,
  fallBack: (note: string) => void,
): Promise<string | undefined> {
  const withStore = (hasFailureStore: boolean) =>
    declare(elasticsearch, indexTemplate(logsTemplate, logsIndexTemplate(retention, hasFailureStore)));
  try {
    return await withStore(true);
  } catch (error) {
    if (!isStatus(error, 400) || !/data_stream_options|failure_store|lifecycle/.test(error.reason)) throw error;
  }
  fallBack("this server has no failure store: lines that it refuses are lost, and counted by the shipper");
  return withStore(false);
}

export function component(name: string, body: Declared["body"]): Declared {
  const read = (answer: unknown) => valueAt(listAt(answer, "component_templates")[0], "component_template");
  return { path: `/_component_template/${name}?flat_settings=true`, name, body, read };
}

export function indexTemplate(name: string, body: Declared["body"]): Declared {
  const read = (answer: unknown) => valueAt(listAt(answer, "index_templates")[0], "index_template");
  return { path: `/_index_template/${name}?flat_settings=true`, name, body, read };
}
