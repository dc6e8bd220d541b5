/**
 * How dashboards that this command has made are known again: by a hidden constant among their variables. Variables
 * are part of what Grafana's pages save, unlike fields that Grafana does not know; and this one gets into no address.
 */
import { isObject, listAt, textAt } from "../../../stack/companion/elasticsearch/json.ts";
import { digestOf } from "../digest.ts";
import type { Model } from "../naming/dashboard.ts";

export interface Mark {
  /** Version of obsbox that wrote it. */
  readonly version: string;
  /** Digest of what was to be written. */
  readonly wanted: string;
  /** Digest of what Grafana made of it: it may bring a dashboard up to date when it takes it. */
  readonly stored: string;
}

const variableName = "obsbox_import";

export function withMark(model: Model, { version, wanted, stored }: Mark): Model {
  const value = `${version} ${wanted} ${stored}`;
  const chosen = { text: value, value, selected: true };
  const variable = {
    name: variableName,
    type: "constant",
    hide: 2,
    skipUrlSync: true,
    query: value,
    current: chosen,
    options: [chosen],
  };
  return withVariables(model, [...variablesOf(model), variable]);
}

export function readMark(model: unknown): Mark | undefined {
  const variable = listAt(model, "templating", "list").find((one) => textAt(one, "name") === variableName);
  const [, version, wanted, stored] =
    /^(\S+) ([0-9a-f]{16}) ([0-9a-f]{16})$/.exec(textAt(variable, "query") ?? "") ?? [];
  return version === undefined || wanted === undefined || stored === undefined
    ? undefined
    : { version, wanted, stored };
}

/** Digest of what people see of a dashboard: without the mark, and without what Grafana counts. */
export function contentDigest(model: Model): string {
  return digestOf(contentOf(model));
}

/** A dashboard without the mark, and without what Grafana counts. */
export function contentOf(model: Model): Model {
  const { id: _id, version: _version, iteration: _iteration, ...content } = withVariables(model, variablesOf(model));
  return content;
}

function variablesOf(model: Model): readonly unknown[] {
  return listAt(model, "templating", "list").filter((one) => textAt(one, "name") !== variableName);
}

function withVariables(model: Model, list: readonly unknown[]): Model {
  const templating = isObject(model["templating"]) ? model["templating"] : {};
  return { ...model, templating: { ...templating, list } };
}
